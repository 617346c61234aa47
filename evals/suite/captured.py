"""Decisions of people as eval examples: what was known, what was proposed, and what they made of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from domain.cards import ReviewCard
from domain.casefile import CaseFile
from domain.decisions import APPROVALS
from domain.errors import DomainError, InputError
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Value
from domain.naming import is_disposable_host, is_free_host
from domain.playbook import Playbook
from domain.ports import CaseDocuments
from domain.proposals import AssignOwner, Disqualify, ProposalContent, SendEmail, UpdateFields, digest_of
from domain.reviewer_notes import ReviewerNote
from evals.suite.cases import EvalCase
from evals.suite.pseudonyms import UNKNOWN, Pseudonyms
from evals.suite.vocabulary import vocabulary_of
from persistence.decided import DecidedRound

FAMILY = "captured"
_KEPT = {
    "Lead": "FirstName LastName Company Title Email Phone Website Status LeadSource Rating Industry NumberOfEmployees "
    "State Country OwnerId HasOptedOutOfEmail DoNotCall EmailBouncedReason Product_Interest__c Preferred_Language__c",
    "Account": "Name OwnerId Type Industry Website NumberOfEmployees BillingState BillingCountry Strategic__c "
    "Partner__c",
    "Contact": "FirstName LastName AccountId OwnerId Title Email Phone MailingState MailingCountry HasOptedOutOfEmail "
    "DoNotCall EmailBouncedReason Preferred_Language__c",
    "Opportunity": "Name AccountId OwnerId StageName CloseDate Amount",
}
"""Fields that decide something. What else a record holds is left behind."""


class Example(Value):
    """One decision with everything it was made from. Holds personal data."""

    decided: DecidedRound
    inquiries: tuple[Inquiry, ...]
    snapshot: CrmSnapshot
    card: ReviewCard
    proposed: ProposalContent
    final: ProposalContent | None
    note: ReviewerNote

    @property
    def corrected(self) -> bool:
        """Whether somebody put something right. Leaving an optional draft unticked is no correction."""
        optional = {a.key for a in self.proposed.actions if a.opt_in}
        return self.final is None or bool(self.note.edits or set(self.note.unticked) - optional)


class Rules(Value):
    """What decides which words, addresses and hosts may stay."""

    playbook: Playbook
    staff: tuple[str, ...]
    """Addresses of the made-up people of the org that cases play in."""

    def pseudonyms(self) -> Pseudonyms:
        return Pseudonyms(vocabulary_of(self.playbook), kept=self.staff, host_of=self._host_of_its_kind)

    def _host_of_its_kind(self, host: str) -> str:
        """Decisions look at what kind of host it is; one of that kind that is nobody's stands for it, else itself."""
        rules = self.playbook
        kinds = (
            (rules.free_mail_hosts, is_free_host(host)),
            (rules.disposable_hosts, is_disposable_host(host)),
            (rules.academic_hosts, False),
        )
        for hosts, known in kinds:
            if known or any(host == h or host.endswith(f".{h}") for h in hosts):
                return next((h for h in hosts if h.endswith(".example")), host)
        return host if host in self.playbook.competitor_domains else ""


def examples(documents: CaseDocuments, rounds: Iterable[DecidedRound]) -> Iterator[Example]:
    """Those whose documents are still there; an erased case is no example any more."""
    for decided in rounds:
        file = CaseFile(documents, decided.case_id)
        try:
            note = file.note(decided.decision_id)
            if note is None:
                continue
            digest = digest_of(file.proposal_bytes(decided.round))
            approved = decided.verdict in {v.value for v in APPROVALS}
            yield Example(
                decided=decided,
                inquiries=file.inquiries(decided.inquiries),
                snapshot=file.snapshot(decided.round),
                card=file.card(decided.round),
                proposed=file.proposal(decided.round),
                final=file.final(decided.round, digest, decided.final_digest) if approved else None,
                note=note,
            )
        except DomainError:
            continue


