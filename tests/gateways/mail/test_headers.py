"""Names and subjects come from people who fill in forms: they are read as they are, and add nothing to the e-mail."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateways.mail.headers import set_person, set_text

ADDRESS = "ana@northwind.example"
WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=90)
LINES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


def written(name: str, subject: str) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    set_person(message, "To", name, ADDRESS)
    set_text(message, "Subject", subject)
    message.set_content("Hello")
    return message.as_bytes()


@given(LINES, LINES)
@example("=?utf-8?q?a=0D=0ABcc:_eve=40evil=2Eexample?=", "=?utf-8?q?a=0D=0ABcc:_eve=40evil=2Eexample?=")
@example("=?utf-8?q?eve=40evil=2Eexample=2C?=", "x =?utf-8?b?ZXZl?= y")
@example("Eve, <eve@evil.example>, Geschäftsführung (Vertrieb Süd), Region " + "x" * 60, "Re: " + "lang " * 40 + "ß")
@example('"', "\\")
@example("A" * 90, "a" * 255)
def test_are_read_as_given_by_one_recipient(name: str, subject: str) -> None:
    sent = written(name, subject)
    # The plain reader of headers: the newer one puts blanks between the encoded words of a name.
    read = message_from_bytes(sent)
    assert read.keys() == ["To", "Subject", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
    assert str(make_header(decode_header(read["Subject"]))) == " ".join(subject.split())
    shown, _, address = str(make_header(decode_header(read["To"]))).rpartition(" ")
    assert (shown.strip('"'), address) == (name.strip('"'), f"<{ADDRESS}>")
    newer = message_from_bytes(sent, policy=policy.default)
    assert [person.addr_spec for person in newer["To"].addresses] == [ADDRESS]
    assert max(map(len, sent.splitlines())) < 998


@pytest.mark.parametrize("broken", ["a\r\nBcc: eve@evil.example", "a\nb", "\rb"])
def test_a_line_end_is_no_part_of_a_header(broken: str) -> None:
    with pytest.raises(ValueError, match=r"CR or LF|one line"):
        written(broken, "Hello")
    with pytest.raises(ValueError, match="one line"):
        written("Ana", broken)


def test_nobody_is_named_where_there_is_no_name() -> None:
    assert b"To: ana@northwind.example\r\n" in written("", "Hello")
