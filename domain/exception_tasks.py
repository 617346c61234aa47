"""The CRM task that mirrors an exception, its end, and the note where that is left to a person. Pure.

Its rounds are negative, three for each exception of a case: they are signed by policy and ask nobody.
"""

from domain.exceptions import NEXT_STEP
from domain.permissions import Level, may
from domain.playbook import Playbook
from domain.proposals import AddNote, CloseTask, CreateTask
from domain.receipts import RecordImage, WriteReceipt
from domain.resolutions import ExceptionOpening, ExceptionState

TASK_KEY = "exception_task"
CLOSED = "Completed"
"""The status of a task that is done, as the CRM ships it."""
_PEOPLE = ("00Q", "003")
_ANSWERED = frozenset({ExceptionState.RESOLVED, ExceptionState.SUPERSEDED})

_ENDED: dict[ExceptionState, str] = {
    ExceptionState.OPEN: "Waits",
    ExceptionState.RESOLVED: "Resolved",
    ExceptionState.UNRESOLVED: "Closed: nobody resolved it in time",
    ExceptionState.SUPERSEDED: "Withdrawn: the case went on without it",
}


def opening_round(number: int) -> int:
    """The round that makes the task of a case's exception of that number, counted from 1."""
    return 2 - 3 * number


def closing_round(number: int) -> int:
    """The round that completes it."""
    return 1 - 3 * number


def noting_round(number: int) -> int:
    """The round that leaves a note beside it instead."""
    return -3 * number


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


def closing_of(task: RecordImage, state: ExceptionState) -> CloseTask | None:
    """What completes the task, where nothing is left to answer and the task is as it was made.

    None where nobody resolved the exception: then its owner still has something to do. A task that somebody has
    taken up since is theirs: the write finds another status, and changes nothing.
    """
    made = task.after.get("Status")
    if state not in _ANSWERED or not isinstance(made, str) or not made:
        return None
    return CloseTask(key=TASK_KEY, record=task.record, before_status=made, after_status=CLOSED)


def note_of(task: RecordImage, opening: ExceptionOpening, state: ExceptionState, *, lead_id: str) -> AddNote:
    """A remark beside a task that is left as it is, on how the exception ended."""
    left = "somebody has taken it up" if state in _ANSWERED else "nobody has answered it"
    return AddNote(
        key=TASK_KEY,
        subject=f"{_ENDED[state]}: {opening.title}"[:255],
        body=f"Case {opening.case_id}. The task “Needs an answer” is left to its owner, because {left}.",
        owner_id=str(task.intended.get("OwnerId", "")),
        who_id=lead_id if lead_id.startswith(_PEOPLE) else "",
    )
