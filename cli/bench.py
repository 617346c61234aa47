"""`countersign bench …`: how long the real thing takes, measured here. Prints figures and judges none of them."""

import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import httpx
import sqlalchemy as sa
import typer
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table

from approval_ui.site import Site
from cli.bench_chaos import Chaos
from cli.bench_reviews import seed, somebody_works
from cli.chaos_report import print_report
from cli.part_environment import set_aside
from domain.errors import InputError
from domain.model import Value
from persistence.database import Database

app = typer.Typer(help="Measure it on this machine.", no_args_is_help=True)
console = Console()

PAGES = (
    ("first page with its card", "/?motion=inbound"),
    ("first page, list alone", "/queue?motion=inbound"),
    ("mine", "/queue?motion=inbound&whose=mine"),
    ("high risk, due today", "/queue?motion=inbound&risk=high&due=today"),
    ("search by company", "/queue?motion=inbound&q=company+7123"),
    ("by score", "/queue?motion=inbound&sort=score"),
)
_WARM_UP = 3


class Timing(Value):
    """Milliseconds on the server for one page: database, templates and middleware included."""

    page: str
    p50_ms: float
    p95_ms: float


@app.callback()
def bench() -> None:
    """Measure it on this machine."""


@app.command("queue")
def queue(
    reviews: Annotated[int, typer.Option(min=1, max=200_000, help="How many reviews wait.")] = 10_000,
    requests: Annotated[int, typer.Option(min=5, max=5_000, help="How often each page is asked for.")] = 60,
    database: Annotated[
        str, typer.Option(help="An empty PostgreSQL database to measure on; it is left full. SQLite when left out.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """The approval queue with many open reviews: the pages as a browser gets them, served inside this process, while a
    colleague claims and releases."""
    if database:
        _refuse_what_is_used(database)
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        with console.status(f"Putting {reviews} reviews into the queue …"):
            application, token = _application(Path(folder), database, reviews)
        with closing(application.state.site.deps), console.status("Measuring …"):
            timings = asyncio.run(_measure(application, token, requests))
    if as_json:
        sys.stdout.write(json.dumps({"reviews": reviews, "pages": [t.model_dump() for t in timings]}) + "\n")
        return
    table = Table("Page", "p50", "p95", title=f"{reviews} open reviews, {requests} requests each", title_justify="left")
    for timing in timings:
        table.add_row(timing.page, f"{timing.p50_ms:.0f} ms", f"{timing.p95_ms:.0f} ms")
    console.print(table)


@app.command("chaos")
def chaos(
    leads: Annotated[int, typer.Option(min=1, max=200, help="How many sample leads to hand in.")] = 200,
    kills: Annotated[int, typer.Option(min=0, max=200, help="How often a worker or Temporal is killed.")] = 20,
    seed: Annotated[int, typer.Option(help="The same number breaks the same things.")] = 7,
    playbook: Annotated[Path, typer.Option(help="The rules to use.")] = Path("playbook"),
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> int:
    """Everything as real processes, killed with SIGKILL while the CRM misbehaves. Exit code 1 if a lead was lost,
    something was done twice, or the CRM is not as approved."""
    ignored = set_aside(os.environ)
    if ignored:
        Console(stderr=True).print(f"Set here, and not used: {', '.join(ignored)}", markup=False)
    folder = Path(tempfile.mkdtemp(prefix="countersign-chaos-"))
    with Console(stderr=True).status("Starting …") as status:
        run = Chaos(folder, playbook, leads=leads, kills=kills, seed=seed, say=lambda said: status.update(f"{said} …"))
        report = run.run()
    if report.holds:
        shutil.rmtree(folder, ignore_errors=True)
    if as_json:
        sys.stdout.write(report.model_dump_json() + "\n")
    else:
        print_report(report)
        if not report.holds:
            console.print(f"Data and logs: {folder}", highlight=False, markup=False)
    return 0 if report.holds else 1


def _refuse_what_is_used(url: str) -> None:
    with closing(Database(url)) as tables, tables.session() as session:
        found = sa.inspect(session.connection()).get_table_names()
    if found:
        raise InputError("that database holds tables; the measurement writes made-up reviews, so give it an empty one")


def _application(folder: Path, database: str, reviews: int) -> tuple[FastAPI, str]:
    """The application as `countersign ui` builds it, over data of its own, and a session's token."""
    from cli.ui_app import build
    from runtime.settings import StoreSettings, UiSettings, load

    os.environ["COUNTERSIGN_DATA_DIR"] = str(folder)
    os.environ["COUNTERSIGN_DATABASE_URL"] = database
    for name in ("COUNTERSIGN_KEYS_DIR", "COUNTERSIGN_KEYRING"):
        os.environ.pop(name, None)
    application = build(load(UiSettings))
    with closing(Database(load(StoreSettings).url)) as rows:
        return application, seed(application.state.site, rows, reviews)


async def _measure(application: FastAPI, token: str, requests: int) -> list[Timing]:
    timings: list[Timing] = []
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://bench", cookies={"countersign_session": token}
    ) as client:
        for name, path in PAGES:
            timings.append(await _time(client, application.state.site, name, path, requests))
    return timings


async def _time(client: httpx.AsyncClient, site: Site, name: str, path: str, requests: int) -> Timing:
    taken: list[float] = []
    for n in range(requests + _WARM_UP):
        # Between any two looks somebody else does something, so that no answer is one from memory.
        somebody_works(site, n)
        begun = time.perf_counter()
        answer = await client.get(path)
        if n >= _WARM_UP:
            taken.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise InputError(f"{path} answered {answer.status_code}; nothing was measured")
    return Timing(page=name, p50_ms=statistics.median(taken), p95_ms=_percentile(taken, 95))


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
