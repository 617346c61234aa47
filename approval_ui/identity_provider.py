"""What the pages need of an identity provider. `approval_ui/oidc.py` is the one that speaks OpenID Connect."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.model import Value


class OidcRefusal(StrEnum):
    STATE = "state"
    PROVIDER = "provider_refused"
    ANSWER = "id_token"
    UNLINKED = "unlinked"
    INACTIVE = "inactive"


class OidcRefused(Exception):
    """Nobody is signed in. `sentence` is for the person; `detail` names the check, and no claim's value."""

    def __init__(self, reason: OidcRefusal, sentence: str, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.sentence = sentence
        self.detail = detail


class ProviderAway(Exception):
    """The provider did not answer, or not as one. `detail` says which address and what to check."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Proof(Value):
    """What a provider vouched for. `email` is empty unless it said that it verified it."""

    issuer: str
    subject: str
    email: str = ""
    name: str = ""
    groups: tuple[str, ...] = ()
    says_groups: bool = True
    """False where the provider vouched without saying anew who the person is."""
    upstream: str = ""
    """The refresh token, encrypted; empty where the provider gave none."""


@dataclass(frozen=True)
class Departure:
    """Where to send the browser, and the cookie that must come back with it."""

    url: str
    cookie: str


@dataclass(frozen=True)
class Arrival:
    proof: Proof
    next: str


class IdentityProvider(Protocol):
    """Each method may raise `ProviderAway`."""

    @property
    def host(self) -> str:
        """For people: whom one signs in with."""
        ...

    def depart(self, next: str) -> Departure: ...

    def arrive(self, answer: Mapping[str, str], cookie: str) -> Arrival:
        """What the browser's return proves. Raises `OidcRefused`."""
        ...

    def again(self, upstream: str, subject: str) -> Proof:
        """Whether the provider still vouches. Raises `OidcRefused` where it does not."""
        ...

    def end_session_url(self) -> str:
        """Where to send a browser that signed out here; empty where there is no such place."""
        ...
