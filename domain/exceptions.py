"""Named exceptions: who is asked, by when, and what would resolve it. A case never ends in a silent default."""

from collections.abc import Sequence
from datetime import timedelta

from domain.cases import Act, CaseException, Choice, Deadline, ExceptionCode, Ladder, LadderStep
from domain.field_facts import FieldFact, FieldFacts
from domain.ladder import business_add
from domain.leads import CrmRecord, CrmSnapshot, Inquiry, MatchResult
from domain.model import Instant
from domain.notice_spreading import logins_of_owner
from domain.owners import is_active_person
from domain.permissions import Role
from domain.playbook import Playbook, Reviewer
from domain.resolutions import ACTS, INQUIRY_FIELDS, OF_A_WATCH
from domain.routing import RoutingDecision

NEXT_STEP: dict[ExceptionCode, str] = {
    ExceptionCode.AMBIGUOUS_MATCH: (
        "Choose which record this person is, or say that it is none of them. "
        "Where you have merged duplicates in the CRM, let it look again."
    ),
    ExceptionCode.MISSING_IDENTITY: "Find out who this is: an e-mail address, or a name with a company.",
    ExceptionCode.ROUTING_CONFLICT: "Choose the owner, and settle the two rules in playbook/routing.yaml.",
    ExceptionCode.NO_OWNER: "Choose the owner; no active person matches the playbook's rules.",
    ExceptionCode.CRM_RECORD_MISSING: (
        "The record id does not exist in this org. Restore the record and try again, or close the case."
    ),
    ExceptionCode.CRM_REFUSED: "The CRM refused the values; its message is in the case. Correct them here.",
    ExceptionCode.CONFLICT_REPEATED: (
        "The record kept changing while it was reviewed. Talk to its owner, then try again."
    ),
    ExceptionCode.TOO_MANY_REDRAFTS: "Five drafts did not fit. Write this one by hand, or begin anew.",
    ExceptionCode.REVIEW_EXPIRED: (
        "Nobody decided in time and nothing was written. Ask again, or take the lead over by hand."
    ),
    ExceptionCode.POLICY_SIGNER_REFUSED: (
        "The policy signer refused; the audit names the reason. Raise the cap and try again, or do it by hand."
    ),
    ExceptionCode.FORBIDDEN: "The playbook forbids a part of this proposal. Handle the lead by hand.",
    ExceptionCode.WRITE_NOT_AUTHORISED: (
        "The write guard refused the decision; the audit names the check. Find out who changed what before you go on; "
        "trying again asks for a new decision."
    ),
    ExceptionCode.STEP_FAILED: (
        "A step failed for good; the failure document in the case says how. Mend it and try again."
    ),
    ExceptionCode.CRM_PROTOCOL: (
        "The CRM kept giving answers that cannot be read: often a proxy's error page. Once it answers, try again; "
        "what was approved is still written once, as long as the approval holds."
    ),
    ExceptionCode.WRITE_UNFINISHED: (
        "The case was stopped after somebody had approved it. Try again to finish what was approved, once; or close "
        "it: an e-mail that did not leave is stopped then. What was written can be undone from the case."
    ),
    ExceptionCode.BROKEN_OFF: (
        "Its workflow is gone. Look at what was written, undo it where it is wrong, and take the lead over by hand."
    ),
}
"""What resolves each exception, in a sentence for the person who is asked."""


_ABOUT_ROUTING = frozenset({ExceptionCode.ROUTING_CONFLICT, ExceptionCode.NO_OWNER})
_FOR_OPS = frozenset(
    {
        ExceptionCode.STEP_FAILED,
        ExceptionCode.CRM_PROTOCOL,
        ExceptionCode.WRITE_NOT_AUTHORISED,
        ExceptionCode.WRITE_UNFINISHED,
        ExceptionCode.BROKEN_OFF,
    }
)


def explain(
    code: ExceptionCode,
    routing: RoutingDecision | None,
    playbook: Playbook,
    *,
    now: Instant,
    match: MatchResult | None = None,
    snapshot: CrmSnapshot | None = None,
    of_a_watch: bool = False,
    set_aside: frozenset[str] = frozenset(),
) -> tuple[CaseException, str]:
    """The exception as a person meets it, and the login of who is asked.

    The owner is whom the playbook names for the code, else the fallback owner where routing knows one.
    """
    acts = OF_A_WATCH if of_a_watch else ACTS[code]
    owner, asked = _owner(code, routing, playbook)
    raised = CaseException(
        code=code,
        owner=owner,
        next_step=NEXT_STEP[code],
        detail=routing.conflict if routing is not None and code in _ABOUT_ROUTING else "",
        acts=acts,
        matches=_matches(match) if Act.CHOOSE_MATCH in acts else (),
        owners=_owners(snapshot, set_aside) if Act.CHOOSE_OWNER in acts else (),
        fields={"Lead": _fields(snapshot, playbook)} if Act.SUPPLY_FIELD in acts else {},
        ladder=ladder_of(asked, playbook, now),
    )
    return raised, asked


