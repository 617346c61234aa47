"""What is handed to a person by name instead of guessed, and what ends without one."""

import pytest

from activities.messages import (
    ApplyInput,
    CreateLeadHead,
    ExceptionInput,
    FetchHead,
    FetchInput,
    Gate,
    MatchHead,
    RoutingHead,
)
from domain.cases import CaseOutcome, ExceptionCode
from domain.decisions import Verdict
from domain.errors import ErrorCode
from domain.leads import MatchVerdict
from domain.receipts import WriteOutcomeKind
from tests.workflows.driving import Desk
from tests.workflows.script import LEAD, Script, applied

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOBODY = MatchHead(verdict=MatchVerdict.NONE)


def handed_over(script: Script) -> list[ExceptionCode]:
    return [order.code for order in script.orders("open_exception", ExceptionInput)]


async def test_an_ambiguous_match_is_not_guessed(desk: Desk, script: Script) -> None:
    script.match.usual = MatchHead(verdict=MatchVerdict.POSSIBLE, exception=ExceptionCode.AMBIGUOUS_MATCH)
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.AMBIGUOUS_MATCH)
    reminders = ["remind_of_exception"] * 2
    assert script.names() == ["match", "open_exception", *reminders, "end_exception", "close"]


async def test_a_routing_conflict_names_itself(desk: Desk, script: Script) -> None:
    script.route.usual = RoutingHead(owner_id="", rule="territory", confidence=0.0, conflict=True)
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.ROUTING_CONFLICT)
    assert handed_over(script) == [ExceptionCode.ROUTING_CONFLICT]
    assert "propose" not in script.names()


async def test_a_record_that_does_not_exist_names_itself(desk: Desk, script: Script) -> None:
    script.fetch.usual = FetchHead(found=False)
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.CRM_RECORD_MISSING)


async def test_a_new_person_becomes_a_lead_signed_by_policy(desk: Desk, script: Script) -> None:
    script.match.usual = NOBODY
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 1)
    created = f"policy-{script.case_id}-0"
    assert ended.receipts == (f"r-{created}-crm", f"r-d1-{script.case_id}-crm")
    assert [(o.round, o.decision_id) for o in script.orders("apply_changes", ApplyInput)] == [
        (0, created),
        (1, f"d1-{script.case_id}"),
    ]
    assert [order.lead_id for order in script.orders("fetch", FetchInput)] == [LEAD]


async def test_a_person_without_identity_is_an_exception(desk: Desk, script: Script) -> None:
    script.match.usual = NOBODY
    script.lead.usual = CreateLeadHead(exception=ExceptionCode.MISSING_IDENTITY)
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.MISSING_IDENTITY)
    assert "apply_changes" not in script.names()


async def test_below_approved_writeback_no_lead_is_created(desk: Desk, script: Script) -> None:
    script.match.usual = NOBODY
    script.lead.usual = CreateLeadHead(allowed=False)
    script.gate.usual = Gate.SUMMARY_ONLY
    case = await desk.open(script)
    assert (await case.result()).outcome is CaseOutcome.READ_ONLY
    assert [order.lead_id for order in script.orders("fetch", FetchInput)] == [""]
    assert "apply_changes" not in script.names()


async def test_a_signer_that_refuses_is_an_exception(desk: Desk, script: Script) -> None:
    script.match.usual = NOBODY
    script.signer_refuses = ErrorCode.POLICY_CAP_REACHED
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.POLICY_SIGNER_REFUSED)
    assert "apply_changes" not in script.names()


async def test_a_lead_that_the_crm_will_not_create_is_an_exception(desk: Desk, script: Script) -> None:
    script.match.usual = NOBODY
    script.crm.usual = applied(WriteOutcomeKind.REFUSED_BY_CRM)
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.CRM_REFUSED)
    assert "fetch" not in script.names()


async def test_read_only_ends_with_the_summary(desk: Desk, script: Script) -> None:
    script.gate.usual = Gate.SUMMARY_ONLY
    case = await desk.open(script)
    assert (await case.result()).outcome is CaseOutcome.READ_ONLY
    assert script.names()[-2:] == ["propose", "close"]


async def test_nothing_to_do_asks_nobody(desk: Desk, script: Script) -> None:
    script.gate.usual = Gate.NOTHING_TO_DO
    case = await desk.open(script)
    assert (await case.result()).outcome is CaseOutcome.NOTHING_TO_DO
    assert script.names()[-2:] == ["propose", "close"]


async def test_limited_automation_writes_without_a_person(desk: Desk, script: Script) -> None:
    script.gate.usual = Gate.POLICY
    case = await desk.open(script)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.WRITTEN
    assert ended.receipts == (f"r-policy-{script.case_id}-1-crm",)
    assert script.names()[-4:] == ["propose", "sign_by_policy", "apply_changes", "close"]


