"""Past leads, decided again by a playbook: to see what a change does, and how often people chose the same owner.

A lead is decided as it came in: without its owner, with no work done on it yet and nobody's open leads counted, at the
moment when it was created. Its account and the account's opportunities are taken as they are now.
"""

from collections.abc import Callable, Sequence
from typing import Any

from domain.enrichment import Signal
from domain.evidence import EvidenceBook
from domain.field_mapping import admitted
from domain.leads import CrmRecord, CrmSnapshot, Inquiry, InquirySource
from domain.model import Instant, Value
from domain.naming import country_code
from domain.owners import USER_PREFIX
from domain.playbook import Playbook
from domain.qualification import Qualification
from domain.reading import read
from domain.round_robin import Turns
from domain.routing import RoutingDecision, route
from domain.routing_people import Staff
from domain.scoring import qualify
from domain.settling import settle

Signals = Callable[[Playbook, Inquiry, CrmSnapshot, Instant], Sequence[Signal]]
"""Asks the providers that the playbook names."""


class OwnerChange(Value):
    """One entry of a lead's history: from when on `owner_id` had it, and which user set that."""

    owner_id: str
    by: str
    at: Instant


class PastLead(Value):
    """One lead as the CRM has it now, with the changes of its owner, oldest first."""

    snapshot: CrmSnapshot
    changes: tuple[OwnerChange, ...] = ()
    created_at: Instant

    @property
    def lead(self) -> CrmRecord:
        if self.snapshot.lead is None:
            raise ValueError("a past lead without its record")
        return self.snapshot.lead


def on_paper(inquiry: Inquiry, id: str, playbook: Playbook, queues: Sequence[CrmRecord]) -> PastLead:
    """A lead that is in no CRM, as if it had come in: with nobody's history, and with `queues` to go to."""
    fields = {
        "FirstName": inquiry.first_name,
        "LastName": inquiry.last_name,
        "Company": inquiry.company,
        "Title": inquiry.title,
        "Email": inquiry.email,
        "Phone": inquiry.phone,
        "Website": inquiry.website,
        "Country": inquiry.country,
        "Preferred_Language__c": inquiry.language,
        "Product_Interest__c": inquiry.product_interest,
        "Description": inquiry.message,
        "LeadSource": playbook.lead_sources.get(inquiry.source.value, ""),
    }
    at = inquiry.received_at
    lead = CrmRecord(object="Lead", id=id, fields={k: v for k, v in fields.items() if v}, modified_at=at)
    return PastLead(snapshot=CrmSnapshot(taken_at=at, lead=lead, queues=tuple(queues)), created_at=at)


class Decided(Value):
    """What a playbook says about a past lead."""

    qualification: Qualification
    routing: RoutingDecision


def decide_again(past: PastLead, playbook: Playbook, signals: Signals, turns: Turns) -> Decided:
    """Score and owner as if the lead came in now. Deterministic for the same order of leads and the same turns."""
    inquiry, snapshot, now = as_inquiry(past), _as_it_came_in(past), past.created_at
    enrichment = settle(admitted(signals(playbook, inquiry, snapshot, now), playbook.objects), playbook.enrichment)
    book = EvidenceBook()
    facts = read((inquiry,), playbook)
    qualification = qualify((inquiry,), snapshot, enrichment, facts, playbook, book, now=now)
    routing = route((inquiry,), snapshot, enrichment, qualification, playbook, book, now=now, turns=turns)
    return Decided(qualification=qualification, routing=routing)


def as_inquiry(past: PastLead) -> Inquiry:
    """What the person sent, as far as the lead still holds it."""
    lead = past.lead
    limits = {
        name: _limit(name) for name in ("first_name", "last_name", "email", "phone", "company", "title", "website")
    }
    fields = {
        "first_name": "FirstName",
        "last_name": "LastName",
        "email": "Email",
        "phone": "Phone",
        "company": "Company",
        "title": "Title",
        "website": "Website",
    }
    sent: dict[str, Any] = {name: lead.text(field)[: limits[name]] for name, field in fields.items()}
    return Inquiry.model_validate(
        {
            **sent,
            "event_id": lead.id,
            "source": InquirySource.CRM_POLL,
            "received_at": past.created_at,
            "country": country_code(lead.text("Country")),
            "language": lead.text("Preferred_Language__c")[:5],
            "product_interest": lead.text("Product_Interest__c")[:80],
            "message": lead.text("Description")[:20_000],
            "lead_id": lead.id,
        }
    )


def _limit(name: str) -> int:
    lengths = (getattr(m, "max_length", None) for m in Inquiry.model_fields[name].metadata)
    return next((int(n) for n in lengths if n is not None), 255)


def _as_it_came_in(past: PastLead) -> CrmSnapshot:
    fields = {k: v for k, v in past.lead.fields.items() if k != "OwnerId"}
    before = past.created_at.isoformat()[:19]
    return past.snapshot.model_copy(
        update={
            "lead": past.lead.model_copy(update={"fields": fields}),
            "owner": None,
            "activities": tuple(a for a in past.snapshot.activities if a.text("CreatedDate")[:19] < before),
            "open_leads_by_owner": {},
            "taken_at": past.created_at,
        }
    )


