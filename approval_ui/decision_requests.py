"""What a page, the command line or a script asks to be decided, who asks, and what comes of it."""

from enum import StrEnum

from pydantic import Field

from approval_ui.mail_rechecks import Unsupported
from domain.decisions import Verdict
from domain.model import Value
from domain.permissions import Role
from domain.revising import Edit

KEPT_OUT = (
    "Your Salesforce user may not edit the record that this changes. Ask whoever owns it to decide, "
    "or for access to it in Salesforce."
)


class Reviewer(Value):
    """Who is signed in."""

    login: str
    name: str
    role: Role
    attested_by: str = ""
    """What vouches for them instead of a session of these pages, see `DecisionEnvelope`."""


class DecisionRequest(Value):
    """What a page, the command line or a script asks for. `ticked` None: every action that does not ask for a tick."""

    verdict: Verdict
    shown_digest: str = Field(max_length=64)
    ticked: frozenset[str] | None = None
    edits: tuple[Edit, ...] = Field(default=(), max_length=200)
    reason_code: str = Field(default="", max_length=60)
    text: str = Field(default="", max_length=4_000)
    seconds_open: int | None = None
    stated: frozenset[str] = Field(default=frozenset(), max_length=200)
    """Sentences without evidence (or their keys) that the reviewer explicitly states."""


class RefusalCode(StrEnum):
    """Why a decision was not taken; `changed` and the two closed ones are nobody's fault."""

    UNKNOWN = "unknown_review"
    CHANGED = "changed_since_shown"
    ALREADY_DECIDED = "already_decided"
    CLOSED = "round_closed"
    LATE = "late"
    ROLE_TOO_LOW = "role_too_low"
    SAME_REVIEWER = "same_reviewer"
    INVALID = "invalid"
    FORBIDDEN = "forbidden_action"
    SIGNATURE = "signature"
    NO_ACCESS = "no_crm_access"


class DecisionRefused(Exception):
    """Nothing was signed or stored. `sentence` is for the person who pressed the button."""

    def __init__(self, code: RefusalCode, sentence: str, unsupported: tuple[Unsupported, ...] = ()) -> None:
        super().__init__(code.value)
        self.code = code
        self.sentence = sentence
        self.unsupported = unsupported
        """Sentences that need the reviewer's word before they can be signed."""


class Taken(Value):
    """A stored decision. `quorum_open` means another person must still sign before anything happens."""

    case_id: str
    round: int
    decision_id: str
    verdict: Verdict
    final_digest: str
    quorum_open: bool = False
