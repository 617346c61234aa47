"""What the lane of exceptions can be asked for: filters, order, and how an address spells them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from urllib.parse import urlencode

from pydantic import Field

from domain.cases import ExceptionCode
from domain.leads import Motion
from domain.model import Value
from domain.resolutions import ExceptionState
from domain.review_queue import MAX_SEARCH, MAX_WORDS, Whose, known_code
from domain.texts import clean, fold


class Lateness(StrEnum):
    """How near the deadline is, or that it has passed."""

    LATE = "late"
    SOON = "soon"
    TODAY = "today"


class ExceptionSort(StrEnum):
    DUE = "due"
    """By the deadline; what ended by when it ended, newest first."""
    OLDEST = "oldest"
    NEWEST = "newest"


class ExceptionFilter(Value):
    """Which exceptions, in which order. `motion` and `code` None mean all of them."""

    state: ExceptionState = ExceptionState.OPEN
    motion: Motion | None = None
    code: ExceptionCode | None = None
    whose: Whose = Whose.ALL
    due: Lateness | None = None
    search: str = Field(default="", max_length=MAX_SEARCH)
    sort: ExceptionSort = ExceptionSort.DUE

    def words(self) -> tuple[str, ...]:
        """What a found exception's searchable text holds, each of them somewhere."""
        return tuple(fold(self.search).split()[:MAX_WORDS])

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """As an address spells it, in one fixed order; what is left at its default is left out."""
        nothing = ExceptionFilter()
        said = ((name, getattr(self, name)) for name in ("state", "motion", "code", "whose", "due", "sort"))
        codes = tuple((name, value.value) for name, value in said if value != getattr(nothing, name))
        return (*codes, ("q", self.search)) if self.search else codes

    def query(self) -> str:
        return urlencode(self.pairs())

    @property
    def narrowed(self) -> bool:
        return self != ExceptionFilter(sort=self.sort)

    def but(self, **changes: object) -> "ExceptionFilter":
        return self.model_copy(update=changes)


class ExceptionFacets(Value):
    """How many exceptions each choice of the lane would show, counted now. All but `states` count the open ones."""

    states: Mapping[ExceptionState, int] = {}
    motions: Mapping[Motion, int] = {}
    codes: Mapping[ExceptionCode, int] = {}
    whose: Mapping[Whose, int] = {}
    due: Mapping[Lateness, int] = {}


def read_exception_filter(pairs: Iterable[tuple[str, str]]) -> tuple[ExceptionFilter, tuple[str, ...]]:
    """The filter that an address spells, and a sentence for each part of it that means nothing and was left out."""
    wrong: list[str] = []
    said = {name: value for name, value in pairs if value}
    search = " ".join(said.get("q", "").split())
    if len(search) > MAX_SEARCH:
        wrong.append(f"The search is {len(search)} characters long; at most {MAX_SEARCH} are looked for.")
        search = ""
    return (
        ExceptionFilter(
            state=known_code("state", said.get("state"), ExceptionState, wrong) or ExceptionState.OPEN,
            motion=known_code("motion", said.get("motion"), Motion, wrong),
            code=known_code("code", said.get("code"), ExceptionCode, wrong),
            whose=known_code("whose", said.get("whose"), Whose, wrong) or Whose.ALL,
            due=known_code("due", said.get("due"), Lateness, wrong),
            search=clean(search, MAX_SEARCH),
            sort=known_code("sort", said.get("sort"), ExceptionSort, wrong) or ExceptionSort.DUE,
        ),
        tuple(wrong),
    )
