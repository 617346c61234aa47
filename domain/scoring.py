"""How good an inquiry is: the playbook's rules as a sum with evidence. Names of people never score."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import assert_never

from domain.calls import Heard
from domain.citing import cite_field, cite_inquiry, cite_signal
from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook
from domain.intent_decay import decayed, newest
from domain.leads import CrmSnapshot, Inquiry
from domain.model import Instant
from domain.naming import FREE_MAIL_HOSTS, NOT_PROVIDED, company_domain, mail_host, registrable_domain
from domain.playbook import Playbook
from domain.qualification import DisqualifierHit, Fit, Qualification, ScoreLine
from domain.reading import Finding, ReadFacts, pattern_of
from domain.scoring_rules import Condition, OnCrm, OnFact, OnField, OnHost, OnIntent, OnSignal, ScoreRule
from domain.standing import Standing, bant_lines, cite_statement, standing_of
from domain.texts import fold

_RECENT = timedelta(days=90)
_UNANSWERED = 0.3
"""What a sum is worth that leaves out what a silent provider may know: no more than with its least sure answer, so
that no answer never looks better than one."""
_UNREAD, _READ_IN_PART = 0.5, 0.8
"""What a sum is worth that leaves out what the message says, or a passage of it."""
_LEAD_FIELDS = {
    "title": "Title", "company": "Company", "email": "Email", "phone": "Phone", "website": "Website",
    "country": "Country", "product_interest": "Product_Interest__c",
}  # fmt: skip
_UNWANTED = (Fit.SPAM, Fit.VENDOR, Fit.STUDENT, Fit.JOB_SEEKER)
_BUYING = frozenset({"demo", "pricing", "trial", "purchase", "contact"})


class _Judge:
    """One qualification in the making: the sources, and what the rules missed in them."""

    def __init__(
        self,
        inquiries: Sequence[Inquiry],
        snapshot: CrmSnapshot,
        enrichment: Enrichment,
        facts: ReadFacts,
        playbook: Playbook,
        book: EvidenceBook,
        now: Instant,
        heard: Sequence[Heard],
    ) -> None:
        self.inquiries, self.snapshot, self.enrichment, self.facts = inquiries, snapshot, enrichment, facts
        self.playbook, self.book, self.now, self.heard = playbook, book, now, heard
        self.missing: list[str] = []
        self.trust: list[float] = []

    def cite_finding(self, finding: Finding) -> str:
        return cite_inquiry(self.book, self.inquiries[finding.inquiry], finding.field, quote=finding.quote)

    def field(self, name: str) -> tuple[str, str]:
        """Value and evidence of a field: the newest inquiry that has it, else the lead."""
        for inquiry in reversed(self.inquiries):
            value = str(getattr(inquiry, name)).strip()
            if value:
                return value, cite_inquiry(self.book, inquiry, name)
        lead = self.snapshot.lead
        value = lead.text(_LEAD_FIELDS[name]).strip() if lead is not None else ""
        if lead is not None and value and value != NOT_PROVIDED:
            return value, cite_field(self.book, lead, _LEAD_FIELDS[name])
        return "", ""

    def line(self, rule: ScoreRule) -> ScoreLine | None:
        """The points of a rule that applies, less what age took from them."""
        evidence = self.applies(rule.when)
        if evidence is None:
            return None
        line = ScoreLine(rule=rule.id, label=rule.label, points=rule.points, evidence=evidence)
        said = self._said_at(rule.when) if rule.half_life else None
        points = decayed(rule.points, said, self.now, rule.half_life) if said is not None else rule.points
        if said is None or points == rule.points:
            return line
        return line.model_copy(
            update={"points": points, "full_points": rule.points, "said_days_ago": (self.now - said).days}
        )

    def _said_at(self, when: Condition) -> Instant | None:
        """When the newest finding behind an intent or a fact was said."""
        if isinstance(when, OnFact):
            return newest(s.at for standing in self._standing(when) for s in standing.statements)
        if not isinstance(when, OnIntent):
            return None
        return newest(self.inquiries[f.inquiry].received_at for f in self.facts.intents if f.name in when.any_of)

    def _standing(self, when: OnFact) -> list[Standing]:
        """The matters that a rule asks for and that stand as it asks."""
        asked = (standing_of(name, self.facts, self.heard, self.inquiries) for name in when.any_of)
        return [standing for standing in asked if standing is not None and standing.stance.value in when.stance]

    def applies(self, when: Condition) -> tuple[str, ...] | None:
        """The evidence of a condition that holds, or None. What is absent is shown as the empty field it is."""
        match when:
            case OnIntent():
                found = [f for f in self.facts.intents if f.name in when.any_of]
                return tuple(self.cite_finding(f) for f in found[:2]) or None
            case OnFact():
                said = [s for standing in self._standing(when) for s in standing.statements]
                return tuple(cite_statement(self.book, s, self.inquiries) for s in said[:2]) or None
            case OnField():
                return self._field_applies(when)
            case OnSignal():
                return self._signal_applies(when)
            case OnHost():
                value, ref = self.field("email")
                return (ref,) if value and host_kind(value, self.playbook) in when.any_of else None
            case OnCrm():
                refs = tuple(ref for what in when.any_of for ref in self._known(what))
                return refs or None
        assert_never(when)

    def _field_applies(self, when: OnField) -> tuple[str, ...] | None:
        value, ref = self.field(when.name)
        if when.present is not None:
            if not value:
                self.missing.append(when.name)
            if bool(value) is not when.present:
                return None
            return (ref if value else cite_inquiry(self.book, self.inquiries[-1], when.name),)
        if not value:
            self.missing.append(when.name)
            return None
        folded = fold(value)
        return (ref,) if any(pattern_of(w, ()).search(folded) for w in when.words) else None

    def _signal_applies(self, when: OnSignal) -> tuple[str, ...] | None:
        signal = self.enrichment.best(when.name)
        if signal is None:
            self.missing.append(when.name)
            if self.enrichment.unanswered(when.name):
                self.trust.append(_UNANSWERED)
            return None
        self.trust.append(signal.confidence * (0.7 if self.enrichment.conflicts(when.name) else 1.0))
        if when.any_of:
            wanted = {v.casefold() for v in when.any_of}
            return (cite_signal(self.book, signal),) if str(signal.value).casefold() in wanted else None
        if isinstance(signal.value, bool) or not isinstance(signal.value, int | float):
            return None
        above = when.at_least is None or signal.value >= when.at_least
        below = when.at_most is None or signal.value <= when.at_most
        return (cite_signal(self.book, signal),) if above and below else None

    def _known(self, what: str) -> list[str]:
        snapshot = self.snapshot
        match what:
            case "open_opportunity":
                return [
                    cite_field(self.book, o, "StageName") for o in snapshot.opportunities if not o.flag("IsClosed")
                ][:1]
            case "customer_account" if snapshot.account is not None and snapshot.account.text("Type") == "Customer":
                return [cite_field(self.book, snapshot.account, "Type")]
            case "recent_activity":
                since = (self.now - _RECENT).date().isoformat()
                dates = [a for a in snapshot.activities if a.text("ActivityDate") >= since]
                return [cite_field(self.book, a, "Subject") for a in dates[:1]]
            case _:
                return []


def qualify(
    inquiries: Sequence[Inquiry],
    snapshot: CrmSnapshot,
    enrichment: Enrichment,
    facts: ReadFacts,
    playbook: Playbook,
    book: EvidenceBook,
    *,
    now: Instant,
    heard: Sequence[Heard] = (),
) -> Qualification:
    """The sum of the rules that apply, its band, and what kind of inquiry it is. `heard` is what calls said."""
    judge = _Judge(inquiries, snapshot, enrichment, facts, playbook, book, now, heard)
    lines: list[ScoreLine] = []
    settled: set[str] = set()
    for rule in playbook.score_rules:
        if rule.group and rule.group in settled:
            continue
        line = judge.line(rule)
        if line is None:
            continue
        settled.add(rule.group)
        lines.append(line)
    if facts.unread is not None:
        judge.missing.append("message")
        judge.trust.append(_UNREAD if facts.unread.whole else _READ_IN_PART)
    total = sum(line.points for line in lines)
    score = max(0, min(100, total))
    fit, fit_evidence = _fit(judge)
    hits = tuple(_hits(judge))
    reason = playbook.disqualify_reasons.get(fit, "") or next((h.reason for h in hits), "")
    missing = tuple(dict.fromkeys(judge.missing))
    trust = min(judge.trust, default=1.0)
    return Qualification(
        score=score,
        band=playbook.band_for(score).name,
        confidence=round(max(0.1, trust * (1 - 0.1 * min(len(missing), 6))), 2),
        fit=fit,
        fit_evidence=fit_evidence,
        lines=tuple(lines),
        missing=missing,
        disqualify_reason=reason,
        disqualifiers=hits,
        bant=bant_lines(facts, heard, inquiries, book),
        sum_of_points=total,
    )


def _hits(judge: _Judge) -> Iterator[DisqualifierHit]:
    for rule in judge.playbook.disqualifiers:
        evidence = judge.applies(rule.when)
        if evidence is not None:
            yield DisqualifierHit(rule=rule.id, label=rule.label, reason=rule.reason, evidence=evidence)


def host_kind(address: str, playbook: Playbook) -> str:
    """`business`, `free` or `disposable`."""
    host = mail_host(address)
    names = {host, registrable_domain(host)}
    if names & set(playbook.disposable_hosts):
        return "disposable"
    return "free" if names & (FREE_MAIL_HOSTS | set(playbook.free_mail_hosts)) else "business"


def _fit(judge: _Judge) -> tuple[Fit, tuple[str, ...]]:
    """Competitors by domain, then what the text says, then what the CRM knows. Contradictions are `unclear`."""
    playbook = judge.playbook
    email, mail_ref = judge.field("email")
    website, web_ref = judge.field("website")
    domain = company_domain(email, website)
    if domain and domain in {registrable_domain(d) or d for d in playbook.competitor_domains}:
        return Fit.COMPETITOR, (mail_ref or web_ref,)
    account, contact = judge.snapshot.account, judge.snapshot.contact
    if account is not None and account.text("Type") == "Competitor":
        return Fit.COMPETITOR, (cite_field(judge.book, account, "Type"),)
    by_kind = {f.name: f for f in judge.facts.fits}
    buying = [f for f in judge.facts.intents if f.name in _BUYING]
    kind = email and host_kind(email, playbook)
    academic = bool(email) and any(_under(mail_host(email), host) for host in playbook.academic_hosts)
    for fit in (*_UNWANTED, Fit.COMPETITOR):
        if fit.value not in by_kind:
            continue
        ref = judge.cite_finding(by_kind[fit.value])
        contradicted = bool(buying) and kind == "business" and not academic
        if contradicted and fit in {Fit.STUDENT, Fit.JOB_SEEKER}:
            return Fit.UNCLEAR, (ref, judge.cite_finding(buying[0]))
        return fit, (ref,)
    if account is not None and account.text("Type") == "Customer":
        return Fit.CUSTOMER, (cite_field(judge.book, account, "Type"),)
    unread = judge.facts.unread
    if unread is not None and unread.whole:
        return Fit.UNCLEAR, (cite_inquiry(judge.book, judge.inquiries[unread.inquiry], "message", quote=unread.quote),)
    if buying:
        return Fit.BUYER, (judge.cite_finding(buying[0]),)
    if contact is not None or judge.facts.bant:
        return Fit.BUYER, tuple(judge.cite_finding(f) for f in judge.facts.bant[:1])
    if kind == "business" and judge.field("company")[0]:
        return Fit.BUYER, (mail_ref, judge.field("company")[1])
    return Fit.UNCLEAR, ()


def _under(host: str, suffix: str) -> bool:
    return host == suffix or host.endswith(f".{suffix}")
