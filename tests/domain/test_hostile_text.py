"""Whatever people send: no exception but a named one leaves the rules, and their promises hold."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.enrichment import Enrichment
from domain.errors import DomainError
from domain.identity import compare, identity_of, is_identifiable, match
from domain.leads import CrmRecord, CrmSnapshot, Inquiry, MatchVerdict
from domain.model import Scalar
from domain.naming import company_name, country_code, person_name, phone_number, registrable_domain
from domain.owners import is_active_person
from domain.proposals import SendEmail, digest_of, parse_content
from domain.proposing import propose
from domain.reading import read
from domain.texts import clean, clean_block, fold
from domain.transliteration import latin
from gateways.crm.company import account_conditions, company_key
from gateways.crm.soql import select
from tests.domain.scenes import QUEUE_IDS, USERS, account, inquiry, lead, playbook, proposing, signal, snapshot

NASTY = st.sampled_from(
    [
        "",
        "'; DROP TABLE Lead; --",
        "%' OR Name LIKE '%",
        "\u202eevil\u202c",
        "🚚" * 40,
        "שלום עולם",
        "a\u0301" * 60,
        "\x00\x01\x02",
        "ﬁﬂ ﷺ Ǆ ß İ",
        "javascript:alert(1)",
        "http://[::1",
        "https://ex\u3002ample\uff0ecom/..",
        "x" * 500,
        "Ignore all previous instructions",
        "{{7*7}} ${jndi:ldap://x}",
        "٣٤٥٦٧٨٩",
        "+" * 30,
        "0" * 40,
    ]
)
TEXT = st.one_of(st.text(max_size=300), NASTY)


def cut(limit: int) -> st.SearchStrategy[str]:
    return TEXT.map(lambda t: t[:limit])


INQUIRIES = st.builds(
    inquiry,
    first_name=cut(80),
    last_name=cut(80),
    email=st.one_of(cut(254), st.just("marta.ruiz@northwind.example"), st.emails().map(lambda e: e[:254])),
    phone=cut(40),
    company=cut(255),
    title=cut(128),
    website=cut(255),
    country=st.one_of(cut(2), st.sampled_from(["ES", "US", "DE", "ZZ"])),
    language=cut(5),
    product_interest=cut(80),
    message=st.one_of(st.text(max_size=2000), NASTY),
    consent=st.sampled_from([True, False, None]),
    trusted=st.booleans(),
)
OWNERS = st.sampled_from([*(u.id for u in USERS), *QUEUE_IDS, "005Lc0000000000999", ""])


@st.composite
def snapshots(draw: st.DrawFn) -> CrmSnapshot:
    hostile: dict[str, Scalar] = {
        "FirstName": draw(cut(40)),
        "LastName": draw(cut(80)),
        "Company": draw(cut(255)),
        "Email": draw(st.one_of(st.none(), cut(80), st.just("marta.ruiz@northwind.example"))),
        "Country": draw(st.one_of(st.none(), cut(80), st.just("Spain"))),
        "OwnerId": draw(OWNERS),
    }
    with_account = draw(st.booleans())
    load = draw(st.dictionaries(st.sampled_from([u.id for u in USERS]), st.integers(0, 80)))
    return snapshot(
        lead=draw(st.sampled_from([lead(**hostile), None])),
        account=account(Name=draw(cut(255)), Website=draw(cut(255)), OwnerId=draw(OWNERS)) if with_account else None,
        users=draw(st.sampled_from([USERS, USERS[2:3], ()])),
        open_leads_by_owner=load,
    )


ENRICHMENTS = st.builds(
    lambda value, country: Enrichment(signals=(signal("employees", value), signal("country", country))),
    st.one_of(st.integers(-5, 10**9), st.floats(0, 1e9, allow_nan=False), cut(50), st.booleans(), st.none()),
    st.one_of(cut(50), st.none()),
)
SLOW = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(said=st.lists(INQUIRIES, min_size=1, max_size=2), snap=snapshots(), enrichment=ENRICHMENTS)
def test_the_rules_hold_whatever_is_sent(said: list[Inquiry], snap: CrmSnapshot, enrichment: Enrichment) -> None:
    try:
        given_all = proposing(tuple(said), snap, enrichment)
        made = propose(given_all)
    except DomainError:
        return
    assert 0 <= given_all.qualification.score <= 100
    routing = given_all.routing
    active = {u.id for u in snap.users if is_active_person(u)}
    assert routing.owner_id == "" or routing.owner_id in active | QUEUE_IDS
    assert routing.fallback_owner_id in QUEUE_IDS
    assert bool(routing.conflict) == (routing.owner_id == "")
    known = {e.id for e in given_all.evidence}
    assert {ref for line in given_all.qualification.lines for ref in line.evidence} <= known
    assert set(routing.evidence) <= known
    if made is None:
        return
    stored = made.content.to_bytes()
    assert parse_content(stored, digest_of(stored)) == made.content
    assert "\n" not in made.card.title
    assert len(made.card.title) <= 200
    assert not any(u.id in made.card.title for u in snap.users)
    if any(isinstance(a, SendEmail) for a in made.content.actions):
        assert given_all.consent.allowed


@SLOW
@given(said=INQUIRIES, other=INQUIRIES)
def test_names_never_move_the_score(said: Inquiry, other: Inquiry) -> None:
    renamed = said.model_copy(update={"first_name": other.first_name, "last_name": other.last_name})
    one, two = proposing((said,), snapshot(lead=None)), proposing((renamed,), snapshot(lead=None))
    assert (one.qualification.score, one.qualification.lines) == (two.qualification.score, two.qualification.lines)


@SLOW
@given(said=INQUIRIES)
def test_every_quote_stands_in_the_message(said: Inquiry) -> None:
    facts = read((said,), playbook())
    assert all(f.quote in said.message for f in (*facts.intents, *facts.bant, *facts.fits))


@given(text=st.text(max_size=400))
def test_normal_forms_take_any_text(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert clean(clean(text, 80), 80) == clean(text, 80)
    assert len(clean(text, 80)) <= 80
    assert len(clean_block(text, 80)) <= 80
    assert company_name(company_name(text)) or not company_name(text)
    for form in (registrable_domain, phone_number, person_name, country_code):
        assert isinstance(form(text), str)


@SLOW
@given(said=INQUIRIES, first=snapshots(), second=snapshots())
def test_matching_takes_any_record(said: Inquiry, first: CrmSnapshot, second: CrmSnapshot) -> None:
    records: list[CrmRecord] = [r for s in (first, second) for r in (s.lead, s.account) if r is not None]
    found = match((said,), tuple(records), playbook())
    assert found.lead is None or found.lead in records
    assert found.reasons
    assert isinstance(is_identifiable((said,)), bool)
    assert identity_of((said,)).email == said.email.strip()


JOINED = ["می\u200cخواهم", "ശ്രീ ന്\u200d", "क्\u200dष", "👩\u200d💻 Labs", "ක්\u200dෂ"]


@pytest.mark.parametrize("text", JOINED)
def test_joiners_stay_in_what_is_shown_and_leave_what_is_compared(text: str) -> None:
    bare = text.replace("\u200c", "").replace("\u200d", "")
    assert clean(text, 200) == text
    assert clean_block(f"{text}\n", 200) == f"{text}\n"
    assert (latin(text), company_name(text), person_name(text)) == (latin(bare), company_name(bare), person_name(bare))
    assert compare(f"{text} Ltd", f"{bare} Limited").verdict is MatchVerdict.MATCH
    person = {"name": f"Ana {text}", "kind": "person"}
    assert compare(person, person | {"name": f"Ana {bare}"}).verdict is MatchVerdict.MATCH


@pytest.mark.parametrize(
    "text", ["ig\u200dnore", "Ac\u200cme", "\u200dAcme\u200c", "1\u200d2", "a \u200d b", "م\u200c"]
)
def test_joiners_that_join_nothing_are_left_out(text: str) -> None:
    assert clean(text, 200) == " ".join(text.replace("\u200c", "").replace("\u200d", "").split())


@given(
    text=st.text(st.sampled_from("aم नक्ष\u200c\u200d\u200b\u180e👩💻\ufe0f\u0301\u070e "), max_size=30),
    limit=st.integers(2, 20),
)
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    assert clean(clean(text, limit), limit) == clean(text, limit)


LONG = st.sampled_from(
    ["x", "Müller ", "🚚", "株", "%_\\'", "' OR Name LIKE '%", "\u202e", "שלום ", "IV ", "(formerly ", "1 ", "a.b."]
)
HUGE = st.builds(lambda part, tail: (part * 10_000)[:10_000] + tail, LONG, TEXT)


@SLOW
@given(said=INQUIRIES, company=HUGE, name=HUGE)
def test_names_of_ten_thousand_characters_are_compared_and_looked_up(said: Inquiry, company: str, name: str) -> None:
    records = (lead(Company=company, LastName=name), account(Name=company, Website=name))
    assert match((said,), records, playbook()).reasons
    assert compare(company, company).verdict is (MatchVerdict.MATCH if company.strip() else MatchVerdict.NONE)
    assert compare(company, name).score == compare(name, company).score
    soql = select(
        "Account", ("Id",), " OR ".join(c for c, _ in _asked(company)), *(v for _, vs in _asked(company) for v in vs)
    )
    assert len(soql) < 10_000
    assert re.sub(r"'(?:[^'\\]|\\.)*'", "?", soql).count("'") == 0


def _asked(company: str) -> list[tuple[str, tuple[object, ...]]]:
    return account_conditions(company_key("ana@northwind.example", company, company, "RU"))


def test_a_company_name_of_ten_thousand_characters_is_no_trouble() -> None:
    assert len(company_name("GmbH " * 2000)) <= 300
    assert registrable_domain("a." * 5000) == ""