class Truth(Value):
    """Who people gave a lead to. `reassigned` where somebody moved it there by hand, else they created it so."""

    owner_id: str
    reassigned: bool


def chosen_by_people(past: PastLead, machines: frozenset[str]) -> Truth | None:
    """The newest owner that a person set; else the first owner, if nobody changed it; None where a machine decided."""
    by_hand = [c for c in past.changes if c.by not in machines and c.owner_id.startswith(USER_PREFIX)]
    if by_hand:
        return Truth(owner_id=by_hand[-1].owner_id, reassigned=True)
    owner = past.lead.text("OwnerId")
    if past.changes or not owner.startswith(USER_PREFIX):
        return None
    return Truth(owner_id=owner, reassigned=False)


class Agreement(Value):
    """One past lead: what the playbook says beside what people did."""

    lead_id: str
    rule: str
    proposed_id: str
    proposed: str
    team: str
    chosen_id: str
    chosen: str
    reassigned: bool
    same_owner: bool
    same_team: bool
    """The chosen person belongs to the team that the playbook names, whoever's turn it was."""
    conflict: str = ""


class RuleAgreement(Value):
    rule: str
    leads: int
    same_owner: int
    same_team: int
    reassigned: int


class BacktestReport(Value):
    """`judged` leads have an owner whom people chose; the others are counted by the reason why not."""

    leads: int
    judged: int
    same_owner: int
    same_team: int
    left_out: dict[str, int]
    rules: tuple[RuleAgreement, ...]
    disagreements: tuple[Agreement, ...]


def backtest(
    leads: Sequence[PastLead], playbook: Playbook, signals: Signals, turns: Turns, machines: frozenset[str]
) -> BacktestReport:
    """Agreement over all leads and per rule, oldest lead first."""
    rows: list[Agreement] = []
    left_out: dict[str, int] = {}
    for past in sorted(leads, key=lambda p: (p.created_at, p.lead.id)):
        truth = chosen_by_people(past, machines)
        chosen = next((u for u in past.snapshot.users if truth is not None and u.id == truth.owner_id), None)
        if truth is None or chosen is None:
            why = "nobody chose an owner" if truth is None else "the owner has left"
            left_out[why] = left_out.get(why, 0) + 1
            continue
        rows.append(_compare(past, truth, chosen, decide_again(past, playbook, signals, turns).routing, playbook))
    names = dict.fromkeys(row.rule for row in rows)
    return BacktestReport(
        leads=len(leads),
        judged=len(rows),
        same_owner=sum(r.same_owner for r in rows),
        same_team=sum(r.same_team for r in rows),
        left_out=left_out,
        rules=tuple(_of_rule(name, [r for r in rows if r.rule == name]) for name in sorted(names)),
        disagreements=tuple(r for r in rows if not r.same_team),
    )


def _compare(
    past: PastLead, truth: Truth, chosen: CrmRecord, routing: RoutingDecision, playbook: Playbook
) -> Agreement:
    team = next((t for t in playbook.teams.values() if t.name == routing.team), None)
    staff = Staff(past.snapshot, playbook, past.created_at)
    same = routing.owner_id == truth.owner_id
    return Agreement(
        lead_id=past.lead.id,
        rule=" and ".join(routing.rows) or routing.rule,
        proposed_id=routing.owner_id,
        proposed=routing.owner_name,
        team=routing.team,
        chosen_id=truth.owner_id,
        chosen=chosen.text("Name"),
        reassigned=truth.reassigned,
        same_owner=same,
        same_team=same or (team is not None and bool(routing.owner_id) and staff.belongs(chosen, team)),
        conflict=routing.conflict,
    )


def _of_rule(name: str, rows: Sequence[Agreement]) -> RuleAgreement:
    return RuleAgreement(
        rule=name,
        leads=len(rows),
        same_owner=sum(r.same_owner for r in rows),
        same_team=sum(r.same_team for r in rows),
        reassigned=sum(r.reassigned for r in rows),
    )


class Change(Value):
    """One past lead before and after a change of the playbook."""

    lead_id: str
    company: str
    score_before: int
    score_after: int
    band_before: str
    band_after: str
    owner_before: str
    owner_after: str
    rule_before: str
    rule_after: str

    @property
    def score_moved(self) -> bool:
        return (self.score_before, self.band_before) != (self.score_after, self.band_after)

    @property
    def owner_moved(self) -> bool:
        return (self.owner_before, self.rule_before) != (self.owner_after, self.rule_after)


def compare(past: PastLead, before: Decided, after: Decided) -> Change:
    """The two decisions side by side. An owner that only the turn decides is named by the team."""
    return Change(
        lead_id=past.lead.id,
        company=past.lead.text("Company"),
        score_before=before.qualification.score,
        score_after=after.qualification.score,
        band_before=before.qualification.band,
        band_after=after.qualification.band,
        owner_before=_owner(before.routing),
        owner_after=_owner(after.routing),
        rule_before=" and ".join(before.routing.rows) or before.routing.rule,
        rule_after=" and ".join(after.routing.rows) or after.routing.rule,
    )


def _owner(routing: RoutingDecision) -> str:
    return routing.owner_name or ("conflict" if routing.rows else "nobody")
