"""BANT from calls: what the prospect says, exactly quoted, and nothing that only the seller says."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.bant import BantFindings, RulesReader, Stance, is_quoted, read_transcript
from domain.bant_speakers import Side
from domain.bant_words import BantKind
from tests.domain.bant_calls import CALLS as FIRST_CALLS
from tests.domain.bant_calls import Call
from tests.domain.bant_calls_more import MORE_CALLS
from tests.domain.test_hostile_text import NASTY

CALLS = (*FIRST_CALLS, *MORE_CALLS)


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


LINES = (
    ("seller", "Thanks for taking the time. What's your budget?"),
    ("buyer", "We have 40k set aside, our CFO signs."),
    ("seller", "And when do you want to go live?"),
    ("buyer", "By the end of March. We plan everything by hand in Excel."),
)
NAMES = {"seller": "Anna Berg", "buyer": "Tom Hill"}


def dialogue(form: str) -> str:
    said = [(NAMES[who], text, n) for n, (who, text) in enumerate(LINES)]
    match form:
        case "colon":
            return "\n".join(f"{name}: {text}" for name, text, _ in said)
        case "stamped":
            return "\n".join(f"[00:0{n}:12] {name}: {text}" for name, text, n in said)
        case "stamp_after":
            return "\n".join(f"{name} (0{n}:12): {text}" for name, text, n in said)
        case "bold":
            return "\n\n".join(f"**{name}:** {text}" for name, text, _ in said)
        case "otter":
            return "\n\n".join(f"{name}  {n}:12\n{text}" for name, text, n in said)
        case "gong":
            return "\n\n".join(f"{n}:12 | {name}\n{text}" for name, text, n in said)
        case "vtt":
            cues = [f"00:0{n}:01.000 --> 00:0{n}:09.000\n<v {name}>{text}</v>" for name, text, n in said]
            return "WEBVTT\n\n" + "\n\n".join(cues)
        case "srt":
            cues = [f"{n + 1}\n00:0{n}:01,000 --> 00:0{n}:09,000\n{name}: {text}" for name, text, n in said]
            return "\n\n".join(cues)
        case "json":
            return json.dumps([{"speaker": name, "text": text} for name, text, _ in said])
        case "json_nested":
            rows = [{"speakerId": name[0], "sentences": [{"text": text}]} for name, text, _ in said]
            parties = [{"speakerId": "A", "name": "Anna Berg"}, {"speakerId": "T", "name": "Tom Hill"}]
            return json.dumps({"parties": parties, "transcript": rows}, indent=1)
        case "jsonl":
            return "\n".join(json.dumps({"speaker": name, "text": text}) for name, text, _ in said)
        case "csv":
            return "start,speaker,text\n" + "".join(f'{n},{name},"{text}"\n' for name, text, n in said)
        case _:
            return "\r\n".join(f"{name}\r\n{n}:12\r\n{text}" for name, text, n in said).replace("\r\n", "\r\n")


FORMS = (
    "colon",
    "stamped",
    "stamp_after",
    "bold",
    "otter",
    "gong",
    "vtt",
    "srt",
    "json",
    "json_nested",
    "jsonl",
    "csv",
)


@pytest.mark.parametrize("form", FORMS)
def test_one_call_in_many_layouts(form: str) -> None:
    text = dialogue(form)
    found = read_transcript(text)
    assert found.speakers == {"Anna Berg": Side.SELLER, "Tom Hill": Side.BUYER}
    stances = {kind: found.summary(kind).stance for kind in BantKind}
    assert stances == dict.fromkeys(BantKind, Stance.STATED)
    assert {f.speaker for f in found.findings} == {"Tom Hill"}
    assert all(is_quoted(f, text) and f.quote in text for f in found.findings)


def test_sides_may_be_told_by_name_or_by_company() -> None:
    text = "Kim (Globex): We have 40k approved.\nLee (Acme): We have 90k approved."
    assert read_transcript(text, seller=("Acme",)).budget.best == read_transcript(text, seller=("Lee",)).budget.best
    best = read_transcript(text, seller=("Acme",)).budget.best
    assert best is not None
    assert (best.value, best.speaker) == ("40k", "Kim (Globex)")


def test_swapping_sides_swaps_what_counts() -> None:
    text = "Sam: We have 40k approved.\nLee: Our CFO signs."
    assert read_transcript(text, seller=("Sam",)).budget.stance is Stance.UNKNOWN
    assert read_transcript(text, seller=("Lee",)).authority.stance is Stance.UNKNOWN


def test_participants_in_the_head_tell_the_sides() -> None:
    text = (
        "Participants: Ann Lee (Account Executive, Acme), Bo Ray (COO, Globex)\n\n"
        "Ann: It is 30k a year and we have a budget programme.\nBo: Fine.\nAnn: Good.\nBo: I sign off on this myself."
    )
    found = read_transcript(text)
    assert found.speakers == {"Ann": Side.SELLER, "Bo": Side.BUYER}
    assert found.budget.stance is Stance.UNKNOWN
    assert found.authority.stance is Stance.STATED


@pytest.mark.parametrize(
    "text",
    [
        "Agente: Buongiorno.\nCliente: Abbiamo un budget di 20.000 euro e non abbiamo fretta per questo progetto.",
        "Wij hebben een budget van 20.000 euro en we zoeken een systeem voor onze planning, maar niet dit jaar.",
        "我们今年没有预算。我们需要一个新的系统来管理车队。",
        "У нас нет бюджета на этот год, но нам нужна новая система.",
    ],
)
def test_a_language_that_nobody_reads_gives_nothing_and_says_so(text: str) -> None:
    found = read_transcript(text)
    assert found.findings == ()
    assert "nobody here reads" in found.note


def test_the_language_may_be_said() -> None:
    text = "Cliente: 30.000 euros aprobados."
    assert read_transcript(text, language="es-MX").budget.stance is Stance.STATED
    assert read_transcript(text, language="fi").note == "nobody here reads the language fi"
    assert read_transcript("").note == "there is no text"


def test_a_call_in_two_languages() -> None:
    text = (
        "Rep: Do you have a budget?\nProspect: Moment, ich frage. Wir haben kein Budget mehr für dieses Jahr.\n"
        "Rep: I see. And the need?\nProspect: We still need to replace our old system, it keeps crashing."
    )
    found = read_transcript(text)
    assert (found.budget.stance, found.need.stance) == (Stance.DENIED, Stance.STATED)
    assert {f.language for f in found.findings} == {"de", "en"}


def test_contradictions_are_uncertain_and_corrections_are_not() -> None:
    both = "Prospect: We have no budget this year.\nProspect: We have 50k approved for it."
    summary = read_transcript(both).budget
    assert (summary.stance, summary.conflicting) == (Stance.UNCERTAIN, True)
    put_right = "Prospect: We have no budget.\nProspect: Actually, 50k was approved for it yesterday."
    assert read_transcript(put_right).budget.stance is Stance.STATED


def test_the_reader_of_the_port_is_the_function() -> None:
    assert RulesReader().read(CALLS[0].text) == read_transcript(CALLS[0].text)


def test_findings_survive_being_stored() -> None:
    found = read_transcript(dialogue("colon"))
    assert BantFindings.model_validate_json(found.model_dump_json()) == found


PIECES = st.sampled_from(
    [
        *("Rep: ", "Prospect: ", "Anna: ", "\n", "\r\n", "\n\n", "[00:12] ", "00:01 --> 00:02\n", "<v Bob>", "**X:** "),
        *(
            "We have no budget",
            "40k approved",
            "our CFO signs",
            "by March",
            "by hand in Excel",
            "?",
            ". ",
            " but ",
            "yes",
        ),
        *('{"speaker": "a", "text": "', '"}', "[", "]", "speaker,text\n", "Budget: ", "no tenemos presupuesto", "€"),
    ]
)
TRANSCRIPTS = st.one_of(st.lists(st.one_of(PIECES, NASTY, st.text(max_size=8)), max_size=30).map("".join), NASTY)
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(text=TRANSCRIPTS, language=st.sampled_from(["", "en", "de", "es", "fr", "xx", "\x00"]))
def test_nothing_raises_and_every_quote_is_exact(text: str, language: str) -> None:
    found = read_transcript(text, language=language)
    for finding in found.findings:
        assert is_quoted(finding, text)
        assert finding.quote.strip()
        assert found.speakers.get(finding.speaker) is not Side.SELLER
        assert finding.stance is not Stance.UNKNOWN


SAID = st.sampled_from(["We have 40k approved.", "Our CFO signs.", "We need a new system.", "By March.", "No budget."])


@SLOW
@given(lines=st.lists(SAID, min_size=1, max_size=6))
def test_what_only_the_seller_says_is_never_a_finding(lines: list[str]) -> None:
    text = "\n".join(f"Sales Rep: {line}\nProspect: Hm." for line in lines)
    assert read_transcript(text).findings == ()


def test_a_transcript_of_ten_hours_is_read() -> None:
    text = (
        "Prospect: We have 40k approved for it.\nRep: Good, and what else happened there today with the team?\n" * 3000
    )
    assert read_transcript(text).budget.stance is Stance.STATED


def test_what_is_quoted_in_a_mail_is_who_wrote_it() -> None:
    """The seller's own offer, quoted under the answer, is nobody's budget."""
    mail = next(c.text for c in MORE_CALLS if c.name == "email_thread")
    found = read_transcript(mail)
    assert found.layout == "mail"
    assert found.speakers == {"Sam Cole": Side.SELLER, "Peter Hoang": Side.BUYER}
    assert not any("$95,000" in f.quote for f in found.findings)


def test_no_quote_holds_a_label_or_a_stamp() -> None:
    for call in MORE_CALLS:
        for finding in read_transcript(call.text).findings:
            assert "maya_ops" not in finding.quote
            assert "-->" not in finding.quote
            assert "</v>" not in finding.quote


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("Kunde: Freigeben muss das unser Geschäftsführer, Herr Lindner.", "unser Geschäftsführer"),
        ("Kunde: Unterschreiben tut das am Ende der Vorstand.", "der Vorstand"),
        ("Cliente: La última palabra la tiene el gerente.", "el gerente"),
    ],
)
def test_who_decides_is_found_behind_the_verb_too(said: str, who: str) -> None:
    text = f"Sales: ...\n{said}"
    (found,) = read_transcript(text).findings
    assert (found.kind, found.stance, found.value) == (BantKind.AUTHORITY, Stance.STATED, who)
    assert text[found.start : found.end] == found.quote
