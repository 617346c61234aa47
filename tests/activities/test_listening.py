"""Calls and call notes on their way to the score: read once, quoted exactly, weighed, never asked again."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from activities.drafting import DraftingActivities
from activities.listening import MAX_BY_MODEL, ListeningActivities
from activities.messages import DraftInput, ProposeInput
from domain.bant import BantFinding, BantFindings, RulesReader, Stance, TranscriptReader, read_transcript
from domain.bant_words import BantKind
from domain.calls import CallReading, heard_in, own_people
from domain.casefile import CaseFile
from domain.cases import DocumentKind
from domain.context import CaseContext, ContextEvent, ContextItem, ContextKind, ContextSubject
from domain.drafting import ModelUsage
from domain.errors import ErrorCode, ModelError
from domain.evidence import Evidence, EvidenceBook, EvidenceSource
from domain.explaining import explain, told
from domain.qualification import Qualification
from domain.reading import read
from domain.scoring import qualify
from domain.scoring_rules import OnFact, ScoreRule
from gateways.llm.fact_reader import OpenAiTranscriptReader
from gateways.llm.template_writer import TemplateWriter
from persistence.context import SqlContext
from persistence.model_calls import SqlModelCalls
from tests.activities.test_deciding import Steps
from tests.activities.world import World
from tests.domain.scenes import COMPANY, IRENE, NOW, inquiry, lead, playbook, snapshot
from tests.gateways.llm.model_server import ModelServer, completion, model_server

CALL = (
    "[00:00:04] Irene Castell: Thanks for your time. What budget have you set aside? Others spend 90,000 euros.\n"
    "[00:00:15] Marta Ruiz: We have 40,000 euros approved for this year.\n"
    "[00:00:31] Irene Castell: And who signs it?\n"
    "[00:00:35] Marta Ruiz: Our CFO signs anything above 10,000.\n"
    "[00:00:52] Irene Castell: When do you want to be live?\n"
    "[00:00:58] Marta Ruiz: We need to be live by the end of March.\n"
)
NO_BUDGET = "Irene Castell: What budget is there?\nMarta Ruiz: We don't have any budget for this, this year or next.\n"
PLAIN = "Please send some information about your product."


class Counting:
    """A reader that counts what it is given, and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.texts: list[str] = []
        self.failures = failures

    def read(self, text: str, *, language: str = "", seller: Sequence[str] = ()) -> BantFindings:
        self.texts.append(text)
        if self.failures:
            self.failures -= 1
            raise ModelError("down", code=ErrorCode.MODEL_UNAVAILABLE)
        usage = ModelUsage(model="small", input_tokens=100, output_tokens=10, cost_usd=0.002)
        return read_transcript(text, seller=seller).model_copy(update={"reader": "small/bant.v1", "usage": (usage,)})


def item(quote: str, *, days: int = 3, kind: ContextKind = ContextKind.TRANSCRIPT, record: str = "") -> ContextItem:
    return ContextItem(
        kind=kind,
        occurred_at=NOW - timedelta(days=days),
        quote=quote,
        system="Dialler",
        record=record or f"call-{days}",
    )


class Case:
    """One case with calls, up to its score."""

    def __init__(self, world: World, *calls: ContextItem, event: str = "evt-1") -> None:
        self.world = world
        self.steps = Steps(world)
        store = SqlContext(world.database, b"secret")
        self.steps.deciding._context = store
        for call in calls:
            subject = ContextSubject(email=f"{event}@northwind.example")
            store.add(ContextEvent(subject=subject, item=call), now=NOW)
        self.step = self.steps.begin(inquiry(message=PLAIN, event_id=event, email=f"{event}@northwind.example"))
        self.head = self.steps.deciding.enrich(self.step)

    @property
    def file(self) -> CaseFile:
        return self.steps.file(self.step)

    def listening(self, reader: TranscriptReader) -> ListeningActivities:
        return ListeningActivities(
            reader=reader,
            documents=self.world.documents,
            playbooks=self.world.playbooks,
            calls=SqlModelCalls(self.world.database),
            clock=self.world.clock,
        )

    def qualified(self, reader: TranscriptReader | None = None) -> Qualification:
        self.listening(reader or RulesReader()).read_calls(self.step)
        self.steps.deciding.qualify(self.step)
        return self.file.qualified(1).qualification

    def evidence(self, refs: Sequence[str]) -> list[Evidence]:
        return [e for e in self.file.qualified(1).evidence if e.id in refs]


