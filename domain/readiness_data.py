"""The data areas of the readiness audit: how filled, how fresh, how consistent, and what follows for each field."""

from collections.abc import Iterable

from domain.field_mapping import Use
from domain.naming import country_code
from domain.playbook import Playbook
from domain.readiness_facts import DATA_AREAS, Area, FieldFacts, OrgFacts, OwnerFacts
from domain.readiness_report import CONSISTENT, FILL, FRESH, AreaReport, FieldReport, Fix, mean, percent, share
from domain.spellings import spellings, unlisted

_TRUST_FILL, _TRUST_CONSISTENT = 0.6, 0.9
_COMPLETE, _TRUST_FRESH = 0.9, 0.5
"""What providers could fill is held to more: nearly complete, and not older than a year for the most part."""
_LEAVERS_COST = 4.0
"""Each percent of records that somebody who left still owns costs four points: nobody answers those."""
_ENRICHABLE = frozenset({Area.COMPANY_SIZE, Area.INDUSTRY, Area.GEOGRAPHY})
"""What providers of company facts can know. The rest only people can record."""
_NEVER = frozenset({Area.CONSENT, Area.OPPORTUNITY_VALUE})
_GEO_COUNTRY = ("Country", "BillingCountry")


def data_areas(facts: OrgFacts, fields: Iterable[FieldReport], playbook: Playbook) -> tuple[AreaReport, ...]:
    by_area: dict[Area, list[FieldReport]] = {}
    for field in fields:
        by_area.setdefault(field.area, []).append(field)
    found = []
    for area in DATA_AREAS:
        match area:
            case Area.OWNER:
                found.append(_owners(facts.owners))
            case Area.INTERACTIONS:
                found.append(_interactions(facts))
            case Area.CONSENT:
                found.append(_consent(facts, playbook))
            case _:
                found.append(_of_fields(area, by_area.get(area, [])))
    return tuple(found)


def field_report(facts: FieldFacts, playbook: Playbook) -> FieldReport:
    countries = facts.field in _GEO_COUNTRY
    merged = spellings(facts.spread, facts.listed, countries=countries)
    strange = () if countries else unlisted(facts.spread, facts.listed)
    counted = sum(c.count for c in facts.spread)
    odd = {o for s in merged for o in s.others} | {c.value for c in strange}
    wrong = sum(c.count for c in facts.spread if c.value in odd)
    fill, fresh = share(facts.filled, facts.records), share(facts.fresh, facts.filled)
    consistent = 1 - share(wrong, counted) if facts.filled else 0.0
    use, why = _use(facts, fill, fresh, consistent)
    mapped = playbook.objects.get(facts.object)
    rule = mapped.fields.get(facts.field) if mapped is not None else None
    return FieldReport(
        area=facts.area,
        object=facts.object,
        field=facts.field,
        exists=facts.exists,
        records=facts.records,
        fill=fill,
        fresh=fresh,
        consistent=round(consistent, 3),
        use=use,
        why=why,
        mapped=rule.use if rule is not None else None,
        top=facts.spread[:8],
        spellings=merged[:8],
        unlisted=strange[:8],
    )


def _use(facts: FieldFacts, fill: float, fresh: float, consistent: float) -> tuple[Use, str]:
    """What the data supports: trust what is there and says one thing; enrich what others know; guess nothing."""
    if not facts.exists:
        return Use.NEVER_INFER, "the org has no such field, or hides it from the integration user"
    if facts.area in _NEVER:
        return Use.NEVER_INFER, "only the person or the deal itself can say this"
    said = f"{percent(fill)} filled, {percent(consistent)} in one spelling"
    if facts.area in _ENRICHABLE:
        good = fill >= _COMPLETE and consistent >= _TRUST_CONSISTENT and fresh >= _TRUST_FRESH
        told = f"{said}, {percent(fresh)} changed within a year"
        return (Use.TRUST, told) if good else (Use.ENRICH, f"{told}; providers of company facts know it")
    if fill >= _TRUST_FILL and consistent >= _TRUST_CONSISTENT:
        return Use.TRUST, said
    return Use.NEVER_INFER, f"{percent(fill)} filled, and only people can record it"


