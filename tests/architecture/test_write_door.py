"""There is one way to a CRM write, and the guard stands in it. Read from the source, so that a second way fails here.

The guard's own refusals are tested in tests/gateways/crm; this is about what goes past it: nothing.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache

import pytest

from tests.architecture.source_tree import ROOT, code_folders, source_files

DOOR = "gateways/crm/"
CLIENT = "gateways.crm.client"
SESSION_HOLDERS = {
    "workers/crm.py",  # Composes the door: session, guard, writer.
    "workers/signing_in.py",  # Signs in, for the door and for commands that only read.
    "cli/crm_access.py",  # Signs in for commands that only read.
}
"""Who may open a session with the CRM from outside the door."""
WRITER_HOLDERS = {"workers/crm.py"}
"""Who may be handed what writes."""
WRITING_PARTS = ("AtomicWrite", "SalesforceWriter", "Undoer", "Rejections", "insert_part", "rejection_part", "Part")
"""Names of the door that write, or with which a write is spelled."""
SENDS_WRITES = {"gateways/crm/atomic.py"}
"""The one module that sends what changes records; `ledger.py` spells its first part."""
SPELLS_WRITES = SENDS_WRITES | {"gateways/crm/ledger.py"}
RUNS_WRITES = {"gateways/crm/writer.py", "gateways/crm/undo.py", "gateways/crm/rejections.py"}
"""Who may make an `AtomicWrite`: the three whose public methods ask the guard first."""
READING_CALLS = {"restful", "limits", "oauth2"}
"""What is asked of simple-salesforce's client; its create, update, upsert and delete are not among them."""

Sources = Mapping[str, str]


@lru_cache(maxsize=1)
def product() -> dict[str, str]:
    rooms = code_folders() - {"localcrm"}  # The CRM itself, which no product code imports.
    return {
        path.as_posix(): (ROOT / path).read_text(encoding="utf-8")
        for path in source_files()
        if path.suffix == ".py" and path.parts[0] in rooms
    }


def complaints(sources: Sources) -> list[str]:
    found: list[str] = []
    for path, source in sources.items():
        tree = ast.parse(source)
        found += [
            f"{path}: {what}" for what in (_inside(path, tree) if path.startswith(DOOR) else _outside(path, tree))
        ]
    return found


def _outside(path: str, tree: ast.AST) -> Iterator[str]:
    for module, name in _imports(tree):
        if module.split(".")[0] in ("simple_salesforce", "requests"):
            yield f"imports {module}, which only the door uses"
        if _within(module, name, CLIENT):
            if path not in SESSION_HOLDERS:
                yield "opens a session with the CRM"
            elif name != "SalesforceSession":
                yield f"takes {name or 'all'} of the CRM client"
        writes = name in WRITING_PARTS or not name or name in ("writer", "undo", "atomic", "client", "ledger")
        if module.startswith("gateways.crm") and writes and path not in WRITER_HOLDERS:
            yield f"is handed {name or module} of the door"
    yield from (f"calls {name} of a session" for name in _methods(tree) if name in ("composite", "restful"))


def _inside(path: str, tree: ast.AST) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = _name(call.func)
        if name == "Part" and not _only_reads(call) and path not in SPELLS_WRITES:
            yield f"line {call.lineno} spells a part that writes"
        if name == "insert_part" and path not in SENDS_WRITES:
            yield f"line {call.lineno} spells a ledger row"
        if name == "AtomicWrite" and path not in RUNS_WRITES:
            yield f"line {call.lineno} makes an atomic write"
        if name == "composite" and path not in SENDS_WRITES and not _is_false(call, "all_or_none"):
            yield f"line {call.lineno} sends a composite that may write"
        if name == "restful" and path != "gateways/crm/client.py":
            yield f"line {call.lineno} calls the REST API past the session"
    for node in (n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and _name(n.value) == "client"):
        if node.attr not in READING_CALLS:
            yield f"line {node.lineno} uses {node.attr} of simple-salesforce"


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Module and imported name; an empty name for a plain import or a star."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", "" if alias.name == "*" else alias.name) for alias in node.names)


def _within(module: str, name: str, wanted: str) -> bool:
    return module == wanted or f"{module}.{name}" == wanted


