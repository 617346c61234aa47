"""The field mapping of a first playbook, from what describe says about each field. Pure; guesses say so."""

from collections.abc import Iterable, Mapping

from domain.draft_text import Line, listed, quoted, text_of
from domain.field_mapping import SIGNAL_FIELDS, Use
from domain.org_sketch import OrgField, OrgObject, OrgSketch

_CONSENT = frozenset({"HasOptedOutOfEmail", "DoNotCall", "IndividualId", "HasOptedOutOfFax"})
_MEANINGS = {"LeadSource": "lead_source", "Status": "lifecycle_stage", "StageName": "lifecycle_stage"}
_VALUE = "Amount"
_OWN = "Agent_"
"""Fields that come with this product's metadata; they are written, and tell the agent nothing."""
_HEADING = """What each field is to the agent, and what may be written. `use`: trust, enrich or never_infer.
`write`: never; suggest (shown, never written); draft (written where a person ticks it); write_after_approval;
write_automatically (by policy at limited_automation). Left out, `allowed_fields` decides."""


def fields_file(org: OrgSketch, usual: Mapping[str, tuple[str, ...]], may_see: Iterable[str]) -> str:
    """`usual` are the fields that the product writes where they exist; `may_see` what a writer is shown."""
    allowed, absent = _allowed(org, usual)
    lines: list[Line] = [(0, "allowed_fields:", "")]
    for name, fields in allowed.items():
        lines.append((1, f"{name}:", "what this product writes elsewhere, as far as the org has it"))
        lines += [(2, f"- {field}", "") for field in fields]
    lines += [(1, f"# the org has no {name}", "") for name in absent]
    lines.append((0, "objects:", ""))
    for found in org.objects:
        lines += _object(found, frozenset(allowed.get(found.name, ())))
    known = {f.name for o in org.objects for f in o.fields}
    seen = [n for n in may_see if n[:1].islower() or n in known]
    lines += [
        (0, f"model_may_see: {listed(seen)}", "no addresses and no numbers; has your data protection officer seen it?"),
        (0, "enrichment:", ""),
        (1, "providers: [crm, firmographics]", "the CRM first; a file of company facts where you have one"),
        (1, "never_infer: [annual_revenue]", "money is not guessed"),
        (1, "fill_from_confidence: 0.8", "from which confidence an empty field may be proposed"),
    ]
    return text_of(_HEADING, lines)


def _allowed(
    org: OrgSketch, usual: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    allowed: dict[str, tuple[str, ...]] = {}
    absent: list[str] = []
    described = {o.name: o for o in org.objects if o.fields}
    for name, fields in usual.items():
        found = described.get(name)
        if found is None:
            # Tasks are not described here: every org has these fields.
            allowed[name] = tuple(f for f in fields if not f.endswith("__c"))
            continue
        writable = {f.name for f in found.fields if f.writable}
        allowed[name] = tuple(f for f in fields if f in writable)
        absent += [f"{name}.{f}" for f in fields if f not in writable]
    return allowed, tuple(absent)


def _object(found: OrgObject, allowed: frozenset[str]) -> Iterable[Line]:
    if not found.fields:
        return
    yield 1, f"{found.name}:", ""
    parent = found.field("ParentId")
    if parent is not None and found.name in parent.refers:
        yield 2, "hierarchy: ParentId", ""
    yield 2, "fields:", ""
    for field in found.fields:
        if _matters(field):
            yield _field(field, allowed)
    if found.record_types:
        yield 2, "record_types:", ""
        for name, lists in found.record_types.items():
            yield 3, f"{name}:" if lists else f"{name}: {{}}", ""
            for picklist, values in lists.items():
                yield 4, f"{picklist}: {listed(values)}", ""


def _matters(field: OrgField) -> bool:
    """What means something to the agent, and whatever the org added itself."""
    if field.name.startswith(_OWN) or field.name == "Lead_Summary__c":
        return False
    meant = field.name in SIGNAL_FIELDS or field.name in _MEANINGS or field.name in _CONSENT or field.name == _VALUE
    return meant or field.custom or (field.type == "reference" and field.name in ("ParentId", "AccountId"))


def _field(field: OrgField, allowed: frozenset[str]) -> Line:
    use, means, guess = _judged(field)
    said = [f"use: {use.value}"]
    if field.name not in allowed:
        said.append("write: never")
        if field.writable and not field.calculated:
            guess = f"{guess}; not written until you say so" if guess else "not written until you say so"
    if means:
        said.append(f"means: {means}")
    if field.refers:
        said.append(f"lookup: {listed(field.refers)}")
    return 3, f"{field.name}: {{{', '.join(said)}}}", guess


def _judged(field: OrgField) -> tuple[Use, str, str]:
    """Use, meaning, and what of it is a guess."""
    if field.name in _CONSENT:
        return Use.NEVER_INFER, "consent", ""
    if field.name == _VALUE:
        return Use.NEVER_INFER, "opportunity_value", "only the deal itself says its value"
    if field.type == "currency" or SIGNAL_FIELDS.get(field.name) == "annual_revenue":
        return Use.NEVER_INFER, "", "money is not guessed"
    if field.name in SIGNAL_FIELDS:
        return Use.ENRICH, "", "company facts that providers know"
    if field.name in _MEANINGS:
        return Use.TRUST, _MEANINGS[field.name], "what people recorded"
    label = f"{field.name} {field.label}".casefold()
    if "product" in label and field.type in ("picklist", "multipicklist") and "owned" not in label:
        return Use.NEVER_INFER, "product_interest", "by its name; a product that nobody asked for is not assumed"
    if field.type == "reference" and not field.custom:
        return Use.TRUST, "", ""
    return Use.TRUST, "", f"custom {field.type}, {quoted(field.label)}: what people recorded"
