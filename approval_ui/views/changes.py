"""The actions of a proposal as rows: what is there now, what will be there, why, and what can be edited."""

from dataclasses import dataclass, field
from typing import assert_never

from approval_ui.rechecks import owner_choices
from approval_ui.views.wording import field_label, value_text
from domain.cards import ReviewCard
from domain.model import Scalar
from domain.proposals import (
    Action,
    AddNote,
    AssignOwner,
    CloseTask,
    CreateLead,
    CreateTask,
    DeleteCreated,
    Disqualify,
    MergeRequest,
    ProposalContent,
    SendEmail,
    StageChange,
    UpdateFields,
)
from domain.revising import EDITABLE

Submitted = dict[tuple[str, str], str]
"""What a form held, by action key and field: shown again when a decision was not taken."""


@dataclass(frozen=True)
class Editor:
    """One input. `original` is what the proposal says; anything else is an edit."""

    name: str
    label: str
    kind: str
    value: str
    original: str
    options: tuple[tuple[str, str], ...] = ()
    maxlength: int = 255

    @property
    def edited(self) -> bool:
        return self.value != self.original


@dataclass(frozen=True)
class Row:
    """One line of the diff. `after` is marked as new; `text` is for what has no before."""

    label: str
    before: str = ""
    after: str = ""
    text: str = ""
    long: str = ""
    evidence: tuple[str, ...] = ()
    editors: tuple[Editor, ...] = ()

    @property
    def edited(self) -> bool:
        return any(e.edited for e in self.editors)


@dataclass(frozen=True)
class Change:
    """One action with its tick."""

    key: str
    kind: str
    name: str
    rows: tuple[Row, ...]
    ticked: bool = True
    after_mail: bool = False
    opt_in: bool = False


@dataclass(frozen=True)
class Scene:
    """What rows need besides their action."""

    card: ReviewCard
    content: ProposalContent
    proposed: ProposalContent
    """What was proposed; differs from `content` where a round was decided with edits."""
    submitted: Submitted = field(default_factory=dict)
    ticked: frozenset[str] | None = None

    def name(self, record_id: str) -> str:
        # Somebody whom the CRM does not know was considered without an id: nothing is not their name.
        if not record_id:
            return ""
        known = self.card.names.get(record_id)
        if known:
            return known
        return next((c.name for c in self.card.routing.considered if c.owner_id == record_id), record_id)

    def is_ticked(self, key: str) -> bool:
        if self.ticked is not None:
            return key in self.ticked
        action = self.content.action(key)
        return action is None or not action.opt_in

    def editor(
        self,
        action: Action,
        attribute: str,
        current: Scalar,
        *,
        label: str = "",
        kind: str = "text",
        options: tuple[tuple[str, str], ...] = (),
        maxlength: int = 255,
    ) -> Editor:
        before = self.proposed.action(action.key)
        return Editor(
            name=f"edit.{action.key}.{attribute}",
            label=label or field_label(attribute),
            kind=kind,
            value=self.submitted.get((action.key, attribute), form_text(current)),
            original=form_text(value_at(before, attribute) if before is not None else current),
            options=options,
            maxlength=maxlength,
        )

    def owners(self) -> tuple[tuple[str, str], ...]:
        return tuple(owner_choices(self.card, self.content).items())


def as_signed(proposed: ProposalContent, final: ProposalContent) -> ProposalContent:
    """Every proposed action in the form in which it was signed; left-out ones as they were proposed."""
    return proposed.model_copy(update={"actions": tuple(final.action(a.key) or a for a in proposed.actions)})


