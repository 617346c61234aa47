"""Normal forms of names, addresses, numbers and hosts."""

import pytest

from domain.company_names import read_company_name
from domain.legal_forms import compatible
from domain.naming import (
    company_domain,
    company_name,
    is_disposable_host,
    is_free_host,
    is_role_mailbox,
    mailbox,
    phone_number,
    registrable_domain,
)
from domain.transliteration import latin, romanised, umlauts_written_out


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("Щукин", "shchukin"),
        ("Γεώργιος", "georgios"),
        ("Łódź Åse Øst Straße", "lodz ase ost strasse"),
        ("한빛", "hanbit"),
        ("ＡＣＭＥ　ﬁt", "acme fit"),
        ("O’Brien & Sons", "obrien & sons"),
        ("🚚🚚", ""),
    ],
)
def test_any_alphabet_becomes_latin(raw: str, wanted: str) -> None:
    assert latin(raw) == wanted


def test_romanisations_of_one_word_meet() -> None:
    for spellings in (
        ("shchukin", "schtschukin"),
        ("chaykovskiy", "tchaikovsky"),
        ("yuliya", "julia"),
        ("iakovlev", "yakovlev"),
    ):
        assert len({romanised(s) for s in spellings}) == 1, spellings
    assert umlauts_written_out("Jürgen Größler") == "juergen groessler"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("A. O. Smith Corporation", "ao smith"),
        ("АО Смирнов", "smirnov"),
        ("S.C. Johnson & Son, Inc.", "sc johnson son"),
        ("S.C. Dunărea Nord S.R.L.", "dunarea nord"),
        ("E.ON SE", "eon"),
        ("GmbH", "gmbh"),
        ("PT Samudra Tbk", "samudra"),
        ("(주)한빛", "hanbit"),
        ("GmbH & Co. KG", "gmbh"),
    ],
)
def test_a_legal_form_goes_and_a_name_stays(raw: str, wanted: str) -> None:
    assert company_name(raw) == wanted


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("Acme ООО", "Acme LLC", True),
        ("Acme K.K.", "Acme Co., Ltd.", True),
        ("Acme Inc.", "Acme Corporation", True),
        ("Acme", "Acme plc", True),
        ("Acme GmbH", "Acme AG", False),
        ("Acme Ltd", "Acme B.V.", False),
        ("Acme GmbH", "Acme GmbH & Co. KG", False),
    ],
)
def test_forms_that_can_stand_for_each_other(one: str, other: str, wanted: bool) -> None:
    forms = read_company_name(one).forms, read_company_name(other).forms
    assert compatible(*forms) is wanted
    assert compatible(*reversed(forms)) is wanted


def test_mailboxes_behind_addresses() -> None:
    assert mailbox("Jo.Doe+news@GoogleMail.com") == "jodoe@gmail.com"
    assert mailbox("jo.doe+news@acme.example") == "jo.doe@acme.example"
    assert mailbox("jo@bücher.de") == mailbox("JO@xn--bcher-kva.de")
    assert mailbox("no address") == ""
    assert is_role_mailbox("Info+web@acme.example")
    assert not is_role_mailbox("ina@acme.example")


def test_hosts() -> None:
    assert registrable_domain("https://shop.acme.co.uk:8443/a?b#c") == "acme.co.uk"
    assert registrable_domain("acme.github.io") != registrable_domain("rival.github.io")
    assert registrable_domain("www.bücher.de") == "xn--bcher-kva.de"
    assert company_domain("", "https://www.facebook.com/acme") == ""
    assert company_domain("x@mailinator.com", "") == ""
    assert company_domain("x@gmx.de", "acme.de") == "acme.de"
    assert (is_free_host("mail.yahoo.co.uk"), is_free_host("acme.de")) == (True, False)
    assert (is_disposable_host("mailinator.com"), is_disposable_host("acme.de")) == (True, False)


@pytest.mark.parametrize(
    ("raw", "country", "wanted"),
    [
        ("0049 30 901820", "", "+4930901820"),
        ("030 901820", "DE", "+4930901820"),
        ("+44 (0)20 7946 0018 ext. 5", "", "+442079460018"),
        ("404/659-0100", "US", "+14046590100"),
        ("12", "DE", ""),
    ],
)
def test_phones(raw: str, country: str, wanted: str) -> None:
    assert phone_number(raw, country) == wanted
