"""What a list of reviews can be asked for: filters, order, a place in it, and how an address spells them."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TypeVar
from urllib.parse import urlencode

from pydantic import Field, ValidationError

from domain.leads import Motion
from domain.model import Instant, Value
from domain.permissions import RiskCategory
from domain.texts import clean, fold
from domain.transliteration import latin

MAX_SEARCH = 100
"""Characters of a search. Nobody's name or address that one would type is longer."""
MAX_WORDS = 8
_MAX_TERRITORY = 120
_MAX_SEARCHABLE = 1_000
_LEAST_NAME = 3
_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)


class Whose(StrEnum):
    ALL = "all"
    MINE = "mine"
    """Assigned to me, escalated to me, or claimed by me."""
    TEAM = "team"
    """The same for anybody of my team."""
    UNCLAIMED = "unclaimed"


class QueueState(StrEnum):
    """Where a review stands for the list. Snoozed ones are open as well, and keep their deadlines."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DECIDED = "decided"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


WAITING = frozenset({QueueState.OPEN, QueueState.SNOOZED})


class Due(StrEnum):
    """When the next step of the ladder comes, or that one was taken already."""

    SOON = "soon"
    TODAY = "today"
    ESCALATED = "escalated"


class Age(StrEnum):
    """Waiting for at least this long."""

    HOUR = "1h"
    HALF_DAY = "4h"
    DAY = "1d"
    THREE_DAYS = "3d"

    @property
    def span(self) -> timedelta:
        return _SPANS[self]


_SPANS = {
    Age.HOUR: timedelta(hours=1),
    Age.HALF_DAY: timedelta(hours=4),
    Age.DAY: timedelta(days=1),
    Age.THREE_DAYS: timedelta(days=3),
}


class Sort(StrEnum):
    DUE = "due"
    """By the next step of the ladder, proposals for one account together; what ended by when it ended, newest first."""
    OLDEST = "oldest"
    NEWEST = "newest"
    SCORE = "score"
    RISK = "risk"


class QueueFilter(Value):
    """Which reviews, in which order. `motion` None means every lane."""

    motion: Motion | None = None
    state: QueueState = QueueState.OPEN
    whose: Whose = Whose.ALL
    risk: tuple[RiskCategory, ...] = ()
    """Any of them; empty means all."""
    due: Due | None = None
    age: Age | None = None
    territory: str = Field(default="", max_length=_MAX_TERRITORY)
    search: str = Field(default="", max_length=MAX_SEARCH)
    sort: Sort = Sort.DUE

    def words(self) -> tuple[str, ...]:
        """What a found review's searchable text holds, each of them somewhere."""
        return tuple(fold(self.search).split()[:MAX_WORDS])

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """As an address spells it, in one fixed order; what is left at its default is left out."""
        said: list[tuple[str, str]] = []
        for name, value in (("motion", self.motion), ("state", _unless(self.state, QueueState.OPEN))):
            said += [(name, value.value)] if value is not None else []
        said += [("whose", self.whose.value)] if self.whose is not Whose.ALL else []
        said += [("risk", risk.value) for risk in self.risk]
        said += [(name, value.value) for name, value in (("due", self.due), ("age", self.age)) if value is not None]
        said += [(name, text) for name, text in (("territory", self.territory), ("q", self.search)) if text]
        return (*said, *([("sort", self.sort.value)] if self.sort is not Sort.DUE else ()))

    def query(self) -> str:
        return urlencode(self.pairs())

    @property
    def narrowed(self) -> bool:
        """Whether anything but the lane and the order was asked for."""
        return self != QueueFilter(motion=self.motion, sort=self.sort)

    def but(self, **changes: object) -> "QueueFilter":
        return self.model_copy(update=changes)


_Code = TypeVar("_Code", bound=StrEnum)


def _unless(value: _Code, default: _Code) -> _Code | None:
    return None if value is default else value