def _of_fields(area: Area, fields: list[FieldReport]) -> AreaReport:
    name = area.value.replace("_", " ")
    there = [f for f in fields if f.exists and f.records]
    if not there:
        fix = Fix(
            area=area,
            what=f"No field for {name} is known",
            how=f"Map one in the playbook's objects, with means: {name.replace(' ', '_')}",
            gain=100,
        )
        return AreaReport(area=area, score=0, reasons=("no field of the org is known for this",), fixes=(fix,))
    weights = [2 if f.object == "Lead" else 1 for f in there]
    score = round(sum(f.score * w for f, w in zip(there, weights, strict=True)) / sum(weights))
    fixes: list[Fix] = []
    for f, weight in zip(there, weights, strict=True):
        fixes += _field_fixes(f, weight / sum(weights))
    return AreaReport(
        area=area,
        score=score,
        reasons=tuple(_sentence(f) for f in there),
        fill=mean([f.fill for f in there]),
        fresh=mean([f.fresh for f in there]),
        consistent=mean([f.consistent for f in there]),
        fixes=tuple(fixes),
    )


def _sentence(f: FieldReport) -> str:
    said = f"{f.object}.{f.field}: {percent(f.fill)} of {f.records:,} filled, {percent(f.fresh)} of that fresh"
    merged = f"; {len(f.spellings)} values in several spellings" if f.spellings else ""
    strange = f"; {len(f.unlisted)} values that its list does not offer" if f.unlisted else ""
    return said + merged + strange


def _field_fixes(f: FieldReport, weight: float) -> Iterable[Fix]:
    empty = round(f.records * (1 - f.fill))
    name = f"{f.object}.{f.field}"
    if f.area is Area.LAST_ACTIVITY:
        gain = 100 * FILL * (1 - f.fill) * weight
        if empty:
            what = f"Call or close {empty:,} records of {f.object} on which nobody ever logged anything"
            yield Fix(area=f.area, what=what, how="Begin with the newest; close what is dead", records=empty, gain=gain)
        return
    if empty:
        how = (
            "Let providers propose it: `use: enrich` in the playbook's objects"
            if f.area in _ENRICHABLE
            else "Make it required where it is entered, and fill the open records by hand"
        )
        yield Fix(
            area=f.area, what=f"Fill {name} on {empty:,} records", how=how, records=empty,
            gain=100 * FILL * (1 - f.fill) * weight,
        )  # fmt: skip
    odd = sum(s.records for s in f.spellings) + sum(c.count for c in f.unlisted)
    if odd:
        example = f.spellings[0] if f.spellings else None
        what = f"One spelling for {name} on {odd:,} records"
        shown = f" ({example.best}: {', '.join(example.others[:3])})" if example else ""
        how = "Merge the values, and make the field a restricted picklist"
        gain = 100 * CONSISTENT * (1 - f.consistent) * weight
        yield Fix(area=f.area, what=what + shown, how=how, records=odd, gain=gain)
    stale = round(f.records * f.fill * (1 - f.fresh))
    if stale:
        yield Fix(
            area=f.area, what=f"Look again at {name} on {stale:,} records nobody changed for a year",
            how="Review them with their owners, or close them", records=stale,
            gain=100 * FRESH * (1 - f.fresh) * weight,
        )  # fmt: skip


def _owners(owners: tuple[OwnerFacts, ...]) -> AreaReport:
    records, left = sum(o.records for o in owners), sum(o.inactive for o in owners)
    gone = share(left, records)
    score = max(0, round(100 - _LEAVERS_COST * 100 * gone)) if records else 0
    reasons = tuple(
        f"{o.object}: {o.inactive:,} of {o.records:,} owned by users who are no longer active"
        + (f", {o.queued:,} wait in queues" if o.queued else "")
        for o in owners
    )
    what = f"Hand over {left:,} records of users who left"
    how = "Transfer them in Setup, Mass Transfer Records; routing then follows the new owners"
    fixes = (Fix(area=Area.OWNER, what=what, how=how, records=left, gain=100 - score),) if left else ()
    return AreaReport(
        area=Area.OWNER, score=score, reasons=reasons or ("no records were counted",), fill=1.0 if records else 0.0,
        consistent=round(1 - gone, 3) if records else 0.0, fixes=fixes,
    )  # fmt: skip


