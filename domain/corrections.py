"""What people correct again and again, and the line of the playbook that keeps producing it.

Pure: decided cards come in with their documents. Texts of e-mails and tasks are left out: a writer makes them, no line
does. A correction made on a line that was changed since counts no more.
"""

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from domain.cards import ReviewCard
from domain.decisions import APPROVALS, Verdict
from domain.model import Instant, Scalar, Value
from domain.playbook import Playbook, RoutingStep
from domain.proposals import Action, AssignOwner, CreateTask, Disqualify, ProposalContent, UpdateFields
from domain.reviewer_notes import ReviewerNote
from domain.revising import Edit

KeyPath = tuple[str | int, ...]

_ROWS: dict[RoutingStep, tuple[str, str]] = {
    RoutingStep.RULES: ("rules", "id"),
    RoutingStep.TERRITORY: ("territories", "name"),
    RoutingStep.PRODUCT: ("product_teams", "product"),
    RoutingStep.SIZE: ("segments", "name"),
    RoutingStep.LANGUAGE: ("language_teams", "language"),
    RoutingStep.STRATEGIC: ("strategic", "name"),
    RoutingStep.PARTNER: ("partners", "name"),
}
_SIGNALS = {"Industry": "industry", "NumberOfEmployees": "employees"}


class CorrectionKind(StrEnum):
    OWNER = "owner"
    FIELD = "field"
    DEADLINE = "deadline"
    CLOSING = "closing"


class DecidedCard(Value):
    """One decision that counts, with what was shown and what was said. `playbook_digest` is the case's."""

    card: ReviewCard
    content: ProposalContent
    note: ReviewerNote
    decided_at: Instant
    playbook_digest: str


class Correction(Value):
    """One thing that a person put right. `path` leads to the playbook's line that had produced it.

    `became` is empty where the value was dropped or rejected; for scores and days it is `higher`, `lower`, `earlier` or
    `later`. `was` is empty where it differs from lead to lead by nature, as owners do who take turns.
    """

    kind: CorrectionKind
    about: str
    path: KeyPath
    says: str
    """The line's value in JSON, as it was when it produced this."""
    was: str = ""
    became: str = ""
    case_id: str
    decision_id: str
    reviewer: str
    at: Instant

    @property
    def sameness(self) -> tuple[str, ...]:
        """Equal for the same correction of the same line."""
        return (self.kind, self.about, json.dumps(self.path), self.was, self.became)


class MendOffer(Value):
    """The same correction, often enough: the newest of them first, each of another case."""

    corrections: tuple[Correction, ...]

    @property
    def newest(self) -> Correction:
        return self.corrections[0]


def corrections_of(decided: DecidedCard, playbook: Playbook) -> tuple[Correction, ...]:
    """What this decision put right, by the lines of that playbook; each line and thing once."""
    found: dict[tuple[str, ...], Correction] = {}
    for kind, about, path, was, became in _found(decided, playbook):
        correction = Correction(
            kind=kind,
            about=about,
            path=path,
            says=_says(playbook, path),
            was=was,
            became=became,
            case_id=decided.content.case_id,
            decision_id=decided.note.decision_id,
            reviewer=decided.note.reviewer,
            at=decided.decided_at,
        )
        found.setdefault(correction.sameness, correction)
    return tuple(found.values())


def standing(decided: DecidedCard, then: Playbook, now: Playbook) -> tuple[Correction, ...]:
    """The corrections whose line says today what it said when it produced the value."""
    before = {(c.kind, c.about, c.says) for c in corrections_of(decided, then)}
    return tuple(c for c in corrections_of(decided, now) if (c.kind, c.about, c.says) in before)


def mend_offers(corrections: Sequence[Correction], *, after: int) -> tuple[MendOffer, ...]:
    """What was corrected the same way in at least `after` cases, the most frequent first."""
    groups: dict[tuple[str, ...], dict[str, Correction]] = {}
    for correction in sorted(corrections, key=lambda c: c.at, reverse=True):
        groups.setdefault(correction.sameness, {}).setdefault(correction.case_id, correction)
    offers = [MendOffer(corrections=tuple(g.values())) for g in groups.values() if len(g) >= after]
    return tuple(sorted(offers, key=lambda o: (-len(o.corrections), o.newest.sameness)))


_Finding = tuple[CorrectionKind, str, KeyPath, str, str]


def _found(decided: DecidedCard, playbook: Playbook) -> Iterator[_Finding]:
    card, content, note = decided.card, decided.content, decided.note
    if note.verdict == Verdict.REJECT:
        yield from _rejected(card, content, note, playbook)
    if note.verdict not in {v.value for v in APPROVALS}:
        return
    for edit in note.edits:
        action = content.action(edit.action_key)
        if action is not None:
            yield from _edited(card, action, edit, playbook)
    for key in note.unticked:
        action = content.action(key)
        if action is not None:
            yield from _dropped(card, action, playbook)


def _rejected(card: ReviewCard, content: ProposalContent, note: ReviewerNote, playbook: Playbook) -> Iterator[_Finding]:
    """Whoever rejects a closing says that the lead stays; else the reason says what was wrong."""
    closing = next((a for a in content.actions if isinstance(a, Disqualify)), None)
    if closing is not None:
        yield from _dropped(card, closing, playbook)
        return
    reason = next((r for r in playbook.reasons_to_reject(content.motion) if r.code == note.reason_code), None)
    if reason is None:
        return
    match reason.faults:
        case "owner":
            yield (CorrectionKind.OWNER, "owner", _owner_line(card, playbook), "", "")
        case "score":
            yield (CorrectionKind.FIELD, "score", _score_line(card, playbook, lower=True), "", "lower")
        case "":
            return


