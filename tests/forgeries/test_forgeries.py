"""Every way to forge an approval that we know of, by name: refused at the workflow's door and at the CRM's, audited
at both, and without a single call to the CRM.

When do you need to touch this? When somebody thinks of another one. `tests/activities/test_verifying.py` and
`tests/gateways/crm/test_guard.py` hold each door's own rules.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from activities.messages import ApplyInput, VerifyInput
from activities.reviewing import ReviewActivities
from domain.audit import AuditEvent, AuditKind
from domain.cases import CaseOutcome, DocumentKind
from domain.decisions import DecisionEnvelope, KeyUse, Purpose, RoundState, SignedDecision, Verdict
from domain.errors import NotAuthorised, RefusalReason
from domain.leads import Motion
from domain.permissions import Level, RiskCategory, Role
from domain.ports import WriteOrder
from domain.proposals import Disqualify, ProposalContent, digest_of
from persistence.tables import DecisionRow, DocumentRow, ReviewRow
from runtime.keys import KEYRING_FILE, KeyringVerifier, generate_key, load_signer
from tests.activities.world import HeldPlaybooks
from tests.domain.scenes import playbook
from tests.fakes.clock import START
from tests.forgeries.conftest import BelievingNobody
from tests.gateways.crm.forging import signed_over, store_by_force
from tests.gateways.crm.world import CASE, ORG, World
from tests.workflows.driving import Desk, RunningCase
from tests.workflows.engines import program
from tests.workflows.script import Script
from workflows.messages import DecisionRef

Reason = RefusalReason


def good(world: World, **said: Any) -> tuple[ProposalContent, DecisionEnvelope]:
    """A proposal that waits, and the envelope that an honest approval of it would sign."""
    content = world.content(world.rating())
    world.propose(content)
    return content, world.envelope(content, **said)


def planted(world: World, signed: SignedDecision, decision_id: str, *, position: int = 1) -> WriteOrder:
    store_by_force(world, decision_id, signed, position=position)
    return world.order(decision_id)


def rogue_key(world: World, key_id: str) -> Any:
    """A key made elsewhere, under the id that it pretends to be."""
    elsewhere = world.keys / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    generate_key(elsewhere, key_id, KeyUse.HUMAN, now=world.crm.clock.now)
    return load_signer(elsewhere, key_id)


def alter(world: World, table: Any, which: Any, **columns: Any) -> None:
    """As somebody with a connection to the database would."""
    with world.database.transaction() as session:
        assert session.connection().execute(update(table).where(which).values(**columns)).rowcount == 1


def alter_decision(world: World, decision_id: str, **columns: Any) -> None:
    alter(world, DecisionRow, col(DecisionRow.decision_id) == decision_id, **columns)


def disqualify(world: World) -> Disqualify:
    """High risk: only a manager may sign for it."""
    return Disqualify(
        key="no", record=world.lead_ref, before_status="Open - Not Contacted", after_status="Closed", reason_code="spam"
    )


# ---- the list: each makes a decision that looks approved, and gives the order to write it


def signature_of_a_key_that_nobody_configured(world: World) -> WriteOrder:
    _, envelope = good(world, key_id="rogue")
    return planted(world, rogue_key(world, "rogue").sign(envelope), envelope.decision_id)


def signature_of_another_key_under_a_known_name(world: World) -> WriteOrder:
    _, envelope = good(world)
    return planted(world, rogue_key(world, "ui-1").sign(envelope), envelope.decision_id)


def signature_for_another_org(world: World) -> WriteOrder:
    return signed_over(world, org_id="globex")


def signature_for_an_undo(world: World) -> WriteOrder:
    return signed_over(world, purpose=Purpose.UNDO)


def signature_for_a_resume(world: World) -> WriteOrder:
    return signed_over(world, purpose=Purpose.RESUME)


def replayed_for_another_digest(world: World) -> WriteOrder:
    """What was signed yesterday is put under today's proposal of the same round."""
    honest = world.envelope(world.content(world.rating("Warm")))
    world.propose(world.content(world.rating("Hot")))
    return planted(world, load_signer(world.keys, "ui-1").sign(honest), honest.decision_id)


def replayed_for_another_round(world: World) -> WriteOrder:
    """The approval of round 1 is sent again for round 2, after the review reopened."""
    world.record(good(world)[1])
    world.propose(world.content(world.rating(), round=2))
    return world.order("d1", round=2)


def envelope_edited_after_signing(world: World) -> WriteOrder:
    _, envelope = good(world)
    signed = load_signer(world.keys, "ui-1").sign(envelope)
    altered = signed.envelope_bytes.replace(b'"reviewer":"sam"', b'"reviewer":"kim"')
    assert altered != signed.envelope_bytes
    return planted(world, signed.model_copy(update={"envelope_bytes": altered}), envelope.decision_id)


