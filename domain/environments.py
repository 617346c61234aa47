"""One playbook for several orgs: people are named by keys, and each environment says who a key is there. Pure."""

from collections.abc import Callable, Sequence

from domain.leads import CrmRecord
from domain.lint_names import NameKind, names_in
from domain.owners import find_user
from domain.playbook import Environment, Playbook
from domain.playbook_checks import PlaybookFinding

SETTING = "COUNTERSIGN_ENVIRONMENT"
Found = tuple[PlaybookFinding, ...]


def for_environment(playbook: Playbook, name: str = "") -> tuple[Playbook, Found]:
    """The playbook with the org and the people of one environment in place of its keys, and what is missing for it.

    Without a name it is the environment of the playbook's own `org_id`. A playbook without environments names people
    by what its one org calls them, and stays as it is.
    """
    chosen = _chosen(playbook, name)
    if isinstance(chosen, PlaybookFinding):
        return playbook, (chosen,)
    if chosen is None:
        return playbook, ()
    users = {key.casefold(): user for key, user in playbook.environments[chosen].users.items()}
    here = _with_people(playbook, lambda key: users.get(key.strip().casefold(), key))
    here = here.model_copy(update={"org_id": playbook.environments[chosen].org_id})
    return here, (*_missing(playbook, chosen), *_of_one_org(playbook))


def unmapped(playbook: Playbook) -> Found:
    """What is wrong with any of the environments; of a playbook as it was written, with its keys."""
    missing = (found for name in playbook.environments for found in _missing(playbook, name))
    return (*missing, *_of_one_org(playbook))


def environment_of(playbook: Playbook) -> tuple[str, Environment] | None:
    """The environment that a playbook was made for by `for_environment`."""
    return next(((n, e) for n, e in playbook.environments.items() if e.org_id == playbook.org_id), None)


def strangers(playbook: Playbook, users: Sequence[CrmRecord]) -> tuple[tuple[str, str], ...]:
    """Keys of the environment in force whose user the CRM does not know, with that user."""
    chosen = environment_of(playbook)
    if chosen is None:
        return ()
    return tuple((key, user) for key, user in chosen[1].users.items() if find_user(user, users) is None)


def _chosen(playbook: Playbook, name: str) -> str | PlaybookFinding | None:
    known = playbook.environments
    if name:
        if name in known:
            return name
        fix = f"use one of: {', '.join(known)}" if known else f"add it under environments, or unset {SETTING}"
        return PlaybookFinding(path=("environments",), what=f"{SETTING} is {name}, which is no environment", fix=fix)
    if not known:
        return None
    own = next((n for n, environment in known.items() if environment.org_id == playbook.org_id), None)
    return own or PlaybookFinding(
        path=("environments",),
        what=f"none of them is org {playbook.org_id}",
        fix=f"set {SETTING} to one of: {', '.join(known)}",
    )


def _missing(playbook: Playbook, environment: str) -> Found:
    """A name with an @ says itself who it is; every other one is a key, and each environment has to know it."""
    users = {key.casefold() for key in playbook.environments[environment].users}
    return tuple(
        PlaybookFinding(
            path=path,
            what=f"{name} is nobody in the environment {environment}",
            fix=f"add it under environments.{environment}.users with the e-mail, user name or id that they have there",
        )
        for path, kind, name in names_in(playbook)
        if kind is NameKind.USER and name.strip() and "@" not in name and name.strip().casefold() not in users
    )


def _of_one_org(playbook: Playbook) -> Found:
    """An environment is known by its org."""
    first: dict[str, str] = {}
    found: list[PlaybookFinding] = []
    for name, environment in playbook.environments.items():
        other = first.setdefault(environment.org_id, name)
        if other != name:
            path = ("environments", name, "org_id")
            found.append(PlaybookFinding(path=path, what=f"{other} is the same org", fix="keep one of the two"))
    return tuple(found)


def _with_people(playbook: Playbook, named: Callable[[str], str]) -> Playbook:
    """Every place that `names_in` calls a user's, and those who are written down as people."""
    rules = playbook.routing
    routing = rules.model_copy(
        update={
            "strategic_owner": named(rules.strategic_owner),
            "strategic": tuple(s.model_copy(update={"owner": named(s.owner)}) for s in rules.strategic),
            "rules": tuple(r.model_copy(update={"owner": named(r.owner)}) for r in rules.rules),
        }
    )
    teams = {
        key: team.model_copy(
            update={
                "members": tuple(map(named, team.members)),
                "shares": tuple(s.model_copy(update={"member": named(s.member)}) for s in team.shares),
            }
        )
        for key, team in playbook.teams.items()
    }
    away = tuple(a.model_copy(update={"who": named(a.who), "cover": named(a.cover)}) for a in playbook.absences)
    reviewers = tuple(r.model_copy(update={"crm_user": named(r.crm_user)}) for r in playbook.reviewers)
    people = playbook.people.model_copy(update={"users": tuple(map(named, playbook.people.users))})
    return playbook.model_copy(
        update={"routing": routing, "teams": teams, "absences": away, "reviewers": reviewers, "people": people}
    )
