"""Who may do what: permission levels of the agent, roles of people, risk of actions, and what they ask for."""

from enum import StrEnum

from domain.leads import Motion
from domain.model import Value


class Level(StrEnum):
    """How much the agent may do, per motion. Order matters: see `LEVEL_ORDER`."""

    READ_ONLY = "read_only"
    DRAFT = "draft"
    APPROVED_WRITEBACK = "approved_writeback"
    LIMITED_AUTOMATION = "limited_automation"


LEVEL_ORDER = tuple(Level)


class Role(StrEnum):
    VIEWER = "viewer"
    REVIEWER = "reviewer"
    MANAGER = "manager"
    OPS = "ops"
    ADMIN = "admin"


class Permission(StrEnum):
    SEE_REVIEWS = "see_reviews"
    DECIDE = "decide"
    DECIDE_HIGH_RISK = "decide_high_risk"
    RESOLVE = "resolve"
    UNDO = "undo"
    PAUSE = "pause"
    RESUME = "resume"
    SEE_AUDIT = "see_audit"
    START_READINESS_AUDIT = "start_readiness_audit"
    ADMINISTER = "administer"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.SEE_REVIEWS}),
    Role.REVIEWER: frozenset(
        {Permission.SEE_REVIEWS, Permission.DECIDE, Permission.RESOLVE, Permission.UNDO, Permission.PAUSE}
    ),
    Role.MANAGER: frozenset(
        {
            Permission.SEE_REVIEWS,
            Permission.DECIDE,
            Permission.DECIDE_HIGH_RISK,
            Permission.RESOLVE,
            Permission.UNDO,
            Permission.PAUSE,
            Permission.RESUME,
            Permission.SEE_AUDIT,
            Permission.START_READINESS_AUDIT,
        }
    ),
    Role.OPS: frozenset(
        {
            Permission.SEE_REVIEWS,
            Permission.RESOLVE,
            Permission.PAUSE,
            Permission.RESUME,
            Permission.SEE_AUDIT,
            Permission.START_READINESS_AUDIT,
        }
    ),
    Role.ADMIN: frozenset(
        {
            Permission.SEE_REVIEWS,
            Permission.PAUSE,
            Permission.RESUME,
            Permission.SEE_AUDIT,
            Permission.START_READINESS_AUDIT,
            Permission.ADMINISTER,
        }
    ),
}


def can(role: Role, permission: Permission) -> bool:
    return permission in ROLE_PERMISSIONS[role]


def can_see_reviews(role: Role) -> bool:
    """Queue, cards, cases, outbox, readiness: everything that is read to understand a decision."""
    return can(role, Permission.SEE_REVIEWS)


def can_decide(role: Role) -> bool:
    """Approve low and medium risk, reject anything, ask for a new draft, stop an e-mail."""
    return can(role, Permission.DECIDE)


def can_arrange(role: Role) -> bool:
    """Claim, release, snooze and reassign: who decides also says who looks at it, and when."""
    return can(role, Permission.DECIDE)


def can_release_others(role: Role) -> bool:
    """Take back a claim that somebody left lying."""
    return can(role, Permission.DECIDE_HIGH_RISK)


def can_resolve(role: Role) -> bool:
    """Say how a case goes on that stopped with an exception. Signs nothing: what comes of it is proposed as ever."""
    return can(role, Permission.RESOLVE)


def can_undo(role: Role) -> bool:
    return can(role, Permission.UNDO)


def can_pause(role: Role) -> bool:
    return can(role, Permission.PAUSE)


def can_resume(role: Role) -> bool:
    return can(role, Permission.RESUME)


def can_replay_notifications(role: Role) -> bool:
    """Send again what was given up: those who answer for it that writing goes on answer for this too."""
    return can(role, Permission.RESUME)


def can_see_audit(role: Role) -> bool:
    return can(role, Permission.SEE_AUDIT)


def can_start_readiness_audit(role: Role) -> bool:
    """Costs about a dozen API calls of the org; changes nothing."""
    return can(role, Permission.START_READINESS_AUDIT)


def can_administer(role: Role) -> bool:
    """People, their roles and whether somebody is away."""
    return can(role, Permission.ADMINISTER)


class RiskCategory(StrEnum):
    """Risk of a set of actions: that of its riskiest one. Order matters: see `RISK_ORDER`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    FORBIDDEN = "forbidden"


RISK_ORDER = tuple(RiskCategory)


class RiskAssessment(Value):
    category: RiskCategory
    reasons: tuple[str, ...]


class WritePolicy(Value):
    """What the write guard enforces. Always the playbook's current one, never the one a case was started with."""

    org_id: str
    levels: dict[Motion, Level]
    allowed_fields: dict[str, frozenset[str]]
    """Per object the fields the agent may write; what is not listed is refused."""
    approval_fields: dict[str, frozenset[str]] = {}
    """Per object the fields that only a person may sign for; the policy key may not."""
    drafted_fields: dict[str, frozenset[str]] = {}
    """Per object the fields that are written only by an action which a person ticked (`opt_in`)."""
    automatic_fields: dict[str, frozenset[str]] = {}
    """Per object the fields whose change is low risk."""
    record_types: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {}
    """Per object and record type the values that its picklists take."""
    quorum: dict[RiskCategory, int] = {}
    """How many distinct people must sign; one where not listed."""
    strategic_owner_ids: frozenset[str] = frozenset()
    authorisation_hours: int = 72
    """The longest that a decision authorises its write, from the moment in which it was signed."""


def may(level: Level, needed: Level) -> bool:
    """Whether `level` reaches `needed`."""
    return LEVEL_ORDER.index(level) >= LEVEL_ORDER.index(needed)


def worst(categories: tuple[RiskCategory, ...]) -> RiskCategory:
    """The riskiest of them; low for none."""
    return max(categories, key=RISK_ORDER.index, default=RiskCategory.LOW)


def permission_for(risk: RiskCategory) -> Permission:
    """The permission that a person needs to approve this risk. `forbidden` is refused before this is asked."""
    match risk:
        case RiskCategory.LOW | RiskCategory.MEDIUM:
            return Permission.DECIDE
        case RiskCategory.HIGH | RiskCategory.FORBIDDEN:
            return Permission.DECIDE_HIGH_RISK


def can_approve(role: Role, risk: RiskCategory) -> bool:
    """Whether this role's signature is enough. What the policy forbids is refused before this is asked."""
    return can(role, permission_for(risk))
