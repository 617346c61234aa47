"""The CRM task that mirrors an exception, and the note that says how it ended. Pure.

Its rounds are negative, two for each exception of a case: they are signed by policy and ask nobody.
"""

from domain.exceptions import NEXT_STEP
from domain.permissions import Level, may
from domain.playbook import Playbook
from domain.proposals import AddNote, CreateTask
from domain.receipts import RecordImage, WriteReceipt
from domain.resolutions import ExceptionOpening, ExceptionState

TASK_KEY = "exception_task"
_PEOPLE = ("00Q", "003")

_ENDED: dict[ExceptionState, str] = {
    ExceptionState.OPEN: "Waits",
    ExceptionState.RESOLVED: "Resolved",
    ExceptionState.UNRESOLVED: "Closed: nobody resolved it in time",
    ExceptionState.SUPERSEDED: "Withdrawn: the case went on without it",
}


def opening_round(number: int) -> int:
    """The round that makes the task of a case's exception of that number, counted from 1."""
    return 1 - 2 * number


def closing_round(number: int) -> int:
    return -2 * number


def mirrored(playbook: Playbook, opening: ExceptionOpening) -> bool:
    """Whether policy may write a task about it, and somebody with a CRM user is asked."""
    asked = playbook.reviewer(opening.asked)
    level = playbook.levels.get(opening.motion, Level.READ_ONLY)
    return may(level, Level.LIMITED_AUTOMATION) and asked is not None and bool(asked.crm_user)


def task_of(opening: ExceptionOpening, *, owner_id: str, lead_id: str, link: str) -> CreateTask:
    """What asks that person, due when the exception is."""
    told = (NEXT_STEP[opening.code], f"Case {opening.case_id}", link)
    return CreateTask(
        key=TASK_KEY,
        subject=f"Needs an answer: {opening.title}"[:255],
        description="\n\n".join(part for part in told if part),
        owner_id=owner_id,
        due_date=opening.due_at.date().isoformat(),
        priority="High",
        who_id=lead_id if lead_id.startswith(_PEOPLE) else "",
    )


def made_task(receipt: WriteReceipt) -> RecordImage | None:
    """The task that the opening round's write has made."""
    return next((image for image in receipt.records if image.created and image.record.object == "Task"), None)


def closing_of(task: RecordImage, opening: ExceptionOpening, state: ExceptionState, *, lead_id: str) -> AddNote:
    """A remark beside the task on how it ended. The task's own status is for its owner: policy completes nothing."""
    return AddNote(
        key=TASK_KEY,
        subject=f"{_ENDED[state]}: {opening.title}"[:255],
        body=f"Case {opening.case_id}. The task “Needs an answer” can be closed.",
        owner_id=str(task.intended.get("OwnerId", "")),
        who_id=lead_id if lead_id.startswith(_PEOPLE) else "",
    )
