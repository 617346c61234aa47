"""Which org a command talks to: the one in the environment, else the demo's that runs on this machine."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from cli.sample_stack import MARKER
from domain.errors import InputError
from domain.ports import Clock
from gateways.crm.client import SalesforceSession
from runtime.settings import PREFIX, CrmSettings, StoreSettings, load
from workers.signing_in import crm_session


@dataclass(frozen=True)
class CrmAccess:
    """The way into an org, and where this product's own data about it lies."""

    crm: CrmSettings
    store: StoreSettings

    def session(self, clock: Clock) -> SalesforceSession:
        return crm_session(self.crm, clock)


def crm_access() -> CrmAccess:
    """Raises `InputError` that names the variables where neither the environment nor a demo says where to go."""
    store = load(StoreSettings)
    if f"{PREFIX}CRM_INSTANCE_URL" not in os.environ:
        for root in (store.data_dir, store.data_dir / "demo"):
            if (root / MARKER).exists() and (root / "ports.json").exists():
                return demo_access(root)
    try:
        return CrmAccess(load(CrmSettings), store)
    except InputError as missing:
        raise InputError(f"no org to ask. {missing.detail}; or start `countersign demo` and ask its org") from None


def demo_access(root: Path) -> CrmAccess:
    """The way into the org of a demo that keeps its data in `root`. Raises `InputError` where that cannot be read."""
    try:
        port = int(json.loads((root / "ports.json").read_text())["crm"])
        kept = json.loads((root / "secrets.json").read_text())
        crm = CrmSettings(
            crm_instance_url=f"http://127.0.0.1:{port}",
            crm_client_id=str(kept["crm_client_id"]),
            crm_client_secret=SecretStr(str(kept["crm_client_secret"])),
        )
    except (OSError, ValueError, KeyError, TypeError) as unreadable:
        raise InputError(f"{root} looks like a demo's data and cannot be read ({type(unreadable).__name__})") from None
    return CrmAccess(crm, StoreSettings(data_dir=root))