def form_text(value: Scalar) -> str:
    """A value as an input holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def from_form(text: str, like: Scalar) -> Scalar:
    """The inverse of `form_text` for a value that was of the type of `like`. Raises `ValueError`."""
    text = text.replace("\r\n", "\n")
    if isinstance(like, bool):
        return text == "true"
    if isinstance(like, int | float):
        if not text.strip():
            return None
        try:
            number = float(text)
        except ValueError:
            raise ValueError(f"“{text[:40]}” is not a number") from None
        return int(number) if isinstance(like, int) and number.is_integer() else number
    return text if text or like == "" else None


def value_at(action: Action, attribute: str) -> Scalar:
    """What the proposal says at an editable place. Raises `ValueError` where there is no such place."""
    if isinstance(action, UpdateFields):
        for change in action.changes:
            if change.field == attribute:
                return change.after
    elif attribute in EDITABLE[action.kind]:
        value: Scalar = getattr(action, attribute)
        return value
    raise ValueError(f"{attribute} of {action.key} cannot be edited")


def changes_of(scene: Scene) -> tuple[Change, ...]:
    """Every action but the e-mail, which has its own card."""
    return tuple(
        Change(
            key=action.key,
            kind=action.kind,
            name=_name(action),
            rows=_rows(action, scene),
            ticked=scene.is_ticked(action.key),
            after_mail=action.after_mail,
            opt_in=action.opt_in,
        )
        for action in scene.content.actions
        if not isinstance(action, SendEmail)
    )


def _name(action: Action) -> str:
    match action:
        case AssignOwner():
            return "Owner"
        case UpdateFields():
            return ", ".join(field_label(c.field) for c in action.changes)
        case CreateTask():
            return "New task"
        case AddNote():
            return "Note"
        case CreateLead():
            return "New lead"
        case Disqualify():
            return "Disqualify"
        case CloseTask():
            return "Close task"
        case StageChange():
            return "Stage"
        case MergeRequest():
            return "Merge request"
        case DeleteCreated():
            return "Remove record"
        case SendEmail():
            return "E-mail"
    assert_never(action)


def suggested_rows(card: ReviewCard) -> tuple[Row, ...]:
    """What is shown beside the change and written by nobody."""
    return tuple(
        Row(
            label=field_label(change.field),
            before=value_text(change.before),
            after=value_text(change.after),
            evidence=change.evidence,
        )
        for change in card.suggested
    )


def _rows(action: Action, scene: Scene) -> tuple[Row, ...]:
    match action:
        case AssignOwner():
            editor = scene.editor(
                action, "after_owner_id", action.after_owner_id, kind="select", options=scene.owners()
            )
            return (
                Row(
                    label="Owner",
                    before=scene.name(action.before_owner_id) if action.before_owner_id else "nobody",
                    after=scene.name(action.after_owner_id),
                    evidence=action.evidence,
                    editors=(editor,),
                ),
            )
        case UpdateFields():
            return tuple(
                Row(
                    label=field_label(change.field),
                    before=value_text(change.before),
                    after=value_text(change.after),
                    evidence=change.evidence or action.evidence,
                    editors=(_field_editor(scene, action, change.field, change.after),),
                )
                for change in action.changes
            )
        case CreateTask():
            return (_task_row(action, scene),)
        case AddNote():
            return (
                Row(
                    label="Note",
                    text=action.subject,
                    long=action.body,
                    evidence=action.evidence,
                    editors=(
                        scene.editor(action, "subject", action.subject),
                        scene.editor(action, "body", action.body, kind="textarea", label="Text", maxlength=32_000),
                    ),
                ),
            )
        case CreateLead():
            filled = ((name, value) for name, value in action.fields.items() if value not in (None, ""))
            owner = Row(label="Owner", after=scene.name(action.owner_id))
            return (*(Row(label=field_label(name), after=value_text(value)) for name, value in filled), owner)
        case Disqualify():
            return (
                Row(
                    label="Disqualify",
                    before=action.before_status,
                    after=action.after_status,
                    evidence=action.evidence,
                    editors=(
                        scene.editor(
                            action,
                            "reason_code",
                            action.reason_code,
                            kind="select",
                            label="Reason",
                            options=_reasons(scene, action.reason_code),
                        ),
                    ),
                ),
            )
        case StageChange():
            return (
                Row(
                    label="Stage",
                    before=action.before_stage,
                    after=action.after_stage,
                    evidence=action.evidence,
                    editors=(scene.editor(action, "after_stage", action.after_stage, label="Stage"),),
                ),
            )
        case MergeRequest():
            return (
                Row(
                    label="Merge request",
                    text=action.subject,
                    long=action.description,
                    evidence=action.evidence,
                    editors=(
                        scene.editor(action, "subject", action.subject),
                        scene.editor(action, "description", action.description, kind="textarea", maxlength=32_000),
                    ),
                ),
            )
        case CloseTask():
            return (Row(label="Task", before=action.before_status, after=action.after_status),)
        case DeleteCreated():
            return (Row(label="Remove record", text=scene.name(action.record.id)),)
        case SendEmail():
            return ()
    assert_never(action)


def _field_editor(scene: Scene, action: UpdateFields, name: str, after: Scalar) -> Editor:
    fact = scene.card.field_facts.get(action.record.object, {}).get(name)
    if isinstance(after, bool):
        return scene.editor(action, name, after, kind="select", options=(("true", "yes"), ("false", "no")))
    if fact is not None and fact.options and fact.kind != "multipicklist":
        offered = dict.fromkeys((*(("",) if not fact.required else ()), *fact.options, form_text(after)))
        return scene.editor(action, name, after, kind="select", options=tuple((o, o or "empty") for o in offered))
    if isinstance(after, int | float):
        return scene.editor(action, name, after, kind="number")
    long = len(form_text(after)) > 80
    longest = 32_000 if long else 255
    if fact is not None and fact.length:
        longest = min(longest, fact.length) if not long else fact.length
    kind = "date" if fact is not None and fact.kind == "date" else "textarea" if long else "text"
    return scene.editor(action, name, after, kind=kind, maxlength=longest)


def _task_row(action: CreateTask, scene: Scene) -> Row:
    return Row(
        label="New task",
        text=action.subject,
        long=action.description,
        after=" · ".join(part for part in (scene.name(action.owner_id), action.priority) if part),
        before=action.due_date,
        evidence=action.evidence,
        editors=(
            scene.editor(action, "subject", action.subject),
            scene.editor(action, "due_date", action.due_date, kind="date"),
            scene.editor(action, "owner_id", action.owner_id, kind="select", options=_with(scene, action.owner_id)),
            scene.editor(
                action,
                "priority",
                action.priority,
                kind="select",
                options=tuple((p, p) for p in ("High", "Normal", "Low")),
            ),
            scene.editor(action, "description", action.description, kind="textarea", maxlength=32_000),
        ),
    )


def _with(scene: Scene, owner_id: str) -> tuple[tuple[str, str], ...]:
    known = dict(scene.owners())
    known.setdefault(owner_id, scene.name(owner_id))
    return tuple(known.items())


def _reasons(scene: Scene, current: str) -> tuple[tuple[str, str], ...]:
    known = dict(scene.card.reject_reasons)
    known.setdefault(current, current)
    return tuple(known.items())
