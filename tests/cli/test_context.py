"""What a context file may look like, and what is said about a line that cannot be read."""

from pathlib import Path
from typing import Any

import pytest

from cli.context import read_events
from domain.context_intake import event_from
from domain.errors import InputError
from tests.fakes.clock import START

WHEN = "2026-01-05T10:00:00Z"


def written(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "usage.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def rows(file: Path, kind: str = "product_usage", system: str = "Product") -> dict[int, Any]:
    return dict(read_events(file, kind, system))


def test_a_row_becomes_an_event_that_the_door_takes(tmp_path: Path) -> None:
    file = written(
        tmp_path, "occurred_at,domain,summary,fact.fleet_size,fact.plan,fact.code", f"{WHEN},a.example,Used,120,pro,007"
    )
    event = event_from(rows(file)[2], START.replace(year=2027))
    assert (event.subject.company, event.item.system, event.item.kind.value) == (
        "a.example",
        "Product",
        "product_usage",
    )
    assert event.item.facts == {"fleet_size": 120, "plan": "pro", "code": "007"}
    assert event.item.record.startswith("row-")


def test_columns_decide_over_options_and_the_same_row_is_the_same_event(tmp_path: Path) -> None:
    file = written(tmp_path, "kind,system,occurred_at,email,summary", f"billing,Books,{WHEN},a@b.example,Paid")
    first, again = rows(file)[2], rows(file)[2]
    assert (first["kind"], first["system"], first["event_id"]) == ("billing", "Books", again["event_id"])


def test_a_transcript_lies_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_text("Ada: We run 120 trucks.", encoding="utf-8")
    file = written(
        tmp_path, "occurred_at,email,text_file", f"{WHEN},a@b.example,call.txt", f"{WHEN},a@b.example,gone.txt"
    )
    found = rows(file, "call_transcript")
    assert found[2]["text"] == "Ada: We run 120 trucks."
    assert "gone.txt cannot be read" in found[3]


def test_a_row_with_too_many_values_is_named_by_its_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = rows(written(tmp_path, "occurred_at,email", "a,b,c", f"{WHEN},a@b.example"))
    assert (found[2], found[3]["email"]) == ("more values than the header has columns", "a@b.example")


@pytest.mark.parametrize(
    ("content", "word"), [("", "no header"), ("occurred_at,mood\n", "mood"), ("\xff", "unknown column")]
)
def test_a_wrong_header_is_one_sentence_with_its_place(tmp_path: Path, content: str, word: str) -> None:
    with pytest.raises(InputError) as refused:
        rows(written(tmp_path, content))
    assert word in refused.value.detail
    assert refused.value.detail.startswith("usage.csv:1: ")


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError) as missing:
        rows(tmp_path / "none.csv")
    assert "cannot be read" in missing.value.detail
    (tmp_path / "bytes.csv").write_bytes(b"occurred_at,email\n\xff\xfe,x\n")
    with pytest.raises(InputError) as broken:
        rows(tmp_path / "bytes.csv")
    assert "UTF-8" in broken.value.detail
