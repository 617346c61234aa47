"""The languages that transcripts are read in, and which of them is spoken."""

import re
from collections.abc import Sequence

from domain.bant_de import WORDS as GERMAN
from domain.bant_en import WORDS as ENGLISH
from domain.bant_es import WORDS as SPANISH
from domain.bant_fr import WORDS as FRENCH
from domain.bant_turns import Turn
from domain.bant_words import BantWords
from domain.texts import fold

LANGUAGES: dict[str, BantWords] = {w.language: w for w in (ENGLISH, SPANISH, GERMAN, FRENCH)}
_LEAST_SHARE = 0.04
"""Of a text's words. Notes leave most of the small words out."""
_UNREAD = tuple(
    frozenset(words.split())
    for words in (
        "il di che e per un una con non sono abbiamo siamo del della questo anche ma noi grazie nostro vorremmo",
        "o a que e do da em um uma para com nao nos temos por mais como isso obrigado voces os",
        "de het een en van ik wij we is niet dat zijn hebben voor met ook onze graag bij maar te",
        "i w na z do nie to jest sie mamy ze jak ale dla dzien dobry tak o",
        "och att det vi ar som en for med har inte av pa ett men om",
        "og at det vi er som en for med har ikke af pa et men jeg",
    )
)
"""What some neighbours are made of: Italian, Portuguese, Dutch, Polish, Swedish, Danish."""


def language_spoken(turns: Sequence[Turn]) -> str:
    """The language with the most words of its own; empty where none of ours is spoken."""
    words = re.findall(r"[^\W\d_]+(?:'[a-z]+)?", fold(" ".join(t.text for t in turns)[:40_000]))
    if not words:
        return ""
    counts = {code: sum(w in known.common for w in words) for code, known in LANGUAGES.items()}
    best = max(counts, key=lambda code: counts[code])
    if sum(w.isascii() for w in words) < len(words) / 2:
        return ""
    if any(sum(w in other for w in words) > counts[best] for other in _UNREAD):
        return ""
    if len(words) < 30 or any(t.topic for t in turns):
        return best
    return best if counts[best] / len(words) >= _LEAST_SHARE else ""


def language_of_turn(text: str, otherwise: str) -> str:
    """Another of our languages where a turn is clearly in it."""
    words = re.findall(r"[^\W\d_]+(?:'[a-z]+)?", fold(text))
    counts = {code: sum(w in known.common for w in words) for code, known in LANGUAGES.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= 3 and counts[best] > 2 * counts.get(otherwise, 0) else otherwise
