"""The model's reading of a call: exact quotes of the buyer, or nothing; every failure by its name."""

import contextlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bant import BantFindings, Stance, is_quoted
from domain.errors import ErrorCode, ModelError
from gateways.llm.fact_reader import OpenAiTranscriptReader, answer_schema
from tests.gateways.llm.model_server import ModelServer, Reply, completion, failure, model_server

KEY = "sk-secret-0123456789"
CALL = (
    "Rep: What's your budget? We usually see 60k.\n"
    "Dana: We've set aside\nabout $40,000 for this. Write to dana@globex.example or +44 20 7946 0318.\n"
    "Rep: Are you the decision maker?\n"
    "Dana: No, nothing is mine to sign. We have no budget for hardware.\n"
)


def said(kind: str, quote: str, stance: str = "stated", value: str = "", question: str = "") -> dict[str, str]:
    return {"kind": kind, "stance": stance, "quote": quote, "value": value, "question": question}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@contextlib.contextmanager
def reading(server: ModelServer, *replies: Reply, timeout_seconds: float = 20.0) -> Iterator[OpenAiTranscriptReader]:
    server.replies = list(replies)
    reader = OpenAiTranscriptReader(
        api_key=KEY, model="small", base_url=server.base_url, timeout_seconds=timeout_seconds
    )
    with contextlib.closing(reader):
        yield reader


def read(server: ModelServer, *findings: dict[str, str], call: str = CALL) -> BantFindings:
    with reading(server, completion({"findings": list(findings)})) as reader:
        return reader.read(call)


def test_a_quote_that_stands_in_the_source_is_kept_with_its_place(server: ModelServer) -> None:
    found = read(server, said("budget", "We've set aside about $40,000 for this.", value="$40,000"))
    (finding,) = found.findings
    assert finding.quote == "We've set aside\nabout $40,000 for this."
    assert is_quoted(finding, CALL)
    assert (finding.speaker, finding.value, finding.stance) == ("Dana", "$40,000", Stance.STATED)
    assert found.reader == "small/bant.v1"
    assert (found.usage[0].input_tokens, found.usage[0].sent_fields) == (900, ("transcript",))


@pytest.mark.parametrize(
    "quote",
    [
        "We have set aside about $40,000",  # not their words
        "We usually see 60k.",  # the seller's words
        "What's your budget?",
        "We usually see 60k.\nDana: We've set aside",  # two speakers
        "",
        "   ",
    ],
)
def test_what_is_not_the_prospects_exact_words_is_dropped(server: ModelServer, quote: str) -> None:
    assert read(server, said("budget", quote)).findings == ()


def test_a_value_that_nobody_said_is_dropped(server: ModelServer) -> None:
    found = read(server, said("budget", "We've set aside about $40,000 for this.", value="$400,000"))
    assert found.findings[0].value == ""


def test_a_short_answer_keeps_its_question(server: ModelServer) -> None:
    found = read(
        server, said("authority", "No, nothing is mine to sign.", "denied", question="Are you the decision maker?")
    )
    assert found.findings[0].question == "Are you the decision maker?"
    assert found.authority.stance is Stance.DENIED


def test_a_denial_that_the_rules_hear_is_never_stated(server: ModelServer) -> None:
    found = read(server, said("budget", "We have no budget for hardware."))
    assert found.findings[0].stance is Stance.UNCERTAIN


def test_addresses_and_numbers_are_blanked_and_the_call_is_fenced(server: ModelServer) -> None:
    read(server)
    (asked,) = server.asked
    sent = json.dumps(asked, ensure_ascii=False)
    assert "dana@globex.example" not in sent
    assert "7946" not in sent
    assert "$40,000" in sent
    system, user = (str(m["content"]) for m in asked["messages"])  # type: ignore[attr-defined]
    boundary = user.splitlines()[0].strip("<>")
    assert boundary.startswith("data-")
    assert boundary in system
    assert user.endswith(f"</{boundary}>")
    assert asked["response_format"]["json_schema"]["schema"] == answer_schema()  # type: ignore[index]


def test_a_text_without_anything_asks_nobody(server: ModelServer) -> None:
    with reading(server, completion({"findings": []})) as reader:
        assert reader.read("  \n ").note == "there is no text"
    assert server.asked == []


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (failure(500), ErrorCode.MODEL_UNAVAILABLE),
        (failure(429, retry_after="7"), ErrorCode.MODEL_RATE_LIMITED),
        (failure(401), ErrorCode.MODEL_REFUSED),
        (Reply(drops=True), ErrorCode.MODEL_UNAVAILABLE),
        (Reply(raw=b"<html>", content_type="text/html"), ErrorCode.MODEL_MALFORMED),
        (completion("not json"), ErrorCode.MODEL_MALFORMED),
        (completion({"findings": [{"kind": "colour"}]}), ErrorCode.MODEL_MALFORMED),
        (completion({"findings": []}, finish="length"), ErrorCode.MODEL_MALFORMED),
        (completion(None, refusal="no"), ErrorCode.MODEL_REFUSED),
    ],
)
def test_every_failure_has_its_name_and_hides_the_key(server: ModelServer, reply: Reply, code: ErrorCode) -> None:
    with reading(server, reply) as reader, pytest.raises(ModelError) as failed:
        reader.read(CALL)
    assert failed.value.code is code
    assert KEY not in failed.value.detail
    assert failed.value.__cause__ is None


def test_a_server_without_temperature_is_asked_again_without(server: ModelServer) -> None:
    refused = failure(400, param="temperature")
    with reading(server, refused, completion({"findings": []})) as reader:
        assert reader.read(CALL).findings == ()
    assert "temperature" not in server.asked[1]


@given(quote=st.text(max_size=60))
def test_no_invented_quote_survives(quote: str) -> None:
    from domain.bant import read_transcript
    from domain.bant_turns import turns_of
    from gateways.llm.fact_reader import _Answer, _Said, _verified

    answer = _Answer(findings=(_Said.model_validate(said("need", quote)),))
    found = list(_verified(answer, CALL, CALL, turns_of(CALL).turns, read_transcript(CALL)))
    assert all(f.quote in CALL and f.speaker == "Dana" for f in found)
