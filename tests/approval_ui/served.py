"""A world behind a real server, and people at browsers before it."""

import contextlib
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

from approval_ui.app import create_app
from approval_ui.dependencies import UiDependencies
from domain.model import Instant
from domain.permissions import Role
from persistence.queue import DecisionItem
from tests.approval_ui.sample_review import Sample, northwind, quiet, student
from tests.approval_ui.world import PASSWORD, SITE_KEY, World, build_world
from tests.fakes.clock import FakeClock

# A busy machine is slow, not wrong.
expect.set_options(timeout=20_000)


class RunningClock(FakeClock):
    """Real time: the pages count down by the browser's own clock."""

    def now(self) -> Instant:
        return datetime.now(UTC)


class Served:
    """A world behind a real server, with three reviews in its queue."""

    def __init__(self, world: World, address: str) -> None:
        self.world = world
        self.address = address
        self.site_key = SITE_KEY
        self.northwind = world.seed(northwind)
        self.student = world.seed(student)
        self.fabrikam = self.quiet("Fabrikam")

    def quiet(self, company: str) -> Sample:
        """One more review of low risk."""
        email = f"f@{company.lower()}.example"
        return self.world.seed(partial(quiet, title=f"Assign {company}", company=company, minutes=300, email=email))

    def another(self, name: str, *, quorum: int = 1) -> Sample:
        """One more with an e-mail, from somebody else."""
        return self.world.seed(partial(_from_elsewhere, name=name, quorum=quorum))

    def decisions(self, made: Sample) -> tuple[DecisionItem, ...]:
        return self.world.deps.queue.decisions_of(made.opening.case_id)

    def somebody(self, login: str, name: str, role: Role) -> None:
        """One more person who can sign in."""
        self.world.admit(login, name, role)


def _from_elsewhere(case_id: str, org_id: str, now: Instant, *, name: str, quorum: int) -> Sample:
    made = northwind(case_id, org_id, now, quorum=quorum)
    told = made.inquiry.model_copy(update={"event_id": f"sent-{name}", "email": f"i@{name.lower()}.example"})
    card = made.card.model_copy(update={"company": name, "title": f"Reply to {name} and assign to EMEA mid-market"})
    opening = made.opening.model_copy(update={"title": card.title, "account_key": name.lower()})
    return Sample(inquiry=told, card=card, content=made.content, opening=opening)


def _as_built(world: World, address: str) -> UiDependencies:
    return world.deps


@contextlib.contextmanager
def serving(
    sqlite_template: Path, folder: Path, *, arrange: Callable[[World, str], UiDependencies] = _as_built
) -> Iterator[Served]:
    """`arrange` gives what the application is built from, once its address is known."""
    path = folder / "ui.db"
    shutil.copy(sqlite_template, path)
    world = build_world(f"sqlite:///{path}", folder, clock=RunningClock())
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        create_app(arrange(world, address)), log_level="critical", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield Served(world, address)
    server.should_exit = True
    thread.join(timeout=20)
    listener.close()
    world.db.close()


def launched(playwright: Playwright, chromium: str) -> Browser:
    return playwright.chromium.launch(
        executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    )


class Desk:
    """One person at one browser."""

    def __init__(self, context: BrowserContext, served: Served, login: str) -> None:
        self.page: Page = context.new_page()
        self.served = served
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{served.address}/login")
        self.page.get_by_label("Login").fill(login)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.locator(".logo")).to_be_visible()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def open(self, made: Sample) -> None:
        self.page.goto(f"{self.served.address}/reviews/{made.opening.case_id}/1")

    def title(self) -> str:
        return self.page.locator("h1").inner_text()


@contextlib.contextmanager
def at_desk(
    browser: Browser, served: Served, *, login: str = "ines", width: int = 1440, dark: bool = False
) -> Iterator[Desk]:
    context = browser.new_context(
        viewport={"width": width, "height": 860}, color_scheme="dark" if dark else "light", locale="en-GB"
    )
    desk = Desk(context, served, login)
    yield desk
    context.close()
    assert desk.complaints == []
