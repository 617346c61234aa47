"""The set-up areas of the readiness audit: workflow clarity, integration access, human-review controls."""

from collections.abc import Iterable

from domain.owners import find_queue, find_user, is_active_person
from domain.permissions import Permission, RiskCategory, can
from domain.playbook import Playbook, Reviewer
from domain.playbook_checks import check
from domain.readiness_facts import Area, OrgFacts
from domain.readiness_report import AreaReport, Fix, share

_API_RESERVE = 0.2
"""Below a fifth of the daily calls left, sweeps stop; an org that lives there has no room for an agent."""
_LEDGER = "Agent_Write__c"
_ENOUGH = frozenset({"api", "id", "openid", "profile", "email", "address", "phone"})
"""OAuth scopes that the agent needs, and those that only say who signed in."""
_WRITTEN = ("Lead", "Task", _LEDGER)


class _Tally:
    """Collects what holds and what does not; the score is the share of the points that hold."""

    def __init__(self, area: Area) -> None:
        self._area = area
        self._points = 0.0
        self._held = 0.0
        self._good: list[str] = []
        self._bad: list[str] = []
        self._fixes: list[tuple[float, Fix]] = []

    def ask(self, points: float, held: float, good: str, bad: str, how: str, *, records: int = 0) -> None:
        """`held` is a share from 0 to 1; what is missing of it becomes a fix."""
        self._points += points
        self._held += points * held
        if held >= 1:
            self._good.append(good)
            return
        self._bad.append(bad)
        fix = Fix(area=self._area, what=bad[:1].upper() + bad[1:], how=how, records=records)
        self._fixes.append((points * (1 - held), fix))

    def report(self) -> AreaReport:
        return AreaReport(
            area=self._area,
            score=round(100 * self._held / self._points),
            reasons=(*self._bad, *self._good),
            fixes=tuple(f.model_copy(update={"gain": 100 * lost / self._points}) for lost, f in self._fixes),
        )


def setup_areas(facts: OrgFacts, playbook: Playbook) -> tuple[AreaReport, ...]:
    return (_workflow(facts, playbook), _access(facts, playbook), _review(facts, playbook))


def _workflow(facts: OrgFacts, playbook: Playbook) -> AreaReport:
    """Whether the playbook is sound, says something about every step, and names what the org really has."""
    tally = _Tally(Area.WORKFLOW)
    found = check(playbook)
    tally.ask(
        3,
        1.0 if not found else 0.0,
        "the playbook passes its check",
        f"the playbook has {len(found)} findings",
        "run `countersign playbook check` and correct what it names",
    )
    for present, verb, what, how in (
        (bool(playbook.score_rules), "are", "scoring rules", "write score_rules in scoring.yaml"),
        (bool(playbook.routing.territories), "are", "territories", "write routing.territories in routing.yaml"),
        (bool(playbook.consent.rules), "are", "consent rules", "write consent.rules in consent.yaml"),
        (bool(playbook.products), "are", "approved product statements", "write products in products.yaml"),
        (
            bool(playbook.objects),
            "is",
            "a field mapping",
            "write objects in fields.yaml, or run playbook init --from-org",
        ),
    ):
        tally.ask(1, float(present), f"there {verb} {what}", f"there {verb} no {what.removeprefix('a ')}", how)
    queues = [playbook.intake_queue, playbook.routing.fallback_queue, *(t.queue for t in playbook.teams.values())]
    lost = sorted({q for q in queues if find_queue(q, facts.queues) is None})
    tally.ask(
        2,
        1 - share(len(lost), len(set(queues))),
        "every queue of the playbook exists in the org",
        f"the org has no queue {', '.join(lost)}",
        "create the queue, or correct its developer name in the playbook",
    )
    people = {m for t in playbook.teams.values() for m in t.members} | {s.owner for s in playbook.routing.strategic}
    people |= {playbook.routing.strategic_owner} - {""}
    gone = sorted(p for p in people if not is_active_person(find_user(p, facts.users)))
    tally.ask(
        2,
        1 - share(len(gone), len(people)),
        "everybody whom the playbook names is an active user",
        f"{len(gone)} of {len(people)} people in the playbook are no active users: {', '.join(gone[:3])}",
        "take them out of routing.yaml, or name their successors",
        records=len(gone),
    )
    return tally.report()


