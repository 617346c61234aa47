"""One condition of a rule file as a condition of a playbook row, or the reason why it cannot be one."""

import re
from collections.abc import Sequence

import pycountry
from pydantic import ValidationError

from domain.model import Value
from domain.naming import country_code, registrable_domain
from domain.playbook import Segment
from domain.routing_rules import RoutingRule, postal_span

Conditions = dict[str, tuple[str, ...]]


class Untranslatable(Exception):
    """Said to a person: why this condition has no counterpart, and what to do."""


class Criterion(Value):
    """`field` without its object, `values` as an or."""

    field: str
    operation: str
    values: tuple[str, ...]


_FIELDS = {
    "country": "countries", "countrycode": "countries", "state": "regions", "statecode": "regions", "region": "regions",
    "leadsource": "lead_sources", "industry": "industries", "postalcode": "postal", "zip": "postal",
    "zipcode": "postal",
    "postal": "postal", "segment": "segments", "size": "segments", "product": "products", "language": "languages",
    "domain": "domains", "emaildomain": "domains", "source": "lead_sources", "productinterest": "products",
    "preferredlanguage": "languages",
}  # fmt: skip
_STANDARD = frozenset({"countries", "regions", "postal", "lead_sources", "industries"})
"""Read from standard fields alone: what a custom field of the same name holds is the org's own matter."""
_RANGES = {"greaterthan": ">", "greaterorequal": ">=", "lessthan": "<", "lessorequal": "<="}


def dimension(field: str) -> str:
    """The condition of a playbook row that a field or column stands for; empty where there is none."""
    name = re.sub(r"__c$", "", field.strip().casefold())
    plain = re.sub(r"[^a-z]", "", name)
    singular = plain.removesuffix("ies") + "y" if plain.endswith("ies") else plain.removesuffix("s")
    return _FIELDS.get(plain) or _FIELDS.get(singular, "")


def condition_of(name: str, values: Sequence[str], unknown: list[str] | None = None) -> Conditions:
    """The condition with its values in the playbook's spelling. Raises `Untranslatable`.

    Values are an or: with `unknown` one that nobody knows is noted there and left out, unless none is left.
    """
    given = [v.strip() for v in values if v.strip()]
    if not given:
        raise Untranslatable(f"{name} is asked to be empty; a row can only ask for values")
    match name:
        case "countries":
            return {name: _known({v: country_code(v) for v in given}, "country", unknown)}
        case "languages":
            return {name: _known({v: _language(v) for v in given}, "language", unknown)}
        case "domains":
            return {name: _known({v: registrable_domain(v) for v in given}, "domain", unknown)}
        case "postal":
            for value in given:
                try:
                    postal_span(value)
                except ValueError as wrong:
                    raise Untranslatable(f"{value}: {wrong}") from None
            return {name: tuple(dict.fromkeys(given))}
        case _:
            return {name: tuple(dict.fromkeys(given))}


def _known(found: dict[str, str], kind: str, unknown: list[str] | None) -> tuple[str, ...]:
    lost = [f"{value} is no known {kind}; correct it and import again" for value, known in found.items() if not known]
    if lost and (unknown is None or len(lost) == len(found)):
        raise Untranslatable(lost[0])
    if unknown is not None:
        unknown.extend(lost)
    return tuple(dict.fromkeys(known for known in found.values() if known))


def _language(value: str) -> str:
    code = re.split(r"[-_]", value.strip())[0].lower()
    found = pycountry.languages.get(alpha_2=code) if len(code) == 2 else None
    if found is None:
        try:
            found = pycountry.languages.lookup(value)
        except LookupError:
            return ""
    return str(getattr(found, "alpha_2", "") or getattr(found, "alpha_3", ""))


