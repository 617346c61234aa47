"""Several reviews at once: the confirm step, a signature and an outcome per item, and what is refused by name."""

import re
from dataclasses import replace
from functools import partial

from domain.countersign import Expected, verified
from domain.decisions import Purpose, RoundState, Verdict, parse_envelope
from domain.model import Instant
from domain.permissions import RiskCategory
from domain.review_queue import Viewer
from tests.approval_ui.conftest import Answer, Browser, Door
from tests.approval_ui.sample_review import Sample, northwind, quiet, student
from tests.approval_ui.world import World


def low(company: str) -> partial[Sample]:
    email = f"a@{company.lower()}.example"
    return partial(quiet, title=f"Assign {company}", company=company, minutes=300, email=email)


def pick(made: Sample, *, digest: bool = True) -> str:
    key = f"{made.opening.case_id}.1"
    return f"{key}.{made.opening.proposal_digest}" if digest else key


def confirm(browser: Browser, *made: Sample, verdict: str = "approve") -> Answer:
    query = "&".join(f"pick={pick(m, digest=False)}" for m in made)
    return browser.get(f"/bulk?verdict={verdict}&{query}")


def _another_mail(case_id: str, org_id: str, now: Instant, *, quorum: int) -> Sample:
    made = northwind(case_id, org_id, now, quorum=quorum)
    told = made.inquiry.model_copy(update={"email": "other@northwind.example", "event_id": "other"})
    return replace(made, inquiry=told)


def test_the_confirm_step_shows_what_would_be_signed_and_signs_nothing(world: World, door: Door) -> None:
    made, two, high = world.seed(low("Fabrikam")), world.seed(partial(_another_mail, quorum=2)), world.seed(student)
    page = confirm(door.browser("ines"), made, two, high)
    assert page.status_code == 200
    assert "Approve 1 review?" in page.text
    assert "Inbound queue → Irene Castell" in page.text
    assert "High risk: open it by itself." in page.text
    assert "2 people must sign this" in page.text
    assert re.findall(r'name="pick" value="([^"]+)"', page.text) == [pick(made)]
    assert sum(world.deps.lanes.open_by_lane(Viewer(login="sam"), world.now).values()) == 3


def test_each_item_is_a_decision_of_its_own(world: World, door: Door) -> None:
    made = [world.seed(low(c)) for c in ("Fabrikam", "Contoso", "Adatum")]
    answer = door.browser().post("/bulk", verdict="approve", pick=[pick(m) for m in made])
    assert answer.status_code == 200
    assert "3 of 3 approved" in answer.text
    for each in made:
        (decision,) = world.deps.queue.decisions_of(each.opening.case_id)
        assert (decision.verdict, decision.reviewer) == (Verdict.APPROVE, "oriol")
        assert decision.final_digest == each.opening.proposal_digest
    assert len(world.engine.decisions) == 3


def test_several_are_signed_once_over_the_list_of_their_digests(world: World, door: Door) -> None:
    made = [world.seed(low(c)) for c in ("Fabrikam", "Contoso", "Adatum")]
    door.browser().post("/bulk", verdict="approve", pick=[pick(m) for m in made])
    stored = [d for m in made for d in world.deps.reviews.decisions_of_round(m.opening.case_id, 1)]
    assert len({d.signature for d in stored}) == 1
    for each, signed in zip(made, stored, strict=True):
        envelope = parse_envelope(signed)
        assert envelope.final_digest == each.opening.proposal_digest
        expected = Expected(
            org_id=each.opening.org_id,
            case_id=each.opening.case_id,
            round=1,
            proposal_digest=each.opening.proposal_digest,
            purpose=Purpose.WRITE,
        )
        assert verified(signed, expected, world.deps.verifier) == envelope