def late_for_its_round(world: World) -> WriteOrder:
    """Signed after the deadline of the review, and long expired when it is to be written."""
    said = START + timedelta(hours=9)
    order = signed_over(world, decided_at=said, expires_at=said + timedelta(minutes=5))
    world.crm.clock.forward(86_400)
    return order


def role_raised_after_signing(world: World) -> WriteOrder:
    content = world.content(disqualify(world))
    world.propose(content)
    envelope = world.envelope(content)
    signed = load_signer(world.keys, "ui-1").sign(envelope)
    raised = signed.envelope_bytes.replace(b'"role":"reviewer"', b'"role":"manager"')
    assert raised != signed.envelope_bytes
    return planted(world, signed.model_copy(update={"envelope_bytes": raised}), envelope.decision_id)


def role_raised_in_the_row(world: World) -> WriteOrder:
    order = signed_over(world, world.content(disqualify(world)))
    alter_decision(world, order.decision_id, role=Role.MANAGER.value)
    return order


def risk_understated_by_the_proposal(world: World) -> WriteOrder:
    """The review says low risk, and so does whoever opened it; the actions say otherwise."""
    order = signed_over(world, world.content(world.note(), disqualify(world)))
    alter(world, ReviewRow, col(ReviewRow.case_id) == CASE, risk=RiskCategory.LOW.value)
    return order


def half_a_quorum(world: World) -> WriteOrder:
    """Two are needed; one signed, and the row was made to say that the round is decided."""
    content = world.content(world.rating())
    world.propose(content, quorum=2)
    order = world.order(world.record(world.envelope(content)))
    alter(world, ReviewRow, col(ReviewRow.case_id) == CASE, state=RoundState.DECIDED.value, verdict="approve")
    return order


def one_person_as_two(world: World) -> WriteOrder:
    content = world.content(world.rating())
    world.propose(content, quorum=2)
    for position in (1, 2):
        envelope = world.envelope(content, decision_id=f"d{position}", quorum_position=position)
        signed = load_signer(world.keys, "ui-1").sign(envelope)
        store_by_force(world, envelope.decision_id, signed, position=position)
    alter(world, ReviewRow, col(ReviewRow.case_id) == CASE, state=RoundState.DECIDED.value, verdict="approve")
    return world.order("d2")


def policy_key_on_a_high_risk_action(world: World) -> WriteOrder:
    content = world.content(disqualify(world))
    world.propose(content)
    envelope = world.envelope(content, purpose=Purpose.POLICY_WRITE, key_id="policy-1", reviewer="policy")
    return planted(world, load_signer(world.keys, "policy-1").sign(envelope), envelope.decision_id)


def policy_key_as_a_person(world: World) -> WriteOrder:
    return signed_over(world, key_id="policy-1")


def invented_decision(world: World) -> WriteOrder:
    good(world)
    return world.order("invented")


def rejection_made_an_approval_in_the_database(world: World) -> WriteOrder:
    """The envelope's bytes are exchanged for those of an approval; the signature is the rejection's."""
    _, envelope = good(world)
    rejection = envelope.model_copy(update={"verdict": Verdict.REJECT})
    world.record(rejection)
    alter_decision(world, envelope.decision_id, envelope_bytes=envelope.to_bytes(), verdict="approve")
    return world.order(envelope.decision_id)


def decision_stored_under_another_id(world: World) -> WriteOrder:
    _, envelope = good(world, decision_id="honest")
    return planted(world, load_signer(world.keys, "ui-1").sign(envelope), "other")


def signature_blanked_in_the_database(world: World) -> WriteOrder:
    order = world.order(world.record(good(world)[1]))
    alter_decision(world, order.decision_id, signature=b"")
    return order


@dataclass(frozen=True)
class Forgery:
    """`gate` and `guard`: by which name the workflow's door and the CRM's turn it away."""

    plant: Callable[[World], WriteOrder]
    gate: RefusalReason
    guard: RefusalReason


