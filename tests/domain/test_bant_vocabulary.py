"""No phrase of the vocabulary is dead: each alternative of each word is found where it is said."""

import re
from collections.abc import Iterator

import pytest

from domain.bant_vocabulary import LANGUAGES
from domain.bant_words import BantWords
from domain.texts import fold

SAID = {
    "en": {"<money>": "40000 euros", "<when>": "march", "<who>": "our cfo", "<number>": "3"},
    "es": {"<money>": "40000 euros", "<when>": "marzo", "<who>": "el gerente", "<number>": "3"},
    "de": {"<money>": "40000 euro", "<when>": "marz", "<who>": "unser chef", "<number>": "3"},
    "fr": {"<money>": "40000 euros", "<when>": "mars", "<who>": "notre directeur", "<number>": "3"},
}


def phrases_of(words: BantWords) -> Iterator[str]:
    for kinds in (words.stated, words.denied, words.open, words.clear, words.ruled_out, words.asks):
        for listed in kinds.values():
            yield from listed
    for listed in (words.himself, words.negations, words.hedges, words.contrast, words.corrections):
        yield from listed
    for listed in (words.question_starts, words.seller_cues, words.buyer_cues):
        yield from listed


def spoken(alternative: str) -> str:
    """What somebody says who says just this word."""
    if alternative == "n't":
        return "don't"
    return alternative.rstrip("~").replace("?", "").replace("_", " ")


def samples(phrase: str, said: dict[str, str]) -> Iterator[str]:
    """The phrase once for each alternative of each word, everything else as its first alternative."""
    tokens = [t for t in phrase.split() if t != "*"]
    choices = [[said[t]] if t in said else [spoken(a) for a in re.sub(r"\?$", "", t).split("|")] for t in tokens]
    for place, choice in enumerate(choices):
        for word in choice:
            spelled = [word if n == place else others[0] for n, others in enumerate(choices)]
            # Nobody puts a space after an apostrophe.
            yield re.sub(r"' ", "'", " ".join(spelled))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_alternative_is_found_where_it_is_said(code: str) -> None:
    words = LANGUAGES[code]
    dead = [
        (phrase, sample)
        for phrase in phrases_of(words)
        for sample in samples(phrase, SAID[code])
        if words.search(phrase, sample) is None
    ]
    assert dead == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_choice_has_an_empty_alternative(code: str) -> None:
    assert [p for p in phrases_of(LANGUAGES[code]) if any("" in t.rstrip("?").split("|") for t in p.split())] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_expressions_are_written_as_the_text_is_read(code: str) -> None:
    """Lower case, without accents: anything else would never be there."""
    words = LANGUAGES[code]
    for expression in (*words.times, *words.who, words.numbers, words.scales, words.yes, words.no, words.after_amount):
        plain = re.sub(r"\\.", "", expression).replace("ß", "ss")
        assert fold(plain) == plain
        assert "  " not in plain


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("das größte problem ist", "das_grosste problem"),
        ("weiß nicht", "weiss nicht"),
        ("no, later than", "no_later_than"),
    ],
)
def test_spellings_that_mean_the_same(said: str, phrase: str) -> None:
    assert LANGUAGES["de"].search(phrase, fold(said)) is not None
