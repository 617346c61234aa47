"""Headers that a reader reads as they were given, whatever stands in a name or a subject.

The email package takes encoded words (RFC 2047) in a text for its own and writes out what they hold: another
recipient, or a line end and a header of somebody else's. Some quoted names it folds into two. So whatever is not plain
is encoded here as a whole.
"""

import re
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import Policy

_PLAIN_NAME = re.compile(r"[A-Za-z0-9&'-]+( [A-Za-z0-9&'-]+)*")
_PLAIN_TEXT = re.compile(r"(?!.*=\?)[!-~]+( [!-~]+)*")
_LONGEST_NAME = 60
"""Beyond it a line would have to be folded within the name."""


class _Encoded(str):
    """A header's text with the lines that carry it, which the email package writes as they are."""

    __slots__ = ("name",)
    name: str

    def fold(self, *, policy: Policy) -> str:
        """See `EmailPolicy.fold`."""
        return f"{self.name}: {policy.linesep.join(self.splitlines())}{policy.linesep}"


def set_person(message: EmailMessage, header: str, name: str, address: str) -> None:
    """One person with a plain address. Raises `ValueError` where the two cannot be a header."""
    person = Address(display_name=name, addr_spec=address)
    if not name or (len(name) <= _LONGEST_NAME and _PLAIN_NAME.fullmatch(name)):
        message[header] = person
    else:
        message[header] = _encoded(header, f"{_words(header, name)}\n <{person.addr_spec}>")


def set_text(message: EmailMessage, header: str, text: str) -> None:
    """Text of one line. Raises `ValueError` where it has several."""
    message[header] = text if _PLAIN_TEXT.fullmatch(text) else _encoded(header, _words(header, text))


def _words(header: str, text: str) -> str:
    if re.search(r"[\r\n]", text):
        raise ValueError("a header has one line")
    return Header(text, "utf-8", header_name=header).encode()


def _encoded(header: str, lines: str) -> _Encoded:
    encoded = _Encoded(lines)
    encoded.name = header
    return encoded