def _edited(card: ReviewCard, action: Action, edit: Edit, playbook: Playbook) -> Iterator[_Finding]:
    after = _text(edit.value)
    match action:
        case AssignOwner() | CreateTask() if edit.field in {"after_owner_id", "owner_id"}:
            yield (CorrectionKind.OWNER, "owner", _owner_line(card, playbook), "", after)
        case CreateTask() if edit.field in {"due_date", "priority"}:
            line = (*_band_line(card, playbook), "respond_within" if edit.field == "due_date" else "rating")
            if edit.field == "due_date":
                after = "earlier" if after < action.due_date else "later"
            yield (CorrectionKind.DEADLINE, edit.field, line, "", after)
        case Disqualify():
            yield (CorrectionKind.CLOSING, "reason", _closing_line(card, playbook), action.reason_code, after)
        case UpdateFields():
            change = next((c for c in action.changes if c.field == edit.field), None)
            if change is not None:
                yield _field(card, action, edit.field, change.after, edit.value, playbook)
        case _:
            return


def _field(
    card: ReviewCard, action: UpdateFields, name: str, was: Scalar, became: Scalar, playbook: Playbook
) -> _Finding:
    if name == "Agent_Score__c" and isinstance(was, int | float) and isinstance(became, int | float):
        lower = became < was
        line = _score_line(card, playbook, lower=lower)
        return (CorrectionKind.FIELD, "score", line, "", "lower" if lower else "higher")
    line = _field_line(card, action.record.object, name, playbook)
    return (CorrectionKind.FIELD, name, line, _text(was), _text(became))


def _dropped(card: ReviewCard, action: Action, playbook: Playbook) -> Iterator[_Finding]:
    match action:
        case AssignOwner():
            yield (CorrectionKind.OWNER, "owner", _owner_line(card, playbook), "", "")
        case Disqualify():
            yield (CorrectionKind.CLOSING, "closing", _closing_line(card, playbook), "", "")
        case UpdateFields():
            for change in action.changes:
                # A field that waits for the e-mail went with it; nobody said that its value was wrong.
                if not action.after_mail:
                    line = _field_line(card, action.record.object, change.field, playbook)
                    yield (CorrectionKind.FIELD, change.field, line, _text(change.after), "")
        case _:
            return


def _owner_line(card: ReviewCard, playbook: Playbook) -> KeyPath:
    """The row that chose the team; the rank of the precedence where the step has no rows."""
    for row in card.routing.rows:
        step_name, _, name = row.partition(" ")
        step = next((s for s in RoutingStep if s.value == step_name), None)
        if step is None:
            continue
        if step in _ROWS and name:
            part, key = _ROWS[step]
            rows = getattr(playbook.routing, part)
            for n, candidate in enumerate(rows):
                if str(getattr(candidate, key)) == name:
                    return ("routing", part, n)
        for n, rank in enumerate(playbook.routing.precedence):
            if step in rank:
                return ("routing", "precedence", n)
    return ("routing", "precedence")


def _band_line(card: ReviewCard, playbook: Playbook) -> KeyPath:
    n = next((n for n, b in enumerate(playbook.bands) if b.name == card.qualification.band), None)
    return ("bands",) if n is None else ("bands", n)


def _score_line(card: ReviewCard, playbook: Playbook, *, lower: bool) -> KeyPath:
    """The rule that pushed hardest in the direction that was wrong."""
    ids = [r.id for r in playbook.score_rules]
    lines = [line for line in card.qualification.lines if line.rule in ids and (line.points > 0) == lower]
    if not lines:
        return _band_line(card, playbook)
    return ("score_rules", ids.index(max(lines, key=lambda line: abs(line.points)).rule))


def _closing_line(card: ReviewCard, playbook: Playbook) -> KeyPath:
    hits = {h.rule for h in card.qualification.disqualifiers}
    for n, rule in enumerate(playbook.disqualifiers):
        if rule.id in hits:
            return ("disqualifiers", n)
    return ("disqualify_reasons", card.qualification.fit.value)


def _field_line(card: ReviewCard, object_name: str, name: str, playbook: Playbook) -> KeyPath:
    if name in {"Rating", "Agent_Band__c"}:
        return _band_line(card, playbook)
    if name == "Status":
        return ("contacted_status",)
    signal = _SIGNALS.get(name, "")
    if signal:
        return ("enrichment", "wins", signal) if signal in playbook.enrichment.wins else ("enrichment", "providers")
    mapped = playbook.objects.get(object_name)
    if mapped is not None and name in mapped.fields:
        return ("objects", object_name, "fields", name)
    return ("allowed_fields", object_name)


def _says(playbook: Playbook, path: KeyPath) -> str:
    """The value at the path in JSON; empty where the playbook has none."""
    here: Any = playbook.model_dump(mode="json")
    try:
        for part in path:
            here = here[part]
    except (KeyError, IndexError):
        return ""
    return json.dumps(here, sort_keys=True, ensure_ascii=False)


def _text(value: Scalar) -> str:
    return "" if value is None else str(value).strip()
