"""The enrichment step over real stores: asked once, kept with its sources, read by what follows."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from activities.deciding import DecidingActivities
from activities.messages import StepInput
from domain.casefile import CaseFile
from domain.cases import DocumentKind
from domain.context import ContextEvent, ContextItem, ContextKind, ContextSubject
from domain.enrichment import Sensitive, Signal, Unknown
from domain.model import Instant, Scalar
from domain.ports import Enricher
from gateways.enrichment.crm import CrmEnricher
from gateways.enrichment.outside import OutsideEnricher, ProviderFailed, SwitchedOff
from persistence.context import SqlContext
from persistence.enrichment import SqlSignalCache
from tests.activities.world import World
from tests.domain.scenes import NOW, account, inquiry, lead, snapshot
from tests.fakes.examples import ORG


class Web:
    """`CompanyProvider` with answers that a test sets."""

    name = "website"
    signals: tuple[str, ...] = ("employees", "technologies")

    def __init__(self, **answers: Scalar) -> None:
        self.answers = answers
        self.down = False
        self.asked = 0

    def look_up(self, domain: str, *, now: Instant) -> Sequence[Signal]:
        self.asked += 1
        if self.down:
            raise ProviderFailed(Unknown.DOWN, "the site did not answer in time")
        return [
            Signal(
                name=name, value=value, system="website", record=f"https://{domain}/", field="f", observed_at=now,
                confidence=0.7, provider="website",
            )
            for name, value in self.answers.items()
        ]  # fmt: skip


class Step:
    """One case before its enrichment."""

    def __init__(self, world: World, *others: Enricher, web: Web | None = None) -> None:
        world.clock.time = NOW
        self.world = world
        self.context = SqlContext(world.database, b"secret")
        cache = SqlSignalCache(world.database)
        outside = [OutsideEnricher(web, cache, lambda: timedelta(days=7))] if web is not None else []
        self.deciding = DecidingActivities(
            documents=world.documents,
            cases=world.cases,
            reviews=world.reviews,
            rotation=world.rotation,
            playbooks=world.playbooks,
            enrichers=[CrmEnricher(), *outside, *others],
            context=self.context,
            audit=world.audit,
            clock=world.clock,
        )

    def rules(self, **changes: object) -> None:
        now = self.world.playbooks.current().enrichment
        self.world.playbooks.change(
            enrichment=now.model_copy(update={"providers": ("crm", "website"), "wins": {}, **changes})
        )

    def run(self, event: str = "e1", **said: object) -> CaseFile:
        case = self.world.take_in(inquiry(event_id=event, **said))
        file = CaseFile(self.world.documents, case.case_id)
        task = lead().model_copy(update={"object": "Task", "id": "00TLc0000000001AAA", "fields": {"Subject": "Call"}})
        read = snapshot(account=account(NumberOfEmployees=450)).model_copy(update={"activities": (task,)})
        file.keep(DocumentKind.SNAPSHOT, "1", read)
        self.step = StepInput(
            case_id=case.case_id, org_id=ORG, round=1, playbook_digest=case.playbook_digest, agent_version="test"
        )
        self.deciding.enrich(self.step)
        return file


def test_sources_stand_side_by_side_and_the_playbook_says_who_wins(world: World) -> None:
    step = Step(world, web=Web(employees=90))
    step.rules(wins={"employees": ("website",)})
    kept = step.run().enrichment(1)
    best = kept.best("employees")
    assert best is not None
    assert (best.value, best.provider) == (90, "website")
    assert [(s.value, s.provider) for s in kept.conflicts("employees")] == [(90, "website"), (450, "crm")]


def test_repeating_the_step_asks_nobody_again_and_another_case_uses_the_cache(world: World) -> None:
    web = Web(employees=450)
    step = Step(world, web=web)
    step.rules()
    step.run()
    step.deciding.enrich(step.step)
    assert web.asked == 1
    step.run("e2", email="other.person@northwind.example", last_name="Other")
    assert web.asked == 1


def test_a_provider_that_is_down_costs_confidence_and_not_the_case(world: World) -> None:
    web = Web()
    step = Step(world, web=web)
    step.rules()
    web.down = True
    kept = step.run().enrichment(1)
    best = kept.best("employees")
    assert best is not None
    assert (best.value, best.confidence) == (450, 0.81)
    assert [(s.unknown, s.note) for s in kept.signals if s.provider == "website"] == [
        (Unknown.DOWN, "the site did not answer in time")
    ]


def test_a_provider_that_is_down_lowers_the_confidence_of_the_score_until_it_answers(world: World) -> None:
    web = Web(employees=450)
    step = Step(world, web=web)
    step.rules()
    web.down = True
    silent = step.run()
    step.deciding.qualify(step.step)
    web.down = False
    answered = step.run("e2", email="pia@southwind.example", last_name="Sol")
    step.deciding.qualify(step.step)
    down, up = silent.qualified(1).qualification, answered.qualified(1).qualification
    assert down.confidence == pytest.approx(0.85 * up.confidence, abs=0.01)
    assert (down.score, down.band) == (up.score, up.band), "what is known still counts"


def test_a_provider_that_is_down_leaves_what_only_it_knew_missing(world: World) -> None:
    web = Web(employees=450)
    step = Step(world, web=web)
    step.rules(providers=("website",))
    web.down = True
    silent = step.run()
    step.deciding.qualify(step.step)
    web.down = False
    answered = step.run("e2", email="pia@southwind.example", last_name="Sol")
    step.deciding.qualify(step.step)
    down, up = silent.qualified(1).qualification, answered.qualified(1).qualification
    assert "employees" in down.missing
    assert "employees" not in up.missing
    assert down.confidence < up.confidence


def test_sources_that_disagree_lower_the_confidence_of_the_score(world: World) -> None:
    step = Step(world, web=Web(employees=90))
    step.rules()
    apart = step.run()
    step.deciding.qualify(step.step)
    agreeing = Step(world, web=Web(employees=450))
    together = agreeing.run("e2", email="pia@southwind.example", last_name="Sol")
    agreeing.deciding.qualify(agreeing.step)
    assert apart.qualified(1).qualification.confidence < together.qualified(1).qualification.confidence


@pytest.mark.parametrize("approved", [(), (Sensitive.BUDGET,), (Sensitive.TECHNOGRAPHIC,)])
def test_technology_is_kept_only_where_the_playbook_approves_it(world: World, approved: tuple[Sensitive, ...]) -> None:
    step = Step(world, web=Web(technologies="WordPress"))
    step.rules(approved=approved)
    known = step.run().enrichment(1).best("technologies")
    assert (known is not None) is (Sensitive.TECHNOGRAPHIC in approved)


def test_a_provider_that_is_not_set_up_leaves_a_note_and_takes_nothing(world: World) -> None:
    step = Step(world, SwitchedOff("website", ("employees",), "set COUNTERSIGN_WEB_ENRICHMENT=true"))
    step.rules()
    kept = step.run().enrichment(1)
    assert [s.unknown for s in kept.signals if s.provider == "website"] == [Unknown.SWITCHED_OFF]
    best = kept.best("employees")
    assert best is not None
    assert best.confidence == 0.95


def test_what_was_said_and_done_before_is_kept_with_the_case(world: World) -> None:
    step = Step(world)
    step.rules(providers=("crm",))
    call = ContextItem(
        kind=ContextKind.TRANSCRIPT, occurred_at=NOW - timedelta(days=3), quote="We run 120 trucks.", system="Dialler",
        record="call-1",
    )  # fmt: skip
    ancient = call.model_copy(update={"record": "call-0", "occurred_at": NOW - timedelta(days=800)})
    for item in (call, ancient):
        step.context.add(ContextEvent(subject=ContextSubject(company="northwind.example"), item=item), now=NOW)
    kept = step.run().context(1)
    assert {(i.kind, i.system, i.record) for i in kept.items} == {
        (ContextKind.TRANSCRIPT, "Dialler", "call-1"),
        (ContextKind.TASK, "Salesforce", "Task/00TLc0000000001AAA"),
    }
    assert kept.of_kind(ContextKind.TRANSCRIPT) == (call,)


def test_a_case_from_before_context_was_kept_has_none(world: World) -> None:
    case = world.take_in(inquiry())
    assert CaseFile(world.documents, case.case_id).context(1).items == ()
