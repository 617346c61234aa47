"""The score as a sum that a person can check."""

import pytest

from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook
from domain.leads import CrmSnapshot, Inquiry
from domain.playbook import Playbook
from domain.qualification import Fit, Qualification
from domain.reading import read
from domain.scoring import host_kind, qualify
from tests.domain.scenes import COMPANY, NOW, account, inquiry, lead, playbook, record, signal, snapshot


def score(
    said: Inquiry | None = None,
    snap: CrmSnapshot | None = None,
    enrichment: Enrichment = COMPANY,
    rules: Playbook | None = None,
    book: EvidenceBook | None = None,
) -> Qualification:
    inquiries = (said or inquiry(),)
    rules = rules or playbook()
    facts = read(inquiries, rules)
    return qualify(inquiries, snap or snapshot(), enrichment, facts, rules, book or EvidenceBook(), now=NOW)


def points(result: Qualification) -> dict[str, int]:
    return {line.rule: line.points for line in result.lines}


def test_the_whole_sum_of_a_good_inquiry() -> None:
    result = score()
    assert points(result) == {
        "asked_for_demo": 30,
        "leads_operations": 20,
        "size_in_range": 18,
        "target_industry": 15,
        "budget_named": 6,
        "need_named": 6,
        "timeline_named": 8,
        "no_phone": -5,
    }
    assert (result.score, result.band, result.fit) == (98, "A", Fit.BUYER)
    assert result.missing == ("phone",)


def test_every_line_rests_on_known_evidence() -> None:
    book = EvidenceBook()
    result = score(book=book)
    known = {e.id for e in book.entries()}
    assert {ref for line in result.lines for ref in line.evidence} <= known
    assert set(result.fit_evidence) <= known


def test_of_one_group_only_the_first_counts() -> None:
    assert "senior" not in points(score())
    assert points(score(inquiry(title="CEO")))["senior"] == 15


def test_the_name_of_a_person_never_scores() -> None:
    one = score(inquiry(first_name="Marta", last_name="Ruiz"))
    other = score(inquiry(first_name="Mohammed", last_name="O'Brien-Nguyễn"))
    assert (one.score, one.lines, one.band) == (other.score, other.lines, other.band)


def test_an_unknown_size_is_missing_and_lowers_confidence() -> None:
    result = score(enrichment=Enrichment())
    assert {"employees", "industry"} <= set(result.missing)
    assert result.confidence < score().confidence


def test_sources_that_disagree_lower_confidence() -> None:
    both = Enrichment(signals=(*COMPANY.signals, signal("employees", 4000, system="firmographics")))
    assert score(enrichment=both).confidence < score().confidence


def test_nothing_at_all_scores_zero_in_the_lowest_band() -> None:
    empty = inquiry(email="x@mailinator.com", title="", company="", message="", country="")
    bare = lead(Title=None, Company=None, Email=None)
    result = score(empty, snapshot(lead=bare), Enrichment())
    assert (result.score, result.band) == (0, "D")


def test_what_the_crm_knows_counts() -> None:
    open_one = record("Opportunity", "006Lc0000000001AAA", StageName="Prospecting", IsClosed=False)
    won = record("Opportunity", "006Lc0000000002AAA", StageName="Closed Won", IsClosed=True)
    known = snapshot(account=account(Type="Customer"), opportunities=(won, open_one))
    result = score(snap=known)
    assert {"customer", "open_opportunity"} <= set(points(result))
    assert result.fit is Fit.CUSTOMER


@pytest.mark.parametrize(
    ("changes", "fit", "reason"),
    [
        ({"message": "I need it for my thesis.", "email": "ana@alumnos.uvigo.es"}, Fit.STUDENT, "student_request"),
        ({"message": "A demo for my thesis, please.", "email": "ana@gmail.com"}, Fit.STUDENT, "student_request"),
        ({"message": "A demo for my thesis, please."}, Fit.UNCLEAR, ""),
        ({"message": "We offer lead generation. Book a demo of our tool."}, Fit.VENDOR, "spam"),
        ({"message": "Bitcoin casino, click here"}, Fit.SPAM, "spam"),
        ({"message": "A demo, please.", "email": "eve@mail.routewise.example"}, Fit.COMPETITOR, "competitor"),
        ({"message": "My CV is attached.", "email": "ana@gmail.com"}, Fit.JOB_SEEKER, ""),
        ({"message": "", "email": "x@gmail.com", "company": ""}, Fit.UNCLEAR, ""),
    ],
)
def test_what_kind_of_inquiry_it_is(changes: dict[str, object], fit: Fit, reason: str) -> None:
    result = score(inquiry(**changes))
    assert (result.fit, result.disqualify_reason) == (fit, reason)
    assert result.fit_evidence or fit is Fit.UNCLEAR


def test_a_company_that_was_not_provided_is_missing() -> None:
    result = score(inquiry(company=""), snapshot(lead=lead(Company="[not provided]")))
    assert "no_company" in points(result)


def test_a_competitor_of_the_crm_is_one_whatever_they_write() -> None:
    result = score(snap=snapshot(account=account(Type="Competitor")))
    assert (result.fit, result.disqualify_reason) == (Fit.COMPETITOR, "competitor")


def test_kinds_of_hosts() -> None:
    hosts = [host_kind(a, playbook()) for a in ("a@northwind.example", "a@GMAIL.com", "a@x.mailinator.com")]
    assert hosts == ["business", "free", "disposable"]