def _methods(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _only_reads(call: ast.Call) -> bool:
    """A part says its method where it is made; one that is computed may be anything."""
    return any(
        k.arg == "method" and isinstance(k.value, ast.Constant) and k.value.value == "GET" for k in call.keywords
    )


def _is_false(call: ast.Call, argument: str) -> bool:
    return any(
        k.arg == argument and isinstance(k.value, ast.Constant) and k.value.value is False for k in call.keywords
    )


def test_nothing_reaches_a_write_past_the_door() -> None:
    assert complaints(product()) == []


def test_what_is_looked_at_is_there() -> None:
    sources = product()
    assert set(sources) >= SPELLS_WRITES | RUNS_WRITES | WRITER_HOLDERS
    for path in SPELLS_WRITES:
        calls = [node for node in ast.walk(ast.parse(sources[path])) if isinstance(node, ast.Call)]
        assert any(_name(c.func) == "Part" and not _only_reads(c) for c in calls), f"{path} spells no write"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("activities/planted.py", "from gateways.crm.client import SalesforceSession"),
        ("activities/planted.py", "import gateways.crm.client as quick"),
        ("cli/planted.py", "from gateways.crm import client"),
        ("cli/doctor.py", "from gateways.crm.client import Part, SalesforceSession"),
        ("cli/planted.py", "from gateways.crm.atomic import AtomicWrite"),
        ("cli/planted.py", "from gateways.crm.writer import SalesforceWriter"),
        ("approval_ui/planted.py", "import requests"),
        ("workers/planted.py", "from simple_salesforce import Salesforce"),
        ("workers/crm.py", "door.session.composite(parts, all_or_none=True)"),
        ("gateways/mail/planted.py", "from gateways.crm.undo import Undoer"),
        ("gateways/crm/planted.py", "Part(name='x', method='PATCH', path='sobjects/Lead/1', body={})"),
        ("gateways/crm/planted.py", "Part(name='x', method=wanted, path='sobjects/Lead/1')"),
        ("gateways/crm/planted.py", "AtomicWrite(session)"),
        ("gateways/crm/planted.py", "self._session.composite(parts, all_or_none=True)"),
        ("gateways/crm/planted.py", "self._session.composite(parts, all_or_none=careful)"),
        ("gateways/crm/client.py", "self._run(lambda client: client.Lead.update('1', {}))"),
        ("gateways/crm/planted.py", "door.client.restful('sobjects/Lead/1', method='DELETE')"),
    ],
)
def test_a_planted_way_past_the_door_is_found(path: str, line: str) -> None:
    assert complaints({path: f"{product().get(path, '')}\n{line}\n"}) != []


@pytest.mark.parametrize(
    ("path", "kind", "method", "asked"),
    [
        ("gateways/crm/writer.py", "SalesforceWriter", "apply", ["signed", "authorise"]),
        ("gateways/crm/undo.py", "Undoer", "undo", ["authorise_undo", "still_running"]),
    ],
)
def test_who_writes_asks_the_guard_before_anything_else(path: str, kind: str, method: str, asked: list[str]) -> None:
    body = _method(product()[path], kind, method)
    calls = sorted((n for n in ast.walk(body) if isinstance(n, ast.Call)), key=lambda n: (n.lineno, n.col_offset))
    of_guard = [_name(c.func) for c in calls if isinstance(c.func, ast.Attribute) and _name(c.func.value) == "_guard"]
    assert of_guard == asked
    assert _name(calls[0].func) == asked[0]
    writes = [c.lineno for c in calls if _name(c.func) in ("_write", "run")]
    asking = [c.lineno for c in calls if _name(c.func) == asked[-1]]
    assert writes
    assert max(asking) < min(writes)


@pytest.mark.parametrize(
    ("path", "kind", "public"),
    [
        (
            "gateways/crm/writer.py",
            "SalesforceWriter",
            {"apply", "undo", "note_rejection", "find_undone", "find_written"},
        ),
        ("gateways/crm/rejections.py", "Rejections", {"note"}),
        ("gateways/crm/undo.py", "Undoer", {"undo", "find"}),
    ],
)
def test_there_is_no_other_public_way_in(path: str, kind: str, public: set[str]) -> None:
    (found,) = (n for n in ast.walk(ast.parse(product()[path])) if isinstance(n, ast.ClassDef) and n.name == kind)
    assert {n.name for n in found.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")} == public


def test_the_step_that_writes_is_reached_from_apply_alone() -> None:
    (found,) = (
        n
        for n in ast.walk(ast.parse(product()["gateways/crm/writer.py"]))
        if isinstance(n, ast.ClassDef) and n.name == "SalesforceWriter"
    )
    methods = [n for n in found.body if isinstance(n, ast.FunctionDef)]
    assert [m.name for m in methods if "_write" in _methods(m)] == ["apply"]
    assert [m.name for m in methods if "run" in _methods(m)] == ["_write"]


def _method(source: str, kind: str, method: str) -> ast.FunctionDef:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name == kind:
            return next(n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == method)
    raise AssertionError(f"no {kind}.{method}")
