"""The matcher's promises hold for any text: it answers, it is symmetric, and a record is itself."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.identity import CompanyRecord, PersonRecord, compare
from domain.leads import MatchVerdict
from domain.naming import (
    company_domain,
    company_name,
    is_disposable_host,
    is_free_host,
    is_role_mailbox,
    mailbox,
    person_name,
    phone_number,
    registrable_domain,
)
from domain.transliteration import TEXT_LIMIT, latin, romanised, umlauts_written_out

NASTY = st.sampled_from(
    [
        "'; DROP TABLE Account; --",
        "%' OR Name LIKE '%",
        "\u202eHbmG reilluM\u202c",
        "🚚" * 40,
        "🚚 GmbH",
        "GmbH",
        "& Co. KG",
        "שלום בע\"מ",
        "شركة النور ذ.م.م",
        "株式会社",
        "(株)(株)",
        "a\u0301" * 600,
        "\x00\x01\x02",
        "ﬁﬂ ﷺ Ǆ ß İ ı",
        "S.A." * 2500,
        "x" * 10_000,
        "word " * 2_000,
        "a b " * 2_500,
        "1 2 3 4 5 6 7 8 9 0",
        "@@@", "@", "a@b", "+@x.y", ".@gmail.com", "a@" + "x." * 120 + "com", "a@\ud83d\ude00.example",
        "٣٤٥٦٧٨٩", "+" * 30, "00" * 20, "2020-13-45", "0000-00-00", "(株", ",,,,", "Jr.", "Dr. Jr.", "-", "et", "The",
    ]
)  # fmt: skip
SAID = """
Müller Mueller GmbH AG Holding Ana Sol Sr. Jr. & Co. KG Юлия info@acme.example Acme B.V. IBM Intl Bank INS ins. 12
Berlin St. 한빛 o'Neil de la A B. x.x.x. insurance
"""
WORDS = st.sampled_from(SAID.split())
TEXT = st.one_of(st.text(max_size=40), NASTY, st.lists(WORDS, max_size=5).map(" ".join))


def records(kind: type[PersonRecord] | type[CompanyRecord]) -> st.SearchStrategy[PersonRecord | CompanyRecord]:
    values = st.fixed_dictionaries({}, optional=dict.fromkeys(kind.model_fields, TEXT))
    return values.map(kind.model_validate)


ANY = st.one_of(
    st.tuples(records(PersonRecord), records(PersonRecord)), st.tuples(records(CompanyRecord), records(CompanyRecord))
)
SLOW = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(pair=ANY)
def test_it_answers_and_is_symmetric(
    pair: tuple[PersonRecord, PersonRecord] | tuple[CompanyRecord, CompanyRecord],
) -> None:
    there, back = compare(pair[0], pair[1]), compare(pair[1], pair[0])
    assert (there.verdict, there.score) == (back.verdict, back.score)
    assert 0 <= there.score <= 1
    assert all(len(p.one) <= 80 and len(p.other) <= 80 for p in there.parts)


@SLOW
@given(
    record=st.one_of(records(PersonRecord), records(CompanyRecord)),
    name=st.one_of(st.text("abcdé ", min_size=1), NASTY),
)
def test_a_record_is_itself(record: PersonRecord | CompanyRecord, name: str) -> None:
    named = record.model_copy(update={"name": f"x{name}"})
    assert compare(named, named.model_copy()).verdict is MatchVerdict.MATCH


@SLOW
@given(text=st.one_of(TEXT, st.text(max_size=2000)))
def test_normal_forms_take_any_text(text: str) -> None:
    assert latin(text).isascii()
    assert len(latin(text)) <= TEXT_LIMIT * 20
    assert latin(latin(text)) == latin(text)
    for form in (umlauts_written_out, company_name, person_name, phone_number, registrable_domain, mailbox, romanised):
        assert isinstance(form(text), str)
    assert isinstance(company_domain(text, text), str)
    assert {is_role_mailbox(text), is_free_host(text), is_disposable_host(text)} <= {True, False}
