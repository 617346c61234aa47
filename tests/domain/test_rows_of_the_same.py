"""Texts that a slow expression would be busy with for hours: one thing in a row, and an end that does not fit.

Nothing is timed: whoever is not done before the test's own time limit fails.
"""

import pytest

from domain.bant import read_transcript
from domain.verifiable import parts_of

pytestmark = pytest.mark.timeout(60)

ROWS = (
    "a'",
    "a-",
    "a",
    "'",
    "1",
    "1 ",
    "1er",
    "1.1.",
    "d'",
    "l'",
    "le",
    "le ",
    "si ",
    "dix",
    "the ",
    "ein",
    "mil",
    "🚚",
    "\u00a0",
)
SAID = {
    "en": "We have budget, we want to sign and to start in May. ",
    "de": "Wir haben Budget freigegeben und wollen im Mai entscheiden. ",
    "es": "Tenemos presupuesto aprobado para firmar antes de mayo. ",
    "fr": "Nous avons un budget et voulons signer avant mai, si peut-etre. ",
}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("language", SAID)
def test_a_transcript_is_read_whatever_stands_there_in_a_row(language: str, row: str) -> None:
    said = SAID[language]
    open_end = said.rstrip(". ")
    read_transcript(f"{open_end} {row * 60}\x00 {said}", language=language)
    read_transcript(f"{row * 400}{open_end}", language=language)


@pytest.mark.parametrize("row", [*ROWS, " ", "\t", "\n", "“", '" ', "a@", "a.", "http://"])
def test_a_draft_is_checked_whatever_stands_there_in_a_row(row: str) -> None:
    parts_of(f'He said "{row * 1500}')


def test_a_quote_is_found_without_the_blanks_around_it() -> None:
    spaced, plain = parts_of('It is " the best route ".'), parts_of('It is "the best route".')
    assert [part.keys for part in spaced] == [part.keys for part in plain]