async def test_limited_automation_that_the_signer_refuses_writes_nothing(desk: Desk, script: Script) -> None:
    script.gate.usual = Gate.POLICY
    script.signer_refuses = "not_low_risk"
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.POLICY_SIGNER_REFUSED)
    assert "apply_changes" not in script.names()


async def test_limited_automation_over_a_moved_record_looks_again(desk: Desk, script: Script) -> None:
    script.gate.usual = Gate.POLICY
    script.crm.first(applied(WriteOutcomeKind.CONFLICT))
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)


async def test_a_model_that_is_down_gives_way_to_the_template(desk: Desk, script: Script) -> None:
    script.fail("draft", ErrorCode.MODEL_UNAVAILABLE, times=4)
    script.gate.usual = Gate.POLICY
    case = await desk.open(script)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert (script.names().count("draft"), script.names().count("draft_from_template")) == (4, 1)


async def test_a_model_that_refuses_gives_way_to_the_template_at_once(desk: Desk, script: Script) -> None:
    script.fail("draft", ErrorCode.MODEL_REFUSED)
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert (script.names().count("draft"), script.names().count("draft_from_template")) == (1, 1)


async def test_calls_are_read_before_the_score(desk: Desk, script: Script) -> None:
    script.spoken = 2
    script.gate.usual = Gate.POLICY
    case = await desk.open(script)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert script.names()[2:5] == ["enrich", "read_calls", "qualify"]


async def test_calls_are_read_by_rules_where_the_model_fails(desk: Desk, script: Script) -> None:
    script.spoken = 1
    script.fail("read_calls", ErrorCode.MODEL_UNAVAILABLE, times=4)
    script.gate.usual = Gate.POLICY
    case = await desk.open(script)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert (script.names().count("read_calls"), script.names().count("read_calls_by_rules")) == (4, 1)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("match", ErrorCode.CRM_FORBIDDEN),
        ("fetch", ErrorCode.CRM_FORBIDDEN),
        ("qualify", ErrorCode.DOCUMENT_MISSING),
        ("propose", ErrorCode.DOCUMENT_MISSING),
        ("apply_changes", ErrorCode.CRM_FORBIDDEN),
    ],
)
async def test_a_step_that_fails_for_good_is_an_exception(
    desk: Desk, script: Script, step: str, code: ErrorCode
) -> None:
    script.gate.usual = Gate.POLICY
    script.fail(step, code)
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.STEP_FAILED)
    assert script.names().count(step) == 1
    assert handed_over(script) == [ExceptionCode.STEP_FAILED]


async def test_a_write_that_the_guard_refuses_is_a_matter_of_its_own(desk: Desk, script: Script) -> None:
    script.gate.usual = Gate.POLICY
    script.fail("apply_changes", ErrorCode.NOT_AUTHORISED)
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.WRITE_NOT_AUTHORISED)
    assert script.names().count("apply_changes") == 1


async def test_nobody_to_own_it_is_told_from_rules_that_disagree(desk: Desk, script: Script) -> None:
    script.route.usual = RoutingHead(owner_id="", rule="none", confidence=0.0, conflict=True, nobody=True)
    case = await desk.open(script)
    assert (await case.result()).exception is ExceptionCode.NO_OWNER


async def test_an_outage_is_waited_out(desk: Desk, script: Script) -> None:
    script.gate.usual = Gate.POLICY
    script.fail("fetch", ErrorCode.CRM_UNAVAILABLE, times=3)
    script.fail("apply_changes", ErrorCode.PAUSED, times=3)
    case = await desk.open(script)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert [call.attempt for call in script.calls if call.name == "apply_changes"] == [1, 2, 3, 4]


FIRST = RoutingHead(owner_id="005000000000001AAA", rule="territory", confidence=0.9, assign_first=True)


async def test_the_first_owner_does_not_wait_for_the_reply(desk: Desk, script: Script) -> None:
    script.route.usual = FIRST
    script.gate.usual = Gate.POLICY
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)
    names = script.names()
    assigned = names.index("propose_assignment")
    assert names[assigned : assigned + 4] == ["propose_assignment", "sign_by_policy", "apply_changes", "fetch"]
    assert names.index("draft") > assigned
    assert names.count("propose_assignment") == 1, "once per case, even where the owner does not stick"


async def test_an_assignment_that_policy_may_not_sign_is_reviewed_with_the_rest(desk: Desk, script: Script) -> None:
    script.route.usual = FIRST
    script.assignment_proposed = False
    script.gate.usual = Gate.NOTHING_TO_DO
    case = await desk.open(script)
    assert (await case.result()).rounds == 1
    assert "sign_by_policy" not in script.names()
