"""A day's work of three people at once, on real databases: nothing is lost, nothing counts twice."""

import asyncio
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from approval_ui.app import create_app
from approval_ui.site import Site
from domain.audit import AuditKind
from domain.decisions import APPROVALS, RoundState, Verdict
from domain.model import Instant
from tests.approval_ui.sample_review import TOMAS, Sample, northwind, quiet
from tests.approval_ui.world import PASSWORD, World, build_world
from tests.fakes.databases import database_url, postgres, sqlite_template

__all__ = ["database_url", "postgres", "sqlite_template"]
pytestmark = pytest.mark.timeout(300)

PEOPLE = ("oriol", "javier", "ines")
FULL = "COUNTERSIGN_TESTS_FULL"
"""Set it to anything, and PostgreSQL has the whole day too; without, a fifth of it."""


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    made = build_world(database_url, tmp_path)
    yield made
    made.db.close()


@pytest.fixture
def signatures(database_url: str) -> int:
    return 200 if database_url.startswith("sqlite") or os.environ.get(FULL) else 40


def _one(case_id: str, org_id: str, now: Instant, *, n: int, pairs: int) -> Sample:
    if n >= pairs and n % 3:
        return quiet(
            case_id, org_id, now, title=f"Assign {n}", company=f"Company {n}", minutes=400, email=f"q{n}@some.example"
        )
    made = northwind(case_id, org_id, now, quorum=2 if n < pairs else 1)
    told = made.inquiry.model_copy(update={"event_id": f"sent-{n}", "email": f"n{n}@some.example"})
    return Sample(inquiry=told, card=made.card, content=made.content, opening=made.opening)


