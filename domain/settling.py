"""Which signals may be used and whom to believe: the playbook's word over what the providers said. Pure."""

from collections.abc import Iterable

from domain.enrichment import SENSITIVE, Enrichment, Signal, Unknown
from domain.playbook import EnrichmentRules

UNCORROBORATED = 0.85
"""A value counts this much where a provider that might have confirmed or contradicted it did not answer."""


def settle(signals: Iterable[Signal], rules: EnrichmentRules) -> Enrichment:
    """What may be used, winner first per name.

    Dropped: names that are never inferred, what a provider may not contribute, and technographic and budget
    signals without approval. `wins` orders the providers of one name; who is not named there follows in the
    order of `providers`. Known values lose confidence where a provider of the same name was down.
    """
    kept = [s for s in signals if _may_be_used(s, rules)]
    unanswered = {s.name for s in kept if s.unknown is Unknown.DOWN}
    weighed = [
        s.model_copy(
            update={
                "confidence": round(s.confidence * UNCORROBORATED, 2),
                "note": "; ".join(n for n in (s.note, "another source did not answer") if n),
            }
        )
        if s.value is not None and s.name in unanswered
        else s
        for s in kept
    ]
    return Enrichment(signals=tuple(sorted(weighed, key=lambda s: _place(s, rules))))


def _may_be_used(signal: Signal, rules: EnrichmentRules) -> bool:
    if signal.name in rules.never_infer:
        return False
    kind = SENSITIVE.get(signal.name)
    if kind is not None and kind not in rules.approved:
        return False
    return not any(p == signal.provider and signal.name not in names for p, names in rules.allowed.items())


def _place(signal: Signal, rules: EnrichmentRules) -> int:
    order: list[str] = list(dict.fromkeys((*rules.wins.get(signal.name, ()), *rules.providers)))
    return order.index(signal.provider) if signal.provider in order else len(order)
