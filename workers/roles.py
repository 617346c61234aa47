"""Which worker does what. Construction only: every part is made elsewhere.

When do you need to touch this? When a workflow or activity is added, or work moves to another queue.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from enum import StrEnum
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.assigning import AssigningActivities
from activities.cases import CaseActivities
from activities.crm import CrmActivities
from activities.deciding import DecidingActivities
from activities.drafting import DraftingActivities
from activities.errors import to_failure
from activities.listening import ListeningActivities
from activities.mailing import MailActivities
from activities.measuring import MeasuringActivities
from activities.mirroring import MirroringActivities
from activities.owners import OwnerActivities
from activities.polling import PollingActivities
from activities.reassigning import ReassigningActivities
from activities.recovering import CommitFinder, RecoveringActivities
from activities.resolving import ResolvingActivities
from activities.reviewing import ReviewActivities
from activities.signing import SigningActivities
from activities.stopped_undos import StoppedUndoActivities
from activities.telling import TellingActivities
from activities.undoing import UndoBookActivities, UndoingActivities
from activities.watching import WatchingActivities
from runtime.failures import CodedFailures, KeepDetail
from workflows.filing import FileCommit
from workflows.inbound import InboundLead
from workflows.messages import TaskQueue
from workflows.mirroring import ExceptionTask
from workflows.owner_check import CheckOwners
from workflows.polling import PollCrm
from workflows.readiness import AuditReadiness
from workflows.reconciling import Reconcile, RecoverCase
from workflows.stopped_undos import FileUndo
from workflows.telling import TellPeople
from workflows.undo import UndoWrite
from workflows.undo_many import UndoMany
from workflows.watching import OwnerWatch


class Role(StrEnum):
    """A worker process. Only `crm` gets CRM and mail credentials, only `signer` the policy key, only
    `notifier` what is needed to tell people."""

    CASES = "cases"
    CRM = "crm"
    MODEL = "model"
    SIGNER = "signer"
    NOTIFIER = "notifier"


WORKFLOWS = (
    InboundLead,
    UndoWrite,
    UndoMany,
    PollCrm,
    CheckOwners,
    OwnerWatch,
    AuditReadiness,
    TellPeople,
    ExceptionTask,
    Reconcile,
    RecoverCase,
    FileCommit,
    FileUndo,
)

SANDBOX = SandboxedWorkflowRunner(
    # Frozen value objects and pure rules: loading them anew for each case would cost more than the case.
    restrictions=SandboxRestrictions.default.with_passthrough_modules("domain", "activities", "rfc8785", "pydantic")
)

GRACE = timedelta(seconds=20)
"""How long running activities may finish when a worker is told to stop."""


def cases_worker(
    client: Client,
    keep_detail: KeepDetail,
    *,
    cases: CaseActivities,
    resolving: ResolvingActivities,
    assigning: AssigningActivities,
    deciding: DecidingActivities,
    reviewing: ReviewActivities,
    drafting: DraftingActivities,
    listening: ListeningActivities,
    reassigning: ReassigningActivities,
    undo_book: UndoBookActivities,
    recovering: RecoveringActivities,
    stopped_undos: StoppedUndoActivities,
) -> Worker:
    """Workflows, and the steps that need the application database only."""
    return _worker(
        client,
        keep_detail,
        TaskQueue.CASES,
        workflows=WORKFLOWS,
        threads=16,
        activities=[
            resolving.open_exception,
            resolving.remind_of_exception,
            resolving.take_resolution,
            resolving.end_exception,
            cases.close,
            cases.cancel,
            assigning.propose_assignment,
            deciding.propose_lead,
            deciding.enrich,
            deciding.qualify,
            deciding.route,
            deciding.propose,
            reviewing.verify_decision,
            reviewing.escalate,
            reviewing.expire_round,
            reviewing.supersede_round,
            drafting.draft_from_template,
            listening.read_calls_by_rules,
            reassigning.propose_reassignment,
            undo_book.next_undos,
            undo_book.give_up_undo,
            undo_book.end_undos,
            recovering.find_strays,
            recovering.survey_case,
            stopped_undos.find_stopped_undos,
            stopped_undos.note_stopped_undo,
        ],
    )


def crm_worker(
    client: Client,
    keep_detail: KeepDetail,
    *,
    crm: CrmActivities,
    mail: MailActivities,
    polling: PollingActivities,
    owners: OwnerActivities,
    measuring: MeasuringActivities,
    watching: WatchingActivities,
    mirroring: MirroringActivities,
    undoing: UndoingActivities,
    commits: CommitFinder,
) -> Worker:
    """Everything that leaves for the CRM or a mailbox."""
    return _worker(
        client,
        keep_detail,
        TaskQueue.CRM,
        threads=8,
        activities=[
            crm.match,
            crm.fetch,
            crm.apply_changes,
            mirroring.propose_exception_task,
            mirroring.propose_closing_task,
            mirroring.propose_ending_note,
            crm.undo,
            crm.note_rejection,
            mail.send,
            mail.stop,
            polling.poll,
            owners.find_unfit_owners,
            measuring.audit,
            watching.begin_watch,
            watching.notify_owner,
            watching.look_for_touch,
            watching.note_breach,
            watching.place_reassignment,
            undoing.look_at_undos,
            undoing.undo_item,
            undoing.find_undone,
            commits.find_commit,
        ],
    )


def model_worker(
    client: Client, keep_detail: KeepDetail, *, drafting: DraftingActivities, listening: ListeningActivities
) -> Worker:
    """Whatever asks the language model, where one is configured."""
    return _worker(client, keep_detail, TaskQueue.MODEL, threads=4, activities=[drafting.draft, listening.read_calls])


def signer_worker(client: Client, keep_detail: KeepDetail, *, signing: SigningActivities) -> Worker:
    return _worker(client, keep_detail, TaskQueue.SIGNER, threads=2, activities=[signing.sign])


def notifier_worker(client: Client, keep_detail: KeepDetail, *, telling: TellingActivities) -> Worker:
    """What tells people. Two rounds never run at once, so one thread is enough."""
    return _worker(client, keep_detail, TaskQueue.NOTIFIER, threads=1, activities=[telling.tell])


def _worker(
    client: Client,
    keep_detail: KeepDetail,
    queue: TaskQueue,
    *,
    activities: Sequence[Callable[..., Any]],
    threads: int,
    workflows: Sequence[type] = (),
) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=workflows,
        activities=activities,
        activity_executor=ThreadPoolExecutor(threads, thread_name_prefix=queue.value),
        max_concurrent_activities=threads,
        workflow_runner=SANDBOX,
        interceptors=[CodedFailures(translate=to_failure, keep_detail=keep_detail)],
        graceful_shutdown_timeout=GRACE,
    )
