"""`countersign undo`: one thing is named, many writes are looked at first, and what stays is named with its reason."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from domain.cases import DocumentKind
from domain.decisions import Purpose
from domain.leads import RecordRef
from domain.receipts import UndoRefusal, WriteReceipt
from domain.undo_batches import BatchState, ItemResult, Reach, TakenBack
from domain.undo_runs import UndoRun
from domain.undoing import UndoReason, UndoReport
from persistence.undo_runs import SqlUndoRuns
from tests.approval_ui.sample_review import LEAD, quiet
from tests.approval_ui.world import PASSWORD, World
from tests.cli.calling import Shell

VERSION = ("--agent-version", "0.1.0")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    (tmp_path / "here").mkdir()
    found = Shell(tmp_path / "here", monkeypatch, capfd)
    found.given(COUNTERSIGN_LOGIN="ines", COUNTERSIGN_PASSWORD=PASSWORD, COLUMNS="240")
    return found


@pytest.fixture
def two(ui: World) -> list[WriteReceipt]:
    """Two writes; the workers find that somebody changed a field of the older one."""
    receipts = []
    for n in range(2):
        made = ui.seed(partial(quiet, title=f"Lead {n}", company=f"Litware {n}", minutes=300, email=f"l{n}@l.example"))
        receipts.append(ui.write(made, f"d{n}"))
        ui.clock.advance(timedelta(minutes=1))
    ui.engine.carry_out = partial(carry_out, ui)
    return receipts


def carry_out(world: World, batch_id: str, dry_run: bool) -> None:
    batches = world.deps.undo_batches
    for item in batches.items(batch_id):
        kept = UndoRefusal(record=LEAD, field="Rating", reason=UndoReason.CHANGED_SINCE)
        older = item.number == 1
        result = ItemResult(
            reach=Reach.IN_PART if older else Reach.ALL,
            taken_back=(TakenBack(record=LEAD, fields=("OwnerId",)),),
            refusals=(kept,) if older else (),
        )
        (batches.foresee if dry_run else batches.finish)(batch_id, item.number, result)
    batches.move(batch_id, BatchState.LOOKED if dry_run else BatchState.DONE)


def test_one_write_says_what_stays_and_why(ui: World, two: list[WriteReceipt], shell: Shell) -> None:
    receipt = two[0]
    kept = (UndoRefusal(record=LEAD, field="Rating", reason=UndoReason.CHANGED_SINCE),)

    def worker(decision_id: str) -> None:
        undo = receipt.model_copy(update={"id": "f" * 64, "undoes": receipt.id, "decision_id": decision_id})
        ui.deps.receipts.put(undo)
        report = UndoReport(receipt_id=receipt.id, new_receipt_id=undo.id, refusals=kept)
        ui.deps.documents.put(receipt.case_id, DocumentKind.UNDO, decision_id, report.model_dump_json().encode())

    ui.engine.undo = worker
    said = shell.call("undo", receipt.id)
    assert said.code == 1
    assert "Taken back in part" in said.out
    assert f"{LEAD.object} {LEAD.id} Rating: Somebody changed this after the write" in said.out
    assert "f" * 64 in said.out


def test_one_write_while_paused_is_signed_and_not_waited_for(ui: World, two: list[WriteReceipt], shell: Shell) -> None:
    ui.deps.pause.set(None, True, by="ines", now=ui.now)
    said = shell.call("undo", two[0].id)
    assert (said.code, said.out.strip()) == (1, "signed; it is carried out once writing is resumed.")
    assert len(signatures(ui, two)) == 1


def test_one_that_ops_stop_meanwhile_says_how_it_starts_again(
    ui: World, two: list[WriteReceipt], shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ops(_seconds: float) -> None:
        (decision_id,) = signatures(ui, two)
        SqlUndoRuns(ui.db).stop(UndoRun(decision_id=decision_id), now=ui.now)

    monkeypatch.setattr("cli.undo.time.sleep", ops)
    said = shell.call("undo", two[0].id)
    assert (said.code, "the same command starts it again" in said.out) == (1, True)
    assert len(signatures(ui, two)) == 1


def test_a_batch_that_ops_stop_meanwhile_says_how_it_goes_on(
    ui: World, two: list[WriteReceipt], shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = ui.engine.carry_out
    ui.engine.carry_out = lambda _batch_id, _dry_run: None

    def ops(_seconds: float) -> None:
        SqlUndoRuns(ui.db).stop(UndoRun(batch_id=ui.engine.undo_batches[0][0], dry_run=True), now=ui.now)

    monkeypatch.setattr("cli.undo.time.sleep", ops)
    said = shell.call("undo", *VERSION, "--since", "1h", "--yes")
    batch_id = ui.engine.undo_batches[0][0]
    assert (said.code, f"countersign undo --continue {batch_id}" in said.err) == (2, True)
    assert "at 0 of 2" in said.err
    ui.engine.carry_out = works
    went_on = shell.call("undo", "--continue", batch_id, "--yes")
    assert (went_on.code, "2 writes: 1 taken back, 1 in part, 0 not." in went_on.out) == (1, True)
    assert ui.engine.undo_batches == [(batch_id, True), (batch_id, True), (batch_id, False)]


def signatures(world: World, receipts: list[WriteReceipt]) -> list[str]:
    return [
        d.decision_id for r in receipts for d in world.deps.queue.decisions_of(r.case_id) if d.purpose is Purpose.UNDO
    ]


def test_a_dry_run_names_what_stays_and_signs_nothing(shell: Shell, ui: World, two: list[WriteReceipt]) -> None:
    said = shell.call("undo", *VERSION, "--since", "1h", "--dry-run")
    assert said.code == 1
    assert f"Lead {LEAD.id} Rating: Somebody changed this after the write; their value stays." in said.out
    assert "2 writes: 1 would be taken back, 1 in part, 0 not." in said.out
    assert signatures(ui, two) == []
    assert ui.engine.undo_batches[0][1] is True
    assert len(ui.engine.undo_batches) == 1


def test_without_a_terminal_it_asks_for_a_yes(shell: Shell, ui: World, two: list[WriteReceipt]) -> None:
    said = shell.call("undo", *VERSION, "--since", "1h")
    assert said.code == 2
    assert "nothing was signed" in said.err
    assert signatures(ui, two) == []
    batch_id = ui.engine.undo_batches[0][0]
    went_on = shell.call("undo", "--continue", batch_id, "--yes", "--json")
    assert went_on.code == 1
    told = json.loads(went_on.out)
    assert (told["state"], told["results"]["all"], told["results"]["in_part"]) == ("done", 1, 1)
    assert [i["receipt_id"] for i in told["items"]] == [r.id for r in reversed(two)]
    assert len(signatures(ui, two)) == 2
    assert len({s.rpartition(".")[0] for s in signatures(ui, two)}) == 1


def test_what_is_all_taken_back_ends_with_zero(shell: Shell, ui: World, two: list[WriteReceipt]) -> None:
    said = shell.call("undo", "--case", two[1].case_id, "--yes")
    assert said.code == 0, said.err
    assert "1 writes: 1 taken back, 0 in part, 0 not." in said.out
    assert len(signatures(ui, two)) == 1


def test_while_the_engine_is_away_nothing_is_lost(shell: Shell, ui: World, two: list[WriteReceipt]) -> None:
    ui.engine.down = True
    receipts = ui.deps.undo_batches
    said = shell.call("undo", "--continue", "unknown")
    assert (said.code, "There is no such batch" in said.err) == (2, True)
    assert receipts.undelivered(10) == ()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "name one thing to undo"),
        (("r1", "--case", "c1"), "name one thing to undo"),
        (VERSION, "needs --since"),
        (("--case", "c1", "--since", "1h"), "go with --agent-version"),
        (("r1", "--dry-run"), "undone at once"),
        ((*VERSION, "--since", "yesterday"), "is no time"),
        (("--agent-version", "0.0.1", "--since", "1h"), "Versions that wrote then: 0.1.0."),
        ((*VERSION, "--since", "2001-01-01", "--until", "2001-01-02"), "wrote nothing in that time"),
        (("--case", "nobody"), "There is no such case"),
    ],
)
def test_what_cannot_be_asked_for_is_one_line(
    shell: Shell, ui: World, two: list[WriteReceipt], arguments: tuple[str, ...], sentence: str
) -> None:
    said = shell.call("undo", *arguments)
    assert (said.code, sentence in said.line) == (2, True), said.err


def test_a_record_is_named_once_per_reason(shell: Shell, ui: World, two: list[WriteReceipt]) -> None:
    def both_kept(batch_id: str, dry_run: bool) -> None:
        record = RecordRef(object="Task", id="00TLc0000000001MAA")
        refusals = tuple(UndoRefusal(record=r, field="", reason=UndoReason.USED_SINCE) for r in (LEAD, record))
        for item in ui.deps.undo_batches.items(batch_id):
            result = ItemResult(reach=Reach.NOTHING, refusals=refusals)
            ui.deps.undo_batches.foresee(batch_id, item.number, result)
        ui.deps.undo_batches.move(batch_id, BatchState.LOOKED)

    ui.engine.carry_out = both_kept
    said = shell.call("undo", *VERSION, "--since", "1h", "--yes")
    assert said.code == 1
    assert said.out.count("Somebody works with this record since; it stays.") == 2
    assert signatures(ui, two) == []
