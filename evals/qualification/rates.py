"""Bands and disqualifications of many leads, by group, and what moves when only one thing about a lead changes."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.enrichment import Enrichment, Signal
from domain.errors import InputError
from domain.explaining import Explanation, explain, queues_named
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Value
from domain.playbook import Playbook
from domain.ports import Enricher
from domain.qualification import Qualification

SAMPLE = Path(__file__).with_name("inquiries.jsonl")
SIZES = ((0, "under 10"), (10, "10 to 49"), (50, "50 to 249"), (250, "250 to 999"), (1000, "1,000 and more"))
UNKNOWN = "not known"
LEAST = 10
"""Leads in a group before its rate is compared: below it, one lead moves the rate by more than ten points."""
FAR = 0.20


class Case(Value):
    """One lead of the sample. `label` says what makes it hard, where it is."""

    inquiry: Inquiry
    account: CrmRecord | None = None
    label: str = ""


class Judged(Value):
    country: str
    language: str
    size: str
    label: str
    event_id: str
    explanation: Explanation

    @property
    def qualification(self) -> Qualification:
        return self.explanation.qualification


class Group(Value):
    """`bands` are counts by band; `far` is set where its share of the two best bands is far from everybody's."""

    name: str
    leads: int
    bands: dict[str, int]
    disqualified: int
    far: bool = False

    def share(self, *bands: str) -> float:
        return sum(self.bands.get(b, 0) for b in bands) / self.leads if self.leads else 0.0


def read_cases(file: Path, limit: int) -> list[Case]:
    """The first `limit` cases. Raises `InputError` with file and line."""
    cases: list[Case] = []
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as unreadable:
        raise InputError(f"{file} cannot be read ({type(unreadable).__name__})") from None
    for number, line in enumerate(lines[:limit], start=1):
        try:
            row: dict[str, Any] = json.loads(line)
            inquiry = Inquiry.model_validate(row["inquiry"])
        except (ValueError, KeyError, TypeError, ValidationError) as wrong:
            raise InputError(
                f"{file.name}:{number}: no inquiry ({type(wrong).__name__}); write the file again"
            ) from None
        fields = row.get("account")
        account = None
        if fields:
            account = CrmRecord(
                object="Account",
                id="001000000000001AAA",
                fields=fields,
                modified_at=inquiry.received_at - timedelta(days=30),
            )
        cases.append(Case(inquiry=inquiry, account=account, label=str(row.get("label") or "")))
    return cases


class Judge:
    """Runs the rules over cases, an hour after each came in."""

    def __init__(self, playbook: Playbook, enrichers: Sequence[Enricher]) -> None:
        self._playbook = playbook
        self._enrichers = enrichers

    def judge(self, case: Case) -> Judged:
        inquiry = case.inquiry
        now = inquiry.received_at + timedelta(hours=1)
        snapshot = CrmSnapshot(taken_at=now, account=case.account, queues=queues_named(self._playbook, now))
        signals: list[Signal] = [s for e in self._enrichers for s in e.enrich(inquiry, snapshot, now=now)]
        enrichment = Enrichment(signals=tuple(signals))
        return Judged(
            country=inquiry.country or UNKNOWN,
            language=inquiry.language or UNKNOWN,
            size=_size(enrichment),
            label=case.label,
            event_id=inquiry.event_id,
            explanation=explain((inquiry,), snapshot, enrichment, self._playbook, source="sample", now=now),
        )


def _size(enrichment: Enrichment) -> str:
    signal = enrichment.best("employees")
    if signal is None or isinstance(signal.value, bool) or not isinstance(signal.value, int | float):
        return UNKNOWN
    return next(name for floor, name in reversed(SIZES) if signal.value >= floor or floor == 0)


def by_group(judged: Sequence[Judged], key: Callable[[Judged], str], best: Sequence[str]) -> list[Group]:
    """Groups by size, largest first."""
    named: dict[str, list[Judged]] = {}
    for one in judged:
        named.setdefault(key(one), []).append(one)
    everybody = group("all", judged)
    found = [group(name, members) for name, members in named.items()]
    marked = [
        g.model_copy(update={"far": g.leads >= LEAST and abs(g.share(*best) - everybody.share(*best)) > FAR})
        for g in found
    ]
    return sorted(marked, key=lambda g: (-g.leads, g.name))


def group(name: str, judged: Sequence[Judged]) -> Group:
    return Group(
        name=name,
        leads=len(judged),
        bands=dict(sorted(Counter(j.qualification.band for j in judged).items())),
        disqualified=sum(bool(j.qualification.disqualify_reason) for j in judged),
    )


class Swap(Value):
    """What happened to scores and bands when only one field was changed, over all leads and values."""

    what: str
    tried: int
    scores_moved: int
    bands_moved: int
    disqualified_moved: int


_NAMES = (("Mohammed", "Al-Sayed"), ("Lakisha", "Washington"), ("Nguyễn", "Thị Hoa"), ("Anna", "Müller"))
_COUNTRIES = ("ES", "DE", "FR", "GB", "US", "PL", "NG", "IN", "BR")


def swaps(cases: Sequence[Case], judge: Judge, judged: Sequence[Judged]) -> Iterator[Swap]:
    """Names of people, and the country: neither may move a point."""
    names = [{"first_name": first, "last_name": last} for first, last in _NAMES]
    countries = [{"country": code} for code in _COUNTRIES]
    for what, changes in (("name of the person", names), ("country", countries)):
        tried = scores = bands = disqualified = 0
        for case, before in zip(cases, judged, strict=True):
            for change in changes:
                after = judge.judge(case.model_copy(update={"inquiry": case.inquiry.model_copy(update=change)}))
                one, other = before.qualification, after.qualification
                tried += 1
                scores += one.score != other.score
                bands += one.band != other.band
                disqualified += one.disqualify_reason != other.disqualify_reason
        yield Swap(what=what, tried=tried, scores_moved=scores, bands_moved=bands, disqualified_moved=disqualified)