FORGERIES = (
    Forgery(signature_of_a_key_that_nobody_configured, Reason.UNKNOWN_KEY, Reason.UNKNOWN_KEY),
    Forgery(signature_of_another_key_under_a_known_name, Reason.BAD_SIGNATURE, Reason.BAD_SIGNATURE),
    Forgery(signature_for_another_org, Reason.WRONG_ORG, Reason.WRONG_ORG),
    Forgery(signature_for_an_undo, Reason.WRONG_PURPOSE, Reason.WRONG_PURPOSE),
    Forgery(signature_for_a_resume, Reason.WRONG_PURPOSE, Reason.WRONG_PURPOSE),
    Forgery(replayed_for_another_digest, Reason.DIGEST_MISMATCH, Reason.DIGEST_MISMATCH),
    Forgery(replayed_for_another_round, Reason.WRONG_ROUND, Reason.WRONG_ROUND),
    Forgery(envelope_edited_after_signing, Reason.BAD_SIGNATURE, Reason.BAD_SIGNATURE),
    Forgery(late_for_its_round, Reason.LATE, Reason.EXPIRED),
    Forgery(role_raised_after_signing, Reason.BAD_SIGNATURE, Reason.BAD_SIGNATURE),
    Forgery(role_raised_in_the_row, Reason.ROLE_TOO_LOW, Reason.ROLE_TOO_LOW),
    Forgery(risk_understated_by_the_proposal, Reason.ROLE_TOO_LOW, Reason.ROLE_TOO_LOW),
    Forgery(half_a_quorum, Reason.QUORUM_INCOMPLETE, Reason.QUORUM_INCOMPLETE),
    Forgery(one_person_as_two, Reason.QUORUM_INCOMPLETE, Reason.QUORUM_INCOMPLETE),
    Forgery(policy_key_on_a_high_risk_action, Reason.WRONG_PURPOSE, Reason.POLICY_KEY_NOT_ALLOWED),
    Forgery(policy_key_as_a_person, Reason.WRONG_PURPOSE, Reason.WRONG_PURPOSE),
    Forgery(invented_decision, Reason.UNKNOWN_DECISION, Reason.UNKNOWN_DECISION),
    Forgery(rejection_made_an_approval_in_the_database, Reason.BAD_SIGNATURE, Reason.BAD_SIGNATURE),
    Forgery(decision_stored_under_another_id, Reason.UNKNOWN_DECISION, Reason.UNKNOWN_DECISION),
    Forgery(signature_blanked_in_the_database, Reason.BAD_SIGNATURE, Reason.BAD_SIGNATURE),
)
each_forgery = pytest.mark.parametrize("forgery", FORGERIES, ids=[f.plant.__name__ for f in FORGERIES])


def reviewing(world: World) -> ReviewActivities:
    """The workflow's door over the same stores, keys and clock as the guard."""
    playbooks = HeldPlaybooks(playbook())
    playbooks.change(quorum=world.policy.quorum)
    return ReviewActivities(
        reviews=world.reviews,
        documents=world.documents,
        playbooks=playbooks,
        verifier=KeyringVerifier(world.keys / KEYRING_FILE),
        audit=world.audit,
        clock=world.clock,
    )


def on_record(world: World, kind: AuditKind) -> list[tuple[str, str]]:
    """Subject and code of the refusals of one door, in an audit that verifies."""
    assert world.audit.verify() == []
    return [(e.event.subject, e.event.code) for e in world.audit.export() if e.event.kind is kind]


@each_forgery
def test_the_workflow_does_not_believe_it(world: World, forgery: Forgery) -> None:
    order = forgery.plant(world)
    asked = VerifyInput(case_id=CASE, org_id=ORG, round=order.round, decision_id=order.decision_id)
    for _ in range(2):
        answer = reviewing(world).verify_decision(asked)
        assert (answer.accepted, answer.complete, answer.reason) == (False, False, forgery.gate.value)
    assert on_record(world, AuditKind.DECISION_REFUSED) == [(order.decision_id, forgery.gate.value)]
    assert on_record(world, AuditKind.DECISION_ACCEPTED) == []


@each_forgery
def test_the_guard_writes_nothing(world: World, forgery: Forgery) -> None:
    """Even where the workflow was passed by, as somebody with the task queue in hand could."""
    if forgery.plant in (half_a_quorum, one_person_as_two):
        world.policy = world.policy.model_copy(update={"quorum": {RiskCategory.MEDIUM: 2}})
    order = forgery.plant(world)
    held = _everything(world)
    world.reset_calls()
    # A retry may ask for the ledger row of an earlier attempt, where the signature itself holds; it writes nothing.
    for attempt, calls in ((1, 0), (1, 0), (2, 1)):
        with pytest.raises(NotAuthorised) as refused:
            world.writer.apply(order.model_copy(update={"attempt": attempt}))
        assert refused.value.reason is forgery.guard
        assert world.calls() <= calls
    assert _everything(world) == held
    assert on_record(world, AuditKind.WRITE_REFUSED) == [(order.decision_id, forgery.guard.value)]


