"""Undo of many writes over the API: nothing is lost while the engine is away, nothing is signed twice."""

import asyncio
from functools import partial
from typing import Any, cast

from sqlalchemy import event
from sqlalchemy.engine import Engine

from domain.decisions import Purpose
from domain.errors import ErrorCode
from domain.undo_batches import BatchState, ItemResult, Reach, UndoBatch
from domain.undo_runs import UndoRun
from persistence.documents import SqlDocuments
from persistence.undo_runs import SqlUndoRuns
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import quiet
from tests.approval_ui.world import World

WANTED = {"agent_version": "0.1.0", "since": "2026-01-01T00:00:00Z"}


def write(world: World, count: int = 1) -> None:
    for n in range(count):
        make = partial(quiet, title=f"Lead {n}", company=f"Litware {n}", minutes=300, email=f"l{n}@l.example")
        world.write(world.seed(make), f"d{n:03}x")


def looked_at(world: World, batch_id: str) -> None:
    for item in world.deps.undo_batches.items(batch_id):
        world.deps.undo_batches.foresee(batch_id, item.number, ItemResult(reach=Reach.ALL))
    world.deps.undo_batches.move(batch_id, BatchState.LOOKED)


def undelivered(world: World) -> tuple[UndoBatch, ...]:
    return world.deps.undo_batches.undelivered(10)


def test_while_the_engine_is_away_both_starts_wait_for_it(world: World, door: Door) -> None:
    write(world)
    script, engine = door.script(), world.engine
    engine.down = True
    batch_id = script.post("/api/undo-batches", WANTED).json()["batch_id"]
    assert len(undelivered(world)) == 1
    engine.down = False
    asyncio.run(door.site.deliveries.sweep())
    assert (engine.undo_batches, undelivered(world)) == ([(batch_id, True)], ())
    looked_at(world, batch_id)
    engine.down = True
    answer = script.post(f"/api/undo-batches/{batch_id}/sign", {})
    assert (answer.status_code, answer.json()["unsigned"], answer.json()["state"]) == (200, 0, "undoing")
    engine.down = False
    asyncio.run(door.site.deliveries.sweep())
    assert engine.undo_batches == [(batch_id, True), (batch_id, False)]
    # The batch has its signatures: no single undo is started beside it.
    assert engine.undos == []


def test_more_than_two_hundred_take_more_than_one_signature(world: World, door: Door) -> None:
    write(world, 201)
    script = door.script()
    batch_id = script.post("/api/undo-batches", WANTED).json()["batch_id"]
    looked_at(world, batch_id)
    first = script.post(f"/api/undo-batches/{batch_id}/sign", {}).json()
    assert (first["unsigned"], first["state"]) == (1, "looked")
    last = script.post(f"/api/undo-batches/{batch_id}/sign", {}).json()
    assert (last["unsigned"], last["state"]) == (0, "undoing")
    ids = [i.decision_id for i in world.deps.undo_batches.items(batch_id)]
    assert len(set(ids)) == 201
    assert len({i.rpartition(".")[0] for i in ids}) == 2


def test_signed_twice_it_is_started_again_and_nothing_more_is_signed(world: World, door: Door) -> None:
    write(world, 2)
    script = door.script()
    batch_id = script.post("/api/undo-batches", WANTED).json()["batch_id"]
    looked_at(world, batch_id)
    for _ in range(2):
        script.post(f"/api/undo-batches/{batch_id}/sign", {})
    cases = {i.case_id for i in world.deps.undo_batches.items(batch_id)}
    undos = [d for c in cases for d in world.deps.queue.decisions_of(c) if d.purpose is Purpose.UNDO]
    assert len(undos) == 2
    assert world.engine.undo_batches.count((batch_id, False)) == 2


def test_one_erased_case_keeps_nobody_from_signing_for_the_others(world: World, door: Door) -> None:
    write(world, 3)
    script, batches = door.script(), world.deps.undo_batches
    batch_id = script.post("/api/undo-batches", WANTED).json()["batch_id"]
    looked_at(world, batch_id)
    erased = batches.items(batch_id)[1]
    SqlDocuments(world.db, world.clock).erase(erased.case_id)
    answer = script.post(f"/api/undo-batches/{batch_id}/sign", {})
    assert (answer.status_code, answer.json()["unsigned"]) == (200, 0)
    signed = {item.number: bool(item.decision_id) for item in batches.items(batch_id)}
    assert signed == {0: True, 1: False, 2: True}
    gone = batches.item(batch_id, erased.number)
    assert gone is not None
    assert gone.result is not None
    assert (gone.result.reach, gone.result.code) == (Reach.FAILED, ErrorCode.DOCUMENT_MISSING)


