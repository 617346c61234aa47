"""What must be in the CRM, from what people did and signed; what the product says of itself counts for nothing."""

from dataclasses import dataclass, field

from domain.model import Scalar

Fields = dict[str, Scalar]


@dataclass
class Approval:
    """One signed approval. `expects` and `sets` are its field changes; `creates` the subjects of its tasks."""

    decision_id: str
    case_id: str
    key: str
    digest: str
    expects: Fields
    sets: Fields
    creates: tuple[str, ...]
    proposed_at_touch: int
    """How many times people had worked with the lead when it was proposed."""
    attempts: int = 0
    committed: bool = False
    settled: str = ""
    """The named outcome that ended it; empty while it is still to be written."""


@dataclass
class Written:
    """One commit as the model saw it happen: per field what stood before and after, and the tasks it made."""

    key: str
    before: Fields
    after: Fields
    tasks: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


@dataclass
class TaskState:
    subject: str
    by: str
    changed_by_hand: bool = False
    gone: bool = False


@dataclass
class Undoing:
    """One signed undo: of which commit, and which decision signed it."""

    decision_id: str
    case_id: str
    of: str
    key: str
    digest: str
    attempts: int = 0
    committed: bool = False
    ended: bool = False


@dataclass
class Model:
    fields: Fields
    tasks: dict[str, TaskState] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)
    touches: int = 0

    def moved(self, approval: Approval) -> bool:
        return any(self.fields[name] != value for name, value in approval.expects.items())

    def write(self, approval: Approval, made: dict[str, str]) -> None:
        """`made`: id to subject of the tasks that carry its key."""
        before = {name: self.fields[name] for name in approval.sets}
        self.fields.update(approval.sets)
        for task_id, subject in made.items():
            self.tasks[task_id] = TaskState(subject=subject, by=approval.key)
        self.written[approval.key] = Written(approval.key, before, dict(approval.sets), tasks=tuple(made))
        approval.committed = True

    def restorable(self, key: str) -> tuple[Fields, tuple[str, ...]]:
        """What an undo of that commit may put back now, and which tasks it may delete."""
        commit = self.written[key]
        values = {
            name: commit.before[name]
            for name, value in commit.after.items()
            if self.fields[name] == value and commit.before[name] != value
        }
        tasks = tuple(t for t in commit.tasks if not self.tasks[t].gone and not self.tasks[t].changed_by_hand)
        return values, tasks

    def undo(self, undoing: Undoing) -> None:
        values, tasks = self.restorable(undoing.of)
        before = {name: self.fields[name] for name in values}
        self.fields.update(values)
        for task_id in tasks:
            self.tasks[task_id].gone = True
        self.written[undoing.key] = Written(undoing.key, before, values, deleted=tasks)
        undoing.committed = True
