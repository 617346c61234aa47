"""Records to look at: the audit chain, and the messages in the demo's mail sink."""

import mailbox
from dataclasses import dataclass
from datetime import UTC
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from fastapi import APIRouter, HTTPException, Response

from approval_ui.site import Auditor, Reader, SiteOf
from approval_ui.views.wording import AUDIT

router = APIRouter()

_MAX_LETTERS = 200
_MAX_TEXT = 50_000


@dataclass(frozen=True)
class Letter:
    key: str
    to: str
    sender: str
    subject: str
    date: str
    text: str = ""


@router.get("/audit")
def audit(site: SiteOf, who: Auditor) -> Response:
    """The last entries, and whether the chain holds."""
    problems = site.deps.audit.verify()
    entries = site.deps.queue.audit_tail()
    head = site.deps.audit.head(site.deps.config.org_id)
    return site.render(
        "audit.html",
        who,
        {
            "page": "Audit",
            "entries": entries,
            "names": {kind.value: label for kind, label in AUDIT.items()},
            "problems": problems,
            "head": head,
        },
    )


@router.get("/outbox")
def outbox(site: SiteOf, who: Reader) -> Response:
    letters = sorted(_letters(_maildir(site)), key=lambda letter: letter.key, reverse=True)[:_MAX_LETTERS]
    return site.render("outbox.html", who, {"page": "Outbox", "letters": letters})


@router.get("/outbox/{key}")
def letter(site: SiteOf, who: Reader, key: str) -> Response:
    found = next((item for item in _letters(_maildir(site), with_text=True) if item.key == key), None)
    if found is None:
        raise HTTPException(404, "There is no such message.")
    return site.render("letter.html", who, {"page": "Outbox", "letter": found})


def _maildir(site: SiteOf) -> Path:
    if site.deps.config.maildir is None:
        raise HTTPException(404, "This installation keeps no outbox; messages are with the mail server.")
    return site.deps.config.maildir


def _letters(folder: Path, *, with_text: bool = False) -> list[Letter]:
    """Read only: nothing is marked as seen or moved. What cannot be read is left out."""
    if not (folder / "new").is_dir():
        return []
    box = mailbox.Maildir(folder, create=False)
    found: list[Letter] = []
    for key in box.keys():  # noqa: SIM118  a mailbox iterates over messages
        try:
            message = box.get_message(key)
        except (KeyError, OSError):
            continue
        found.append(
            Letter(
                key=key,
                to=_header(message, "To"),
                sender=_header(message, "From"),
                subject=_header(message, "Subject"),
                date=_date(message),
                text=_text(message) if with_text else "",
            )
        )
    return found


def _header(message: Message, name: str) -> str:
    raw = message.get(name, "")
    try:
        return str(make_header(decode_header(str(raw))))[:500]
    except (LookupError, UnicodeError):
        return str(raw)[:500]


def _date(message: Message) -> str:
    try:
        return f"{parsedate_to_datetime(str(message.get('Date', ''))).astimezone(UTC):%d %b, %H:%M} UTC"
    except ValueError:
        return ""


def _text(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                charset = part.get_content_charset() or "utf-8"
                try:
                    return body.decode(charset, errors="replace")[:_MAX_TEXT]
                except LookupError:
                    return body.decode("utf-8", errors="replace")[:_MAX_TEXT]
    return ""
