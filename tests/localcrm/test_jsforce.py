"""The unmodified jsforce client against the embedded CRM: an independent reading of the same API.

Needs node and npm, and the packages of the lock file, which are installed once beside the virtual environment's own.
Without them the test is skipped and says so; with REQUIRE_NODE set it fails.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from localcrm.context import Access
from localcrm.options import Client
from tests.localcrm.driving import WRITER, SetClock, running

HERE = Path(__file__).parent / "jsforce"
CHECKS = [
    "client credentials",
    "JWT bearer",
    "identity",
    "describe",
    "create, retrieve, update",
    "errors",
    "upsert by external id",
    "collections",
    "query and queryMore",
    "child query and grouping",
    "composite",
    "find",
    "bulk2",
    "what is left out",
    "destroy and limits",
]


def without(reason: str) -> NoReturn:
    message = f"the embedded CRM was not driven by jsforce: {reason}"
    if os.environ.get("REQUIRE_NODE"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def jsforce() -> Path:
    """A folder with the script and the packages that the lock file names, each checked against its hash."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        without("node and npm are not on the PATH")
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    packages = Path(sys.prefix) / "node" / digest
    if not packages.exists():
        packages.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=packages.parent))
        try:
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(HERE / name, fresh)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, timeout=300, check=False)
            if done.returncode != 0:
                without(f"npm ci failed: {done.stderr.strip()[-300:]}")
            # Moved as a whole: a second test process finds all of it or nothing.
            if not packages.exists():
                fresh.rename(packages)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    shutil.copy(HERE / "drive.mjs", packages / "drive.mjs")
    return packages


def test_jsforce_works_unmodified(jsforce: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    app = Client("jwt-app", WRITER.username, Access.READ_WRITE, public_key=public.decode())
    now = datetime.now(UTC)
    with running(clients=(WRITER, app), clock=SetClock(now)) as crm:
        claims = {"iss": "jwt-app", "sub": WRITER.username, "aud": crm.base, "exp": now + timedelta(minutes=3)}
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(jsforce),
            "CRM_URL": crm.base,
            "CRM_CLIENT_ID": WRITER.client_id,
            "CRM_CLIENT_SECRET": "w-secret",
            "CRM_ASSERTION": jwt.encode(claims, key, algorithm="RS256"),
        }
        command = ["node", "drive.mjs"]
        done = subprocess.run(
            command, cwd=jsforce, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
    assert (done.returncode, done.stdout.splitlines()) == (0, CHECKS), done.stderr[-2000:]
