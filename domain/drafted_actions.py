"""What writes a field that is mapped as `draft`, set apart: it is written only where a person ticks it. Pure."""

from collections.abc import Mapping, Sequence

from domain.field_mapping import Write, mapped_as
from domain.playbook import Playbook
from domain.proposals import (
    Action,
    AddNote,
    AssignOwner,
    CloseTask,
    CreateTask,
    Disqualify,
    MergeRequest,
    StageChange,
    UpdateFields,
)

_TYPED_FIELD = {"assign_owner": "OwnerId", "disqualify": "Status", "stage_change": "StageName"}


def apart_from_drafts(actions: Sequence[Action], playbook: Playbook) -> tuple[Action, ...]:
    """What writes a field that is mapped as `draft`, as actions of their own that wait for a tick."""
    drafts = mapped_as(playbook.objects, Write.DRAFT)
    return tuple(part for action in actions for part in _parts(action, drafts))


def _parts(action: Action, drafts: Mapping[str, frozenset[str]]) -> tuple[Action, ...]:
    match action:
        case UpdateFields():
            drafted = drafts.get(action.record.object, frozenset())
            ticked = tuple(c for c in action.changes if c.field in drafted)
            rest = tuple(c for c in action.changes if c.field not in drafted)
            if not ticked:
                return (action,)
            key = f"{action.key}_draft" if rest else action.key
            alone = action.model_copy(update={"key": key, "changes": ticked, "opt_in": True})
            return (action.model_copy(update={"changes": rest}), alone) if rest else (alone,)
        case AssignOwner() | Disqualify() | StageChange():
            field = _TYPED_FIELD[action.kind]
            waits = field in drafts.get(action.record.object, frozenset())
        case CreateTask() | AddNote() | CloseTask() | MergeRequest():
            waits = bool(drafts.get("Task"))
        case _:
            waits = False
    return (action.model_copy(update={"opt_in": True}) if waits else action,)
