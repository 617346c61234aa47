"""One approved e-mail as an RFC 5322 message: exactly what was signed, and headers that nothing in it can add to."""

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from email_validator import validate_email

from domain.errors import ErrorCode, MailError, MailRefusal
from domain.model import Instant
from domain.owner_notices import OwnerNotice
from domain.proposals import SendEmail
from gateways.mail.headers import set_person, set_text

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+=-]{1,200}@[A-Za-z0-9.-]{1,250}>")


def compose(mail: SendEmail, message_id: str, *, unsubscribe: str, sent_at: Instant) -> EmailMessage:
    """Body, a blank line, footer, in UTF-8. `unsubscribe` is the address that takes opt-outs.

    Raises `MailError` (mail_refused) where an address or a header cannot be used.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise MailError(
            "the Message-ID is not of the form <left@right>", code=ErrorCode.MAIL_REFUSED, refusal=MailRefusal.ADDRESS
        )
    message = EmailMessage(policy=SMTP)
    try:
        set_person(message, "From", mail.from_name, ascii_address(mail.from_address))
        set_person(message, "To", mail.to_name, ascii_address(mail.to_address))
        set_text(message, "Subject", mail.subject)
        message["Date"] = format_datetime(sent_at)
        message["Message-ID"] = message_id
        message["List-Unsubscribe"] = f"<mailto:{ascii_address(unsubscribe)}?subject=unsubscribe>"
    except (ValueError, IndexError) as unfit:
        raise MailError(
            f"the e-mail cannot be addressed: {str(unfit)[:200]}",
            code=ErrorCode.MAIL_REFUSED,
            refusal=MailRefusal.ADDRESS,
        ) from None
    message.set_content(f"{mail.body}\n\n{mail.footer}", charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = re.sub(r"[^A-Za-z0-9-]", "", mail.language) or "en"
    return message


def compose_notice(notice: OwnerNotice, message_id: str, *, sent_at: Instant) -> EmailMessage:
    """An e-mail to one of our own people, marked as made by a machine (RFC 3834), so that nothing answers it.

    Raises `MailError` (mail_refused) where an address or a header cannot be used.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise MailError(
            "the Message-ID is not of the form <left@right>", code=ErrorCode.MAIL_REFUSED, refusal=MailRefusal.ADDRESS
        )
    message = EmailMessage(policy=SMTP)
    try:
        set_person(message, "From", notice.from_name, ascii_address(notice.from_address))
        set_person(message, "To", notice.to_name, ascii_address(notice.to_address))
        set_text(message, "Subject", notice.subject)
        message["Date"] = format_datetime(sent_at)
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
    except (ValueError, IndexError) as unfit:
        raise MailError(
            f"the notice cannot be addressed: {str(unfit)[:200]}",
            code=ErrorCode.MAIL_REFUSED,
            refusal=MailRefusal.ADDRESS,
        ) from None
    message.set_content(notice.body, charset="utf-8", cte="quoted-printable")
    return message


def ascii_address(address: str) -> str:
    """The address as every mail server takes it: an international domain in its ASCII form (IDNA 2008).

    Raises `ValueError` for anything else than one plain `left@right`.
    """
    plain = address.strip()
    if not plain.isascii():
        plain = validate_email(plain, check_deliverability=False, allow_smtputf8=False).ascii_email or ""
    try:
        person = Address(addr_spec=plain)
    except (MessageError, IndexError):
        person = Address()
    if not (person.username and person.domain) or re.search(r"[\s<>,;:\"()\[\]\\\x00-\x1f\x7f]", plain):
        raise ValueError("not an e-mail address that can be written to")
    return plain
