"""What a reviewer may change in a proposal, and the content that follows from it. Pure."""

from pydantic import ValidationError

from domain.model import Scalar, Value
from domain.proposals import Action, ProposalContent, UpdateFields, make_content


class Edit(Value):
    """One correction by a reviewer: which action, which of its fields, the new value.

    For `update_fields` the field is a CRM field name; for the others it is the action's own attribute
    (`subject`, `body`, `after_owner_id`, `due_date`, …).
    """

    action_key: str
    field: str
    value: Scalar


EDITABLE: dict[str, frozenset[str]] = {
    "assign_owner": frozenset({"after_owner_id"}),
    "create_task": frozenset({"subject", "description", "owner_id", "due_date", "priority"}),
    "add_note": frozenset({"subject", "body"}),
    "send_email": frozenset({"subject", "body"}),
    "disqualify": frozenset({"reason_code"}),
    "stage_change": frozenset({"after_stage"}),
    "merge_request": frozenset({"subject", "description", "owner_id"}),
    "create_lead": frozenset(),
    "close_task": frozenset(),
    "delete_created": frozenset(),
}
"""What a reviewer may change. Recipient, record and before-values are never editable."""


def revise(content: ProposalContent, *, ticked: frozenset[str], edits: tuple[Edit, ...]) -> ProposalContent:
    """The content that a reviewer signs: unticked actions dropped, edits applied, inverses made anew.

    Actions that claim contact go with the e-mail: where it is dropped, so are they. Raises `ValueError`
    with a sentence for the reviewer where nothing is left or an edit does not fit.
    """
    unknown = ticked - {a.key for a in content.actions}
    if unknown:
        raise ValueError(f"no such action: {', '.join(sorted(unknown))}")
    kept = [a for a in content.actions if a.key in ticked]
    if content.mail is not None and content.mail.key not in ticked:
        kept = [a for a in kept if not a.after_mail]
    if not kept:
        raise ValueError("nothing is ticked; reject the proposal instead")
    by_key = {a.key: a for a in kept}
    for edit in edits:
        if edit.action_key not in by_key:
            raise ValueError(f"an edit names {edit.action_key}, which is not ticked")
        by_key[edit.action_key] = _apply(by_key[edit.action_key], edit)
    return make_content(
        org_id=content.org_id,
        case_id=content.case_id,
        round=content.round,
        motion=content.motion,
        actions=tuple(by_key[a.key] for a in kept),
        expected=content.expected,
    )


def _apply(action: Action, edit: Edit) -> Action:
    if isinstance(action, UpdateFields):
        if edit.field not in {c.field for c in action.changes}:
            raise ValueError(f"{edit.field} is not part of {action.key}")
        changes = tuple(
            c.model_copy(update={"after": edit.value}) if c.field == edit.field else c for c in action.changes
        )
        return action.model_copy(update={"changes": changes})
    if edit.field not in EDITABLE[action.kind]:
        raise ValueError(f"{edit.field} of {action.key} cannot be edited")
    try:
        return type(action).model_validate({**action.model_dump(), edit.field: edit.value})
    except ValidationError as refused:
        first = refused.errors(include_input=False)[0]
        raise ValueError(f"{edit.field} of {action.key}: {first['msg']}") from None