def translated(criteria: Sequence[Criterion], segments: Sequence[Segment], unknown: list[str]) -> Conditions:
    """All criteria of one entry, which must hold together. Raises `Untranslatable` at the first that cannot be.

    `unknown` collects values of an or that were left out: the row then takes fewer leads, and never other ones.
    """
    found: Conditions = {}
    staff = [c for c in criteria if c.field.casefold() == "numberofemployees"]
    postal = [c for c in criteria if c.field.casefold() == "postalcode" and c.operation.casefold() in _RANGES]
    parts = [_plain(c, unknown) for c in criteria if c not in staff and c not in postal]
    if staff:
        parts.append({"segments": _segments(staff, segments)})
    if postal:
        parts.append({"postal": (_postal_range(postal),)})
    for part in parts:
        for name, values in part.items():
            both = tuple(v for v in values if v.casefold() in {k.casefold() for k in found.get(name, values)})
            if name in found and name == "postal":
                raise Untranslatable("two conditions on the postal code; write them as one range")
            if not both:
                raise Untranslatable(f"its conditions on {name} exclude each other, so it never fires")
            found[name] = both
    return found


def _plain(criterion: Criterion, unknown: list[str]) -> Conditions:
    name = dimension(criterion.field)
    operation = criterion.operation.casefold()
    if criterion.field.casefold() == "email":
        hosts = [v.rpartition("@")[2] for v in criterion.values]
        if operation not in {"contains", "equals"} or not all("." in h for h in hosts):
            raise Untranslatable(
                f"{criterion.field} {criterion.operation} {', '.join(criterion.values)}: only a domain can be asked"
            )
        return condition_of("domains", hosts, unknown)
    if not name:
        raise Untranslatable(f"nothing in a playbook row asks {criterion.field}")
    if name in _STANDARD and criterion.field.casefold().endswith("__c"):
        raise Untranslatable(f"{criterion.field} is the org's own field; a row asks the standard one of that name")
    if name == "postal" and operation == "startswith":
        return condition_of(name, [f"{v.strip()}*" for v in criterion.values])
    if operation != "equals":
        raise Untranslatable(f"{criterion.field} {criterion.operation}: a row can only ask for equal values")
    return condition_of(name, criterion.values, unknown)


def _bounds(criteria: Sequence[Criterion]) -> tuple[str, str]:
    """Lowest and highest value, both included, as text; empty where open."""
    low = high = ""
    for criterion in criteria:
        sign = _RANGES.get(criterion.operation.casefold())
        value = criterion.values[0].strip() if len(criterion.values) == 1 else ""
        if sign is None or not value.isdecimal():
            raise Untranslatable(
                f"{criterion.field} {criterion.operation} {', '.join(criterion.values)}: no range of numbers"
            )
        width = len(value)
        number = int(value) + (1 if sign == ">" else -1 if sign == "<" else 0)
        text = str(number).zfill(width)
        if sign.startswith(">"):
            low = text if not low else max(low, text, key=int)
        else:
            high = text if not high else min(high, text, key=int)
    return low, high


def _postal_range(criteria: Sequence[Criterion]) -> str:
    low, high = _bounds(criteria)
    if not low or not high or len(low) != len(high):
        raise Untranslatable("a postal range needs both ends, of equal length")
    return f"{low}..{high}"


def _segments(criteria: Sequence[Criterion], segments: Sequence[Segment]) -> tuple[str, ...]:
    """The sizes of the playbook that together are exactly this range."""
    low, high = _bounds(criteria)
    begin, end = int(low or 0), int(high) + 1 if high else None
    ordered = sorted(segments, key=lambda s: s.at_least)
    edges = [s.at_least for s in ordered]
    if begin not in edges or (end is not None and end not in edges):
        wanted = begin if begin not in edges else end
        raise Untranslatable(f"no size of the playbook begins at {wanted} employees; add one to routing.segments")
    return tuple(s.name for s in ordered if s.at_least >= begin and (end is None or s.at_least < end))


def row(id: str, conditions: Conditions, **goes_to: str) -> RoutingRule:
    """Raises `Untranslatable` where the values make no row."""
    try:
        return RoutingRule.model_validate({"id": id[:80], **conditions, **goes_to})
    except ValidationError as wrong:
        raise Untranslatable("; ".join(e["msg"].removeprefix("Value error, ") for e in wrong.errors())) from None