def line_of(result: Qualification, rule: str) -> tuple[str, ...]:
    return next((line.evidence for line in result.lines if line.rule == rule), ())


def test_what_a_call_says_counts_with_its_exact_words(world: World) -> None:
    case = Case(world, item(CALL))
    assert case.head is not None
    assert case.head.calls == 1
    result = case.qualified()
    for rule, quote in (("budget_named", "40,000 euros"), ("authority_named", "CFO"), ("timeline_named", "March")):
        (evidence,) = case.evidence(line_of(result, rule))
        assert evidence.source is EvidenceSource.CONTEXT
        assert (evidence.system, evidence.record) == ("Dialler", "call-3")
        assert evidence.quote is not None
        assert quote in evidence.quote
        assert evidence.quote in CALL
    assert not any("90,000" in (e.quote or "") for e in case.file.qualified(1).evidence)


def test_points_from_calls_are_the_playbooks(world: World) -> None:
    without = Case(world).qualified().sum_of_points
    with_call = Case(world, item(CALL), event="evt-2").qualified()
    assert without is not None
    gained = sum(line.points for line in with_call.lines if line.rule.endswith("_named"))
    assert gained > 0
    assert with_call.sum_of_points == without + gained


def test_a_denial_is_no_budget_and_costs_what_the_playbook_says(world: World) -> None:
    result = Case(world, item(NO_BUDGET)).qualified()
    assert line_of(result, "budget_named") == ()
    assert line_of(result, "budget_denied")
    (budget,) = [b for b in result.bant if b.name == "budget"]
    assert (budget.stance, budget.conflicting) == ("denied", False)


@pytest.mark.parametrize(("said_days_ago", "stance"), [(1, "stated"), (30, "denied")])
def test_the_newest_clear_word_decides(world: World, said_days_ago: int, stance: str) -> None:
    result = Case(world, item(NO_BUDGET, days=10), item(CALL, days=said_days_ago)).qualified()
    (budget,) = [b for b in result.bant if b.name == "budget"]
    assert (budget.stance, budget.conflicting) == (stance, True)


def test_a_call_is_read_once_in_the_life_of_a_case(world: World) -> None:
    case, reader = Case(world, item(CALL)), Counting()
    case.listening(reader).read_calls(case.step)
    case.listening(reader).read_calls(case.step)
    again = case.step.model_copy(update={"round": 2})
    case.file.keep(DocumentKind.CONTEXT, "2", case.file.context(1))
    case.file.keep(DocumentKind.SNAPSHOT, "2", case.file.snapshot(1))
    case.listening(reader).read_calls(again)
    assert len(reader.texts) == 1
    assert case.file.calls(2) == case.file.calls(1)


def test_a_model_that_fails_leaves_the_rest_to_the_rules(world: World) -> None:
    case, reader = Case(world, item(CALL)), Counting(failures=1)
    with pytest.raises(ModelError):
        case.listening(reader).read_calls(case.step)
    case.listening(reader).read_calls_by_rules(case.step)
    assert [c.findings.reader for c in case.file.calls(1)] == ["rules"]
    case.steps.deciding.qualify(case.step)
    assert line_of(case.file.qualified(1).qualification, "budget_named")


def test_a_model_reads_the_newest_and_only_what_the_playbook_lets_it_see(world: World) -> None:
    calls = [item(f"{CALL}\n(call {n})", days=n) for n in range(1, 7)]
    case, reader = Case(world, *calls), Counting()
    case.listening(reader).read_calls(case.step)
    assert [t[-8:] for t in reader.texts] == [f"(call {n})" for n in range(1, MAX_BY_MODEL + 1)]
    assert [c.findings.reader for c in case.file.calls(1)].count("rules") == 6 - MAX_BY_MODEL
    world.playbooks.change(model_may_see=("message",))
    closed, kept_in = Case(world, item(NO_BUDGET, record="other"), event="evt-2"), Counting()
    closed.listening(kept_in).read_calls(closed.step)
    assert kept_in.texts == []
    assert closed.file.calls(1)


def test_tokens_and_cost_stand_on_the_card(world: World) -> None:
    case = Case(world, item(CALL))
    case.qualified(Counting())
    case.steps.deciding.route(case.step)
    case.steps.drafted(case.step)
    case.steps.deciding.propose(ProposeInput(**case.step.model_dump()))
    card = case.file.card(1)
    assert [(u.model, u.input_tokens, u.cost_usd) for u in card.reading_usage] == [("small", 100, 0.002)]
    quotes = [e.quote or "" for e in card.evidence if e.source is EvidenceSource.CONTEXT]
    assert any("40,000 euros" in q for q in quotes)


