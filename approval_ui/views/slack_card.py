"""A card as a Slack modal. It shows everything that a signature would cover, or it shows nothing and links to the page.

Text from outside is plain text: Slack renders no mention, link or formatting of it.
https://docs.slack.dev/reference/views/modal-views and /reference/block-kit/blocks for the limits.
"""

import json
from typing import Any

from pydantic import Field

from approval_ui.views.changes import Change
from approval_ui.views.review import ReviewView
from approval_ui.views.wording import VERDICT
from domain.cards import ReviewCard
from domain.decisions import Verdict
from domain.model import Value
from domain.proposals import ProposalContent

DECIDE = "decide"
MOST_BLOCKS = 100
_LONGEST_TEXT = 3000
_MOST_METADATA = 3000
_VERDICTS = (Verdict.APPROVE, Verdict.REJECT)


class Shown(Value):
    """What a modal was opened with, kept by Slack until it is submitted."""

    case_id: str = Field(max_length=64)
    round: int = Field(ge=1, le=10_000)
    digest: str = Field(max_length=64)


def card_view(view: ReviewView, card: ReviewCard, content: ProposalContent, page: str) -> dict[str, Any] | None:
    """The modal with its decision; None where it would not fit as a whole."""
    blocks: list[dict[str, Any]] = [
        _section(view.title),
        _context(" · ".join(p for p in (view.sub, view.risk_text, f"{view.next_step} in {view.next_left}") if p)),
    ]
    blocks += [_section(f"Failed check: {check.name}. {check.verdict} {check.detail}") for check in view.failed]
    if view.level_note:
        blocks.append(_section(view.level_note))
    blocks.append({"type": "header", "text": _plain("What will change in the CRM")})
    for change in view.changes:
        blocks += _sections(_told(change))
    mail = content.mail
    if mail is not None and view.mail is not None:
        blocks.append({"type": "header", "text": _plain("E-mail")})
        head = f"To: {view.mail.to_line}\nFrom: {view.mail.from_line}\nSubject: {mail.subject}"
        blocks += _sections(f"{head}\n\n{mail.body}\n\n{mail.footer}")
    blocks += [_context(f"{view.undoable}. Signed over {view.digest[:16]}."), *_form(view, card), _link(page)]
    shown = Shown(case_id=view.case_id, round=view.round, digest=view.digest).model_dump_json()
    if len(blocks) > MOST_BLOCKS or len(shown) > _MOST_METADATA:
        return None
    return {
        "type": "modal",
        "callback_id": DECIDE,
        "private_metadata": shown,
        "title": _plain("Review"),
        "submit": _plain("Sign"),
        "close": _plain("Not now"),
        "blocks": blocks,
    }


def _told(change: Change) -> str:
    """One action as lines of text: all that the page shows of it, inputs included, since they are signed too."""
    lines = [change.name + (" (after the e-mail)" if change.after_mail else "")]
    for row in change.rows:
        if row.text:
            lines.append(f"{row.label}: {row.text}")
            lines += [part for part in (row.before, row.after, row.long) if part]
        else:
            lines.append(f"{row.label}: {row.before} → {row.after}" if row.before else f"{row.label}: {row.after}")
        for editor in row.editors:
            value = dict(editor.options).get(editor.value, editor.value)
            if value and value not in "\n".join(lines):
                lines.append(f"{editor.label}: {value}")
    return "\n".join(lines)


def _form(view: ReviewView, card: ReviewCard) -> list[dict[str, Any]]:
    allowed = [v for v in _VERDICTS if not (view.cannot_decide if v is Verdict.APPROVE else view.cannot_reject)]
    names = {Verdict.APPROVE: "Approve everything as shown", Verdict.REJECT: "Reject"}
    form: list[dict[str, Any]] = [
        _input(
            "verdict", "Decision", {"type": "radio_buttons", "options": [_option(v.value, names[v]) for v in allowed]}
        )
    ]
    if card.reject_reasons:
        reasons = [_option(code, label) for code, label in card.reject_reasons]
        form.append(
            _input("reason", "Reason for a rejection", {"type": "static_select", "options": reasons}, optional=True)
        )
    text = {"type": "plain_text_input", "multiline": True, "max_length": _LONGEST_TEXT}
    return [*form, _input("text", "Note", text, optional=True)]


def told_view(heading: str, sentence: str, page: str = "") -> dict[str, Any]:
    """A modal that only says something."""
    blocks = [*_sections(sentence)]
    if page.startswith("http"):
        blocks.append(_link(page))
    return {"type": "modal", "title": _plain(heading[:24]), "close": _plain("Close"), "blocks": blocks}


def taken_view(verdict: Verdict, name: str, page: str) -> dict[str, Any]:
    """Signed and stored. Whether the engine has heard of it is seen on the page."""
    return told_view("Decided", f"Signed as {name}: {VERDICT[verdict]}.", page)


def submitted(state: dict[str, Any]) -> dict[str, str]:
    """The form's values by block: verdict, reason, text. What is missing or of another shape is empty."""
    found: dict[str, str] = {}
    for name in ("verdict", "reason", "text"):
        value: Any = state.get("values")
        # By block, then by action; both bear the input's name.
        for _ in range(2):
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, dict):
            value = {}
        option = value.get("selected_option")
        chosen = option.get("value") if isinstance(option, dict) else value.get("value")
        found[name] = chosen if isinstance(chosen, str) else ""
    return found


def errors_view(block: str, sentence: str) -> dict[str, Any]:
    """Keeps the modal open with the sentence under one of its inputs."""
    return {"response_action": "errors", "errors": {block: sentence}}


def parse_shown(metadata: str) -> Shown | None:
    try:
        return Shown.model_validate(json.loads(metadata))
    except (ValueError, RecursionError):
        return None


def shown_of(case_id: str, number: str) -> Shown | None:
    """What a message's button names; its digest is read when the card is shown."""
    if not number.isdecimal() or len(number) > 5:
        return None
    try:
        return Shown(case_id=case_id, round=int(number), digest="")
    except ValueError:
        return None


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text or "–", "emoji": False}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _plain(text[:_LONGEST_TEXT])}


def _sections(text: str) -> list[dict[str, Any]]:
    """As many as the text needs: nothing of what is signed is cut."""
    pieces = [text[i : i + _LONGEST_TEXT] for i in range(0, len(text), _LONGEST_TEXT)] or [""]
    return [_section(piece) for piece in pieces]


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_plain(text[:_LONGEST_TEXT])]}


def _input(name: str, label: str, element: dict[str, Any], *, optional: bool = False) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "label": _plain(label),
        "optional": optional,
        "element": {"action_id": name, **element},
    }


def _option(value: str, label: str) -> dict[str, Any]:
    return {"text": _plain(label[:75]), "value": value[:150]}


def _link(page: str) -> dict[str, Any]:
    button: dict[str, Any] = {
        "type": "button",
        "text": _plain("Edit, tick or redraft on the page"),
        "action_id": "open_page",
    }
    if not page.startswith("http"):
        return _context("Edit, tick or redraft on the approval page.")
    return {"type": "actions", "elements": [{**button, "url": page}]}