def as_record(example: Example, rules: Rules, *, replace: bool) -> dict[str, Any]:
    """One line of the export. `personal_data` says whether there is any: `replaced` or `inside`."""
    body: dict[str, Any] = {
        "inquiries": [_inquiry(i) for i in example.inquiries],
        "crm": [{"object": r.object, "fields": _fields(r)} for r in _records(example.snapshot)],
        "proposed": _actions(example.proposed),
        "final": None if example.final is None else _actions(example.final),
        "edits": [e.model_dump(mode="json") for e in example.note.edits],
        "unticked": {"key": list(example.note.unticked)},
        "reason": example.note.text,
    }
    if replace:
        body = _learnt(example, rules).replaced(body)
    body["unticked"] = body["unticked"]["key"]
    return {
        "id": example.decided.decision_id,
        "personal_data": "replaced" if replace else "inside",
        "motion": example.proposed.motion.value,
        "verdict": example.decided.verdict,
        "corrected": example.corrected,
        "reason_code": example.decided.reason_code,
        "score": example.card.qualification.score,
        "band": example.card.qualification.band,
        "risk": example.card.risk.category.value,
        "playbook": example.decided.playbook_digest,
        "agent_version": example.card.agent_version,
        **body,
    }


def as_case(example: Example, rules: Rules, now: datetime) -> EvalCase:
    """A case that expects what the person decided, moved to when cases play.

    Owners who are not staff of the eval org become its intake queue, or nobody. Raises `InputError` where personal data
    would be left, or where something decided that a case cannot hold.
    """
    if example.snapshot.consents:
        raise InputError(f"{example.decided.decision_id} rests on consent records, which a case cannot hold")
    records = _records(example.snapshot)
    who = {u.id: a for u in example.snapshot.users if (a := u.text("Email")) in set(rules.staff)}
    aliases = {r.id: f"{r.object.lower()}{n}" for n, r in enumerate(records, start=1)}
    told: dict[str, Any] = {
        "inquiries": [_dated(i, example, aliases) for i in example.inquiries],
        "crm": [_row(r, aliases, who, rules.playbook.intake_queue, example, now) for r in records],
        "expect": _expected(example, who, aliases),
    }
    told = _learnt(example, rules).replaced(told)
    if UNKNOWN in told["expect"].get("rule", ""):
        del told["expect"]["rule"]
    told["expect"]["never_says"] = [s for s in told["expect"].get("never_says", []) if UNKNOWN not in s]
    name = re.sub(r"[^a-z0-9]+", "-", f"decided-{example.decided.decision_id}".casefold()).strip("-")[:80]
    why = f", reason {example.decided.reason_code}" if example.decided.reason_code else ""
    return EvalCase.model_validate(
        {"name": name, "about": f"A person decided: {example.decided.verdict}{why}.", **told}
    )


def as_yaml(case: EvalCase) -> dict[str, Any]:
    """What a case file holds of it: nothing that says no more than the default."""
    told = case.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    told["expect"] = {
        k: v for k, v in case.expect.model_dump(mode="json", exclude_unset=True).items() if v not in ([], {})
    }
    return told


def _expected(example: Example, who: Mapping[str, str], aliases: Mapping[str, str]) -> dict[str, Any]:
    """What has to come out, by what was signed; after a rejection, what must not come out again."""
    final = example.final
    if final is None:
        return _after_rejection(example, who)
    gone = {a.kind for a in example.proposed.actions if not a.opt_in} - {a.kind for a in final.actions}
    expected: dict[str, Any] = {
        "mail": final.mail is not None,
        "disqualify": next((a.reason_code for a in final.actions if isinstance(a, Disqualify)), ""),
        "no_actions": sorted(gone),
    }
    owner = next((a.after_owner_id for a in final.actions if isinstance(a, AssignOwner)), "")
    if not any(e.field == "after_owner_id" for e in example.note.edits):
        # Of several in a team another may be next; that the same rule chose is what was approved.
        expected["rule"] = example.card.routing.rule
    elif owner in who:
        expected["owner"] = who[owner]
    if struck := _gone_sentences(example.proposed.mail, final.mail):
        expected["never_says"] = struck
    kept = {
        f"{aliases[a.record.id]}.{c.field}": c.after
        for a in final.actions
        if isinstance(a, UpdateFields) and a.record.id in aliases
        for c in a.changes
        if any(e.action_key == a.key and e.field == c.field for e in example.note.edits)
    }
    return {**expected, **({"fields_kept": kept} if kept else {})}


