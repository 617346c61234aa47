"""What the brief knows of the account: all of it with its source, and nothing of another customer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.context import ContextItem, ContextKind
from domain.drafting import Draft
from domain.enrichment import Enrichment
from domain.grounded_writing import draft_grounded
from domain.model import Scalar
from gateways.llm.template_writer import TemplateWriter
from tests.domain.scenes import NOW, PAT, account, lead, snapshot
from tests.domain.spoken import known_company, opportunity, request_for, support_case


def brief(draft: Draft) -> list[str]:
    assert not [s.why for s in draft.account_brief if s.struck]
    return [s.text for s in draft.account_brief]


def test_the_account_its_owner_its_deal_and_its_case() -> None:
    given_, request, book = request_for(known_company())
    draft = draft_grounded(TemplateWriter(), request)
    assert brief(draft) == [
        "Account: Northwind Traders S.A., type Prospect, industry Transportation, employees 450, country Spain.",
        "Account owner: Tomás Vidal.",
        "Open opportunity: Valencia docks, stage Qualification, amount 41000, close date 2026-12-30, "
        "owner Sofia Enterprise.",
        "Open case: 00001034, Import fails, status New.",
    ]
    known = {e.id: e for e in book.entries()}
    cited = [known[e] for s in draft.account_brief for e in s.evidence]
    assert {e.record.partition("/")[0] for e in cited} == {"Account", "Opportunity", "Case"}
    assert all(e.system == "Salesforce" for e in cited)
    assert given_.snapshot.account is not None


def test_none_of_it_is_a_fact_for_the_e_mail() -> None:
    _, request, _ = request_for(known_company())
    ids = {f.id for f in request.account_facts} - {f.id for f in request.facts}
    offered = {f.id for f in (*request.facts, *request.product_statements, *request.recalled)}
    assert ids
    assert not ids & offered
    body = draft_grounded(TemplateWriter(), request).body()
    assert "41000" not in body
    assert "Import fails" not in body


@pytest.mark.parametrize("kept", ["opportunity", "case", "closed case", "closed deal"])
def test_what_belongs_to_somebody_else_or_is_over_stays_out(kept: str) -> None:
    other = "001Lc0000000099AAA"
    deals = {
        "opportunity": opportunity(Name="Rival", AccountId=other),
        "closed deal": opportunity(Name="Rival", IsClosed=True),
    }
    cases = {
        "case": support_case(Subject="Rival", AccountId=other),
        "closed case": support_case(Subject="Rival", IsClosed=True),
    }
    snap = known_company(
        opportunities=tuple(d for k, d in deals.items() if k == kept),
        conversations=tuple(c for k, c in cases.items() if k == kept),
    )
    assert "Rival" not in str(brief(draft_grounded(TemplateWriter(), request_for(snap)[1])))


def test_without_an_account_it_says_what_providers_know() -> None:
    given_, request, _ = request_for(snapshot(lead=lead(), account=None))
    assert given_.enrichment != Enrichment()
    assert brief(draft_grounded(TemplateWriter(), request)) == ["Industry: Transportation", "Employees: 450"]


def test_facts_of_other_systems_are_in_it_newest_first() -> None:
    old = ContextItem(
        kind=ContextKind.USAGE, occurred_at=NOW, system="app", record="u1", facts={"plan": "Starter", "seats": 14}
    )
    _, request, _ = request_for(known_company(), old)
    assert brief(draft_grounded(TemplateWriter(), request))[-1] == "Other systems: plan Starter, seats 14."


_WORDS = st.text(max_size=60)


@settings(max_examples=30, deadline=None)
@given(
    name=_WORDS,
    industry=_WORDS,
    stage=_WORDS,
    amount=st.one_of(st.none(), st.decimals(0, 10**9, places=2).map(float), st.integers(0, 10**9)),
    subject=_WORDS,
)
def test_whatever_the_fields_hold_the_checker_lets_its_own_lines_pass(
    name: str, industry: str, stage: str, amount: Scalar, subject: str
) -> None:
    snap = known_company(
        account=account(Name=name, Industry=industry, OwnerId=PAT.id),
        opportunities=(opportunity(Name=name, StageName=stage, Amount=amount),),
        conversations=(support_case(Subject=subject),),
    )
    _, request, _ = request_for(snap)
    draft = draft_grounded(TemplateWriter(), request)
    for sentence in draft.account_brief:
        assert sentence.evidence
        assert not sentence.struck, (sentence.text, sentence.why)
