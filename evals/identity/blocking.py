"""Which pairs are compared at all: those that share a key. A true pair that shares none counts as missed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

from domain.company_names import read_company_name
from domain.company_words import GENERIC
from domain.identity import CompanyRecord, PersonRecord
from domain.naming import mail_host, mailbox, phone_number
from domain.transliteration import latin, romanised
from evals.identity.sets import LabelledSet, Pair, Record, ordered

MOST_IN_BLOCK = 400
"""A key that more records share says too little to be worth its pairs."""


def candidate_pairs(labelled: LabelledSet, records: Mapping[str, Record]) -> set[Pair]:
    """Of these records; for two lists, pairs across them."""
    blocks: dict[str, list[str]] = defaultdict(list)
    for name, record in records.items():
        for key in set(_keys(record)):
            blocks[key].append(name)
    found: set[Pair] = set()
    for names in blocks.values():
        if len(names) <= MOST_IN_BLOCK:
            found.update(ordered(a, b) for a, b in combinations(names, 2))
    sides = labelled.sides
    return {(a, b) for a, b in found if sides[a] != sides[b]} if sides else found


def _keys(record: Record) -> Iterator[str]:
    if isinstance(record, CompanyRecord):
        yield from _company_keys(record)
    else:
        yield from _person_keys(record)
    if number := phone_number(record.phone, record.country):
        yield f"phone {number}"
    if record.street and record.postal_code:
        yield f"street {latin(record.street)[:6]} {record.postal_code}"


def _company_keys(record: CompanyRecord) -> Iterator[str]:
    name = read_company_name(record.name)
    for word in name.words:
        if word not in GENERIC:
            yield f"word {word}"
            yield f"start {word[:5]}"
    yield f"initials {''.join(w[0] for w in name.plain)}"
    yield f"initials {name.plain[0] if name.plain else ''}"
    yield f"joined {romanised(''.join(name.words))[:6]}"


def _person_keys(record: PersonRecord) -> Iterator[str]:
    given, family = latin(record.first_name), latin(record.last_name)
    born = "".join(c for c in record.birth_date if c.isdigit())
    if mail := mailbox(record.email):
        yield f"mail {mail}"
        yield f"mail start {mail[:5]}"
        yield f"host {mail_host(mail)}"
    if born:
        yield f"born {born}"
        yield f"born city {born[:4]} {latin(record.city)[:4]}"
        for part in (given, family):
            if part:
                yield f"born near {part[:3]} {born[:4]}"
                yield f"born day {part[:3]} {born[4:]}"
    names = sorted(n for n in (given, family) if n)
    if len(names) == 2:
        yield f"name {romanised(names[0])} {romanised(names[1])}"
        yield f"name start {names[0][:3]} {names[1][:3]}"
    for part in names:
        yield f"part {romanised(part)}"
        yield f"part start {part[:4]} {born[:4]}"
        yield f"postal {record.postal_code} {part[:3]}" if record.postal_code else f"city {latin(record.city)} {part}"
        if record.street:
            yield f"street {latin(record.street)[:8]} {part[:2]}"
