"""Company facts from the CSV beside the playbook."""

import os
from pathlib import Path

import pytest

from domain.enrichment import Signal
from domain.errors import InputError
from domain.leads import CrmSnapshot, Inquiry
from gateways.enrichment.firmographics import FirmographicsEnricher, read_firmographics
from tests.domain.scenes import NOW, account, inquiry, lead, snapshot

SHIPPED = Path(__file__).parents[3] / "playbook" / "firmographics.csv"
HEADER = "domain,company,industry,employees,country,annual_revenue,updated_on\n"


def known(file: Path, said: Inquiry | None = None, snap: CrmSnapshot | None = None) -> dict[str, Signal]:
    signals = FirmographicsEnricher(file).enrich(said or inquiry(), snap or snapshot(), now=NOW)
    return {s.name: s for s in signals}


def written(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    file = tmp_path / "facts.csv"
    file.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return file


def test_the_shipped_file_knows_northwind() -> None:
    found = known(SHIPPED)
    assert (found["industry"].value, found["employees"].value, found["country"].value) == ("Transportation", 450, "ES")
    employees = found["employees"]
    assert (employees.record, employees.observed_at.date().isoformat()) == ("firmographics.csv:2", "2026-08-14")
    assert employees.confidence == 0.85


def test_every_shipped_row_is_whole() -> None:
    by_domain, _ = read_firmographics(SHIPPED)
    assert len(by_domain) > 15
    for rows in by_domain.values():
        assert len(rows) == 1
        assert all(rows[0][1][column] for column in HEADER.strip().split(","))


def test_a_name_alone_is_less_certain(tmp_path: Path) -> None:
    file = written(tmp_path, ",Northwind Traders S.A.,Retail,90,ES,,")
    found = known(file, inquiry(email="m@gmail.com"))
    assert (found["industry"].value, found["industry"].confidence) == ("Retail", 0.6)
    assert (found["annual_revenue"].value, found["annual_revenue"].note) == (None, "empty in the file")


def test_the_website_of_the_account_helps_where_the_address_is_free_mail(tmp_path: Path) -> None:
    file = written(tmp_path, "northwind.example,,Retail,90,ES,,")
    free = inquiry(email="m@gmail.com", company="")
    found = known(file, free, snapshot(lead=lead(Email="m@gmail.com", Company=None), account=account()))
    assert found["industry"].value == "Retail"


def test_two_companies_of_one_name_are_unknown(tmp_path: Path) -> None:
    file = written(tmp_path, ",Northwind Traders,Retail,90,ES,,", ",Northwind Traders Ltd,Shipping,9,GB,,")
    found = known(file, inquiry(email="m@gmail.com"))
    assert {s.value for s in found.values()} == {None}
    assert found["industry"].note == "several companies fit"


@pytest.mark.parametrize("number", ["many", "-5", "1e9", "٣٤", "9" * 40, "4.5"])
def test_what_is_no_number_is_unknown(tmp_path: Path, number: str) -> None:
    file = written(tmp_path, f"northwind.example,,Retail,{number},Spain,,not a date")
    found = known(file)
    assert found["employees"].value is None
    assert (found["country"].value, found["country"].observed_at) == ("ES", NOW)


def test_a_missing_or_broken_file_is_an_answer_and_no_exception(tmp_path: Path) -> None:
    for file in (tmp_path / "none.csv", written(tmp_path, "x", header="a,b\n")):
        found = known(file)
        assert {s.value for s in found.values()} == {None}
        assert found["industry"].note == "the firmographics file cannot be read"
    (tmp_path / "bytes.csv").write_bytes(b"domain\n\xff\xfe\n")
    assert known(tmp_path / "bytes.csv")["industry"].value is None


def test_a_broken_file_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_firmographics(written(tmp_path, "x", header="a,b\n"))
    assert refused.value.detail.startswith("facts.csv:1: no column `domain` or `company`")


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    file = written(tmp_path, "northwind.example,,Retail,90,ES,,")
    enricher = FirmographicsEnricher(file)
    assert next(s for s in enricher.enrich(inquiry(), snapshot(), now=NOW)).value == "Retail"
    written(tmp_path, "northwind.example,,Shipping,90,ES,,")
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))
    assert next(s for s in enricher.enrich(inquiry(), snapshot(), now=NOW)).value == "Shipping"
