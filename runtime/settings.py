"""Settings by what they enable, each group read by the process that needs it and no other.

When do you need to touch this? When a process needs something from its environment. The engine itself is
configured by the standard `TEMPORAL_*` variables and `temporal.toml` profiles (see `runtime/engine.py`).
"""

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import InputError
from domain.permissions import Role

PREFIX = "COUNTERSIGN_"
Pasted = Annotated[str, StringConstraints(strip_whitespace=True)]
"""Copied from a page, often with a blank or a line end around it that nobody sees."""


class _Group(BaseSettings):
    """A variable that is set to nothing counts as not set: the lines of an example file that nobody filled in."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)


class StoreSettings(_Group):
    """Where the application's own data lies."""

    data_dir: Path = Path(".countersign")
    database_url: str = ""
    """SQLAlchemy URL; a SQLite file in the data directory when empty."""
    person_key_secret: SecretStr = SecretStr("")
    """Keys the digest that finds a person's open case; a file in the data directory when empty."""

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'countersign.db'}"

    def make_data_dir(self) -> None:
        """Raises `InputError` where it is no folder or cannot be made."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{self.data_dir} cannot be used as data directory: {error.strerror}; set {PREFIX}DATA_DIR"
            ) from None


class PlaybookSettings(_Group):
    playbook_dir: Path = Path("playbook")
    environment: str = ""
    """Which of the playbook's `environments` this is; when not set, the one of its own `org_id`."""
    firmographics_file: Path | None = None
    """CSV of company facts; `firmographics.csv` beside the playbook when not set."""


class EnrichmentSettings(_Group):
    """Sources outside this machine. Each is asked only where the playbook names it too."""

    web_enrichment: bool = False
    """Read companies' own websites (needs the extra `web`)."""
    web_user_agent: str = "CountersignBot/1.0"
    """What websites and their robots.txt know us by; add an address where you can be reached."""
    pdl_api_key: SecretStr = SecretStr("")
    """People Data Labs; not asked while it is empty."""
    pdl_base_url: str = "https://api.peopledatalabs.com"


class KeySettings(_Group):
    """Private keys are read only by the process that signs; everybody else reads the keyring."""

    keys_dir: Path | None = None
    keyring: Path | None = None
    human_key_id: str = ""
    policy_key_id: str = ""
    audit_key_id: str = ""
    """Each pins one key; when empty, the newest that is neither retired nor revoked signs."""

    def keys_in(self, data_dir: Path) -> Path:
        return self.keys_dir or data_dir / "keys"

    def keyring_in(self, data_dir: Path) -> Path:
        return self.keyring or self.keys_in(data_dir) / "keyring.json"


class AuditSettings(_Group):
    """Signed ends of the audit chain, kept outside the database by the signer."""

    audit_heads_dir: Path | None = None
    """Best a disk that whoever runs the database cannot write to; `audit-heads` in the data directory when not set."""
    audit_head_seconds: int = Field(default=60, ge=0, le=86_400)
    """How often the end is signed if it moved; 0 leaves it to the start and the stop of the signer."""

    def heads_in(self, data_dir: Path) -> Path:
        return self.audit_heads_dir or data_dir / "audit-heads"


class CrmSettings(_Group):
    """The org. Only the CRM worker is given these. A secret means client credentials, a key file JWT bearer."""

    crm_instance_url: Pasted
    crm_client_id: Pasted
    crm_client_secret: SecretStr = SecretStr("")
    crm_username: Pasted = ""
    crm_private_key_file: Path | None = None
    """RS256, PEM; its certificate stands in the connected app."""
    crm_audience: Pasted = ""
    """Of the JWT: https://test.salesforce.com for a sandbox, https://login.salesforce.com else; when empty, the org."""


class PollSettings(_Group):
    """Intake from the CRM itself."""

    poll_seconds: int = Field(default=60, ge=0, le=86_400)
    """How often the CRM is asked for leads that people changed; 0 switches that off."""


class OwnerCheckSettings(_Group):
    """Owners of proposals that wait."""

    owner_check_seconds: int = Field(default=300, ge=0, le=86_400)
    """How often they are looked at: who left, is away or is full; 0 leaves it to the write.

    The same look asks which reviewers may edit the records of what waits."""


class ReconcileSettings(_Group):
    """Cases that were left behind."""

    reconcile_seconds: int = Field(default=600, ge=0, le=86_400)
    """How often open cases are held against the engine; 0 leaves a terminated case as it is."""


class ModelSettings(BaseSettings):
    """Any OpenAI-compatible endpoint. Without key and base URL the template writer drafts."""

    model_config = SettingsConfigDict(
        env_prefix="OPENAI_", env_ignore_empty=True, extra="ignore", frozen=True, protected_namespaces=()
    )

    api_key: SecretStr = SecretStr("")
    base_url: str = ""
    model: str = "gpt-5-mini"
    timeout_seconds: float = Field(60.0, ge=5, le=85)
    """Of one answer. The step that drafts asks twice at most, and ends after three minutes."""

    @property
    def enabled(self) -> bool:
        return bool(self.api_key.get_secret_value() or self.base_url)


