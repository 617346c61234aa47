"""Cases that reconciling finds without a workflow, as the activities tell of them."""

from activities.messages import Gate, ProposalHead, StrayCase, SurveyHead, VerifiedDecision
from domain.decisions import Verdict
from domain.leads import Motion
from domain.permissions import RiskCategory
from domain.receipts import MailState
from domain.strays import Remedy
from tests.workflows.driving import ORG
from tests.workflows.script import Script
from workflows.messages import workflow_id


def stray(script: Script, remedy: Remedy, round: int = 1) -> StrayCase:
    """The case of `script` as reconciling finds it."""
    return StrayCase(
        case_id=script.case_id,
        org_id=ORG,
        workflow_id=workflow_id(Motion.INBOUND, ORG, script.case_id),
        playbook_digest="p",
        agent_version="v",
        remedy=remedy,
        round=round,
    )


def approved(
    *, decision_id: str = "d9", mail: bool = False, state: MailState | None = None, written: bool = False
) -> SurveyHead:
    """How far a case had come whose second round was approved."""
    return SurveyHead(
        round=2,
        decision=VerifiedDecision(
            accepted=True,
            complete=True,
            decision_id=decision_id,
            verdict=Verdict.APPROVE,
            has_mail=mail,
            has_after_mail=mail,
        ),
        head=ProposalHead(
            digest="", risk=RiskCategory.LOW, gate=Gate.PERSON, undo_window_seconds=0, sender_domain="seller.example"
        ),
        mail=state,
        written=written,
    )
