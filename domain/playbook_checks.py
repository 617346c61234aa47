"""What a playbook can get wrong although every single value is well-formed: names, overlaps, cycles."""

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from domain.field_mapping import FOR_PEOPLE, Write, contradictions, mapped_as
from domain.leads import Motion
from domain.model import Value
from domain.naming import country_code
from domain.permissions import Role
from domain.playbook import Playbook, RejectReason, RoutingStep, Territory
from domain.routing_rules import postal_span
from domain.scoring_rules import OnFact, OnIntent

Path = tuple[str | int, ...]
_RAW_ID = re.compile(r"(?:005|00G)[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")


class PlaybookFinding(Value):
    """`path` leads to the value at fault, as in the files; `fix` is the next step. A warning may be meant so."""

    path: Path
    what: str
    fix: str
    warning: bool = False


def check(playbook: Playbook) -> tuple[PlaybookFinding, ...]:
    """Everything that is wrong, in the order of the rules below."""
    names = (_team_calendars, _references, _reject_reasons, _people, _countries, _territories)
    rules = (*names, _routing, _first_touch, _exceptions, _scores, _calendars, _mapping, _enrichment, _cycles)
    return tuple(finding for rule in rules for finding in rule(playbook))


def _found(path: Path, what: str, fix: str) -> PlaybookFinding:
    return PlaybookFinding(path=path, what=what, fix=fix)


def _team_calendars(playbook: Playbook) -> Iterator[PlaybookFinding]:
    calendars = playbook.calendars
    for key, team in playbook.teams.items():
        if team.calendar not in calendars:
            yield _unknown(("teams", key, "calendar"), "calendar", team.calendar, calendars)
        for n, share in enumerate(team.shares):
            if share.calendar and share.calendar not in calendars:
                yield _unknown(("teams", key, "shares", n, "calendar"), "calendar", share.calendar, calendars)


def _references(playbook: Playbook) -> Iterator[PlaybookFinding]:
    teams = playbook.teams
    routing = playbook.routing
    named = [
        *((("routing", "rules", n, "team"), r.team) for n, r in enumerate(routing.rules) if r.team),
        *((("routing", "language_teams", n, "team"), s.team) for n, s in enumerate(routing.language_teams)),
        *((("routing", "territories", n, "team"), t.team) for n, t in enumerate(routing.territories)),
        *((("routing", "product_teams", n, "team"), p.team) for n, p in enumerate(routing.product_teams)),
        *((("routing", "segments", n, "team"), s.team) for n, s in enumerate(routing.segments) if s.team),
        *([(("routing", "partner_team"), routing.partner_team)] if routing.partner_team else []),
    ]
    for path, name in named:
        if name not in teams:
            yield _unknown(path, "team", name, teams)
    segments = [s.name for s in routing.segments]
    for n, territory in enumerate(routing.territories):
        for m, segment in enumerate(territory.segments):
            if segment not in segments:
                yield _unknown(("routing", "territories", n, "segments", m), "segment", segment, segments)
    queues = [
        ("intake_queue",),
        ("routing", "fallback_queue"),
        *(("teams", key, "queue") for key in teams),
    ]
    values = [playbook.intake_queue, routing.fallback_queue, *(t.queue for t in teams.values())]
    for path, value in zip(queues, values, strict=True):
        if _RAW_ID.fullmatch(value):
            yield _found(path, f"{value} is a record id", "name the queue by its developer name")
    # Only an inquiry proposes to close a lead, so its reasons are the ones that a closing may name.
    codes = [r.code for r in playbook.reasons_to_reject(Motion.INBOUND)]
    for fit, code in playbook.disqualify_reasons.items():
        if code not in codes:
            yield _unknown(("disqualify_reasons", fit.value), "reject reason", code, codes)
    for n, rule in enumerate(playbook.disqualifiers):
        if rule.reason not in codes:
            yield _unknown(("disqualifiers", n, "reason"), "reject reason", rule.reason, codes)