def read_filter(pairs: Iterable[tuple[str, str]]) -> tuple[QueueFilter, tuple[str, ...]]:
    """The filter that an address spells, and a sentence for each part of it that means nothing and was left out.

    Names that are none of its own are for somebody else and ignored.
    """
    wrong: list[str] = []
    said: dict[str, list[str]] = {}
    for name, value in pairs:
        said.setdefault(name, []).append(value)

    def one(name: str, codes: type[_Code]) -> _Code | None:
        return known_code(name, next((v for v in reversed(said.get(name, [])) if v), None), codes, wrong)

    risks = [known_code("risk", v, RiskCategory, wrong) for v in said.get("risk", []) if v]
    chosen = {r for r in risks if r is not None}
    search = " ".join(said.get("q", [""])[-1].split())
    if len(search) > MAX_SEARCH:
        wrong.append(f"The search is {len(search)} characters long; at most {MAX_SEARCH} are looked for.")
        search = ""
    territory = said.get("territory", [""])[-1].strip()
    if len(territory) > _MAX_TERRITORY:
        wrong.append("There is no territory of that name.")
        territory = ""
    return (
        QueueFilter(
            motion=one("motion", Motion),
            state=one("state", QueueState) or QueueState.OPEN,
            whose=one("whose", Whose) or Whose.ALL,
            risk=tuple(r for r in RiskCategory if r in chosen),
            due=one("due", Due),
            age=one("age", Age),
            territory=clean(territory, _MAX_TERRITORY),
            search=clean(search, MAX_SEARCH),
            sort=one("sort", Sort) or Sort.DUE,
        ),
        tuple(wrong),
    )


def known_code(name: str, value: str | None, codes: type[_Code], wrong: list[str]) -> _Code | None:
    """The code of that value; None where nothing was said, or with a sentence more in `wrong` where it is none."""
    if not value:
        return None
    known = {str(code.value): code for code in codes}
    if value not in known:
        wrong.append(f"{name}: there is no “{clean(value, 30)}”; it can be {', '.join(known)}.")
    return known.get(value)


class Viewer(Value):
    """Who looks: what is theirs depends on it. `team` holds the logins of everybody in their team."""

    login: str
    team: tuple[str, ...] = ()
    crm_user: bool = False
    """Whether they stand for a user of the CRM; then what that user may not edit is not for them."""


def searchable(*parts: str) -> str:
    """The text in which a review is found: lower case, without accents, names of other alphabets in Latin letters too.

    It names people, so it lives beside the title, and goes when their data is erased.
    """
    text = fold(" ".join(clean(part, 200) for part in parts if part.strip()))
    spelled = latin(text)
    extra = [word for word in spelled.split() if word not in text]
    return " ".join((text, *extra))[:_MAX_SEARCHABLE]


def account_key(account_id: str, company: str) -> str:
    """What proposals for one account have in common. A company that the CRM does not know is kept as a digest."""
    if account_id:
        return f"crm:{account_id[:15]}"
    name = latin(company)
    # Shorter ones are notes such as "n/a" and would put strangers together.
    return f"name:{sha256(name.encode()).hexdigest()[:24]}" if sum(map(str.isalnum, name)) >= _LEAST_NAME else ""


class Place(Value):
    """Behind which row a page of the list begins: that row's sort key. `sort` says for which order it holds."""

    sort: str
    key: tuple[str | int, ...]

    def token(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.sort, *self.key]).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, token: str) -> "Place | None":
        """None where it is no such token. That it fits the list is for the list to check."""
        if len(token) > 600:
            return None
        try:
            sort, *key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            return cls(sort=sort, key=tuple(key))
        except (binascii.Error, ValueError, TypeError, ValidationError, RecursionError):
            return None


def instant_of(said: object) -> datetime | None:
    """A time as a place spells it; None where it is none, or lies beyond a database's calendar."""
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return at if at.tzinfo is not None and timedelta(days=1) < at - _FIRST_DAY < timedelta(days=100_000) else None


class Facets(Value):
    """How many reviews each choice of the list would show, counted now."""

    lanes: Mapping[Motion, int] = {}
    """Open ones by motion, whatever else is chosen."""
    states: Mapping[QueueState, int] = {}
    """Of the chosen lane, like everything below; the rest counts the open ones."""
    whose: Mapping[Whose, int] = {}
    risks: Mapping[RiskCategory, int] = {}
    due: Mapping[Due, int] = {}
    territories: Mapping[str, int] = {}


def soon(now: Instant) -> Instant:
    """Until when something is due soon."""
    return now + timedelta(hours=1)


def today(now: Instant) -> Instant:
    """Until when something is due today: half a day on, or midnight UTC; the reader's midnight is not known here."""
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(now + timedelta(hours=12), midnight)
