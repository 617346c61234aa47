"""The grounding checker for anyone: a claim and its evidence in, a verdict with reasons out.

    >>> verify("You have 540 employees.", "We have 450 employees.").supported
    False

Pure and deterministic. `domain.claim_support` holds the rules; `domain.grounding` applies the same ones to whole
drafts.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from domain.claim_support import GroundingVerdict, check
from domain.evidence import Evidence, EvidenceSource

_LONGEST = 50_000
"""Characters of one claim or of one piece of evidence that are read."""
_MOST = 2_000
_WHEN = datetime(1970, 1, 1, tzinfo=UTC)

_FIELD = re.compile(r"(?P<field>(?:[A-Z]\w*\.)?[A-Z]\w*?(?:[a-z][A-Z]|__)\w*)\s*[:=]\s*(?P<value>\S[^\n]*)")
"""A field by its API name, as systems print it."""

EvidenceLike = str | Evidence | Mapping[str, object] | None


def verify(claim: str, evidence: EvidenceLike | Iterable[EvidenceLike]) -> GroundingVerdict:
    """Whether the evidence, taken together, bears the claim out; `reasons` name what is missing or contradicted.

    Evidence is one piece or many. A piece is a text, an `Evidence`, or a mapping with `quote`, `text` or `value`
    and, for a bare value, the `field` that held it (`NumberOfEmployees`). Empty pieces count for nothing. Never raises
    for what the texts say; without evidence, or with an empty claim, the verdict is unsupported.
    """
    said = _text(claim)
    if not said:
        return GroundingVerdict(supported=False, reasons=("no claim is made",))
    single = evidence is None or isinstance(evidence, str | Evidence | Mapping)
    given: Iterable[object] = (evidence,) if single else evidence  # type: ignore[assignment]
    pieces = [piece for number, one in enumerate(given) if number < _MOST and (piece := _piece(number, one))]
    return check(said, pieces)


def _piece(number: int, given: object) -> Evidence | None:
    match given:
        case Evidence():
            return given
        case Mapping():
            field = _text(given.get("field"))
            value = _text(given.get("value"))
            quote = _text(given.get("quote") or given.get("text"))
        case _:
            field, value, quote = _labelled(_text(given))
    if not (value or quote):
        return None
    return Evidence(
        id=f"e{number + 1}",
        source=EvidenceSource.CONTEXT,
        system="given",
        record="given",
        field=field,
        value=value or None,
        quote=quote or None,
        observed_at=_WHEN,
    )


def _labelled(text: str) -> tuple[str, str, str]:
    """Field, value and quote of a text: `Account.NumberOfEmployees: 450` is a field with its value, not a sentence."""
    found = _FIELD.fullmatch(text)
    return (found["field"], found["value"], "") if found else ("", "", text)


def _text(given: object) -> str:
    return "" if given is None else str(given).replace("\x00", " ").strip()[:_LONGEST]