def test_what_one_is_refused_for_does_not_stop_the_others(world: World, door: Door) -> None:
    good, changed, gone, claimed = (world.seed(low(c)) for c in ("Fabrikam", "Contoso", "Adatum", "Tailspin"))
    high = world.seed(student)
    door.browser("javier").decide(gone, "reject", reason_code="spam")
    door.browser("javier").post(f"/reviews/{claimed.opening.case_id}/1/claim")
    picks = [
        pick(good),
        f"{changed.opening.case_id}.1.{'0' * 64}",
        pick(gone),
        pick(claimed),
        pick(high),
        "made-up.1.x",
    ]
    answer = door.browser("ines").post("/bulk", verdict="approve", pick=picks)
    assert "1 of 6 approved" in answer.text
    for sentence in (
        "The proposal changed while you looked at it",
        "Already decided by javier",
        "Claimed by javier",
        "High risk: open it by itself",
        "There is no such review",
    ):
        assert sentence in answer.text
    for untouched in (changed, claimed, high):
        assert world.deps.reviews.outcome(untouched.opening.case_id, 1).state is RoundState.OPEN


def test_where_the_rules_ask_for_two_by_now_the_group_is_half_signed(world: World, door: Door) -> None:
    made = [world.seed(low(c)) for c in ("Fabrikam", "Contoso")]
    world.playbooks.playbook = world.playbooks.playbook.model_copy(update={"quorum": dict.fromkeys(RiskCategory, 2)})
    answer = door.browser().post("/bulk", verdict="approve", pick=[pick(m) for m in made])
    assert answer.text.count("a second person must sign as well") == 2
    assert world.engine.decisions == []
    for each in made:
        assert world.deps.reviews.outcome(each.opening.case_id, 1).state is RoundState.OPEN
        assert door.browser("javier").decide(each).status_code == 303
        assert world.deps.reviews.outcome(each.opening.case_id, 1).state is RoundState.DECIDED


def test_nothing_is_signed_without_the_digest_that_was_confirmed(world: World, door: Door) -> None:
    made = world.seed(low("Fabrikam"))
    answer = door.browser().post("/bulk", verdict="approve", pick=[pick(made, digest=False)])
    assert "0 of 1 approved" in answer.text
    assert world.deps.queue.decisions_of(made.opening.case_id) == ()


def test_rejecting_together_needs_a_reason_that_all_of_them_offer(world: World, door: Door) -> None:
    made = [world.seed(low(c)) for c in ("Fabrikam", "Contoso")]
    browser = door.browser()
    assert 'value="competitor"' in confirm(browser, *made, verdict="reject").text
    assert "0 of 2 rejected" in browser.post("/bulk", verdict="reject", pick=[pick(m) for m in made]).text
    answer = browser.post("/bulk", verdict="reject", pick=[pick(m) for m in made], reason_code="competitor")
    assert "2 of 2 rejected" in answer.text
    assert {d.reason_code for m in made for d in world.deps.queue.decisions_of(m.opening.case_id)} == {"competitor"}


def test_only_approve_and_reject_and_only_so_many(world: World, door: Door) -> None:
    made = world.seed(low("Fabrikam"))
    browser = door.browser()
    assert browser.post("/bulk", verdict="respond", pick=[pick(made)]).status_code == 422
    assert browser.post("/bulk", verdict="approve").status_code == 422
    many = [f"c{n}.1.x" for n in range(51)]
    assert "At most 50" in browser.post("/bulk", verdict="approve", pick=many).text


def test_a_double_press_signs_each_once_and_a_viewer_signs_none(world: World, door: Door) -> None:
    made = world.seed(low("Fabrikam"))
    browser = door.browser()
    browser.post("/bulk", verdict="approve", pick=[pick(made)])
    again = browser.post("/bulk", verdict="approve", pick=[pick(made)])
    assert "Already decided by oriol" in again.text
    assert len(world.deps.queue.decisions_of(made.opening.case_id)) == 1
    assert door.browser("vera").post("/bulk", verdict="approve", pick=[pick(made)]).status_code == 403


def test_with_the_engine_down_each_is_stored_and_said_to_be_delivered(world: World, door: Door) -> None:
    made = world.seed(low("Fabrikam"))
    world.engine.down = True
    answer = door.browser().post("/bulk", verdict="approve", pick=[pick(made)])
    assert "Signed; will be delivered." in answer.text
