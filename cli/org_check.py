"""What stands between this product and an org: what is missing there, and what the org does by itself. Reads only."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.environments import environment_of, strangers
from domain.errors import CrmError, ErrorCode
from domain.field_mapping import read_too
from domain.model import Value
from domain.organisation import Organisation, OrgRule
from domain.playbook import Playbook
from gateways.crm.fields import LEDGER, LEDGER_KEY, OF_PEOPLE, RECORD_KEY, usual_fields
from gateways.crm.own_org import OwnOrg

DEPLOY = "deploy deploy/salesforce (its README says how)"
_CREATED = ("Lead", "Task")
"""What the agent creates; each such record carries the key of its write."""


class OrgCheck(Value):
    """`missing`: sentences with the next step. `rules`: what acts when we write. `notes`: what could not be read."""

    organisation: Organisation
    signed_in_as: str
    missing: tuple[str, ...]
    rules: tuple[OrgRule, ...]
    notes: tuple[str, ...]


def check_org(org: OwnOrg, playbook: Playbook) -> OrgCheck:
    """Raises `CrmError` where the sign-in fails or the org does not answer."""
    organisation = org.organisation()
    rules, notes = org.rules_on(sorted({*playbook.writable(), *_CREATED, LEDGER}))
    return OrgCheck(
        organisation=organisation,
        signed_in_as=org.signed_in_as(),
        missing=tuple(_missing(org, playbook, organisation)),
        rules=rules,
        notes=(*notes, *_left_out(playbook)),
    )


def _left_out(playbook: Playbook) -> Iterator[str]:
    unkept = usual_fields(playbook).unkept
    if unkept:
        yield (
            f"the playbook says that the org keeps no {' and no '.join(unkept)}: only what a lead or contact itself "
            "says is taken for an opt-out"
        )


def _missing(org: OwnOrg, playbook: Playbook, organisation: Organisation) -> Iterator[str]:
    if playbook.org_id != organisation.id:
        yield (
            f"the playbook is written for org {playbook.org_id}, this is {organisation.id}; correct org_id in its "
            "organisation.yaml, or draft one from the org: countersign playbook init DIR --from-org"
        )
    chosen = environment_of(playbook)
    if chosen is not None:
        for key, user in strangers(playbook, org.users()):
            yield (
                f"environments.{chosen[0]}.users.{key} is {user}, and the org has no such user; "
                "correct it in the playbook (countersign playbook check --org names the line)"
            )
    wanted = {name: set(fields) for name, fields in playbook.writable().items()}
    for name in _CREATED:
        wanted.setdefault(name, set()).add(RECORD_KEY)
    wanted[LEDGER] = {LEDGER_KEY}
    for name in sorted(wanted):
        try:
            body = org.describe(name)
        except CrmError as refused:
            if refused.code not in (ErrorCode.CRM_RECORD_MISSING, ErrorCode.CRM_FORBIDDEN):
                raise
            yield f"there is no {name}, or the integration user may not see it; {DEPLOY}"
            continue
        yield from _lacking(name, body, wanted[name])
    usual = usual_fields(playbook)
    lacking = org.readable(usual.with_extra(read_too(playbook.objects))).lacking
    yield from _kept_all_the_same(org, usual.unkept)
    yield from _unread({name: _beside(fields, wanted.get(name, set())) for name, fields in lacking.items()})


def _kept_all_the_same(org: OwnOrg, unkept: Sequence[str]) -> Iterator[str]:
    there = [name for name in unkept if org.has(name)]
    if there:
        yield (
            f"the playbook says that the org keeps no {', '.join(there)}, and it does, so no case can be read; set "
            "consent.keeps_individuals to true in consent.yaml"
        )


def _beside(fields: tuple[str, ...], told: set[str]) -> tuple[str, ...] | None:
    """What of them was not told already; None where nothing is left to tell."""
    rest = tuple(field for field in fields if field not in told)
    return None if fields and not rest else rest


def _unread(lacking: Mapping[str, tuple[str, ...] | None]) -> Iterator[str]:
    """What a case reads and the org does not give."""
    of_people = [
        name if name in OF_PEOPLE else f"{name}.IndividualId"
        for name, fields in sorted(lacking.items())
        if name in OF_PEOPLE or "IndividualId" in (fields or ())
    ]
    if of_people:
        yield (
            f"there is no {', '.join(of_people)} to read, so an opt-out kept there is not seen, and no case can be "
            "read; in Setup, Data Protection and Privacy, make data protection details available in records, and "
            "grant reading of them; an org that is to keep none says so: consent.keeps_individuals: false in "
            "consent.yaml"
        )
    for name, fields in sorted(lacking.items()):
        if fields is None or name in OF_PEOPLE:
            continue
        if not fields:
            yield f"there is no {name} to read; assign the permission set for reading (deploy/salesforce/README.md)"
        rest = ", ".join(field for field in fields if field != "IndividualId")
        if rest:
            yield f"{name} lacks {rest}, which is read; {DEPLOY}, or show it to the integration user"


def _lacking(name: str, body: Mapping[str, Any], wanted: set[str]) -> Iterator[str]:
    fields = {str(f["name"]): f for f in body.get("fields") or ()}
    if not body.get("createable") and name in (*_CREATED, LEDGER):
        yield f"the integration user may not create {name}; assign the permission set for writing"
    absent = sorted(wanted - fields.keys())
    if absent:
        yield f"{name} lacks {', '.join(absent)}; {DEPLOY}, or take it out of the playbook"
    fixed = sorted(n for n in wanted & fields.keys() if not _writable(fields[n], name))
    if fixed:
        yield f"the integration user may not write {name}.{', '.join(fixed)}; assign the permission set for writing"
    key = fields.get(LEDGER_KEY) if name == LEDGER else None
    if key is not None and not (key.get("unique") and key.get("externalId")):
        yield f"{LEDGER}.{LEDGER_KEY} must be a unique external id, or a write can happen twice; {DEPLOY}"


def _writable(field: Mapping[str, Any], object_name: str) -> bool:
    """Rows of the ledger are made and never changed."""
    return bool(
        field.get("createable") if object_name == LEDGER else field.get("updateable") or field.get("createable")
    )
