"""No original string survives, wherever it hides, and the same person stays the same person."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.wording import fold
from evals.suite.captured import Rules
from evals.suite.pseudonyms import UNKNOWN, Pseudonyms
from runtime.playbook_files import load_playbook

_PLAYBOOK = load_playbook(Path(__file__).parents[2] / "playbook")
_STAFF = ("javier.montes@acme-routing.example",)
_RULES = Rules(playbook=_PLAYBOOK, staff=_STAFF)
MARTA: dict[str, Any] = {
    "first_name": "Marta",
    "last_name": "Ruiz Ferrándiz",
    "email": "m.ruiz@northwind-traders.test",
    "phone": "+34 600 123 456",
    "company": "Northwind Traders S.L.",
    "website": "https://www.northwind-traders.test/es",
    "title": "Head of Logistics",
    "country": "ES",
}
_ORIGINALS = ("marta", "ruiz", "ferrandiz", "northwind", "600123456", "600 123", "123456", "123 456")


def _known(*records: dict[str, Any]) -> Pseudonyms:
    known = _RULES.pseudonyms()
    for record in records:
        known.learn(record)
    return known


def _told(message: str, **changes: Any) -> str:
    said = {**MARTA, **changes}
    return json.dumps(_known(said).replaced({**said, "message": message}), ensure_ascii=False)


@pytest.mark.parametrize(
    "message",
    [
        "Hello, this is MARTA RUIZ FERRANDIZ of Northwind Traders.",
        "Marta's team, Ruiz' depots, and the Ruizes of Northwinds",
        "Herr Kollege, Ruizens Lager und Martas Fahrer; die Northwindsche Flotte",
        "write to marta.ruiz@northwind-traders.test or mruiz.private@gmail.com or ruiz_m (at) northwind-traders.test",
        "see https://www.linkedin.com/in/marta-ruiz-ferrandiz-12ab and northwind-traders.test/team?who=marta",
        "northwind-traders.test, shop.northwind-traders.test, http://northwind-traders.test:8080/x",
        "call 600123456, 0034 600-123-456, (+34) 600.12.34.56, +34600123456 or 600 12 34 56 9 to 5",
        "@martaruiz on X, skype: live:marta.ruiz_1, #NorthwindTraders, NorthwindTraders2026, m_ruiz",
        "M.Ruiz/Marta-Ruiz\nM A R T A is my name; Rúiz, Rüiz, RUÍZ, Mártà",
        "our CEO Otto Brandstetter and my assistant Pilar, cc peter.kurz@rival.test",
        "Regards,\nOtto",
        "kind regards, otto brandstetter",
        "Best wishes\nmarta",
        "Calle Alcalá 42, 28014 Madrid, VAT ESB12345678, IBAN DE89370400440532013000, born 12.03.1980",
        "“Marta” «Ruiz» (Northwind) [Ruiz] <Marta>",
        "ｍａｒｔａ ｒｕｉｚ",
    ],
)
def test_nothing_personal_survives_in_a_message(message: str) -> None:
    told = fold(_told(message)).replace(" ", " ")
    strangers = ("otto", "brandstetter", "pilar", "kurz", "rival", "alcala", "28014", "b12345678", "532013000", "1980")
    for original in (*_ORIGINALS, *strangers, "linkedin.com/in", "600-123", "600.12", "34600"):
        assert original not in told, (original, told)


def test_ordinary_words_figures_and_days_stay() -> None:
    told = json.loads(
        _told("Hello, we run 40 vans and 3 depots. We need better route planning by 2026-04-30 and have 184000 euros.")
    )
    assert told["message"] == (
        "Hello, we run 40 vans and 3 depots. We need better route planning by 2026-04-30 and have 184000 euros."
    )
    assert told["title"] == "Head of Logistics"
    assert told["country"] == "ES"


@pytest.mark.parametrize("word", ["will", "may", "rose", "mark", "price", "young"])
def test_a_name_that_is_a_word_goes_where_it_is_written_like_a_name(word: str) -> None:
    told = json.loads(_told(f"We will send it in may. Please ask {word.title()} about it."))
    assert word.title() not in told["message"]
    mine = json.loads(_told(f"We ask {word} about routes.", last_name=word.title()))
    assert word not in mine["message"].split()


@pytest.mark.parametrize(
    ("first", "last"),
    [("Müller", "van der Grün"), ("Jean-Luc", "O'Neill"), ("李", "小龍"), (".*", "(a|b)+"), ("İbrahim", "Şahin"),
     ("Example", "Company"), ("\\1", "$&"), ("Alba", "Arden"), ("Ольга", "Петрова"), ("محمد", "علي")],
)  # fmt: skip
def test_names_of_every_writing_go(first: str, last: str) -> None:
    said = {"first_name": first, "last_name": last, "message": f"Hi, {first} {last}. {last.upper()}, {first}; {last}s"}
    told = _known(said).replaced(said)
    assert told["first_name"] != first
    assert told["last_name"] != last
    letters = [w for w in (first, last) if any(c.isalpha() for c in w) and fold(w) not in ("company", "example")]
    assert all(fold(word) not in fold(told["message"]) for word in letters)


def test_the_same_is_the_same_everywhere() -> None:
    lead = {"FirstName": "MARTA", "LastName": "ruiz ferrandiz", "Email": "M.Ruiz@Northwind-Traders.test"}
    account = {"Name": "Northwind Traders", "Website": "northwind-traders.test"}
    known = _known(MARTA, lead, account)
    one = known.replaced({**MARTA, "message": "Marta of Northwind needs 40 vans, 0034 600 123 456."})
    two, three = known.replaced(lead), known.replaced(account)
    assert one["first_name"] == two["FirstName"]
    assert one["last_name"] == two["LastName"]
    assert one["email"] == two["Email"]
    assert one["company"].removesuffix(" S.L.") == three["Name"]
    assert one["email"].partition("@")[2] == three["Website"] == one["website"]
    assert one["phone"] in one["message"]
    assert one["first_name"] in one["message"]
    assert three["Name"].casefold() in three["Website"]


def test_two_people_of_one_company_stay_two_at_one_host() -> None:
    other = {"first_name": "Otto", "last_name": "Brand", "email": "otto@northwind-traders.test"}
    known = _known(MARTA, other)
    one, two = known.replaced(MARTA), known.replaced(other)
    assert one["email"] != two["email"]
    assert one["email"].partition("@")[2] == two["email"].partition("@")[2]
    assert one["last_name"] != two["last_name"]


@pytest.mark.parametrize(
    ("address", "kind"),
    [("a.ruiz@gmail.com", "free_mail_hosts"), ("x@mailinator.com", "disposable_hosts"), ("s@ucm.es", "academic_hosts")],
)
def test_the_kind_of_a_host_stays_and_the_mailbox_does_not(address: str, kind: str) -> None:
    made = _known({"email": address}).replaced({"email": address})["email"]
    local, _, host = made.partition("@")
    assert local.startswith("person")
    assert host.endswith(".example")
    assert any(host == h or host.endswith(f".{h}") for h in getattr(_PLAYBOOK, kind))


def test_shared_mailboxes_stay_shared() -> None:
    assert _known().replaced({"email": "info@northwind.test"})["email"].startswith("info@")


def test_made_up_staff_may_be_named_and_real_staff_may_not() -> None:
    known = _known(MARTA)
    known.learn_name("Carla Domínguez")
    told = known.replaced(
        {"owner": _STAFF[0], "reason": "Give it to Carla, Dominguez knows them; carla@acme-routing.example"}
    )
    assert told["owner"] == _STAFF[0]
    assert not any(n in fold(told["reason"]) for n in ("carla", "dominguez"))


def test_a_change_is_read_by_the_field_that_it_names() -> None:
    change = {"field": "LastName", "before": "Ruiz Ferrándiz", "after": "Ruiz", "to_name": "Marta Ruiz Ferrándiz"}
    told = json.dumps(_known(MARTA).replaced({"changes": [change], "record_id": "00Q5g00000ABCDEFGH"}))
    assert not any(o in fold(told) for o in ("ruiz", "marta", "00q5g"))


def test_a_field_that_nobody_foresaw_is_free_text() -> None:
    told = _known(MARTA).replaced({"SomethingNew__c": "Lives next to Otto Brandstetter"})
    assert told["SomethingNew__c"] == f"{UNKNOWN} next to {UNKNOWN} {UNKNOWN}"


_NAMES = st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=3, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    name=_NAMES,
    inside=st.sampled_from(["Hello {0} here", "{0}", "x{0}x", "a-{0}@b.test", "http://{0}.test/{0}", "{0}s"]),
)
def test_any_name_goes_from_any_place(name: str, inside: str) -> None:
    vocabulary = _RULES.pseudonyms()._vocabulary
    said = {"last_name": name, "message": inside.format(name)}
    told = _known(said).replaced(said)
    if fold(name) not in vocabulary and len(fold(name)) >= 3 and fold(name) not in "xxxexamplesubhttpspersonhello here":
        made = fold(told["last_name"])
        assert fold(name) not in fold(told["message"]).replace(made, "")