def test_the_page_says_how_far_each_batch_is(world: World, door: Door) -> None:
    browser = door.browser("oriol")
    assert "None yet" in browser.get("/undos").text
    write(world, 3)
    script, batches = door.script(), world.deps.undo_batches
    batch_id = script.post("/api/undo-batches", WANTED).json()["batch_id"]
    first, *others = batches.items(batch_id)
    batches.foresee(batch_id, first.number, ItemResult(reach=Reach.NOTHING))
    page = browser.get("/undos").text
    assert "Dry run" in page
    assert '<progress max="3" value="1"' in page
    assert "1 left as they are" in page
    for item in others:
        batches.foresee(batch_id, item.number, ItemResult(reach=Reach.ALL))
    batches.move(batch_id, BatchState.LOOKED)
    page = browser.get("/undos").text
    assert "To be signed" in page
    assert "2 can be taken back, 1 left as they are" in page
    script.post(f"/api/undo-batches/{batch_id}/sign", {})
    batches.finish(batch_id, others[0].number, ItemResult(reach=Reach.IN_PART))
    page = browser.get("/undos").text
    assert '<progress max="3" value="2"' in page
    assert "1 in part, 1 left as they are" in page
    assert WANTED["agent_version"] in page


def test_what_ops_stopped_says_so_and_starts_again_by_a_button(world: World, door: Door) -> None:
    """The dry run as well as what takes back; nothing more is signed."""
    write(world, 2)
    script, batches, runs = door.script(), world.deps.undo_batches, SqlUndoRuns(world.db)
    manager, viewer = door.browser("ines"), door.browser("vera")
    batch_id = script.post("/api/undo-batches", WANTED).json()["batch_id"]
    runs.stop(UndoRun(batch_id=batch_id, dry_run=True), now=world.now)
    assert script.get(f"/api/undo-batches/{batch_id}").json()["stopped_at"]
    page = manager.get("/undos").text
    assert "Dry run stopped" in page
    assert f'action="/undos/{batch_id}/continue"' in page
    assert "/continue" not in viewer.get("/undos").text
    assert manager.post(f"/undos/{batch_id}/continue").status_code == 303
    assert "Dry run stopped" not in manager.get("/undos").text
    looked_at(world, batch_id)
    assert script.post(f"/api/undo-batches/{batch_id}/continue", {}).status_code == 409
    script.post(f"/api/undo-batches/{batch_id}/sign", {})
    batches.finish(batch_id, 0, ItemResult(reach=Reach.ALL))
    runs.stop(UndoRun(batch_id=batch_id), now=world.now)
    assert '<span class="pill high">Stopped</span>' in manager.get("/undos").text
    again = script.post(f"/api/undo-batches/{batch_id}/continue", {}).json()
    assert (again["stopped_at"], again["state"]) == (None, "undoing")
    assert world.engine.undo_batches == [(batch_id, True)] * 2 + [(batch_id, False)] * 2
    # The engine's own pages count on from what was done before.
    assert [before.get(Reach.ALL, 0) for before in world.engine.undone_before] == [0, 0, 0, 1]
    batches.move(batch_id, BatchState.DONE)
    assert manager.post(f"/undos/{batch_id}/continue").status_code == 409
    assert manager.post("/undos/nobody/continue").status_code == 404


def test_fifty_batches_are_counted_by_one_query(world: World, door: Door) -> None:
    write(world)
    script, browser = door.script(), door.browser("oriol")
    asked: list[str] = []
    for _ in range(3):
        script.post("/api/undo-batches", WANTED)
    noted = cast("Any", lambda _c, _u, said, *_: asked.append(said))
    event.listen(Engine, "before_cursor_execute", noted)
    page = browser.get("/undos").text
    event.remove(Engine, "before_cursor_execute", noted)
    assert page.count("<progress") == 3
    assert sum("undo_item" in said for said in asked) == 1


def test_what_is_done_is_not_begun_again(world: World, door: Door) -> None:
    write(world)
    script = door.script()
    batch_id = script.post("/api/undo-batches", WANTED).json()["batch_id"]
    assert script.post(f"/api/undo-batches/{batch_id}/sign", {}).status_code == 409
    world.deps.undo_batches.move(batch_id, BatchState.DONE)
    assert script.post(f"/api/undo-batches/{batch_id}/sign", {}).status_code == 409
    assert world.engine.undo_batches == [(batch_id, True)]


def test_items_come_page_by_page_to_everybody_who_may_look(world: World, door: Door) -> None:
    write(world, 3)
    batch_id = door.script().post("/api/undo-batches", WANTED).json()["batch_id"]
    viewer = door.script("vera")
    page = viewer.get(f"/api/undo-batches/{batch_id}/items?limit=2").json()
    assert ([i["number"] for i in page["items"]], page["total"], page["next"]) == ([0, 1], 3, 1)
    rest = viewer.get(f"/api/undo-batches/{batch_id}/items?limit=2&after=1").json()
    assert ([i["number"] for i in rest["items"]], rest["next"]) == ([2], None)
    assert viewer.get("/api/undo-batches/nobody").status_code == 404
