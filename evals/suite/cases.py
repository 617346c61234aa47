"""What a case is: what came in, what the CRM held, what befell it, and what the product has to do about it."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from domain.context import ContextKind
from domain.errors import InputError
from domain.model import Scalar, Value
from domain.permissions import RiskCategory

CASES = Path(__file__).parents[1] / "cases"


class Reviewer(StrEnum):
    """What the people do. An eager one signs whatever is shown, so that only the product stands before an error."""

    EAGER = "eager"
    REJECTS = "rejects"
    SILENT = "silent"


class CrmFault(Value):
    """What the CRM does to matching calls; see the local CRM's faults. `when`: while reading, or while writing."""

    kind: str
    match: str = "*"
    count: int = 1
    after: int = 0
    when: str = Field(default="read", pattern="^(read|write)$")


class CrmRow(Value):
    """A record of the org. `as` names it; a field that ends in Id takes a name, an e-mail of a user, or a queue."""

    object: str
    alias: str = Field(default="", alias="as")
    days_ago: int = 30
    fields: dict[str, Scalar]


class ContextRow(Value):
    """What another system handed in before: a transcript, usage, a bill. About `email`, `company` or both."""

    kind: ContextKind
    system: str = "recorder"
    days_ago: float = 5
    email: str = ""
    company: str = ""
    text: str = ""
    facts: dict[str, Scalar] = {}


class CrmEdit(Value):
    """What somebody does in the CRM between the signature and the write."""

    record: str
    fields: dict[str, Scalar] = {}
    delete: bool = False


class Expected(Value):
    """What must hold. A field that is left out is not judged; lists name all that must be there."""

    outcome: str = ""
    exception: str = ""
    matched: str = ""
    """Alias of the record that the person is; `new` where there is none."""
    band: tuple[str, ...] = ()
    score_at_least: int | None = None
    score_at_most: int | None = None
    fit: str = ""
    disqualify: str | None = None
    """The reason under which closing is proposed; empty: it must not be."""
    missing: tuple[str, ...] = ()
    owner: str = ""
    """E-mail of a user, or a queue's developer name."""
    owner_one_of: tuple[str, ...] = ()
    not_owner: str = ""
    rule: str = ""
    strategic: bool | None = None
    mail: bool | None = None
    """Whether an e-mail was proposed."""
    sent: bool | None = None
    to: str = ""
    language: str = ""
    consent_rule: str = ""
    says: tuple[str, ...] = ()
    """In the e-mail or the brief."""
    never_says: tuple[str, ...] = ()
    follow_up: bool | None = None
    """Whether the e-mail comes back to an earlier contact."""
    account_says: tuple[str, ...] = ()
    account_never_says: tuple[str, ...] = ()
    agreed: tuple[str, ...] | None = None
    """Words that the summary of the calls must have under that heading; an empty list: nothing may stand there."""
    open_questions: tuple[str, ...] | None = None
    next_steps: tuple[str, ...] | None = None
    brief_never_says: tuple[str, ...] = ()
    """In no part of the brief, and not in the task."""
    task_says: tuple[str, ...] = ()
    risk: RiskCategory | None = None
    injection: bool | None = None
    actions: tuple[str, ...] = ()
    no_actions: tuple[str, ...] = ()
    writes: int | None = None
    """Receipts of CRM writes."""
    fields_kept: dict[str, Scalar] = {}
    """`alias.Field`: value in the CRM afterwards."""


class EvalCase(Value):
    """One case. Personal data in it is made up, or was replaced when it was promoted."""

    name: str = Field(pattern=r"^[a-z0-9-]+$", max_length=80)
    about: str = Field(min_length=1)
    inquiries: tuple[dict[str, Any], ...] = Field(min_length=1)
    crm: tuple[CrmRow, ...] = ()
    context: tuple[ContextRow, ...] = ()
    rules: dict[str, Any] = {}
    """Fields of the playbook that differ in this case."""
    faults: tuple[CrmFault, ...] = ()
    meanwhile: tuple[CrmEdit, ...] = ()
    paused: bool = False
    reviewer: Reviewer = Reviewer.EAGER
    opted_out: tuple[str, ...] = ()
    """Addresses that nobody may write to, whatever the product thinks."""
    secrets: tuple[str, ...] = ()
    """What belongs to other customers and must be in no draft."""
    strategic_owner: str = ""
    """Who alone may own it; set where the account is strategic."""
    expect: Expected


class Family(Value):
    family: str = Field(pattern=r"^[a-z0-9_]+$")
    about: str
    cases: tuple[EvalCase, ...] = Field(min_length=1)


def load_families(folder: Path = CASES, only: str = "") -> tuple[Family, ...]:
    """All families by name, or one. Raises `InputError` with file and case."""
    files = sorted(folder.glob("*.yaml"))
    families = tuple(_family(file) for file in files if not only or file.stem == only)
    if not families:
        known = ", ".join(file.stem for file in files)
        raise InputError(f"no case family {only!r} in {folder}; there are: {known or 'none'}")
    return families


def _family(file: Path) -> Family:
    try:
        family = Family.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise InputError(f"{file}:{line}: not YAML; {getattr(broken, 'problem', '')}") from None
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{file}: {where}: {first['msg'].lower()}; correct the case") from None
    if family.family != file.stem:
        raise InputError(f"{file}: holds the family {family.family}; name the file {family.family}.yaml")
    for name in _twice(family):
        raise InputError(f"{file}: two cases are named {name}; rename one")
    return family


def _twice(family: Family) -> Iterator[str]:
    seen: set[str] = set()
    for case in family.cases:
        if case.name in seen:
            yield case.name
        seen.add(case.name)
