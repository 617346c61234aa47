"""Does the evidence say what one claim says? Deterministic, and knows nothing of drafts.

What can be verified (names, figures, dates, quotes, links, addresses, big words) must stand in the evidence. Where both
speak one language, the claim must also be about the same thing and must not turn a no into a yes.
"""

import re
from collections.abc import Sequence

from domain.evidence import Evidence, EvidenceSource
from domain.figures import agree, is_number_word
from domain.model import Value
from domain.relations import contradictions
from domain.texts import QUOTED
from domain.verifiable import Part, PartKind, parts_of, plain
from domain.wording import content_stems, fold, language_of, stem, words_of

_SHARED = 0.5
"""How much of what a statement is about must be in its evidence, where both speak one language."""
_SHARED_PRODUCT = 0.6
"""The same for statements about our own product, which are approved word by word."""


class GroundingVerdict(Value):
    """`reasons` says, for a reviewer, what was not found; empty where supported."""

    supported: bool
    reasons: tuple[str, ...] = ()


def check(claim: str, evidence: Sequence[Evidence]) -> GroundingVerdict:
    """Whether the evidence supports the claim. A claim without anything to verify is supported by any evidence."""
    if not evidence:
        return GroundingVerdict(supported=False, reasons=("no evidence is cited",))
    reasons = [missing(part) for part in parts_of(claim) if not is_in(part, evidence)]
    reasons += _off_topic(claim, evidence) or contradictions(unquoted(claim), *_said_and_held(evidence))
    return GroundingVerdict(supported=not reasons, reasons=tuple(dict.fromkeys(reasons)))


def is_in(part: Part, evidence: Sequence[Evidence]) -> bool:
    """Whether some entry holds what the part says."""
    return any(_is_in_one(part, entry) for entry in evidence)


def _texts(evidence: Evidence) -> tuple[str, ...]:
    """What the entry says, and what its field is called: `NumberOfEmployees` speaks of employees."""
    label = re.sub(r"(?<=[a-z])(?=[A-Z])|__c$|[_.]", " ", evidence.field)
    return tuple(t for t in (evidence.value, evidence.quote, label) if t)


def _is_in_one(part: Part, entry: Evidence) -> bool:
    said = [t for t in (entry.value, entry.quote) if t]
    match part.kind:
        case PartKind.QUOTE:
            return any(f" {key} " in f" {_spaced(t)} " for key in map(_spaced, part.keys) for t in said)
        case PartKind.NAME:
            known = {w for t in _texts(entry) for w in words_of(t)}
            return part.keys <= known or any(fold(part.text) == fold(t) for t in said)
        case _:
            return any(_bears_out(part, p) for t in said for p in _parts_with_quoted(t))


def _bears_out(said: Part, known: Part) -> bool:
    if said.figure and known.figure:
        return agree(said.figure, known.figure)
    return said.kind is known.kind and bool(said.keys & (known.keys | known.implies))


def _spaced(text: str) -> str:
    return " ".join(re.findall(r"[\w']+|[^\w\s]", plain(text)))


def _parts_with_quoted(text: str) -> tuple[Part, ...]:
    """Evidence says its quoted words, too, so quotation marks are no shield there."""
    return parts_of(re.sub(r"[“”„\"«»‹›]", " ", text))


def missing(part: Part) -> str:
    """For a reviewer, that it was not found."""
    return f"the {part.kind.value} “{part.text}” is not in the evidence"


def _off_topic(claim: str, evidence: Sequence[Evidence]) -> list[str]:
    """Too little in common. Only asked where the languages are the same, or the evidence is a bare value."""
    own_words = unquoted(claim)
    about = content_stems(own_words) - {stem(w) for w in words_of(own_words) if is_number_word(w)}
    if not about:
        return []
    language = language_of(own_words)
    spoken = [(e, language_of(" ".join(t for t in (e.value, e.quote) if t))) for e in evidence]
    product = any(e.source is EvidenceSource.PLAYBOOK for e in evidence)
    if language and not any(code in {language, ""} for _, code in spoken):
        return []
    known = {stem(w) for e, _ in spoken for t in _texts(e) for w in words_of(t)}
    known |= {p for e in evidence for p in content_stems(" ".join(_texts(e)))}
    shared = len(about & known) / len(about)
    bare_values = all(code == "" for _, code in spoken)
    if bare_values and (shared > 0 or any(is_in(p, evidence) for p in parts_of(claim))):
        return []
    if shared >= (_SHARED_PRODUCT if product else _SHARED):
        return []
    return ["speaks of something that the evidence does not mention"]


def unquoted(claim: str) -> str:
    """What the claim says in its own words."""
    return QUOTED.sub(" ", claim)


def _said_and_held(evidence: Sequence[Evidence]) -> tuple[list[str], list[tuple[str, str]]]:
    """Sentences of the evidence, and bare values (a number, a name) with the label of their field."""
    texts, bare = [], []
    for entry in evidence:
        texts += [t for t in (entry.value, entry.quote) if t and len(t.split()) >= 3]
        label = _texts(entry)[-1] if entry.field else ""
        bare += [(t, label) for t in (entry.value, entry.quote) if t and len(t.split()) < 3]
    return texts, bare