def ladder_of(login: str, playbook: Playbook, now: Instant) -> Ladder:
    """Reminder, deadline and closing in the business time of who is asked; the manager hears of the deadline."""
    asked = playbook.reviewer(login) or playbook.reviewers[0]
    manager = playbook.reviewer(asked.manager) or asked
    calendar, rules = playbook.calendars[asked.calendar], playbook.exceptions
    steps = (
        (LadderStep.REMINDER, rules.reminder, asked),
        (LadderStep.MANAGER, rules.due, manager),
        (LadderStep.EXPIRY, rules.closes, manager),
    )
    return Ladder(
        deadlines=tuple(
            Deadline(step=step, at=business_add(now, timedelta(seconds=after), calendar), notify=who.login)
            for step, after, who in steps
        )
    )


def _owner(code: ExceptionCode, routing: RoutingDecision | None, playbook: Playbook) -> tuple[str, str]:
    named = playbook.exceptions.owners.get(code, "")
    someone = playbook.reviewer(named) or _first(playbook, named)
    if someone is None and code in _FOR_OPS:
        someone = _first(playbook, Role.OPS.value)
    if someone is not None:
        return someone.name, someone.login
    owner = (routing.fallback_owner_name or routing.owner_name) if routing is not None else ""
    if owner:
        told = logins_of_owner(owner, playbook)
        return owner, told[0] if told else ""
    manager = _first(playbook, Role.MANAGER.value) or playbook.reviewers[0]
    return manager.name, manager.login


def _first(playbook: Playbook, role: str) -> Reviewer | None:
    return next((r for r in playbook.reviewers if r.role.value == role), None)


def _matches(match: MatchResult | None) -> tuple[Choice, ...]:
    """People only: an account says where somebody works, and not who they are."""
    if match is None:
        return ()
    return tuple(
        Choice(
            id=found.record.id,
            label=found.record.text("Name") or found.record.text("Email") or found.record.id,
            detail=" · ".join(
                part
                for part in (
                    found.record.object,
                    found.record.text("Title"),
                    found.record.text("Company") or found.record.text("Account.Name"),
                    found.record.text("Email"),
                    "; ".join(found.reasons),
                )
                if part
            ),
        )
        for found in match.candidates
        if found.record.object in {"Lead", "Contact"}
    )


def _owners(snapshot: CrmSnapshot | None, set_aside: frozenset[str]) -> tuple[Choice, ...]:
    """Active people and the queues, as the round saw them, without those who let this lead lie."""
    if snapshot is None:
        return ()
    people = sorted(
        (u for u in snapshot.users if is_active_person(u) and u.id not in set_aside),
        key=lambda u: u.text("Name").casefold(),
    )
    return tuple(
        Choice(id=found.id, label=found.text("Name") or found.id, detail=detail)
        for found, detail in (
            *((u, u.text("Team__c") or u.text("Title")) for u in people),
            *((q, "queue") for q in _in_order(snapshot.queues)),
        )
    )


def _in_order(queues: Sequence[CrmRecord]) -> list[CrmRecord]:
    return sorted(queues, key=lambda q: q.text("Name").casefold())


def _fields(snapshot: CrmSnapshot | None, playbook: Playbook) -> dict[str, FieldFact]:
    """What may be stated: mapped fields of a lead that an inquiry could have said, with the tighter of both limits."""
    mapped = playbook.writable().get("Lead", frozenset())
    known: FieldFacts = snapshot.field_facts if snapshot is not None else {}
    found: dict[str, FieldFact] = {}
    for field, attribute in INQUIRY_FIELDS.items():
        if field not in mapped:
            continue
        limit = _limit(attribute)
        fact = known.get("Lead", {}).get(field) or FieldFact(kind="email" if field == "Email" else "string")
        found[field] = fact.model_copy(update={"length": min(limit, fact.length or limit)})
    return found


def _limit(attribute: str) -> int:
    rules = Inquiry.model_fields[attribute].metadata
    return min(int(rule.max_length) for rule in rules if getattr(rule, "max_length", None) is not None)