def _reject_reasons(playbook: Playbook) -> Iterator[PlaybookFinding]:
    """Each reason has a key of its own on the review page, so none may be there twice."""
    lists: list[tuple[Path, tuple[RejectReason, ...]]] = [
        (("reject_reasons",), playbook.reject_reasons),
        *((("motion_reject_reasons", m.value), reasons) for m, reasons in playbook.motion_reject_reasons.items()),
    ]
    for at, reasons in lists:
        for name in ("code", "label"):
            values = [str(getattr(r, name)).casefold() for r in reasons]
            for n, value in enumerate(values):
                if values.index(value) != n:
                    yield _found((*at, n, name), f"{getattr(reasons[n], name)} is there twice", "keep one of them")


def _unknown(path: Path, kind: str, name: str, known: object) -> PlaybookFinding:
    names = ", ".join(str(k) for k in known) if isinstance(known, dict | list) else ""
    return _found(path, f"there is no {kind} {name}", f"define it, or use one of: {names}")


def _people(playbook: Playbook) -> Iterator[PlaybookFinding]:
    logins = [r.login for r in playbook.reviewers]
    for n, reviewer in enumerate(playbook.reviewers):
        at: Path = ("reviewers", n)
        if logins.index(reviewer.login) != n:
            yield _found((*at, "login"), f"{reviewer.login} is there twice", "give every reviewer a login of their own")
        for field, login in (("fallback", reviewer.fallback), ("manager", reviewer.manager)):
            if login and login not in logins:
                yield _unknown((*at, field), "reviewer", login, logins)
            elif login == reviewer.login:
                yield _found((*at, field), f"{login} is their own {field}", "name somebody else, or leave it out")
        if reviewer.team and reviewer.team not in playbook.teams:
            yield _unknown((*at, "team"), "team", reviewer.team, playbook.teams)
        if reviewer.calendar not in playbook.calendars:
            yield _unknown((*at, "calendar"), "calendar", reviewer.calendar, playbook.calendars)
        if _RAW_ID.fullmatch(reviewer.crm_user):
            yield _found((*at, "crm_user"), f"{reviewer.crm_user} is a record id", "use the user's e-mail or alias")
    if not any(r.role is Role.MANAGER for r in playbook.reviewers):
        yield _found(("reviewers",), "nobody may decide high risk", "give one reviewer the role manager")
    people = [
        *((("routing", "strategic", n, "owner"), s.owner) for n, s in enumerate(playbook.routing.strategic)),
        (("routing", "strategic_owner"), playbook.routing.strategic_owner),
        *((("teams", k, "members", n), m) for k, t in playbook.teams.items() for n, m in enumerate(t.members)),
    ]
    for path, name in people:
        if _RAW_ID.fullmatch(name):
            yield _found(path, f"{name} is a record id", "use the user's e-mail or alias")


def _first_touch(playbook: Playbook) -> Iterator[PlaybookFinding]:
    """Who hears of a missed deadline must be somebody who can be written to."""
    at: Path = ("routing", "first_touch", "manager")
    login = playbook.routing.first_touch.manager
    told = playbook.reviewer(login) if login else None
    if login and told is None:
        yield _unknown(at, "reviewer", login, [r.login for r in playbook.reviewers])
    elif told is not None and not (told.email or told.crm_user):
        what = f"{login} is to hear of missed deadlines and has neither email nor crm_user"
        yield _found(at, what, "give them one in reviewers.yaml")


def _exceptions(playbook: Playbook) -> Iterator[PlaybookFinding]:
    known = sorted({r.login for r in playbook.reviewers} | {r.role.value for r in playbook.reviewers})
    for code, name in playbook.exceptions.owners.items():
        if name not in known:
            yield _unknown(("exceptions", "owners", code.value), "reviewer or role", name, known)


