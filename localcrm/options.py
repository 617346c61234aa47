"""How one server is configured: its API clients and its switches."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localcrm.context import Access
from localcrm.stamps import Clock, system_clock

DEFAULT_USERNAME = "integration.writer@acme-routing.example"
DEFAULT_READER_USERNAME = "integration.reader@acme-routing.example"


@dataclass(frozen=True)
class Client:
    """A connected app. With a secret it may use client credentials, with a public key (PEM) JWT bearer.

    It runs as the user named `username`, who is created where the org has none of that name.
    """

    client_id: str
    username: str
    access: Access
    client_secret: str | None = None
    public_key: str | None = None
    scope: str = "api"
    """OAuth scopes of its tokens, separated by spaces; empty means that the token answer names none."""


@dataclass(frozen=True)
class Options:
    """`control_token` opens the test controls; without it they do not exist. Sessions last in seconds."""

    clients: tuple[Client, ...] = ()
    control_token: str | None = None
    daily_api_limit: int = 100_000
    session_seconds: int = 7200
    assignment_rules: bool = True
    duplicate_rules: bool = True
    clock: Clock = system_clock


def clients_from_environment(environ: Mapping[str, str] = os.environ) -> tuple[Client, ...]:
    """LOCALCRM_CLIENT_ID/_SECRET/_PUBLIC_KEY_FILE/_USERNAME/_SCOPE write; the same with LOCALCRM_READ_ only read."""
    found = []
    for prefix, access, username in (
        ("LOCALCRM_", Access.READ_WRITE, DEFAULT_USERNAME),
        ("LOCALCRM_READ_", Access.READ_ONLY, DEFAULT_READER_USERNAME),
    ):
        client_id = environ.get(f"{prefix}CLIENT_ID")
        if not client_id:
            continue
        key_file = environ.get(f"{prefix}PUBLIC_KEY_FILE")
        found.append(
            Client(
                client_id=client_id,
                username=environ.get(f"{prefix}USERNAME") or username,
                access=access,
                client_secret=environ.get(f"{prefix}CLIENT_SECRET") or None,
                public_key=Path(key_file).read_text("utf-8") if key_file else None,
                scope=environ.get(f"{prefix}SCOPE", "api"),
            )
        )
    return tuple(found)