def test_a_quote_that_the_model_made_up_reaches_no_score(world: World) -> None:
    with model_server() as server, reading(server) as reader:
        server.replies = [
            completion(
                {
                    "findings": [
                        said("budget", "We have 400,000 euros approved for this year."),
                        said("budget", "Others spend 90,000 euros."),
                        said("timeline", "We need to be live by the end of March.", value="end of March"),
                    ]
                }
            )
        ]
        result = Case(world, item(CALL)).qualified(reader)
    assert line_of(result, "budget_named") == ()
    assert line_of(result, "timeline_named")
    assert [b.name for b in result.bant] == ["timeline"]


def test_a_draft_does_not_ask_what_a_call_answered(world: World) -> None:
    asked = [q.id for q in playbook().questions if "timeline" in q.fields or "budget" in q.fields]
    assert asked, "the shipped playbook asks about time or money"
    question = next(q for q in playbook().questions if q.id == asked[0])
    for calls, expected in (((), True), ((item(CALL),), False)):
        case = Case(world, *calls, event=f"evt-{len(calls)}")
        case.qualified()
        case.steps.deciding.route(case.step)
        writer = TemplateWriter()
        drafting = DraftingActivities(
            writer=writer,
            template=writer,
            documents=world.documents,
            playbooks=world.playbooks,
            calls=SqlModelCalls(world.database),
            clock=world.clock,
        )
        world.playbooks.change(questions=(question,))
        drafting.draft(DraftInput(**case.step.model_dump()))
        body = case.file.drafted(1).draft.body()
        assert body
        assert (question.texts["en"] in body) is expected


def test_a_note_in_a_task_is_read_and_what_is_too_short_is_not(world: World) -> None:
    case = Case(
        world,
        item("Budget of 25k approved by their CFO, wants to go live in June.", kind=ContextKind.TASK),
        item("Left a voicemail", days=2, kind=ContextKind.TASK),
    )
    assert case.head is not None
    assert case.head.calls == 1
    assert line_of(case.qualified(), "budget_named")


def test_explain_prints_what_calls_said() -> None:
    rules = playbook()
    note = item(CALL)
    shown = explain(
        (inquiry(message=PLAIN),),
        snapshot(),
        COMPANY,
        rules,
        source="a test",
        now=NOW,
        context=CaseContext(items=(note,)),
    )
    text = "\n".join(told(shown))
    assert "Budget: stated, 40,000 euros" in text
    assert "“We have 40,000 euros approved for this year.”" in text


def test_rules_may_weigh_each_stance() -> None:
    heard = heard_in(
        [
            CallReading(
                kind=ContextKind.TRANSCRIPT,
                system="s",
                record="r",
                occurred_at=NOW,
                findings=BantFindings(
                    findings=(
                        BantFinding(
                            kind=BantKind.BUDGET, stance=Stance.UNCERTAIN, quote="maybe", start=0, end=5, confidence=0.5
                        ),
                    )
                ),
            )
        ]
    )
    when = OnFact(kind="fact", any_of=("budget",), stance=("uncertain",))
    rule = ScoreRule(id="hedged", label="Budget unclear", points=3, when=when)
    rules = playbook().model_copy(update={"score_rules": (rule,)})
    asks = (inquiry(message=PLAIN),)
    result = qualify(asks, snapshot(), COMPANY, read(asks, rules), rules, EvidenceBook(), now=NOW, heard=heard)
    assert [(line.rule, line.points) for line in result.lines] == [("hedged", 3)]


def test_our_own_people_are_known_by_name() -> None:
    assert own_people(item(CALL), (IRENE, lead()), "Acme") == ("Irene Castell",)


def said(kind: str, quote: str, stance: str = "stated", value: str = "") -> dict[str, str]:
    return {"kind": kind, "stance": stance, "quote": quote, "value": value, "question": ""}


@contextlib.contextmanager
def reading(server: ModelServer) -> Iterator[OpenAiTranscriptReader]:
    reader = OpenAiTranscriptReader(api_key="k", model="small", base_url=server.base_url, timeout_seconds=20.0)
    with contextlib.closing(reader):
        yield reader
