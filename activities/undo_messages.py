"""What undo's activities take and give. The rules of `messages` hold here too: ids, codes and times only."""

from activities.messages import CaseRef
from domain.leads import Motion
from domain.model import Message
from domain.undo_batches import BatchState, Reach


class UndoApplyInput(CaseRef):
    receipt_id: str
    decision_id: str
    agent_version: str = ""


class UndoHead(Message):
    new_receipt_id: str = ""
    restored: int = 0
    refusals: tuple[str, ...] = ()


class UndoBatchRef(Message):
    """Not about one case: many writes that are taken back together."""

    batch_id: str
    org_id: str
    limit: int = 20
    agent_version: str = ""


class UndoLookHead(Message):
    """How many writes this step of the dry run looked at, and whether any are left."""

    looked: int = 0
    clear: int = 0
    in_part: int = 0
    nothing: int = 0
    failed: int = 0
    left: bool = False


class UndoItemInput(CaseRef):
    batch_id: str
    number: int
    receipt_id: str = ""
    decision_id: str = ""
    agent_version: str = ""


class UndoItems(Message):
    items: tuple[UndoItemInput, ...] = ()


class UndoItemFailed(CaseRef):
    batch_id: str
    number: int
    code: str


class UndoItemHead(Message):
    reach: Reach


class UndoBatchEnding(Message):
    batch_id: str
    org_id: str
    state: BatchState


class StoppedUndo(Message):
    """An undo whose workflow was ended from outside, or a batch, then with the write that was next in it.

    `settle_seconds`: how long an attempt that was cut off may still be at it; 0 where there is none.
    """

    org_id: str
    decision_id: str = ""
    batch_id: str = ""
    dry_run: bool = False
    case_id: str = ""
    motion: Motion = Motion.INBOUND
    receipt_id: str = ""
    number: int = -1
    agent_version: str = ""
    settle_seconds: int = 0


class StoppedUndos(Message):
    """`next_after` is empty behind the last page."""

    stopped: tuple[StoppedUndo, ...] = ()
    next_after: str = ""
