"""Whether signed bytes hold a change that means one thing only. Pure; asks no CRM and no playbook.

Honest proposals are made by `domain.proposals.make_content`. What somebody else has put among the documents may be
signed all the same by a person who looks at a page: each line there has to be the one that is carried out.
"""

import json
import re
from collections.abc import Iterable, Iterator

from domain.errors import NotAuthorised, RefusalReason
from domain.leads import RecordRef
from domain.proposals import (
    Action,
    AddNote,
    CreateLead,
    CreateTask,
    MergeRequest,
    NoInverse,
    ProposalContent,
    SendEmail,
    UpdateFields,
    canonical,
    inverse_of,
)
from gateways.crm.values import is_id_of

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)?")
_ID_LENGTH = 18


def check_form(stored: bytes, content: ProposalContent) -> None:
    """Raises `NotAuthorised` (forbidden_action) with what is wrong. `stored` are the bytes of `content`."""
    for wrong in _wrongs(stored, content):
        raise NotAuthorised(RefusalReason.FORBIDDEN_ACTION, wrong)


def _wrongs(stored: bytes, content: ProposalContent) -> Iterator[str]:
    if canonical(json.loads(stored)) != stored:
        # A name that stands there twice is read by one reader as the first, by another as the last.
        yield "the signed bytes are not canonical JSON"
    keys = [action.key for action in content.actions]
    if len(set(keys)) != len(keys):
        yield "two actions share a key"
    if sum(isinstance(action, SendEmail) for action in content.actions) > 1:
        yield "there are two e-mails"
    if not _inverses_follow(content):
        yield "the inverses do not take back the actions"
    for action in content.actions:
        yield from _of_action(action)
    for value in content.expected:
        if not _FIELD.fullmatch(value.field) or not _is_record(value.record):
            yield f"{value.field!r} of {value.record.object!r} is no field of a record"


def _inverses_follow(content: ProposalContent) -> bool:
    """Why something has no inverse may be worded otherwise by another release."""
    due = [inverse_of(action) for action in content.actions]
    return len(due) == len(content.inverses) and all(
        said == made
        or (isinstance(said, NoInverse) and isinstance(made, NoInverse) and said.action_key == made.action_key)
        for said, made in zip(content.inverses, due, strict=True)
    )


def _of_action(action: Action) -> Iterator[str]:
    names: Iterable[str] = ()
    if isinstance(action, UpdateFields):
        names = [change.field for change in action.changes]
    elif isinstance(action, CreateLead):
        names = action.fields
    folded = [name.casefold() for name in names]
    if len(set(folded)) != len(folded):
        # The CRM does not tell `Rating` from `rating`, and the last one would win.
        yield f"{action.key} sets a field twice"
    if not all(_is_record(record) for record in _records(action)):
        yield f"{action.key} names a record that is none"
    if isinstance(action, (CreateTask, AddNote)) and not all(_is_id(i) for i in (action.who_id, action.what_id) if i):
        yield f"{action.key} is about something that is no record"


def _records(action: Action) -> tuple[RecordRef, ...]:
    if isinstance(action, MergeRequest):
        return action.survivor, action.duplicate
    record = getattr(action, "record", None)
    return (record,) if isinstance(record, RecordRef) else ()


def _is_record(record: RecordRef) -> bool:
    return bool(_NAME.fullmatch(record.object)) and _is_id(record.id)


def _is_id(text: str) -> bool:
    """In its long form: one record has one name only, so two actions on it are seen to be on it."""
    return len(text) == _ID_LENGTH and is_id_of("", text)