def _after_rejection(example: Example, who: Mapping[str, str]) -> dict[str, Any]:
    code = example.decided.reason_code
    if any(isinstance(a, Disqualify) for a in example.proposed.actions):
        return {"disqualify": ""}
    if code in ("student_request", "competitor", "spam"):
        return {"disqualify": code, "sent": False}
    proposed = next((a.after_owner_id for a in example.proposed.actions if isinstance(a, AssignOwner)), "")
    if "owner" in code and proposed in who:
        return {"not_owner": who[proposed]}
    # What would have been right nobody said; that it waits for a person again is what is left.
    return {"risk": example.card.risk.category.value}


def _gone_sentences(before: SendEmail | None, after: SendEmail | None) -> list[str]:
    if before is None or after is None:
        return []
    sentences = re.split(r"(?<=[.!?])\s+", before.body)
    return [s for s in sentences if len(s) > 20 and s not in after.body][:5]


def _records(snapshot: CrmSnapshot) -> tuple[CrmRecord, ...]:
    single = (snapshot.account, snapshot.contact, snapshot.lead)
    return (*(r for r in single if r is not None), *snapshot.opportunities)


def _fields(record: CrmRecord) -> dict[str, Any]:
    kept = _KEPT.get(record.object, "").split()
    return {f: v for f in kept if (v := record.fields.get(f)) not in (None, "", False)}


def _row(
    record: CrmRecord, aliases: Mapping[str, str], who: Mapping[str, str], queue: str, example: Example, now: datetime
) -> dict[str, Any]:
    fields = _fields(record)
    if "OwnerId" in fields:
        fields["OwnerId"] = who.get(str(fields["OwnerId"]), queue if record.object == "Lead" else None)
    if "AccountId" in fields:
        fields["AccountId"] = aliases.get(str(fields["AccountId"]))
    if "CloseDate" in fields:
        # As far away then as it was when somebody decided.
        fields["CloseDate"] = _shifted(str(fields["CloseDate"]), now - example.decided.decided_at)
    return {
        "as": aliases[record.id], "object": record.object, "fields": {k: v for k, v in fields.items() if v is not None}
    }  # fmt: skip


def _shifted(day: str, by: timedelta) -> str | None:
    try:
        return (date.fromisoformat(day[:10]) + by).isoformat()
    except ValueError:
        return None


def _inquiry(inquiry: Inquiry) -> dict[str, Any]:
    left_out = {"event_id", "received_at", "lead_id"}
    return {k: v for k, v in inquiry.model_dump(mode="json", exclude=left_out).items() if v not in ("", None)}


def _dated(inquiry: Inquiry, example: Example, aliases: Mapping[str, str]) -> dict[str, Any]:
    days = max((example.decided.decided_at - inquiry.received_at).days, 0)
    known = {"lead_id": aliases[inquiry.lead_id]} if inquiry.lead_id in aliases else {}
    return {**_inquiry(inquiry), **known, **({"days_ago": days} if days else {})}


def _actions(content: ProposalContent) -> list[dict[str, Any]]:
    """Without record ids, which say nothing to anybody outside."""
    left_out = {"record", "evidence", "who_id", "what_id"}
    told = content.model_dump(mode="json")["actions"]
    return [{k: v for k, v in action.items() if k not in left_out and v is not None} for action in told]


def _learnt(example: Example, rules: Rules) -> Pseudonyms:
    known = rules.pseudonyms()
    for inquiry in example.inquiries:
        known.learn(inquiry.model_dump())
    for record in _records(example.snapshot):
        known.learn(record.fields)
    for user in example.snapshot.users:
        if user.text("Email") not in rules.staff:
            known.learn_name(user.text("Name"))
    known.learn_name(example.note.reviewer)
    return known
