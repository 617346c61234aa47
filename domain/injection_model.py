"""What a passage sounds like: weights of words and of their neighbourhood, learned from labelled texts.

Cues (`domain.injection_cues`) know how attacks are worded that somebody thought of; this reads the rest. It is a
logistic model over words, pairs of neighbours, and kinds of words (`domain.injection_kinds`: verbs of writing, words
for an answer, for a machine), so that "close your reply with" and "beende die Antwort mit" count alike. The weights
stand in `domain.injection_weights` as a list that can be read; `python -m evals.injection.train` makes them.
"""

import re
from collections.abc import Iterator, Sequence
from math import exp, fsum

from domain.injection_kinds import KIND_OF
from domain.injection_weights import BIAS, WEIGHTS

SURE = 0.9
"""A passage that is so likely an instruction is suspected, whatever cues were seen."""
UNLIKELY = 0.05
"""A text without a passage that is so likely an instruction is not suspected for its cues."""
_STEPS = (0.3, 0.5, 0.7, 0.9, 1.2)
_TOKEN = re.compile(
    r"https?://\S+|www\.\S+|[^\s@<>]{1,64}@[\w.-]{1,120}|[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,]\d+)*|[{}<>\[\]|#\"]+"
)


def probability(passage: str, cues: Sequence[tuple[str, float]] = ()) -> float:
    """How likely a folded passage is an instruction to a machine, 0 to 1. `cues`: the rules and weights seen in it."""
    weight = fsum((BIAS, *(WEIGHTS.get(feature, 0.0) for feature in features(passage, cues))))
    return 1 / (1 + exp(-max(-30.0, min(30.0, weight))))


def features(passage: str, cues: Sequence[tuple[str, float]] = ()) -> frozenset[str]:
    """What the model knows of a folded passage, each once."""
    words = [_token(match[0]) for match in _TOKEN.finditer(passage)]
    kinds = [KIND_OF.get(word, word) for word in words]
    question = ("_question",) if passage.rstrip().endswith("?") else ()
    return frozenset((*_words(words, kinds), *_neighbours(kinds), *_seen(cues), *question))


def _words(words: Sequence[str], kinds: Sequence[str]) -> Iterator[str]:
    for word, kind in zip(words, kinds, strict=True):
        yield word
        if kind != word:
            yield kind
        elif len(word) > 6 and not word.startswith("_"):
            yield f"{word[:5]}*"


def _neighbours(kinds: Sequence[str]) -> Iterator[str]:
    if kinds:
        yield f"^ {kinds[0]}"
        yield f"^ {' '.join(kinds[:2])}"
    for at, kind in enumerate(kinds):
        if at + 1 < len(kinds):
            yield f"{kind} {kinds[at + 1]}"
        # Further apart only where one of the two is a kind: pairs of mere words would be too many to learn.
        yield from (f"{kind} .. {other}" for other in kinds[at + 2 : at + 5] if kind.isupper() or other.isupper())


def _seen(cues: Sequence[tuple[str, float]]) -> Iterator[str]:
    for rule, weight in cues:
        yield f"_cue_{rule}" if weight > 0 else f"_not_{rule}"
    together = fsum(weight for _, weight in cues if weight > 0)
    yield from (f"_cues_{step}" for step in _STEPS if together >= step)


def _token(word: str) -> str:
    if "@" in word:
        return "_mail"
    if word.startswith(("http", "www.")) and len(word) > 8:
        return "_link"
    if word[0].isdigit():
        return "_number"
    if not word[0].isalpha():
        return "_mark"
    return word