def _everything(world: World) -> list[dict[str, Any]]:
    found = "SELECT Id, Rating, Status, OwnerId, SystemModstamp FROM Lead"
    return [*world.rows(found), *world.rows("SELECT Id FROM Task"), *world.ledger()]


@pytest.mark.parametrize("kind", [DocumentKind.PROPOSAL, DocumentKind.FINAL])
def test_a_change_edited_after_signing(world: World, kind: DocumentKind) -> None:
    """The signature stays as it was; the bytes that it is over are exchanged in the database."""
    proposed, final = world.content(world.rating("Hot")), world.content(world.rating("Warm"))
    world.propose(proposed)
    edited = kind is DocumentKind.FINAL
    decision_id = world.edited(proposed, final) if edited else world.record(world.envelope(proposed))
    swapped = world.content(world.rating("Cold")).to_bytes()
    alter(world, DocumentRow, col(DocumentRow.kind) == kind.value, body=swapped)
    world.reset_calls()
    with pytest.raises(NotAuthorised) as refused:
        world.writer.apply(world.order(decision_id))
    assert refused.value.reason is Reason.DIGEST_MISMATCH
    assert world.calls() == 0
    assert on_record(world, AuditKind.WRITE_REFUSED) == [(decision_id, Reason.DIGEST_MISMATCH.value)]
    assert digest_of(swapped) not in {row["Digest__c"] for row in world.ledger()}


def test_an_approval_that_expired_while_it_waited_to_be_written(world: World) -> None:
    """In time for the review, so the workflow takes it; the CRM's door does not."""
    order = world.approved(world.rating())
    asked = VerifyInput(case_id=CASE, org_id=ORG, round=1, decision_id=order.decision_id)
    assert reviewing(world).verify_decision(asked).complete
    world.crm.clock.forward(86_401)
    with pytest.raises(NotAuthorised) as refused:
        world.writer.apply(order)
    assert refused.value.reason is Reason.EXPIRED
    assert on_record(world, AuditKind.WRITE_REFUSED) == [(order.decision_id, "expired")]


def test_the_policy_key_at_the_highest_level_still_signs_nothing_risky(world: World) -> None:
    world.policy = world.policy.model_copy(update={"levels": {Motion.INBOUND: Level.LIMITED_AUTOMATION}})
    order = policy_key_on_a_high_risk_action(world)
    with pytest.raises(NotAuthorised) as refused:
        world.writer.apply(order)
    assert refused.value.reason is Reason.POLICY_KEY_NOT_ALLOWED


# ---- a signal sent by hand


async def by_hand(desk: Desk, case: RunningCase, decision_id: str) -> None:
    """`temporal workflow signal`, the command line that ops have."""
    sent = await asyncio.create_subprocess_exec(
        program("temporal"),
        *("workflow", "signal", "--address", desk.env.client.service_client.config.target_host),
        *("--workflow-id", case.handle.id, "--name", "submit_decision"),
        *("--input", json.dumps({"decision_id": decision_id, "round": 1})),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await sent.communicate()
    assert sent.returncode == 0, said.decode()


@pytest.mark.asyncio(loop_scope="session")
async def test_a_signal_sent_by_hand(world: World, door_and_desk: tuple[BelievingNobody, Desk]) -> None:
    """Whoever may signal a workflow cannot approve: a signal names a decision, and the decision must be signed."""
    activities, desk = door_and_desk
    activities.reviewing = reviewing(world)
    forged = signature_of_another_key_under_a_known_name(world)
    script = Script(case_id=CASE)
    try:
        case = await desk.open(script)
        await case.until_waiting()
        for decision_id in ("approved", forged.decision_id, "d1' OR '1'='1"):
            await by_hand(desk, case, decision_id)
        await script.until_called("verify_decision", times=3)
        await script.until(lambda: len(_refused(world)) == 3, "three refusals on record")
        assert (await case.progress()).waiting
        assert "apply_changes" not in script.names()
        assert [(e.subject, e.code) for e in _refused(world)] == [
            ("approved", "unknown_decision"),
            (forged.decision_id, "bad_signature"),
            ("d1' OR '1'='1", "unknown_decision"),
        ]
        with world.database.transaction() as session:
            session.delete(session.get(DecisionRow, forged.decision_id))
        honest = world.record(world.envelope(world.content(world.rating())))
        await case.deliver(DecisionRef(decision_id=honest, round=1))
        assert (await case.result()).outcome is CaseOutcome.WRITTEN
        assert [order.decision_id for order in script.orders("apply_changes", ApplyInput)] == [honest]
    finally:
        await desk.clear()


def _refused(world: World) -> list[AuditEvent]:
    return [e.event for e in world.audit.export() if e.event.kind is AuditKind.DECISION_REFUSED]
