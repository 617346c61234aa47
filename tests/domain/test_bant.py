"""BANT from calls: what the prospect says, exactly quoted, and nothing that only the seller says."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.bant import BantFindings, Stance, is_quoted, read_transcript
from domain.bant_speakers import Side
from domain.bant_words import BantKind
from tests.domain.bant_calls import CALLS, Call


@pytest.mark.parametrize("call", CALLS, ids=[c.name for c in CALLS])
def test_labelled_calls(call: Call) -> None:
    found = read_transcript(call.text)
    for kind in BantKind:
        expected = call.expected.get(kind.value, "unknown")
        if not expected:
            continue
        stance, _, words = expected.partition(": ")
        summary = found.summary(kind)
        assert summary.stance.value == stance, (kind, summary)
        if words:
            assert summary.best is not None
            said = f"{summary.best.quote} {summary.best.value} {summary.best.question}"
            assert words in said, (kind, summary)


@pytest.mark.parametrize("call", CALLS, ids=[c.name for c in CALLS])
def test_every_quote_stands_in_its_source(call: Call) -> None:
    for finding in read_transcript(call.text).findings:
        assert is_quoted(finding, call.text)
        assert finding.quote in call.text
        assert finding.question in call.text


def test_there_are_enough_labelled_calls() -> None:
    assert len(CALLS) >= 40
    assert len({c.name for c in CALLS}) == len(CALLS)
