"""The stack of an installation of one's own: no sample data, no sample org, and what the environment configures.

When do you need to touch this? When a setting decides which parts run here.
"""

from cli.part_environment import CASES, CRM, UI
from cli.ports import Ports, choose
from cli.stack import LocalStack
from runtime.engine import is_configured
from runtime.settings import (
    CrmSettings,
    KeySettings,
    LinkSettings,
    MailSettings,
    NotifySettings,
    PlaybookSettings,
    StoreSettings,
    UiSettings,
    load,
)


class OwnStack(LocalStack):
    """A local stack against the configured org. It listens on this machine only, whatever the settings say."""

    def __init__(self) -> None:
        """Raises `InputError` where a setting cannot be read."""
        super().__init__(load(StoreSettings), playbook=load(PlaybookSettings).playbook_dir, keys=load(KeySettings))
        self.own_engine = not is_configured()
        self.own_sink = "smtp_host" not in load(MailSettings).model_fields_set
        self._ui = load(UiSettings)

    def choose_ports(self) -> Ports:
        wanted = ["ui"]
        wanted += ["temporal", "temporal_web"] if self.own_engine else []
        wanted += ["smtp"] if self.own_sink else []
        fixed = {"ui": self._ui.ui_port} if "ui_port" in self._ui.model_fields_set and self._ui.ui_port else {}
        return choose(self.root / "ports.json", wanted, fixed)

    def settings_of(self, part: str) -> dict[str, str]:
        told = super().settings_of(part)
        links, org = load(LinkSettings), load(CrmSettings)
        if part in (UI, CRM):
            told["COUNTERSIGN_CRM_WEB_URL"] = links.crm_web_url or org.crm_instance_url
        if part == UI and self._ui.temporal_web_url:
            told["COUNTERSIGN_TEMPORAL_WEB_URL"] = self._ui.temporal_web_url
        if part == CRM:
            told["COUNTERSIGN_PUBLIC_URL"] = links.public_url or self.ui_url
            sender = load(NotifySettings).notify_from
            if sender:
                told["COUNTERSIGN_NOTIFY_FROM"] = sender
        if part == CASES:
            told["COUNTERSIGN_METRICS_HOST"] = "127.0.0.1"
        return told
