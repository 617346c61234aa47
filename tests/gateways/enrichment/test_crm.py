"""What the CRM itself knows about a company."""

from datetime import timedelta

from domain.enrichment import Enrichment
from gateways.enrichment.crm import CrmEnricher
from tests.domain.scenes import NOW, account, inquiry, lead, snapshot


def test_the_account_comes_before_the_lead_and_both_stay() -> None:
    known = snapshot(lead=lead(Industry="Retail"), account=account())
    enrichment = Enrichment(signals=tuple(CrmEnricher().enrich(inquiry(), known, now=NOW)))
    best = enrichment.best("industry")
    assert best is not None
    assert (best.value, best.record, best.field) == ("Transportation", "Account/001Lc0000000001AAA", "Industry")
    assert {s.value for s in enrichment.conflicts("industry")} == {"Transportation", "Retail"}


def test_a_country_is_given_as_its_code() -> None:
    signals = CrmEnricher().enrich(inquiry(), snapshot(account=account()), now=NOW)
    assert {s.value for s in signals if s.name == "country"} == {"ES"}


def test_what_is_empty_is_a_typed_unknown() -> None:
    signals = {s.name: s for s in CrmEnricher().enrich(inquiry(), snapshot(lead=None), now=NOW)}
    assert {s.value for s in signals.values()} == {None}
    assert signals["employees"].note == "no account"
    empty = snapshot(lead=None, account=account(NumberOfEmployees=0))
    zero = {s.name: s for s in CrmEnricher().enrich(inquiry(), empty, now=NOW)}
    assert (zero["employees"].value, zero["employees"].note) == (None, "empty in the CRM")


def test_what_has_not_changed_for_a_year_counts_less() -> None:
    old = account().model_copy(update={"modified_at": NOW - timedelta(days=400)})
    signals = {s.name: s for s in CrmEnricher().enrich(inquiry(), snapshot(lead=None, account=old), now=NOW)}
    assert signals["employees"].confidence == 0.76
    assert signals["employees"].note == "not changed for over a year"