def _interactions(facts: OrgFacts) -> AreaReport:
    touched = [f for f in facts.fields if f.field == "LastActivityDate" and f.object in ("Lead", "Opportunity")]
    records, filled = sum(f.records for f in touched), sum(f.filled for f in touched)
    known = facts.activities
    linked = 1 - share(known.tasks_without_link, known.tasks) if known.tasks else 0.0
    logged = known.tasks + known.events + known.emails
    fill = share(filled, records)
    reasons = (
        f"{percent(fill)} of {records:,} open leads and opportunities have a logged activity",
        f"last quarter: {known.tasks:,} tasks, {known.events:,} events, {known.emails:,} e-mails",
        f"{known.tasks_without_link:,} tasks hang on no person and no company",
    )
    quiet = records - filled
    fixes = [
        Fix(
            area=Area.INTERACTIONS, what=f"Log what happened on {quiet:,} open leads and opportunities",
            how="Switch on e-mail and calendar capture, so that nobody has to type it", records=quiet,
            gain=60 * (1 - fill),
        )
    ]  # fmt: skip
    if known.tasks_without_link:
        fixes.append(
            Fix(
                area=Area.INTERACTIONS, what=f"Link {known.tasks_without_link:,} tasks to a person or company",
                how="Require WhoId or WhatId by a validation rule on Task", records=known.tasks_without_link,
                gain=20 * (1 - linked),
            )
        )  # fmt: skip
    score = round(60 * fill + 20 * linked + (20 if logged else 0))
    return AreaReport(
        area=Area.INTERACTIONS, score=score, reasons=reasons, fill=fill, consistent=round(linked, 3),
        fixes=tuple(f for f in fixes if f.records),
    )  # fmt: skip


def _consent(facts: OrgFacts, playbook: Playbook) -> AreaReport:
    """How many open leads have a known ground: a consent record, or a source that was their own request."""
    source, person = facts.of("Lead", "LeadSource"), facts.of("Lead", "IndividualId")
    leads = person.records if person is not None else 0
    asked = sum(
        c.count for c in (source.spread if source is not None else ())
        if c.value in playbook.consent.own_request_lead_sources
    )  # fmt: skip
    recorded = person.filled if person is not None else 0
    known = min(1.0, share(asked + recorded, leads))
    country = facts.of("Lead", "Country")
    placed = share(country.filled, country.records) if country is not None else 0.0
    ruled = {c for r in playbook.consent.rules for c in r.countries}
    covered = _covered(country, ruled)
    score = round(100 * (0.5 * known + 0.25 * placed + 0.25 * covered))
    blocked = round(leads * (1 - known))
    opt_ins = ", ".join(f"{c.count:,} {c.value}" for c in facts.consents) or "none"
    reasons = (
        f"{percent(known)} of {leads:,} open leads have a known ground; the rest get no e-mail",
        f"{facts.opted_out:,} opted out; consent records: {opt_ins}",
        f"{percent(covered)} of known countries have a consent rule in the playbook",
    )
    fix = Fix(
        area=Area.CONSENT, what=f"Record the ground for writing to {blocked:,} open leads",
        how="Keep opt-ins as ContactPointTypeConsent, or name the sources that are the person's own request",
        records=blocked, gain=50 * (1 - known),
    )  # fmt: skip
    return AreaReport(
        area=Area.CONSENT, score=score, reasons=reasons, fill=round(known, 3), consistent=round(covered, 3),
        fixes=(fix,) if blocked else (),
    )  # fmt: skip


def _covered(country: FieldFacts | None, ruled: Iterable[str]) -> float:
    spread = country.spread if country is not None else ()
    known = frozenset(ruled)
    return share(sum(c.count for c in spread if country_code(c.value) in known), sum(c.count for c in spread))