def _enrichment(playbook: Playbook) -> Iterator[PlaybookFinding]:
    """Providers that are named and never asked, and what nobody can win."""
    rules = playbook.enrichment
    for n, provider in enumerate(rules.providers):
        if provider in rules.providers[:n]:
            yield _found(("enrichment", "providers", n), f"{provider} is there twice", "keep its first place")
    for name, order in rules.wins.items():
        for n, provider in enumerate(order):
            if provider not in rules.providers:
                what = f"{provider} is to win {name} and is never asked"
                yield _found(("enrichment", "wins", name, n), what, "add it to enrichment.providers, or leave it out")
        if name in rules.never_infer:
            what = f"{name} is never taken from a provider, so nobody can win it"
            yield _found(("enrichment", "wins", name), what, "leave it in one of the two")


def _cycles(playbook: Playbook) -> Iterator[PlaybookFinding]:
    """A fallback chain or a management line that comes back to where it began."""
    for field in ("fallback", "manager"):
        follows = {r.login: str(getattr(r, field)) for r in playbook.reviewers}
        told: set[str] = set()
        for n, reviewer in enumerate(playbook.reviewers):
            chain = [reviewer.login]
            while (following := follows.get(chain[-1], "")) and following not in chain:
                chain.append(following)
            if following == reviewer.login and len(chain) > 1 and not told & set(chain):
                told |= set(chain)
                line = " → ".join((*chain, reviewer.login))
                yield _found(
                    ("reviewers", n, field),
                    f"the {field}s go in a circle: {line}",
                    f"end the chain: leave out one {field}",
                )


def _countries(playbook: Playbook) -> Iterator[PlaybookFinding]:
    """Codes that no lead can ever have: a row for UK would wait for ever, since every lead from there says GB."""
    routing = playbook.routing
    rows: list[tuple[Path, Sequence[str]]] = [
        *((("routing", "territories", n, "countries"), row.countries) for n, row in enumerate(routing.territories)),
        *((("routing", "rules", n, "countries"), row.countries) for n, row in enumerate(routing.rules)),
        (("routing", "markets"), routing.markets),
        *((("consent", "rules", n, "countries"), r.countries) for n, r in enumerate(playbook.consent.rules)),
    ]
    for path, codes in rows:
        for n, code in enumerate(codes):
            known = country_code(code)
            if known != code:
                fix = f"write {known}" if known else "write the ISO code of two letters, as in GB or DE"
                yield _found((*path, n), f"no country has the code {code}", fix)


def _territories(playbook: Playbook) -> Iterator[PlaybookFinding]:
    """Two rows that cover the same ground equally narrowly and name different teams."""
    rows = playbook.routing.territories
    names = [t.name for t in rows]
    for n, row in enumerate(rows):
        if names.index(row.name) != n:
            yield _found(("routing", "territories", n, "name"), f"territory {row.name} is there twice", "rename one")
        for earlier in rows[:n]:
            shared = _shared_ground(earlier, row)
            if shared and earlier.team != row.team:
                yield _found(
                    ("routing", "territories", n),
                    f"{', '.join(shared)} belongs to {earlier.team} (territory {earlier.name}) and to {row.team}",
                    "leave it in one of them, or narrow one by regions or segments",
                )


def _shared_ground(one: Territory, other: Territory) -> tuple[str, ...]:
    if one.narrowness != other.narrowness:
        return ()
    if one.postal and other.postal and not any(a <= d and c <= b for a, b in _spans(one) for c, d in _spans(other)):
        return ()
    for mine, theirs in ((one.regions, other.regions), (one.segments, other.segments)):
        if mine and theirs and not {m.casefold() for m in mine} & {t.casefold() for t in theirs}:
            return ()
    return tuple(c for c in one.countries if c in other.countries)


def _spans(territory: Territory) -> tuple[tuple[str, str], ...]:
    return tuple(postal_span(spec) for spec in territory.postal)


