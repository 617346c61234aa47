"""What the rules make of one lead, whole: score, route and consent, with the evidence behind each. Writes nothing."""

from collections.abc import Iterator, Sequence

from domain.bant import RulesReader
from domain.calls import calls_of, heard_in, own_people, reading_of
from domain.consent import Channel, ConsentDecision, may_contact
from domain.context import NOTHING_BEFORE, CaseContext
from domain.enrichment import Enrichment
from domain.evidence import Evidence, EvidenceBook
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant, Value
from domain.playbook import Playbook
from domain.qualification import Qualification, ScoreLine
from domain.reading import ReadFacts, read
from domain.routing import RoutingDecision, route
from domain.scoring import qualify
from domain.texts import clean


class Explanation(Value):
    """`evidence` holds every footnote that the parts name. `calls` is None where only e-mail was looked at."""

    source: str
    """Where the lead came from: a case, a file, the CRM."""
    decided_at: Instant
    qualification: Qualification
    routing: RoutingDecision | None = None
    consent: ConsentDecision | None = None
    calls: ConsentDecision | None = None
    facts: ReadFacts
    evidence: tuple[Evidence, ...]


def explain(
    inquiries: Sequence[Inquiry],
    snapshot: CrmSnapshot,
    enrichment: Enrichment,
    playbook: Playbook,
    *,
    source: str,
    now: Instant,
    context: CaseContext = NOTHING_BEFORE,
) -> Explanation:
    """The same rules in the same order as a case runs them; calls and notes in `context` are read by rules."""
    book = EvidenceBook()
    facts = read(inquiries, playbook)
    rules = RulesReader()
    heard = heard_in(
        [
            reading_of(item, rules, seller=own_people(item, snapshot.users, playbook.seller.name))
            for item in calls_of(context)
        ]
    )
    qualification = qualify(inquiries, snapshot, enrichment, facts, playbook, book, now=now, heard=heard)
    routing = route(inquiries, snapshot, enrichment, qualification, playbook, book, now=now)
    consent = may_contact(inquiries, snapshot, playbook, book, now=now)
    calls = may_contact(inquiries, snapshot, playbook, book, now=now, channel=Channel.PHONE)
    return Explanation(
        source=source,
        decided_at=now,
        qualification=qualification,
        routing=routing,
        consent=consent,
        calls=calls,
        facts=facts,
        evidence=book.entries(),
    )


def queues_named(playbook: Playbook, now: Instant) -> tuple[CrmRecord, ...]:
    """The playbook's queues as records, for a lead that is explained without a CRM: their ids are made up."""
    names = dict.fromkeys(
        (playbook.routing.fallback_queue, playbook.intake_queue, *(t.queue for t in playbook.teams.values()))
    )
    return tuple(
        CrmRecord(object="Group", id=f"00G{n:015d}", fields={"Name": name, "DeveloperName": name}, modified_at=now)
        for n, name in enumerate((name for name in names if name), start=1)
    )


def told(explanation: Explanation) -> Iterator[str]:
    """The explanation in lines of plain text: the sum first, then why, then what is missing."""
    by_id = {e.id: e for e in explanation.evidence}
    q = explanation.qualification
    yield f"Score {q.score}, band {q.band}, confidence {q.confidence:.0%} ({explanation.source})"
    for line in q.lines:
        yield f"  {line.points:>+4}  {line.label}{_age(line)}{_because(line.evidence, by_id)}"
    total = q.sum_of_points if q.sum_of_points is not None else sum(line.points for line in q.lines)
    held = "" if total == q.score else f", held within 0 to 100: {q.score}"
    yield f"  {total:>+4}  sum{held}"
    yield f"Kind of sender: {q.fit.value.replace('_', ' ')}{_because(q.fit_evidence, by_id)}"
    for hit in q.disqualifiers:
        yield f"Disqualifier: {hit.label}{_because(hit.evidence, by_id)}"
    if q.disqualify_reason:
        yield f"Proposed to be disqualified as {q.disqualify_reason}; a person decides."
    for bant in q.bant:
        value = f", {clean(bant.value, 80)}" if bant.value else ""
        apart = "; sources contradict each other" if bant.conflicting else ""
        yield f"{bant.name.capitalize()}: {bant.stance}{value}{apart}{_because(bant.evidence, by_id)}"
    if q.missing:
        yield f"Not known: {', '.join(q.missing)}"
    if explanation.routing is not None:
        yield from _route(explanation.routing, by_id)
    for name, decision in (("E-mail", explanation.consent), ("Calls", explanation.calls)):
        if decision is not None:
            yield f"{name}: {decision.verdict} {clean(decision.detail, 400)}{_because(decision.evidence, by_id)}"


def _route(routing: RoutingDecision, by_id: dict[str, Evidence]) -> Iterator[str]:
    owner = routing.owner_name or "nobody yet"
    team = f", team {routing.team}" if routing.team and routing.team != owner else ""
    yield f"Route: {owner}{team} by {routing.rule}{_because(routing.evidence, by_id)}"
    yield f"  why: {clean(routing.reason, 400)}"
    if routing.conflict:
        yield f"  conflict: {clean(routing.conflict, 400)}"
    for candidate in routing.considered:
        yield f"  {'chosen' if candidate.chosen else 'not chosen'}: {candidate.name}: {clean(candidate.why, 200)}"
    if routing.respond_by is not None:
        yield f"  first answer due: {routing.respond_by.isoformat(timespec='minutes')}"


def _age(line: ScoreLine) -> str:
    if line.full_points is None:
        return ""
    return f" ({line.full_points:+} when it was said, {line.said_days_ago} days ago)"


def _because(refs: Sequence[str], by_id: dict[str, Evidence]) -> str:
    shown = [_shown(by_id[ref]) for ref in refs if ref in by_id]
    return f"  ← {'; '.join(dict.fromkeys(shown))}" if shown else ""


def _shown(evidence: Evidence) -> str:
    where = f"{evidence.system} {evidence.record} {evidence.field}".replace("  ", " ")
    if evidence.quote is not None:
        return f"{where} “{clean(evidence.quote, 160)}”"
    return f"{where} = {clean(evidence.value, 120)}" if evidence.value else f"{where} is empty"
