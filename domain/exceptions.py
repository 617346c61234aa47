"""Named exceptions: who is asked, and what would resolve it. A case never ends in a silent default."""

from domain.cases import CaseException, ExceptionCode
from domain.permissions import Role
from domain.playbook import Playbook
from domain.routing import RoutingDecision

NEXT_STEP: dict[ExceptionCode, str] = {
    ExceptionCode.AMBIGUOUS_MATCH: (
        "Choose which record this person is, or merge the duplicates in the CRM, then submit again."
    ),
    ExceptionCode.MISSING_IDENTITY: "Find out who this is: an e-mail address, or a name with a company.",
    ExceptionCode.ROUTING_CONFLICT: "Choose the owner in the CRM, and settle the two rules in playbook/routing.yaml.",
    ExceptionCode.NO_OWNER: "Assign an owner in the CRM; no active person matches the playbook's rules.",
    ExceptionCode.CRM_RECORD_MISSING: (
        "The record id does not exist in this org. Check the sender's id and submit again."
    ),
    ExceptionCode.CRM_REFUSED: (
        "The CRM refused the values; its message is in the case. Correct them and submit again."
    ),
    ExceptionCode.CONFLICT_REPEATED: (
        "The record kept changing while it was reviewed. Talk to its owner, then submit again."
    ),
    ExceptionCode.TOO_MANY_REDRAFTS: "Five drafts did not fit. Write this one by hand.",
    ExceptionCode.REVIEW_EXPIRED: "Nobody decided in time and nothing was written. Take the lead over by hand.",
    ExceptionCode.POLICY_SIGNER_REFUSED: (
        "The policy signer refused; the audit names the reason. Create the lead by hand or raise the cap."
    ),
    ExceptionCode.FORBIDDEN: "The playbook forbids a part of this proposal. Handle the lead by hand.",
    ExceptionCode.WRITE_NOT_AUTHORISED: (
        "The write guard refused the decision; the audit names the check. Find out who changed what before you go on."
    ),
    ExceptionCode.STEP_FAILED: (
        "A step failed for good; the failure document in the case says how. Mend it and submit again."
    ),
}
"""What resolves each exception, in a sentence for the person who is asked."""


_ABOUT_ROUTING = frozenset({ExceptionCode.ROUTING_CONFLICT, ExceptionCode.NO_OWNER})


def explain(code: ExceptionCode, routing: RoutingDecision | None, playbook: Playbook) -> CaseException:
    """The exception as a person meets it. The owner is the fallback owner where routing knows one."""
    owner = ""
    if routing is not None:
        owner = routing.fallback_owner_name or routing.owner_name
    return CaseException(
        code=code,
        owner=owner or _first_manager(playbook),
        next_step=NEXT_STEP[code],
        detail=routing.conflict if routing is not None and code in _ABOUT_ROUTING else "",
    )


def _first_manager(playbook: Playbook) -> str:
    managers = [r for r in playbook.reviewers if r.role is Role.MANAGER]
    return (managers or list(playbook.reviewers))[0].name