class Person:
    """Somebody at a page and at a terminal, who takes what comes and counts what was called signed."""

    def __init__(self, app: FastAPI, login: str, dice: random.Random) -> None:
        transport = httpx.ASGITransport(app=app)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://desk", timeout=120)
        self._login = login
        self._dice = dice
        self._token = ""
        self._csrf = ""
        self.signed = 0
        self.odd: list[str] = []

    async def sign_in(self) -> None:
        door = _csrf((await self._http.get("/login")).text)
        await self._http.post("/login", data={"login": self._login, "password": PASSWORD, "csrf": door, "next": "/"})
        self._csrf = _csrf((await self._http.get("/cases")).text)
        told = await self._http.post("/api/session", json={"login": self._login, "password": PASSWORD})
        self._token = told.json()["token"]

    async def work(self, reviews: list[Sample]) -> None:
        # Each takes most of what waits, so that nearly every review is raced for.
        mine = self._dice.sample(reviews, len(reviews) * 4 // 5)
        while mine:
            if self._dice.random() < 0.06:
                await self._several([mine.pop() for _ in range(min(5, len(mine)))])
                continue
            acts = (self._by_page, self._twice, self._edited, self._rejected, *(self._by_script,) * 6)
            act = self._dice.choice(acts)
            await act(mine.pop())

    async def finish(self, case_id: str) -> None:
        """Look at what is there now and approve that; somebody may have edited it before."""
        headers = {"Authorization": f"Bearer {self._token}"}
        shown = (await self._http.get(f"/api/reviews/{case_id}/1", headers=headers)).json()
        answer = await self._http.post(
            f"/api/reviews/{case_id}/1/decide",
            json={"verdict": "approve", "shown_digest": shown["digest"]},
            headers=headers,
        )
        self._expect(answer, {200, 409})
        self.signed += answer.status_code == 200

    async def leave(self) -> None:
        await self._http.aclose()

    async def _arrange(self, made: Sample) -> None:
        """Claims and snoozes come and go between the decisions; they may be refused and decide nothing."""
        for act in ("claim", "snooze", "release"):
            if self._dice.random() < 0.3:
                path = f"/reviews/{made.opening.case_id}/1/{act}"
                answer = await self._http.post(path, data={"csrf": self._csrf, "hours": "4", "until": "tomorrow"})
                self._expect(answer, {303, 403, 404, 409, 422})

    async def _by_page(self, made: Sample) -> None:
        await self._arrange(made)
        self._count(await self._form(made, "approve"))

    async def _twice(self, made: Sample) -> None:
        for answer in await asyncio.gather(self._form(made, "approve"), self._form(made, "approve")):
            self._count(answer)

    async def _edited(self, made: Sample) -> None:
        self._count(await self._form(made, "approve", **{"edit.owner.after_owner_id": TOMAS}))

    async def _rejected(self, made: Sample) -> None:
        self._count(await self._form(made, "reject", reason_code="wrong_owner"))

    async def _form(self, made: Sample, verdict: str, **fields: str) -> httpx.Response:
        sent = {
            "csrf": self._csrf,
            "verdict": verdict,
            "shown_digest": made.opening.proposal_digest,
            "tick": [a.key for a in made.content.actions],
            **fields,
        }
        return await self._http.post(f"/reviews/{made.opening.case_id}/1/decide", data=sent)

    async def _by_script(self, made: Sample) -> None:
        answer = await self._http.post(
            f"/api/reviews/{made.opening.case_id}/1/decide",
            json={"verdict": "approve", "shown_digest": made.opening.proposal_digest},
            headers={"Authorization": f"Bearer {self._token}"},
        )
        self._expect(answer, {200, 409})
        self.signed += answer.status_code == 200

    async def _several(self, some: list[Sample]) -> None:
        picks = [f"{m.opening.case_id}.1" for m in some]
        shown = await self._http.get("/bulk", params={"verdict": "approve", "pick": picks})
        ready = re.findall(r'name="pick" value="([^"]+)"', shown.text)
        if not ready:
            return
        done = await self._http.post("/bulk", data={"csrf": self._csrf, "verdict": "approve", "pick": ready})
        self._expect(done, {200})
        found = re.search(r"<h1>(\d+) of (\d+) approved", done.text)
        assert found, done.text[:400]
        self.signed += int(found[1])

    def _count(self, answer: httpx.Response) -> None:
        self._expect(answer, {303, 409})
        self.signed += answer.status_code == 303

    def _expect(self, answer: httpx.Response, statuses: set[int]) -> None:
        if answer.status_code not in statuses:
            self.odd.append(f"{answer.request.url.path} {answer.status_code} {answer.text[:200]}")


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', page)
    assert found
    return found[1]


async def _a_day(world: World, reviews: list[Sample]) -> list[Person]:
    app = create_app(world.deps, redeliver=False)
    site: Site = app.state.site
    people = [Person(app, login, random.Random(login)) for login in PEOPLE]
    for person in people:
        await person.sign_in()
    third = len(reviews) // 3
    # In the middle of the day the engine is away: what is signed then is stored and waits.
    for part, away in ((reviews[:third], False), (reviews[third : 2 * third], True), (reviews[2 * third :], False)):
        world.engine.down = away
        async with asyncio.TaskGroup() as together:
            for person in people:
                together.create_task(person.work(part))
    for made in reviews:
        for person in people:
            if world.deps.reviews.outcome(made.opening.case_id, 1).state is RoundState.OPEN:
                await person.finish(made.opening.case_id)
    while await site.deliveries.sweep():
        continue
    for person in people:
        await person.leave()
    return people


async def test_two_hundred_signatures_by_three_people_at_once(world: World, signatures: int) -> None:
    # Every tenth needs two people; a rejection by the first of them ends it.
    pairs = signatures // 10
    reviews = [world.seed(partial(_one, n=n, pairs=pairs)) for n in range(signatures)]
    people = await _a_day(world, reviews)
    assert [odd for person in people for odd in person.odd] == []

    deps, kept, delivered = world.deps, 0, Counter(world.engine.decisions)
    for made in reviews:
        case_id, quorum = made.opening.case_id, made.opening.quorum
        rows = deps.queue.decisions_of(case_id)
        kept += len(rows)
        counting = [d for d in rows if d.counts]
        outcome = deps.reviews.outcome(case_id, 1)
        assert outcome.state is RoundState.DECIDED
        ended = next(d for d in counting if d.decision_id == outcome.decision_ids[-1])
        needed = quorum if ended.verdict in APPROVALS else len(counting)
        assert len(counting) == needed
        assert len({d.reviewer for d in counting}) == len(counting)
        assert {d.decision_id for d in counting} == set(outcome.decision_ids)
        if ended.verdict in APPROVALS:
            assert len({d.final_digest for d in counting}) == 1
        # The signature that ended the round reached the workflow, once.
        told = {decision_id: n for (case, _, decision_id), n in delivered.items() if case == case_id}
        assert told.get(ended.decision_id) == 1
        assert set(told.values()) == {1}
        assert set(told) <= {d.decision_id for d in rows}
    assert deps.reviews.undelivered(1_000) == ()
    assert sum(person.signed for person in people) == kept
    assert kept >= signatures
    assert {d.verdict for m in reviews for d in deps.queue.decisions_of(m.opening.case_id)} >= {
        Verdict.APPROVE,
        Verdict.APPROVE_EDITED,
        Verdict.REJECT,
    }
    recorded = [a for a in deps.queue.audit_tail(limit=5_000) if a.event.kind is AuditKind.DECISION_RECORDED]
    assert len(recorded) == kept
    assert deps.audit.verify() == []
