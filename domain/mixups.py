"""The right words on the wrong person: what each name in a sentence can be found for, and is false all the same.

When do you need to touch this? When a model puts somebody's words, title or company on somebody else, and every name in
the sentence still stands in the evidence. Pure; English, German, Spanish and French.
"""

import re
from collections.abc import Iterable, Sequence

from domain.evidence import Evidence, EvidenceSource
from domain.model import Value
from domain.texts import QUOTED, fold

_OURSELVES = frozenset(
    (
        "i",
        "we",
        "our",
        "ours",
        "us",
        "my",
        "ich",
        "wir",
        "unser",
        "unsere",
        "unserem",
        "unseren",
        "unserer",
        "uns",
        "mein",
        "meine",
        "meinem",
        "meinen",
        "nosotros",
        "nosotras",
        "nuestro",
        "nuestra",
        "nuestros",
        "nuestras",
        "nos",
        "mi",
        "mis",
        "yo",
        "nous",
        "notre",
        "je",
        "mon",
        "ma",
        "mes",
    )
)
_RUN = 4
"""Words in a row that make somebody's sentence theirs."""
_AT = r"(?:at|of|from|with|bei|von|de|del|en|chez|du)"
_THEIRS = frozenset({EvidenceSource.INQUIRY, EvidenceSource.CONTEXT})


class Known(Value):
    """Somebody whom a draft may name, with what is true of them alone."""

    name: str
    title: str = ""
    company: str = ""


def borrowed(text: str, cited: Sequence[Evidence]) -> str:
    """The words of the recipient that the sentence says as if they were ours; empty where it says none so.

    In quotation marks they stay theirs.
    """
    said = _words(QUOTED.sub(" | ", text))
    for entry in cited:
        theirs = f" {' '.join(_words(entry.quote or ''))} " if entry.source in _THEIRS else ""
        for start in range(len(said) - _RUN + 1):
            run = said[start : start + _RUN]
            if _OURSELVES & set(run) and f" {' '.join(run)} " in theirs:
                return " ".join(run)
    return ""


def of_itself(text: str, names: Iterable[str]) -> str:
    """The name that the sentence puts on both its ends (“X is interested in X”); empty where there is none."""
    bare = " ".join(_words(text))
    for name in names:
        said = " ".join(_words(name))
        if said and re.match(rf"{re.escape(said)} (?:\S+ ){{1,8}}{re.escape(said)}$", bare):
            return name
    return ""


def misplaced(text: str, people: Sequence[Known]) -> str:
    """Whose title or company stands beside somebody else's name, as a sentence; empty where nothing is misplaced."""
    folded = fold(text)
    for person in people:
        for other in people:
            if fold(other.name) == fold(person.name):
                continue
            if _differ(person.title, other.title) and _beside(folded, person.name, other.title):
                return f"calls {person.name} {other.title}, which is {other.name}"
            if _differ(person.company, other.company) and _placed(folded, person.name, other.company):
                return f"puts {person.name} at {other.company}, where {other.name} works"
    return ""


def _differ(own: str, other: str) -> bool:
    return len(other) > 1 and fold(other) not in fold(own) and (not own or fold(own) not in fold(other))


def _beside(folded: str, name: str, title: str) -> bool:
    between = r"\s?(?:[,(–-]|,? (?:is|as|ist|als|es|como|est|comme)\b)\s?(?:(?:the|our|your|der|die|el|la|le) )?"
    return re.search(rf"\b{re.escape(fold(name))}{between}{re.escape(fold(title))}\b", folded) is not None


def _placed(folded: str, name: str, company: str) -> bool:
    between = rf"\s?[,(–-]\s?(?:[^\s,.;:()]+ ){{0,5}}{_AT} "
    return re.search(rf"\b{re.escape(fold(name))}{between}{re.escape(fold(company))}\b", folded) is not None


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+|\|", fold(text))