def _access(facts: OrgFacts, playbook: Playbook) -> AreaReport:
    """What describe says the integration user may do, and how many API calls are left."""
    tally = _Tally(Area.ACCESS)
    unreadable = [a.object for a in facts.access if not a.readable and a.object != _LEDGER]
    tally.ask(
        3,
        1 - share(len(unreadable), len(facts.access)),
        "the integration user reads every object that is needed",
        f"the integration user cannot read {', '.join(unreadable)}",
        "grant read access in its permission set",
    )
    known = {a.object: a for a in facts.access}
    locked = [n for n in _WRITTEN if n not in known or not (known[n].createable and known[n].exists)]
    tally.ask(
        3,
        1 - share(len(locked), len(_WRITTEN)),
        "leads, tasks and the write ledger can be created",
        f"the integration user cannot create {', '.join(locked)}",
        f"grant create access; {_LEDGER} comes with this product's Salesforce metadata",
    )
    absent = sorted(f"{a.object}.{f}" for a in facts.access for f in a.missing_fields)
    closed = sorted(f"{a.object}.{f}" for a in facts.access for f in a.locked_fields)
    wanted = sum(len(f) for f in playbook.writable().values()) or 1
    tally.ask(
        2,
        1 - share(len(absent), wanted),
        "every field that the playbook names exists",
        f"the org lacks or hides {', '.join(absent[:4])}{' …' if len(absent) > 4 else ''}",
        "deploy the field, grant it in field-level security, or take it out of fields.yaml",
        records=len(absent),
    )
    tally.ask(
        2,
        1 - share(len(closed), wanted),
        "every field that the playbook writes may be written",
        f"the integration user may not write {', '.join(closed[:4])}{' …' if len(closed) > 4 else ''}",
        "grant edit access in field-level security, or take it out of allowed_fields",
        records=len(closed),
    )
    _scopes(facts, tally)
    left = share(facts.api_left, facts.api_limit)
    tally.ask(
        2,
        min(1.0, left / _API_RESERVE) if facts.api_limit else 0.0,
        f"{facts.api_left:,} of {facts.api_limit:,} API calls are left today",
        f"only {facts.api_left:,} of {facts.api_limit:,} API calls are left today"
        if facts.api_limit
        else "the org does not say how many API calls are left",
        "find out who uses them (Setup, System Overview), or buy more",
    )
    return tally.report()


def _scopes(facts: OrgFacts, tally: _Tally) -> None:
    """What the token may be used for. `full` contains every other scope and lets a stolen token do anything."""
    if facts.scopes is None:
        return
    held = frozenset(facts.scopes)
    tally.ask(
        2,
        1.0 if held & {"api", "full"} else 0.0,
        "the token has the OAuth scope api",
        f"the token lacks the OAuth scope api (it has {', '.join(sorted(held)) or 'none'})",
        "add the scope api to the external client app",
    )
    broad = sorted(held - _ENOUGH)
    tally.ask(
        2,
        0.0 if "full" in held else 1 - share(len(broad), len(held)) if held else 1.0,
        "the token has no OAuth scope beyond what is needed",
        f"the token may do more than the agent needs: OAuth scope {', '.join(broad)}",
        "leave only the scope api on the external client app",
    )


def _review(facts: OrgFacts, playbook: Playbook) -> AreaReport:
    """Whether somebody can decide, somebody can decide high risk, and nobody is the only one."""
    tally = _Tally(Area.REVIEW)
    deciders = [r for r in playbook.reviewers if can(r.role, Permission.DECIDE)]
    high = [r for r in deciders if can(r.role, Permission.DECIDE_HIGH_RISK)]
    tally.ask(
        3,
        min(1.0, len(deciders) / 2),
        f"{len(deciders)} people may decide",
        f"{len(deciders)} person may decide" if len(deciders) == 1 else "nobody may decide",
        "add reviewers; two are the least, so that nobody's holiday stops the queue",
    )
    needed = max(2, playbook.quorum.get(RiskCategory.HIGH, 1))
    tally.ask(
        2,
        min(1.0, len(high) / needed),
        f"{len(high)} managers may decide high risk",
        f"{len(high)} of at least {needed} people may decide high risk",
        "give another reviewer the role manager",
    )
    alone = [r.login for r in deciders if not _backup(r, deciders)]
    tally.ask(
        2,
        1 - share(len(alone), len(deciders)) if deciders else 0.0,
        "everybody who decides has a backup",
        f"nobody stands in for {', '.join(alone[:4])}",
        "name a fallback or a manager for them in reviewers.yaml",
        records=len(alone),
    )
    covered = {r.team for r in deciders}
    bare = [key for key in playbook.teams if key not in covered]
    tally.ask(
        2,
        1 - share(len(bare), len(playbook.teams)) if playbook.teams else 0.0,
        "every team has a reviewer of its own",
        f"no reviewer belongs to {', '.join(bare)}" if bare else "the playbook has no teams",
        "name the team of a reviewer in reviewers.yaml",
    )
    named = [r for r in playbook.reviewers if r.crm_user]
    strangers = [r.login for r in named if not is_active_person(find_user(r.crm_user, facts.users))]
    tally.ask(
        1,
        (1 - share(len(strangers), len(named))) * share(len(named), len(playbook.reviewers)),
        "every reviewer is an active user of the org",
        f"reviewers without an active user in the org: {', '.join(strangers) or 'some name no crm_user'}",
        "correct crm_user in reviewers.yaml",
    )
    return tally.report()


def _backup(reviewer: Reviewer, deciders: Iterable[Reviewer]) -> bool:
    """Their fallback or manager may decide; for whoever has neither, another manager of the list may."""
    others = {r.login: r for r in deciders if r.login != reviewer.login}
    if reviewer.fallback in others or reviewer.manager in others:
        return True
    return not (reviewer.fallback or reviewer.manager) and any(
        can(r.role, Permission.DECIDE_HIGH_RISK) for r in others.values()
    )