class MetricsSettings(_Group):
    """Prometheus metrics of the model worker, on loopback unless told otherwise; no port, none."""

    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"


class MailSettings(_Group):
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_starttls: bool = False
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    sandbox_mail_to: str = ""
    """Where the org is a sandbox: addresses and `@domains`, by commas, that e-mail may still reach; `*` where the mail
    server is itself a sink."""
    sandbox_mail_sink: str = ""
    """Where the org is a sandbox: the address that gets every other e-mail instead of its recipient."""


class NotifySettings(_Group):
    """Which channels tell people. Only the notifier is given these; each is off while its address is empty."""

    notify_from: str = ""
    """Sender of e-mail to reviewers, through the server of the SMTP settings."""
    notify_webhook_url: str = ""
    notify_webhook_secret: SecretStr = SecretStr("")
    notify_webhook_private: bool = False
    """Whether the webhook's receiver may stand in a private network, and be asked over http."""
    notify_seconds: int = Field(default=30, ge=0, le=3_600)
    """How often what is due is sent; 0 switches that off."""
    public_url: str = ""


class SlackSettings(_Group):
    """The bot. The notifier sends with it; the approval UI opens cards with it."""

    slack_bot_token: SecretStr = SecretStr("")
    slack_base_url: str = "https://slack.com/api"
    slack_decisions: bool = False
    """Whether linked people may open the card and decide in Slack."""


class SlackDoorSettings(_Group):
    """Proves that a request came from Slack. Only the approval UI is given this."""

    slack_signing_secret: SecretStr = SecretStr("")


class LinkSettings(_Group):
    """Where people see a case and a record; for the links of notices."""

    public_url: str = ""
    crm_web_url: str = ""


class UiSettings(_Group):
    ui_host: str = "127.0.0.1"
    ui_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    temporal_web_url: str = ""
    crm_web_url: str = ""
    org_kind: str = ""
    """Said beside the org's name; what the org says about itself when empty."""
    intake_secret: SecretStr = SecretStr("")
    site_key: str = ""
    session_hours: int = Field(default=12, ge=1, le=24 * 30)
    session_idle_minutes: int = Field(default=120, ge=1)
    """Somebody who does nothing for this long is signed out; a page that refreshes itself is nothing."""
    local_accounts: bool = True
    """False leaves the identity provider as the only door."""
    secure_cookies: bool = False
    maildir: Path | None = None
    """Where the demo's mail sink keeps messages, to be read under /outbox."""


class OidcSettings(_Group):
    """Sign-in by an OpenID Connect provider; off while the issuer is empty."""

    oidc_issuer: str = ""
    """As the provider names itself; https, or http on this machine."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scopes: str = "openid email profile"
    oidc_role_claim: str = "groups"
    oidc_roles: str = ""
    """`group=role` by semicolons; the first group that a person is in counts."""
    oidc_default_role: Role = Role.VIEWER
    oidc_recheck_minutes: int = Field(default=10, ge=1)
    """How often the provider is asked whether it still vouches for a session."""

    @property
    def enabled(self) -> bool:
        return bool(self.oidc_issuer)

    @property
    def role_pairs(self) -> tuple[tuple[str, Role], ...]:
        """Raises `InputError` naming the part that is no pair or no role."""
        pairs: list[tuple[str, Role]] = []
        for part in (p.strip() for p in self.oidc_roles.split(";")):
            group, _, role = part.rpartition("=")
            if not part:
                continue
            if not group.strip() or role.strip() not in {r.value for r in Role}:
                raise InputError(
                    f"{PREFIX}OIDC_ROLES: {part[:60]!r} is no group=role; roles are {', '.join(r.value for r in Role)}"
                )
            pairs.append((group.strip(), Role(role.strip())))
        return tuple(pairs)


EVERY_GROUP: tuple[type[BaseSettings], ...] = (
    StoreSettings,
    PlaybookSettings,
    EnrichmentSettings,
    KeySettings,
    AuditSettings,
    CrmSettings,
    PollSettings,
    OwnerCheckSettings,
    ReconcileSettings,
    ModelSettings,
    MetricsSettings,
    MailSettings,
    NotifySettings,
    SlackSettings,
    SlackDoorSettings,
    LinkSettings,
    UiSettings,
    OidcSettings,
)
"""For whoever starts all processes, and wants to know before whether each will read its settings."""


def variables_of(group: type[BaseSettings]) -> frozenset[str]:
    """The names of the environment variables that a group is read from."""
    prefix = group.model_config.get("env_prefix", "")
    return frozenset(f"{prefix}{field}".upper() for field in group.model_fields)


GroupT = TypeVar("GroupT", bound=BaseSettings)


def load(group: type[GroupT]) -> GroupT:
    """Read a group from the environment. Raises `InputError` that names each variable and what is wrong."""
    try:
        return group()
    except ValidationError as wrong:
        prefix = str(group.model_config.get("env_prefix", ""))
        lines = "; ".join(
            f"{prefix}{str(e['loc'][0]).upper()}: {'is not set' if e['type'] == 'missing' else e['msg']}"
            for e in wrong.errors(include_input=False)
        )
        raise InputError(f"{lines}. Set it in the environment; see 'Settings' in README.md") from None
