"""Taking a write back, the stop button, and an audit that somebody tampers with, on the running stack."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from cli.main import main
from domain.audit import AuditKind
from domain.cases import CaseOutcome, CaseState
from domain.decisions import Purpose, parse_envelope
from domain.receipts import WriteReceipt
from tests.e2e.conftest import PATIENCE, ROOT, Running
from workflows.messages import reconcile_workflow_id, undo_workflow_id

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

PERSON = {"country": "NL", "source": "web_form", "message": "Could we see a demo of route planning next week?"}


def test_an_undo_restores_what_the_write_changed(patient: Running) -> None:
    case_id = patient.hand_in(
        **PERSON,
        event_id="undone",
        last_name="Verhoeven",
        email="j.verhoeven@kaasvervoer.example",
        company="Kaasvervoer",
    )
    round = patient.review_of(case_id)
    lead_id = patient.stores.cases.get(case_id).lead_id
    before = patient.crm.all_records()["Lead"][lead_id]
    patient.approve(case_id, round)
    assert patient.outcome(case_id) is CaseOutcome.WRITTEN
    changed = patient.crm.all_records()["Lead"][lead_id]
    assert changed["OwnerId"] != before["OwnerId"]

    # Newest first: the fields that claim contact, then what was written with the approval.
    for receipt in reversed([r for r in patient.stores.receipts.of_case(case_id) if r.round == round]):
        patient.api.call("POST", f"/api/receipts/{receipt.id}/undo")
        undone = patient.until(partial(_undo_of, patient, case_id, receipt.id), "the undo")
        assert undone.purpose.value.startswith("countersign/undo")

    records = patient.crm.all_records()
    assert records["Lead"][lead_id] == before
    assert [t for t in records["Task"].values() if t["WhoId"] == lead_id] == []
    assert patient.stores.audit.verify() == []


def test_all_writes_of_an_agent_version_come_off_while_workers_and_engine_are_killed(patient: Running) -> None:
    running, people = patient, ("Bakker", "Visser", "Smit", "Meijer")
    cases = [
        running.hand_in(
            **PERSON,
            event_id=f"version-{name}",
            last_name=name,
            email=f"j.{name.lower()}@{name.lower()}-fietsen.example",
            company=f"{name} Fietsen",
        )
        for name in people
    ]
    rounds = {case_id: running.review_of(case_id) for case_id in cases}
    version = running.stores.receipts.of_case(cases[0])[0].agent_version
    started = datetime.now(UTC)
    touched, *others = cases
    before = {case_id: _lead_of(running, case_id) for case_id in cases}
    for case_id, round in rounds.items():
        running.approve(case_id, round)
    for case_id in cases:
        assert running.outcome(case_id) is CaseOutcome.WRITTEN
    theirs = "Cold" if _lead_of(running, touched)["Rating"] == "Hot" else "Hot"
    running.control(f"Lead/{running.stores.cases.get(touched).lead_id}/edit", {"fields": {"Rating": theirs}})

    wanted = ["--agent-version", version, "--since", started.isoformat(), "--json"]
    looked = _undo_many(running, *wanted, "--dry-run")
    told, _ = looked.communicate(timeout=PATIENCE)
    assert looked.returncode in (0, 1), told
    foreseen = json.loads(told)
    assert foreseen["foreseen"]["all"] + foreseen["foreseen"]["in_part"] == foreseen["total"] >= len(cases)
    assert foreseen["foreseen"]["in_part"] == 1

    running_undo = _undo_many(running, "--continue", foreseen["batch_id"], "--yes", "--json")
    running.until(lambda: any(_undone(running, c) for c in cases), "the first undo")
    running.stack.kill("worker-crm")
    running.stack.start_worker("crm")
    running.stack.kill("temporal")
    running.stack.start_engine()
    running.stack.kill("worker-cases")
    running.stack.start_worker("cases")
    told, _ = running_undo.communicate(timeout=PATIENCE)
    done = json.loads(told)
    assert sum(done["results"].values()) == done["total"] == foreseen["total"]
    undone = Counter(r.undoes for c in cases for r in running.stores.receipts.of_case(c) if r.undoes)
    assert set(undone.values()) == {1}
    rows = running.crm.all_records()["Agent_Write__c"].values()
    mine = [row for row in rows if row["Kind__c"] == "undo" and row["Case_Id__c"] in cases]
    assert len(mine) == len(undone) == foreseen["total"]
    assert done["results"]["failed"] == 0, done
    assert done["results"]["all"] + done["results"]["in_part"] == done["total"]
    for case_id in others:
        assert _lead_of(running, case_id) == before[case_id]
    assert _lead_of(running, touched)["Rating"] == theirs
    assert _lead_of(running, touched)["OwnerId"] == before[touched]["OwnerId"]
    assert running.stores.audit.verify() == []


def test_an_undo_that_ops_terminate_says_so_and_is_carried_out_once_it_is_started_again(patient: Running) -> None:
    """Stopping keeps it from being carried out at once, so that it can be terminated on its way."""
    case_id = patient.hand_in(
        **PERSON, event_id="terminated-undo", last_name="Vos", email="m.vos@voslogistiek.example", company="Vos"
    )
    round = patient.review_of(case_id)
    patient.approve(case_id, round)
    assert patient.outcome(case_id) is CaseOutcome.WRITTEN
    receipt = patient.stores.receipts.of_case(case_id)[-1]
    path = f"/api/receipts/{receipt.id}/undo"
    patient.api.call("POST", "/api/pause", {"motion": None, "paused": True})
    decision_id = patient.api.call("POST", path)["decision_id"]
    patient.until(lambda: patient.api.call("GET", path)["stage"] == "underway", "the undo to be under way")
    asyncio.run(_terminate_undo(patient, decision_id))
    patient.until(lambda: patient.api.call("GET", path)["stage"] == "stopped", "that it was stopped")
    patient.api.call("POST", "/api/pause", {"motion": None, "paused": False})
    assert _undo_of(patient, case_id, receipt.id) is None
    assert patient.api.call("POST", path)["decision_id"] == decision_id
    patient.until(partial(_undo_of, patient, case_id, receipt.id), "the undo")
    told = patient.until(lambda: _ended(patient.api.call("GET", path)), "its end")
    assert (told["stage"], told["tries"]) == ("done", 1)
    assert patient.stores.audit.verify() == []


def _ended(told: dict[str, Any]) -> dict[str, Any] | None:
    return None if told["stage"] in ("waiting", "underway", "stopped") else told


async def _terminate_undo(running: Running, decision_id: str) -> None:
    client = await Client.connect(f"127.0.0.1:{running.stack.ports.temporal}")
    org_id = running.stores.playbooks.current().org_id
    await client.get_workflow_handle(undo_workflow_id(org_id, decision_id)).terminate("by hand")
    # So that nobody waits ten minutes for it.
    await client.get_schedule_handle(reconcile_workflow_id(org_id)).trigger()


def _undo_many(running: Running, *options: str) -> "subprocess.Popen[str]":
    manager = next(r for r in running.stores.playbooks.current().reviewers if r.role.value == "manager")
    environment = {
        **os.environ,
        "COUNTERSIGN_URL": running.stack.ui_url,
        "COUNTERSIGN_LOGIN": manager.login,
        "COUNTERSIGN_PASSWORD": running.stack.secrets.password,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", "undo", *options],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )


def _lead_of(running: Running, case_id: str) -> dict[str, Any]:
    return dict(running.crm.all_records()["Lead"][running.stores.cases.get(case_id).lead_id])


def _undone(running: Running, case_id: str) -> bool:
    return any(r.undoes for r in running.stores.receipts.of_case(case_id))


def _undo_of(running: Running, case_id: str, receipt_id: str) -> WriteReceipt | None:
    return next((r for r in running.stores.receipts.of_case(case_id) if r.undoes == receipt_id), None)


def test_nothing_is_written_while_paused_and_nothing_is_lost(patient: Running) -> None:
    case_id = patient.hand_in(
        **PERSON, event_id="paused", last_name="Dekker", email="m.dekker@bloemenlijn.example", company="Bloemenlijn"
    )
    round = patient.review_of(case_id)
    before = patient.crm.all_records()
    patient.api.call("POST", "/api/pause", {"motion": None, "paused": True})
    patient.approve(case_id, round)
    patient.until(lambda: _refused_by_pause(patient, case_id), "a refusal by the guard")
    assert patient.crm.all_records() == before
    assert patient.stores.cases.get(case_id).state is CaseState.OPEN

    patient.api.call("POST", "/api/pause", {"motion": None, "paused": False})
    assert patient.outcome(case_id) is CaseOutcome.WRITTEN
    resumed = [e.event for e in patient.stores.audit.export() if e.event.kind is AuditKind.RESUMED][-1]
    signed = patient.stores.reviews.decision(resumed.subject)
    assert signed is not None
    assert parse_envelope(signed).purpose is Purpose.RESUME


def _refused_by_pause(running: Running, case_id: str) -> bool:
    return any(e.event.case_id == case_id and e.event.code == "paused" for e in running.stores.audit.export())


def _alter(database: sqlite3.Connection, last: int) -> None:
    database.execute("UPDATE audit_entry SET body = replace(body, '20', '19') WHERE position = 2")


def _remove(database: sqlite3.Connection, last: int) -> None:
    database.execute("DELETE FROM audit_entry WHERE position = ?", (last // 2,))


def _reorder(database: sqlite3.Connection, last: int) -> None:
    for old, new in ((2, -1), (3, 2), (-1, 3)):
        database.execute("UPDATE audit_entry SET position = ? WHERE position = ?", (new, old))


def _cut_off(database: sqlite3.Connection, last: int) -> None:
    database.execute("DELETE FROM audit_entry WHERE position > ?", (last - 3,))


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (_alter, "altered, its hash does not fit"),
        (_remove, "missing;"),
        (_reorder, "does not follow the entry before it"),
        (_cut_off, "a head kept elsewhere names it"),
    ],
)
def test_an_audit_that_was_tampered_with_is_found_by_the_heads_kept_outside(
    patient: Running,
    tamper: Callable[[sqlite3.Connection, int], None],
    found: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """On a copy of the chain that the running parts made, with all its triggers out of the way."""
    heads = patient.stack.root / "audit-heads"
    for paused in (True, False) * 4:
        patient.api.call("POST", "/api/pause", {"motion": None, "paused": paused})
    (end,) = patient.stores.audit.heads()
    # The signer signs the end when it starts.
    patient.stack.kill("worker-signer")
    patient.stack.start_worker("signer")
    patient.until(lambda: _signed_up_to(heads) >= end.position, "a signed head")
    running, copied = patient.stack.root / "countersign.db", tmp_path / "countersign.db"
    with closing(sqlite3.connect(running)) as source, closing(sqlite3.connect(copied)) as target:
        source.backup(target)
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COUNTERSIGN_KEYRING", str(patient.stack.root / "keys" / "keyring.json"))
    assert main(["audit", "verify", "--heads", str(heads)]) == 0
    with closing(sqlite3.connect(copied)) as copy:
        for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f"DROP TRIGGER {name}")
        (last,) = copy.execute("SELECT max(position) FROM audit_entry").fetchone()
        tamper(copy, int(last))
        copy.commit()
    capfd.readouterr()
    assert main(["audit", "verify", "--heads", str(heads)]) == 1
    assert found in capfd.readouterr().out


def _signed_up_to(heads: Path) -> int:
    lines = [line for file in heads.glob("*.jsonl") for line in file.read_text().splitlines() if line]
    statements = [json.loads(json.loads(line)["statement"]) for line in lines]
    return max((int(statement["position"]) for statement in statements), default=0)
