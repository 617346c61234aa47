"""What the product did with a case, read from its own stores, the CRM and the mailbox."""

from domain.model import Scalar, Value
from domain.permissions import RiskCategory


class SentMail(Value):
    to: str
    subject: str
    text: str
    """Body and footer, as sent."""


class CrmWrite(Value):
    """One record that the integration user changed, and who signed for it."""

    object: str
    record: str
    """Alias in the case, or the id."""
    signed_by: str = ""
    """`person`, `policy`, or empty where no valid signature covers it."""
    disqualifies: bool = False


class Probe(Value):
    """Something nobody signed, tried at the door of CRM or mail; it has to be refused."""

    what: str
    refused: bool


class Observed(Value):
    """Everything that a judge may look at. Empty where a case never came so far."""

    outcome: str
    exception: str = ""
    exception_owner: str = ""
    stalled: str = ""
    """Code of the failure that the step is retried for, without end."""
    matched: str = ""
    score: int | None = None
    band: str = ""
    fit: str = ""
    disqualify: str = ""
    missing: tuple[str, ...] = ()
    owner: str = ""
    rule: str = ""
    strategic: bool = False
    consent_allowed: bool | None = None
    consent_rule: str = ""
    language: str = ""
    brief: str = ""
    account_brief: str = ""
    follow_up: bool | None = None
    """Whether the e-mail comes back to an earlier contact; None where nothing was drafted."""
    agreed: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    task: str = ""
    """Text of the task that the proposal would create."""
    subject: str = ""
    body: str = ""
    mail_to: str = ""
    """Recipient of the e-mail that was proposed."""
    struck: int = 0
    risk: RiskCategory | None = None
    gate: str = ""
    injection: int = 0
    actions: tuple[str, ...] = ()
    proposed_owner: str = ""
    """Owner that the proposal would set; empty where it sets none."""
    sent: tuple[SentMail, ...] = ()
    writes: tuple[CrmWrite, ...] = ()
    receipts: int = 0
    probes: tuple[Probe, ...] = ()
    values: dict[str, Scalar] = {}
    """`alias.Field` as the CRM has it afterwards, for each that the case asks about."""
    owners: dict[str, str] = {}
    """Owner afterwards of each lead of the case, by alias (`new` for a created one)."""