def _routing(playbook: Playbook) -> Iterator[PlaybookFinding]:
    steps = [step for rank in playbook.routing.precedence for step in rank]
    for n, rank in enumerate(playbook.routing.precedence):
        for step in rank:
            if steps.count(step) > 1 and step in {s for r in playbook.routing.precedence[:n] for s in r}:
                yield _found(("routing", "precedence", n), f"{step.value} is there twice", "keep its first place")
    if playbook.routing.territories and RoutingStep.TERRITORY not in steps:
        yield _found(("routing", "precedence"), "territories are defined and never asked", "add territory to it")
    ruled: dict[str, str] = {}
    for n, rule in enumerate(playbook.consent.rules):
        for country in rule.countries:
            if country in ruled:
                what = f"{country} has two consent rules, {ruled[country]} and {rule.id}"
                yield _found(("consent", "rules", n, "countries"), what, "leave it in one of them")
            ruled.setdefault(country, rule.id)


def _scores(playbook: Playbook) -> Iterator[PlaybookFinding]:
    intents = {name for r in playbook.languages.values() for name in r.intents}
    facts = {name for r in playbook.languages.values() for name in r.facts}
    ids = [r.id for r in playbook.score_rules]
    for n, rule in enumerate(playbook.score_rules):
        if ids.index(rule.id) != n:
            yield _found(("score_rules", n, "id"), f"rule {rule.id} is there twice", "give each rule an id of its own")
        wanted, known = set[str](), set[str]()
        if isinstance(rule.when, OnIntent):
            wanted, known = set(rule.when.any_of), intents
        elif isinstance(rule.when, OnFact):
            wanted, known = set(rule.when.any_of), {str(f) for f in facts}
        for name in sorted(wanted - known):
            what = f"no language has phrases for {name}, so the rule can never apply"
            yield _found(("score_rules", n, "when", "any_of"), what, "add phrases, or use another name")
    floors = [b.at_least for b in playbook.bands]
    if 0 not in floors:
        yield _found(("bands",), "no band begins at 0", "give the lowest band at_least: 0")
    if len(set(floors)) < len(floors):
        yield _found(("bands",), "two bands begin at the same score", "give each its own at_least")


def _calendars(playbook: Playbook) -> Iterator[PlaybookFinding]:
    for key, calendar in playbook.calendars.items():
        try:
            ZoneInfo(calendar.time_zone)
        except (ValueError, OSError, KeyError):
            what = f"{calendar.time_zone} is no time zone"
            yield _found(("calendars", key, "time_zone"), what, "use a name such as Europe/Madrid")
        try:
            _holiday_country(calendar.holidays_country, calendar.holidays_region)
        except (NotImplementedError, KeyError):  # what the holidays library raises for a country it does not know
            what = f"no holidays are known for {calendar.holidays_country} {calendar.holidays_region}".rstrip()
            yield _found(("calendars", key, "holidays_country"), what, "use an ISO country code, or list closed_on")
    for motion in Motion:
        if motion is Motion.INBOUND and motion not in playbook.levels:
            yield _found(("levels",), "inbound has no permission level", "add inbound: read_only")
    if "medium" not in {risk.value for risk in playbook.ladders}:
        yield _found(("ladders",), "the ladder for medium is missing", "add medium; it serves for what is not listed")


def _mapping(playbook: Playbook) -> Iterator[PlaybookFinding]:
    for name, field, mode in contradictions(playbook.objects, playbook.allowed_fields):
        what = f"allowed_fields lists {name}.{field}, and objects says {mode.value}"
        fix = "take it out of allowed_fields, or write write_after_approval here"
        yield _found(("objects", name, "fields", field, "write"), what, fix)
    for name, fields in mapped_as(playbook.objects, Write.WRITE_AUTOMATICALLY).items():
        for field in sorted(fields & FOR_PEOPLE):
            what = f"{name}.{field} is decided by people; nothing makes it automatic"
            yield _found(("objects", name, "fields", field, "write"), what, "write write_after_approval")


def _holiday_country(country: str, region: str) -> None:
    if country:
        import holidays

        holidays.country_holidays(country, subdiv=region or None, years=2026)
