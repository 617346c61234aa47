"""Leads that cannot be taken in: one line that names the place and the next step, and the good ones go on."""

import json
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from tests.approval_ui.world import INTAKE_SECRET, World
from tests.cli.calling import Shell, nobody

ADA = {"email": "ada@engines.example", "last_name": "Byron", "company": "Analytical Engines"}


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    (tmp_path / "here").mkdir()
    found = Shell(tmp_path / "here", monkeypatch, capfd)
    found.given(COUNTERSIGN_INTAKE_SECRET=INTAKE_SECRET.decode(), COUNTERSIGN_URL=f"http://{nobody()}")
    return found


# ---- files


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("nothing.csv", None, "nothing.csv cannot be read: No such file"),
        (".", None, ". cannot be read: Is a directory"),
        ("empty.csv", b"", "empty.csv is empty"),
        ("blank.csv", b" \n\n", "blank.csv is empty"),
        ("latin.csv", "email,last_name\na@b.example,Müller\n".encode("latin-1"), "latin.csv is not UTF-8 text"),
        ("cut.json", b'[{"email": "a@b.example"},\n{"email": ', "cut.json:2: not JSON"),
        ("deep.json", b"[" * 200_000, "deep.json is nested too deeply"),
        ("header.csv", b"email,last_name\n", "header.csv holds no lead; nothing was handed in"),
        ("none.json", b"[]", "none.json holds no lead; nothing was handed in"),
        ("semicolons.csv", b"name;mail\nAda;a@b.example\n", "semicolons.csv:1: no column is called email"),
    ],
)
def test_a_file_that_is_no_list_of_leads(shell: Shell, name: str, content: bytes | None, sentence: str) -> None:
    if content is not None:
        shell.write(name, content)
    before = shell.files
    said = shell.call("submit", name)
    assert said.code == 2
    assert said.line.startswith(f"countersign: {sentence}")
    assert shell.files == before


def test_without_the_intake_secret_nothing_is_read(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COUNTERSIGN_INTAKE_SECRET")
    said = shell.call("submit", "nothing.csv")
    assert said.code == 2
    assert "set COUNTERSIGN_INTAKE_SECRET" in said.line


def test_where_nobody_answers(shell: Shell) -> None:
    shell.write("leads.jsonl", "\n".join(json.dumps(ADA) for _ in range(3)))
    said = shell.call("submit", "leads.jsonl")
    assert said.code == 2
    assert "the approval UI does not answer at http://127.0.0.1:" in said.line
    assert "set COUNTERSIGN_URL" in said.line


@pytest.mark.parametrize("address", ["http://ui:port", "leads.example"])
def test_an_address_that_is_none(shell: Shell, address: str) -> None:
    shell.write("leads.jsonl", json.dumps(ADA))
    shell.given(COUNTERSIGN_URL=address)
    said = shell.call("submit", "leads.jsonl")
    assert said.code == 2
    assert address in said.line
    assert "COUNTERSIGN_URL" in said.line


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def test_where_somebody_else_answers(shell: Shell) -> None:
    def other(_: object, start: object) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html")])  # type: ignore[operator]
        return [b"<h1>Welcome</h1>"]

    with make_server("127.0.0.1", 0, other, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        shell.given(COUNTERSIGN_URL=f"http://127.0.0.1:{server.server_port}")
        shell.write("leads.jsonl", json.dumps(ADA))
        said = shell.call("submit", "leads.jsonl")
        server.shutdown()
        thread.join()
    assert said.code == 2
    assert "is not the approval UI" in said.line


# ---- lines


def test_bad_lines_are_named_and_the_others_go_on(shell: Shell, ui: World) -> None:
    lines = [
        json.dumps({**ADA, "event_id": "evt-1"}),
        '{"email": "cut',
        "[1, 2]",
        json.dumps({"message": "Who am I?"}),
        json.dumps({**ADA, "[/b]shoe_size": 44}),
        json.dumps({**ADA, "email": "not an address"}),
        json.dumps({**ADA, "email": "grace@navy.example", "event_id": "evt-2"}),
    ]
    said = shell.call("submit", shell.write("leads.jsonl", "\n".join(lines)))
    assert said.code == 1
    complaints = said.err.splitlines()[:-1]
    assert [c.split(" ")[0] for c in complaints] == [f"leads.jsonl:{n}:" for n in (2, 3, 4, 5, 6)]
    for complaint, words in zip(
        complaints,
        ("not JSON", "not an object with fields", "send email or phone", "[/b]shoe_size", "not an address"),
        strict=True,
    ):
        assert words in complaint
    assert said.err.splitlines()[-1].startswith("7 rows: 2 new cases")
    assert len(ui.deps.queue.cases()) == 2


def test_a_table_with_broken_rows(shell: Shell, ui: World) -> None:
    table = (
        "Email,Last Name,Company\n"
        "ada@engines.example,Byron,Analytical Engines\n"
        "grace@navy.example,Hopper,Navy,one too many\n"
        f"{'x' * 140_000},Long,Field\n"
        ",,\n"
        "mary@bridges.example,Ward,Bridges\n"
    )
    said = shell.call("submit", shell.write("leads.csv", table))
    assert said.code == 1
    assert "leads.csv:3: more values than the header has columns" in said.err
    assert "leads.csv:4: not CSV (field larger than field limit" in said.err
    assert "leads.csv:5: " in said.err
    assert "Traceback" not in said.err
    assert len(ui.deps.queue.cases()) == 2


def test_errors_for_a_script(shell: Shell, ui: World) -> None:
    said = shell.call("submit", "--json", shell.write("leads.jsonl", f"{json.dumps(ADA)}\nnothing\n"))
    assert said.code == 1
    first, second = (json.loads(line) for line in said.out.splitlines())
    assert (first["line"], first["kind"]) == (1, "new")
    assert second["line"] == 2
    assert "not JSON" in second["error"]


def test_a_wrong_secret_is_refused_and_nothing_begins(shell: Shell, ui: World) -> None:
    shell.given(COUNTERSIGN_INTAKE_SECRET="guessed")
    said = shell.call("submit", shell.write("leads.jsonl", json.dumps(ADA)))
    assert said.code == 1
    assert said.err.splitlines()[0] == "leads.jsonl:1: The signature does not fit this body and secret."
    assert ui.engine.started == []
    assert ui.deps.queue.cases() == ()


def test_a_wrong_login_is_one_line(shell: Shell, ui: World) -> None:
    shell.given(COUNTERSIGN_LOGIN="oriol", COUNTERSIGN_PASSWORD="guessed")
    said = shell.call("review", "list")
    assert said.code == 2
    assert said.line.startswith("countersign: POST /api/session: ")
