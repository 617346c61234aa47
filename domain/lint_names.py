"""Names of people, queues and groups in a playbook, compared with those that exist. Pure: who exists is an argument."""

import difflib
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

from domain.leads import CrmRecord
from domain.model import Value
from domain.owners import is_active_person, names_of
from domain.playbook import Playbook
from domain.playbook_checks import Path, PlaybookFinding


class NameKind(StrEnum):
    USER = "user"
    QUEUE = "queue"
    GROUP = "group"
    TERRITORY = "territory"


class Directory(Value):
    """Who exists, in lower case, and where that was read. An empty kind is not known and is not checked."""

    source: str
    users: frozenset[str] = frozenset()
    inactive: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    """Queues included, since a queue's members can be a team's."""
    territories: frozenset[str] = frozenset()


def written_down(playbook: Playbook) -> Directory:
    """The people of the playbook itself."""
    people = playbook.people
    queues = frozenset(q.casefold() for q in people.queues)
    return Directory(
        source="people in the playbook",
        users=frozenset(u.casefold() for u in people.users),
        queues=queues,
        groups=queues | {g.casefold() for g in people.groups} if queues else frozenset(),
        territories=frozenset(t.casefold() for t in people.territories),
    )


def live(
    users: Sequence[CrmRecord], queues: Sequence[CrmRecord], groups: Sequence[str], territories: Sequence[str] = ()
) -> Directory:
    """What the CRM says now. Inactive users may be among `users`."""
    named = {u.id: {n.casefold() for n in names_of(u)} - {""} for u in users}
    active = frozenset[str]().union(*(named[u.id] for u in users if is_active_person(u)))
    known = frozenset[str]().union(*named.values())
    queue_names = frozenset(q.text(f).casefold() for q in queues for f in ("DeveloperName", "Name")) - {""}
    return Directory(
        source="the CRM",
        users=known,
        inactive=known - active,
        queues=queue_names,
        groups=queue_names | {g.casefold() for g in groups},
        territories=frozenset(t.casefold() for t in territories),
    )


def unknown_names(playbook: Playbook, directory: Directory) -> tuple[PlaybookFinding, ...]:
    """Names that nobody has, and shares and stand-ins that can never count."""
    return (*_unknown(playbook, directory), *_shares(playbook), *_empty_teams(playbook, directory))


def _unknown(playbook: Playbook, directory: Directory) -> Iterator[PlaybookFinding]:
    known = {NameKind.USER: directory.users, NameKind.QUEUE: directory.queues, NameKind.GROUP: directory.groups}
    known |= {NameKind.TERRITORY: directory.territories}
    mapped = {name.strip().casefold() for _, _, name in _mapped_names(playbook)}
    used = (n for n in names_in(playbook) if n[1] is not NameKind.USER or n[2].strip().casefold() not in mapped)
    # Whom a key stands for is wrong in one place, however often the key is used.
    for path, kind, name in (*used, *_mapped_names(playbook)):
        wanted, names = name.strip().casefold(), known[kind]
        if not wanted or not names:
            continue
        if wanted not in names:
            near = _nearest(wanted, names)
            fix = f"did you mean {near}?" if near else "correct the name, or add it there"
            yield PlaybookFinding(path=path, what=f"unknown {kind.value} {name}: not in {directory.source}", fix=fix)
        elif kind is NameKind.USER and wanted in directory.inactive:
            what = f"{name} is not an active person in {directory.source} and takes nothing"
            yield PlaybookFinding(path=path, what=what, fix="take the name out, or name who follows", warning=True)


def _nearest(wanted: str, names: Collection[str]) -> str:
    """By what stands before the @: everybody of one company is alike behind it."""
    own = {name.partition("@")[0]: name for name in sorted(names, reverse=True)}
    near = difflib.get_close_matches(wanted.partition("@")[0], sorted(own), n=1, cutoff=0.7)
    return own[near[0]] if near else ""


def names_in(playbook: Playbook) -> Iterator[tuple[Path, NameKind, str]]:
    """Every name of a user, queue or group, with its place."""
    routing = playbook.routing
    yield ("intake_queue",), NameKind.QUEUE, playbook.intake_queue
    yield ("routing", "fallback_queue"), NameKind.QUEUE, routing.fallback_queue
    yield ("routing", "strategic_owner"), NameKind.USER, routing.strategic_owner
    for key, team in playbook.teams.items():
        yield ("teams", key, "queue"), NameKind.QUEUE, team.queue
        yield ("teams", key, "group"), NameKind.GROUP, team.group
        yield ("teams", key, "territory"), NameKind.TERRITORY, team.territory
        for n, member in enumerate(team.members):
            yield ("teams", key, "members", n), NameKind.USER, member
        for n, share in enumerate(team.shares):
            yield ("teams", key, "shares", n, "member"), NameKind.USER, share.member
    for n, strategic in enumerate(routing.strategic):
        yield ("routing", "strategic", n, "owner"), NameKind.USER, strategic.owner
    for n, rule in enumerate(routing.rules):
        yield ("routing", "rules", n, "owner"), NameKind.USER, rule.owner
        yield ("routing", "rules", n, "queue"), NameKind.QUEUE, rule.queue
    for n, absence in enumerate(playbook.absences):
        yield ("absences", n, "who"), NameKind.USER, absence.who
        yield ("absences", n, "cover"), NameKind.USER, absence.cover
    for n, reviewer in enumerate(playbook.reviewers):
        yield ("reviewers", n, "crm_user"), NameKind.USER, reviewer.crm_user


def _mapped_names(playbook: Playbook) -> Iterator[tuple[Path, NameKind, str]]:
    """Whom the keys stand for in the org that the playbook was made for."""
    for environment, given in playbook.environments.items():
        if given.org_id == playbook.org_id:
            for key, user in given.users.items():
                yield ("environments", environment, "users", key), NameKind.USER, user


def _shares(playbook: Playbook) -> Iterator[PlaybookFinding]:
    for key, team in playbook.teams.items():
        members = {m.casefold() for m in team.members}
        for n, share in enumerate(team.shares):
            if members and share.member.casefold() not in members:
                what = f"{share.member} has a share in {key} and is none of its members"
                path: Path = ("teams", key, "shares", n, "member")
                yield PlaybookFinding(path=path, what=what, fix="add them to members, or take the share out")
    for n, absence in enumerate(playbook.absences):
        if absence.cover and absence.cover.casefold() == absence.who.casefold():
            what = f"{absence.who} cannot stand in for themselves"
            yield PlaybookFinding(path=("absences", n, "cover"), what=what, fix="name somebody else")


def _empty_teams(playbook: Playbook, directory: Directory) -> Iterator[PlaybookFinding]:
    """Teams that no listed member can take a lead for: their territories are covered by a queue alone."""
    here = directory.users - directory.inactive
    for key, team in playbook.teams.items():
        zero = {s.member.casefold() for s in team.shares if not s.ramp and not s.weight}
        able = [m for m in team.members if m.casefold() not in zero and (not here or m.casefold() in here)]
        if team.members and not able:
            what = f"nobody of team {key} can take a lead: all goes to its queue {team.queue}"
            path: Path = ("teams", key, "members")
            yield PlaybookFinding(path=path, what=what, fix="name members who are active and have a share")
