"""What the pages are made of. Built once by the composition root; tests build it with fakes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from approval_ui.federation import RoleMapping
from approval_ui.identity_provider import IdentityProvider
from approval_ui.ports import SlackDoor, TemporalGateway
from domain.context import ContextStore
from domain.countersign import SignatureVerifier
from domain.organisation import Organisation
from domain.ports import CaseDocuments, Clock, DecisionSigner, MailLog, PauseSwitch, PlaybookLines, Playbooks
from persistence.absences import SqlAbsences
from persistence.audit import SqlAuditLog
from persistence.cases import SqlCases
from persistence.claims import SqlClaims
from persistence.decided_cards import DecidedCards
from persistence.exception_lane import ExceptionLane
from persistence.exceptions import SqlExceptions
from persistence.lanes import ReviewLanes
from persistence.notices import SqlNotices
from persistence.preferences import SqlPreferences
from persistence.queue import ReviewQueue
from persistence.reachable import SqlReachable
from persistence.readiness import SqlReadiness
from persistence.receipts import SqlReceipts
from persistence.reviews import SqlReviews
from persistence.saved_views import SavedViews
from persistence.sessions import SqlSessions
from persistence.undo_batches import SqlUndoBatches
from persistence.users import SqlUsers


@dataclass(frozen=True)
class UiConfig:
    """`org_kind` is shown beside the name (`demo`, `sandbox`, `production`); when empty, what the org says of itself.
    Empty addresses switch their links off.
    """

    org_id: str
    org_name: str
    org_kind: str = "demo"
    agent_version: str = ""
    temporal_web_url: str = ""
    temporal_namespace: str = "default"
    crm_url: str = ""
    public_url: str = ""
    intake_secret: bytes = b""
    """Keys the webhook's signature; the webhook is closed while it is empty."""
    site_key: str = ""
    """Part of the public form's address; the form is closed while it is empty."""
    maildir: Path | None = None
    session_lifetime: timedelta = timedelta(hours=12)
    session_idle: timedelta = timedelta(hours=2)
    local_accounts: bool = True
    """False leaves the identity provider as the only door."""
    sign_in_secret: bytes = b""
    """Keys the digests under which unknown logins are audited."""
    role_mapping: RoleMapping = field(default_factory=RoleMapping)
    provider_recheck: timedelta = timedelta(minutes=10)
    provider_missing: str = ""
    """A sentence for the door, where a provider is configured and cannot be used."""
    secure_cookies: bool = True
    delivery_timeout_seconds: float = 3.0
    redelivery_seconds: float = 4.0


@dataclass(frozen=True)
class UiDependencies:
    """Adapters, the human signing key (nowhere else), and the way to the engine."""

    config: UiConfig
    documents: CaseDocuments
    cases: SqlCases
    context: ContextStore
    reviews: SqlReviews
    queue: ReviewQueue
    lanes: ReviewLanes
    saved_views: SavedViews
    receipts: SqlReceipts
    undo_batches: SqlUndoBatches
    mail_log: MailLog
    pause: PauseSwitch
    audit: SqlAuditLog
    users: SqlUsers
    sessions: SqlSessions
    signer: DecisionSigner
    verifier: SignatureVerifier
    playbooks: Playbooks
    lines: PlaybookLines
    decided_cards: DecidedCards
    clock: Clock
    temporal: TemporalGateway
    readiness: SqlReadiness
    claims: SqlClaims
    exceptions: SqlExceptions
    exception_lane: ExceptionLane
    notices: SqlNotices
    reachable: SqlReachable
    preferences: SqlPreferences
    absences: SqlAbsences
    provider: IdentityProvider | None = None
    known_org: Callable[[], Organisation | None] = lambda: None
    """What the CRM worker last heard of the org."""
    slack: SlackDoor | None = None
    """None where Slack may not decide."""
    close: Callable[[], None] = lambda: None
    """Leaves what the adapters hold open; the application calls it when it stops."""
