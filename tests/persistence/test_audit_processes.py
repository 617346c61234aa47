"""Several processes add to one chain, and one of them is killed in the middle."""

import subprocess
import sys
from contextlib import closing

import pytest

from persistence.audit import SqlAuditLog
from persistence.database import Database
from tests.architecture.source_tree import ROOT

WRITERS = ("a", "b", "c")
EACH = 40

WRITER = """
import itertools, sys
from datetime import UTC, datetime
from domain.audit import AuditEvent, AuditKind
from persistence.audit import SqlAuditLog
from persistence.database import Database

url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
log = SqlAuditLog(Database(url))
for n in itertools.islice(itertools.count(), count or None):
    log.append(AuditEvent(key=f"{name}/{n}", kind=AuditKind.WRITTEN, org_id="acme", at=datetime.now(UTC)))
    print(n, flush=True)
"""


def writer(url: str, name: str, count: int) -> "subprocess.Popen[str]":
    """One that writes `count` entries, or for ever where that is 0; each number is said once it is committed."""
    command = [sys.executable, "-c", WRITER, url, name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


@pytest.mark.timeout(120)
def test_the_chain_stays_whole_when_one_of_them_is_killed(database_url: str) -> None:
    endless = writer(database_url, "killed", 0)
    others = [writer(database_url, name, EACH) for name in WRITERS]
    assert endless.stdout is not None
    told = [next(endless.stdout) for _ in range(20)]
    endless.kill()
    rest, _ = endless.communicate()
    acknowledged = len(told) + len(rest.splitlines())
    for other in others:
        other.communicate()
        assert other.returncode == 0
    with closing(Database(database_url)) as database:
        log = SqlAuditLog(database)
        keys = [entry.event.key for entry in log.export()]
        assert log.verify() == []
    assert {key for key in keys if not key.startswith("killed/")} == {f"{w}/{n}" for w in WRITERS for n in range(EACH)}
    assert len(keys) == len(set(keys))
    killed = [key for key in keys if key.startswith("killed/")]
    # What it had been told is there; the one it was killed at may be as well.
    assert killed == [f"killed/{n}" for n in range(len(killed))]
    assert acknowledged <= len(killed) <= acknowledged + 1
