"""The words that may stay in a promoted case: those of the product's own rules and of ordinary business talk.

When do you need to touch this? When promoted messages come out as rows of `xxx`: add words that could be nobody's name.
A name is nobody's list to keep, so it is the other way round: what is not known to be an ordinary word goes.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from domain.dates_in_text import DATE_WORDS
from domain.playbook import Playbook
from domain.wording import COURTESY, FUNCTION_WORDS, words_of

_ORDINARY = Path(__file__).with_name("vocabulary.txt")
_GIVEN_NAMES_TOO = frozenset(
    words_of(
        """
    will may mark rose bill frank grant price drew dean grace hope faith joy june april august art chase pat rob
    sue jean marie pierre claire rosa luz mar paz angel cruz leon blanca pilar sol ernst wolf rainer franz heinz
    dick lane street hill wood young long short west north south king page case major marina
        """
    )
)
"""Ordinary words that are names, too: they stay in small letters only."""


def vocabulary_of(playbook: Playbook) -> frozenset[str]:
    """Folded words. People, accounts, hosts and owners of the playbook are no part of it."""
    kept = (
        "languages",
        "score_rules",
        "products",
        "questions",
        "disqualifiers",
        "disqualify_reasons",
        "meeting_offers",
    )
    told = playbook.model_dump(mode="json", include=set(kept))
    spoken = (word for text in _texts(told) for word in words_of(text))
    ordinary = words_of(_ORDINARY.read_text("utf-8"))
    return frozenset(w for w in (*spoken, *ordinary, *FUNCTION_WORDS, *COURTESY, *DATE_WORDS) if not w.isdigit())


def only_in_small_letters(word: str) -> bool:
    return word in _GIVEN_NAMES_TOO


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield re.sub(r"[_*]", " ", tree)
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _texts(value)
