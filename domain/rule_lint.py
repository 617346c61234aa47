"""What `playbook check` tells beyond mistakes that stop a playbook from loading: rows that can never fire, overlaps
with different owners, ground that nothing covers. Pure: the names of the CRM come in as values (`lint_names.py`).
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from domain.consent_rules import OWN_WORD
from domain.playbook import Playbook, RoutingStep
from domain.playbook_checks import Path, PlaybookFinding
from domain.reading import pattern_of
from domain.rule_cover import OTHER, Box, Ground, overlap
from domain.scoring_rules import OnCrm, OnFact, OnField, OnHost, OnIntent, OnSignal, ScoreRule
from domain.texts import fold

_ROWS_OF = {
    RoutingStep.RULES: "rules",
    RoutingStep.PRODUCT: "product_teams",
    RoutingStep.LANGUAGE: "language_teams",
    RoutingStep.STRATEGIC: "strategic",
    RoutingStep.PARTNER: "partners",
}


def lint(playbook: Playbook) -> tuple[PlaybookFinding, ...]:
    """Everything that is legal and does not do what it says. Errors never take effect; warnings may be meant."""
    ground = Ground(playbook)
    return (
        *_never_asked(playbook),
        *_shadowed(ground),
        *_doubles(playbook),
        *_same_rank(ground),
        *_open_ground(playbook, ground),
        *_scoring(playbook),
        *_unconfirmed(playbook),
    )


def _error(path: Path, what: str, fix: str) -> PlaybookFinding:
    return PlaybookFinding(path=path, what=what, fix=fix)


def _warning(path: Path, what: str, fix: str) -> PlaybookFinding:
    return PlaybookFinding(path=path, what=what, fix=fix, warning=True)


def _never_asked(playbook: Playbook) -> Iterator[PlaybookFinding]:
    """Rows of a step that the precedence leaves out, and conditions that nothing can meet."""
    routing = playbook.routing
    asked = {step for rank in routing.precedence for step in rank}
    for step, name in _ROWS_OF.items():
        if getattr(routing, name) and step not in asked:
            what = f"{name} can never fire: the precedence does not ask {step.value}"
            yield _error(("routing", name), what, f"add {step.value} to routing.precedence")
    for n, segment in enumerate(routing.segments):
        if segment.team and RoutingStep.SIZE not in asked:
            what = f"size {segment.name} can never claim a lead for {segment.team}: the precedence does not ask size"
            yield _error(
                ("routing", "segments", n, "team"), what, "add size to routing.precedence, or leave the team out"
            )
        if any(s.at_least == segment.at_least for s in routing.segments[:n]):
            what = f"size {segment.name} can never apply: another begins at {segment.at_least} too"
            yield _error(("routing", "segments", n), what, "give each its own at_least")
    sizes = {s.name.casefold() for s in routing.segments}
    for n, rule in enumerate(routing.rules):
        unknown = [s for s in rule.segments if s.casefold() not in sizes]
        if rule.segments and len(unknown) == len(rule.segments):
            what = f"rule {rule.id} can never fire: there is no segment {', '.join(unknown)}"
            yield _error(("routing", "rules", n, "segments"), what, f"use one of: {', '.join(sorted(sizes))}")


def _shadowed(ground: Ground) -> Iterator[PlaybookFinding]:
    """Rows whose whole ground others take first."""
    for row in ground.rows:
        before = [r for r in ground.before(row) if overlap(r.box, row.box)]
        if not before or ground.uncovered(row.box, before) is not None:
            continue
        takers = [r for r in before if all(row.box[name] <= r.box[name] for name in row.box)][:1] or before
        names = ", ".join(r.name for r in takers[:4]) + (", …" if len(takers) > 4 else "")
        yield _error(row.path, f"{row.name} can never fire: {names} takes all of it first", "move it up, or remove it")


def _doubles(playbook: Playbook) -> Iterator[PlaybookFinding]:
    """The same thing twice: with different owners, or with the second never reached."""
    routing = playbook.routing
    pairs: list[tuple[str, list[tuple[Path, str, str]]]] = [
        (
            "product",
            [(("routing", "product_teams", n), p.product, p.team) for n, p in enumerate(routing.product_teams)],
        ),
        (
            "language",
            [(("routing", "language_teams", n), s.language, s.team) for n, s in enumerate(routing.language_teams)],
        ),
        (
            "strategic account",
            [
                (("routing", "strategic", n), key, s.owner)
                for n, s in enumerate(routing.strategic)
                for key in (s.name, *s.domains)
            ],
        ),
        (
            "partner domain",
            [(("routing", "partners", n), d, p.name) for n, p in enumerate(routing.partners) for d in p.domains],
        ),
    ]
    for kind, rows in pairs:
        seen: dict[str, tuple[Path, str]] = {}
        told: set[Path] = set()
        for path, key, owner in rows:
            first, first_owner = seen.setdefault(key.casefold(), (path, owner))
            if first == path or path in told:
                continue
            told.add(path)
            if owner.casefold() != first_owner.casefold():
                what = f"{kind} {key} belongs to {first_owner} and to {owner}"
                yield _error(path, what, "leave it in one of them")
            else:
                yield _error(path, f"{kind} {key} is there twice: this one can never fire", "keep the first")
    names = [r.id.casefold() for r in routing.rules]
    for n, rule in enumerate(routing.rules):
        if names.index(rule.id.casefold()) != n:
            yield _error(("routing", "rules", n, "id"), f"rule {rule.id} is there twice", "give each rule its own id")


def _same_rank(ground: Ground) -> Iterator[PlaybookFinding]:
    """Rows of steps that share a rank, with different owners: a lead that fits both goes to a person."""
    for n, row in enumerate(ground.rows):
        against = [
            r
            for r in ground.rows[:n]
            if r.rank == row.rank and r.step is not row.step and r.goes_to != row.goes_to and overlap(r.box, row.box)
        ]
        if against:
            names = ", ".join(f"{r.name} ({r.goes_to})" for r in against[:3]) + (", …" if len(against) > 3 else "")
            what = f"{row.name} ({row.goes_to}) overlaps with {names} in one rank: such leads wait for a person"
            yield _warning(row.path, what, "put the steps on ranks of their own if one should win")


def _open_ground(playbook: Playbook, ground: Ground) -> Iterator[PlaybookFinding]:
    """Markets that no row reaches, wholly or in part. Without markets: the countries that consent rules name."""
    routing = playbook.routing
    markets = list(enumerate(routing.markets))
    where: Path = ("routing", "markets")
    if not markets:
        where = ("routing", "territories")
        named = dict.fromkeys(c for rule in playbook.consent.rules for c in rule.countries)
        markets = [(0, c) for c in named]
    bare = [(n, c) for n, c in markets if not _reached(ground, c)]
    if bare:
        countries = ", ".join(c for _, c in bare)
        path = (*where, bare[0][0]) if routing.markets else where
        what = f"no territory or rule covers {countries}"
        found = _error if routing.markets else _warning
        yield found(path, what, "add a territory, or take the market out" if routing.markets else "add a territory")
    for n, country in markets:
        if (n, country) in bare:
            continue
        left = ground.uncovered(ground.box({"countries": (country,)}), ground.rows)
        if left is not None:
            path = (*where, n) if routing.markets else _path_of(ground, country)
            what = f"{country} is covered in part only: nothing covers {_described(left, ground.everything)}"
            found = _error if routing.markets else _warning
            yield found(path, what, f"add a territory for all of {country}")


def _reached(ground: Ground, country: str) -> bool:
    """Whether a row is about this country. A row for any country counts; one for a product alone does not."""
    return any(
        country in row.box["countries"]
        and (OTHER not in row.box["countries"] or row.step in {RoutingStep.RULES, RoutingStep.TERRITORY})
        for row in ground.rows
    )


def _path_of(ground: Ground, country: str) -> Path:
    own = (r for r in ground.rows if country in r.box["countries"] and OTHER not in r.box["countries"])
    return next((r.path for r in own), ("routing", "territories"))


_WORDS = {"segments": "size", "postal": "postal code", "industries": "industry", "countries": "country"}


def _described(left: Box, everything: Box) -> str:
    parts: list[str] = []
    for name, allowed in left.items():
        if name == "countries" or allowed == everything[name]:
            continue
        word = _WORDS.get(name, name.removesuffix("s").replace("_", " "))
        taken = sorted(everything[name] - allowed)
        if OTHER in allowed:
            parts.append(f"any {word} but {', '.join(t.rstrip('…') for t in taken)}")
        else:
            parts.append(f"{word} {' or '.join(sorted(a.rstrip('…') for a in allowed))}")
    return ", ".join(parts) or "the rest of it"


def _scoring(playbook: Playbook) -> Iterator[PlaybookFinding]:
    """Scoring rules that an earlier one of their group always beats, ranges without a value, bands out of reach."""
    for n, rule in enumerate(playbook.score_rules):
        path: Path = ("score_rules", n)
        when = rule.when
        if isinstance(when, OnSignal) and _is_empty(when):
            what = f"rule {rule.id} can never fire: at_least is above at_most"
            yield _error((*path, "when"), what, "swap them")
            continue
        earlier = [r for r in playbook.score_rules[:n] if rule.group and r.group == rule.group]
        beaten_by = next((r for r in earlier if _includes(r, rule)), None)
        if beaten_by is not None:
            what = f"rule {rule.id} can never fire: {beaten_by.id} of its group always applies first"
            yield _error(path, what, "put the stricter one first")
    best: dict[str, int] = {}
    for n, rule in enumerate(playbook.score_rules):
        key = rule.group or f"#{n}"
        best[key] = max(best.get(key, 0), rule.points)
    reachable = min(100, sum(best.values()))
    for n, band in enumerate(playbook.bands):
        if band.at_least > reachable:
            what = f"band {band.name} is out of reach: the rules give {reachable} points at most"
            yield _error(("bands", n, "at_least"), what, "lower it, or give more points")


def _includes(wide: ScoreRule, narrow: ScoreRule) -> bool:
    """Whether the first applies wherever the second does."""
    one, other = wide.when, narrow.when
    if type(one) is not type(other):
        return False
    match other:
        case OnIntent() | OnFact() | OnHost() | OnCrm():
            return set(other.any_of) <= set(getattr(one, "any_of", ()))
        case OnField():
            if not isinstance(one, OnField) or one.name != other.name:
                return False
            if one.present is not None:
                return one.present is other.present or (one.present and bool(other.words))
            return bool(other.words) and all(_phrase_includes(one.words, phrase) for phrase in other.words)
        case OnSignal():
            return isinstance(one, OnSignal) and _signal_includes(one, other)
    assert_never(other)


def _phrase_includes(wide: Sequence[str], narrow: str) -> bool:
    """Whether what `narrow` finds, one of `wide` finds too. Phrases with placeholders only if they are the same."""
    if narrow.casefold() in {phrase.casefold() for phrase in wide}:
        return True
    plain = not any(word == "*" or word.startswith("<") for word in narrow.split())
    return plain and any(pattern_of(phrase, ()).search(fold(narrow)) for phrase in wide)


def _is_empty(when: OnSignal) -> bool:
    return when.at_least is not None and when.at_most is not None and when.at_least > when.at_most


def _signal_includes(one: OnSignal, other: OnSignal) -> bool:
    if one.name != other.name or bool(one.any_of) != bool(other.any_of):
        return False
    if one.any_of:
        return {v.casefold() for v in other.any_of} <= {v.casefold() for v in one.any_of}
    low = one.at_least is None or (other.at_least is not None and other.at_least >= one.at_least)
    high = one.at_most is None or (other.at_most is not None and other.at_most <= one.at_most)
    return low and high


def _unconfirmed(playbook: Playbook) -> Iterator[PlaybookFinding]:
    """Grounds of contact that are listed and not used, because no source confirms the rule."""
    for n, rule in enumerate(playbook.consent.rules):
        for field, source, key, grounds in (
            ("source", rule.source, "grounds", rule.grounds),
            ("phone_source", rule.phone_source, "phone", rule.phone),
        ):
            unused = [g.value for g in grounds if g not in OWN_WORD]
            if unused and not source:
                what = f"{rule.id}: {', '.join(unused)} can never allow anything: no {field} confirms the rule"
                fix = f"name the page that says so as {field}, with looked_up, or take it out"
                yield _warning(("consent", "rules", n, key), what, fix)
