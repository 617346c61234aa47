"""Checks that a card shows only where there is something to see: what was asked, not read, disputed or not answered."""

from collections.abc import Sequence

from domain.cards import Check
from domain.citing import cite_signal
from domain.commercial import commercial_in
from domain.enrichment import Enrichment, Signal
from domain.evidence import EvidenceBook
from domain.leads import Inquiry
from domain.reading import ReadFacts
from domain.texts import clean


def fishing_checks(facts: ReadFacts) -> tuple[Check, ...]:
    """Only where something was asked; the draft declines it."""
    asked = facts.fishing
    if not asked:
        return ()
    detail = clean("; ".join(f"“{clean(f.quote, 120)}”" for f in asked[:3]), 400)
    return (Check(name="sensitive question", passed=False, verdict="Declined in the draft.", detail=detail),)


def language_checks(facts: ReadFacts) -> tuple[Check, ...]:
    """Only where something was not read: what it says is in no score, and a person has to look."""
    unread = facts.unread
    if unread is None:
        return ()
    language = unread.language or "a language that is not known here"
    quote = f"“{clean(unread.quote, 120)}”"
    if not unread.whole:
        detail = f"A passage in {language} was not read, and the score may miss what it says: {quote}"
        return (Check(name="language", passed=False, verdict="Read in part.", detail=detail),)
    detail = (
        f"It is in {language}, which no phrases are there for: the score may miss what it says, "
        f"and no e-mail answers it. Read it and answer by hand: {quote}"
    )
    return (Check(name="language", passed=False, verdict="Not read.", detail=detail),)


def commercial_checks(inquiries: Sequence[Inquiry]) -> tuple[Check, ...]:
    """Only where somebody asks about money or terms. The draft settles none of it: that is left to whoever signs."""
    asked = commercial_in("\n".join(i.message for i in inquiries))
    if not asked:
        return ()
    detail = clean("; ".join(f"{kind.value}: “{clean(said, 60)}”" for kind, said in asked), 400)
    return (Check(name="commercial terms", passed=True, verdict="For a person; not in the draft.", detail=detail),)


def writer_checks(fallback: str) -> tuple[Check, ...]:
    """Only where the template writer stood in for the model."""
    if not fallback:
        return ()
    return (Check(name="writer", passed=False, verdict="Template writer.", detail=clean(fallback, 400)),)


def source_checks(enrichment: Enrichment, book: EvidenceBook) -> tuple[Check, ...]:
    """Sources that disagree, side by side, and the providers that did not answer."""
    checks = []
    if disputed := enrichment.disputed():
        sides = {name: enrichment.conflicts(name) for name in disputed}
        checks.append(
            Check(
                name="sources",
                passed=False,
                verdict="Disagree.",
                detail=clean("; ".join(_side_by_side(name, said) for name, said in sides.items()), 600),
                evidence=tuple(dict.fromkeys(cite_signal(book, s) for said in sides.values() for s in said)),
            )
        )
    if down := enrichment.down():
        names = ", ".join(name.replace("_", " ") for name in down)
        detail = f"{names} did not answer; what others say counts less until then"
        checks.append(Check(name="enrichment", passed=False, verdict="Incomplete.", detail=detail))
    return tuple(checks)


def _side_by_side(name: str, said: Sequence[Signal]) -> str:
    """`employees: 450 (Salesforce) is used, not 90 (website)`."""
    used, *others = [f"{clean(str(s.value), 60)} ({s.system})" for s in said]
    return f"{name.replace('_', ' ')}: {used} is used, not {', '.join(dict.fromkeys(others))}"
