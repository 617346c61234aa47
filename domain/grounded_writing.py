"""Writing held to its evidence: draft, check, once more with the findings, strike what remains, fill up the brief."""

from collections.abc import Callable

from domain.drafting import Draft, DraftRequest, DraftSentence, Meeting
from domain.errors import ModelError
from domain.evidence import EvidenceBook
from domain.grounding import Allowed, ForTheBrief, ground, states_something
from domain.meetings import summary_by_rules
from domain.model_budget import ClaimCount
from domain.ports import DraftWriter


def findings_of(before: Draft, after: Draft) -> tuple[str, ...]:
    """What grounding struck or took out, one sentence each, for the next try."""
    findings = [f"“{s.text}”: {s.why}" for s in after.stated() if s.struck]
    changed = [n for n in ("subject", "task_subject", "task_description") if getattr(before, n) != getattr(after, n)]
    return (*findings, *(f"{name}: says something that no fact supports" for name in changed))


def counted(draft: Draft, allowed: Allowed | None = None) -> ClaimCount:
    """Of a checked draft: its sentences that state something, and those of them that were struck."""
    made = [s for s in draft.stated() if s.struck or s.evidence or states_something(s.text, allowed)]
    return ClaimCount(claims=len(made), unsupported=sum(s.struck for s in made))


def draft_grounded(
    writer: DraftWriter, request: DraftRequest, judged: Callable[[ClaimCount], None] = lambda _: None
) -> Draft:
    """Draft, check; where something was struck, once more with the findings; strike what remains.

    `judged` is told what the check of the first answer found. Raises `ModelError` where the first try fails. A second
    try that fails leaves the first, struck. Usage adds up over both.
    """
    offered = (*request.facts, *request.product_statements, *request.recalled)
    allowed, brief = Allowed.by(request), ForTheBrief.of(request)
    first = _declining(writer.draft(request), request.decline)
    checked = ground(first, offered, allowed, brief)
    judged(counted(checked, allowed))
    findings = findings_of(first, checked)
    if not findings:
        return completed(checked, request)
    try:
        second = _declining(writer.draft(request.model_copy(update={"findings": findings})), request.decline)
    except ModelError:
        return completed(checked, request)
    again = ground(second, offered, allowed, brief)
    return completed(again.model_copy(update={"usage": first.usage + second.usage}), request)


def completed(draft: Draft, request: DraftRequest) -> Draft:
    """The draft with what the writer left out of the brief, in the words of the rules: a line about the account of
    which no kept sentence speaks, and the summary of a meeting that it did not sum up, was not shown or got wrong."""
    told = {e for s in draft.account_brief if not s.struck for e in s.evidence}
    left_out = (line for line in request.account_lines if not set(line.evidence) <= told)
    lines = tuple(DraftSentence(text=line.text, evidence=line.evidence) for line in left_out)
    known = {m.key for m in draft.meetings if any(not s.struck for s in m.sentences())}
    kept = {m.key: m for m in draft.meetings if m.key in known}
    spoken = tuple(kept.get(m.key) or summary_by_rules(m) for m in request.meetings)
    return draft.model_copy(
        update={
            "account_brief": (*draft.account_brief, *lines),
            "meetings": tuple(m for m in spoken if m.sentences()),
            "follow_up": request.earlier is not None and bool(draft.paragraphs),
        }
    )


def _declining(draft: Draft, decline: str) -> Draft:
    """The draft with the sentence that declines before its last paragraph, whatever the writer thought of it."""
    if not decline or not draft.paragraphs:
        return draft
    *before, last = draft.paragraphs
    return draft.model_copy(update={"paragraphs": (*before, (DraftSentence(text=decline),), last)})


def cite_spoken(draft: Draft, meetings: tuple[Meeting, ...], book: EvidenceBook) -> Draft:
    """The draft with the sentences of calls that it rests on cited in `book`; the many others leave no footnote.

    A sentence that was struck may name what was never said, and keeps it.
    """
    spoken = {line.evidence.id: line.evidence for m in meetings for line in m.lines}
    used = dict.fromkeys(e for s in draft.stated() for e in s.evidence if e in spoken)
    ids: dict[str, str] = {}
    for old in used:
        said = spoken[old]
        ids[old] = book.cite(
            said.source, said.system, said.record, said.field, observed_at=said.observed_at, quote=said.quote
        )

    def cited(sentences: tuple[DraftSentence, ...]) -> tuple[DraftSentence, ...]:
        return tuple(s.model_copy(update={"evidence": tuple(ids.get(e, e) for e in s.evidence)}) for s in sentences)

    return draft.model_copy(
        update={
            "talking_points": cited(draft.talking_points),
            "account_brief": cited(draft.account_brief),
            "paragraphs": tuple(cited(p) for p in draft.paragraphs),
            "meetings": tuple(m.revised(lambda _, said: cited(said)) for m in draft.meetings),
        }
    )
