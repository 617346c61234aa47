"""Who can sign in to this installation: by a password of its own, or by an identity provider.

When do you need to touch this? When there is another way in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlsplit

from domain.errors import InputError
from domain.permissions import can_decide
from domain.playbook import Playbook, Reviewer
from persistence.users import LocalUser, SqlUsers
from runtime.settings import PREFIX, OidcSettings, UiSettings, load


@dataclass(frozen=True)
class Doors:
    """The ways in, as the settings of this process have them."""

    provider: str
    """Host of the identity provider; empty where there is none, or its extra is not installed."""
    passwords: bool
    not_installed: bool = False
    """Whether a provider is configured that this installation lacks the extra for."""

    @property
    def beside(self) -> str:
        """What a local account means beside the provider; empty where there is none."""
        if not self.provider:
            return ""
        if not self.passwords:
            return (
                f"{PREFIX}LOCAL_ACCOUNTS is off: people sign in through {self.provider} only, and a local account lets "
                "nobody in until that is changed"
            )
        return (
            f"The sign-in page offers {self.provider} first and the password below it. Whoever has signed in through "
            f"{self.provider} once comes in by that alone, so that leaving the company ends it"
        )


def doors() -> Doors:
    """Raises `InputError` where the settings cannot be read."""
    oidc = load(OidcSettings)
    there = oidc.enabled and find_spec("authlib") is not None
    host = urlsplit(oidc.oidc_issuer).hostname or oidc.oidc_issuer
    return Doors(
        provider=host if there else "",
        passwords=load(UiSettings).local_accounts,
        not_installed=oidc.enabled and not there,
    )


def has_password(users: SqlUsers, account: LocalUser | None) -> bool:
    """Whether a password opens the account, as far as it is up to the account."""
    return account is not None and account.active and bool(users.password_hash(account.login))


def who_can_sign_in(playbook: Playbook, users: SqlUsers | None) -> str:
    """A sentence on who can. Raises `InputError` with the next step where nobody can. No users: no database yet."""
    ways = doors()
    if ways.provider:
        return f"through {ways.provider}" + (", or by a local account" if ways.passwords else " only")
    if not ways.passwords:
        raise InputError(
            f"nobody can sign in: {PREFIX}LOCAL_ACCOUNTS is off, and there is no identity provider; set "
            f"{PREFIX}OIDC_ISSUER and install the extra oidc, or leave {PREFIX}LOCAL_ACCOUNTS away"
        )
    accounts = {} if users is None else {account.login: account for account in users.all()}
    able = [r for r in playbook.reviewers if users and has_password(users, accounts.get(r.login.casefold()))]
    if not able:
        arrived = sum(account.active and bool(account.subject) for account in accounts.values())
        if arrived:
            # The settings of the pages are not given to every process that asks.
            return f"{arrived} people came in through an identity provider, whose settings are not given here"
        missing = " (it is configured, and its extra oidc is not installed)" if ways.not_installed else ""
        raise InputError(
            f"nobody can sign in: there is no local account and no identity provider{missing}; run: countersign "
            f"account set {first_to_have(playbook)}"
        )
    deciding = [r for r in able if can_decide(r.role)]
    if not deciding:
        raise InputError(
            f"nobody who can sign in may decide ({_named(able)}); run: countersign account set "
            f"{first_to_have(playbook)}"
        )
    return f"{_named(able)} by password; {len(deciding)} may decide"


def first_to_have(playbook: Playbook) -> str:
    """Whose account is worth most: a manager's, else that of somebody who may decide."""
    people = sorted(playbook.reviewers, key=lambda r: (r.role.value != "manager", not can_decide(r.role)))
    return people[0].login if people else "LOGIN"


def _named(people: Iterable[Reviewer]) -> str:
    names = [person.login for person in people]
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more"
