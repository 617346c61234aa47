"""What a writer is given and what it gives back. The lead's own words are data inside `facts`, nothing more."""

from enum import StrEnum

from domain.evidence import Evidence
from domain.model import Value
from domain.model_budget import ModelCall


class Person(Value):
    """Somebody who is named in a draft."""

    name: str
    email: str = ""
    title: str = ""


class OpenQuestion(Value):
    """A question that no source answers. Approved word by word, one text per language."""

    id: str
    texts: dict[str, str]


class AnsweredQuestion(Value):
    """A question that a source answers: no draft may ask it. `asks` are the phrases by which it is known."""

    id: str
    evidence: str
    asks: tuple[str, ...]


class DraftRequest(Value):
    """Everything a writer may use. What is not in here cannot be stated.

    `facts` are the evidence entries that the playbook lets a model see. `mail_allowed` is the verdict of
    the consent rules; where it is False the writer makes a brief and no e-mail.
    """

    case_id: str
    round: int
    recipient: Person
    company: str
    sender: Person
    seller: str
    language: str
    voice: str
    facts: tuple[Evidence, ...]
    inquiry_message: str
    product_statements: tuple[Evidence, ...] = ()
    """Approved sentences about our own product, from `playbook/products`."""
    meeting_offers: tuple[str, ...] = ()
    """Times that may be offered, already in the recipient's language."""
    mail_allowed: bool
    no_mail_because: str = ""
    """Why none is allowed, as the end of a sentence."""
    questions: tuple[OpenQuestion, ...] = ()
    """What may be asked, in the order of worth. A first answer asks one."""
    answered: tuple[AnsweredQuestion, ...] = ()
    instructions: str = ""
    """A reviewer's request for another draft."""
    withheld: tuple[str, ...] = ()
    """What the playbook keeps from a model, by the name it would be sent under; a writer on this machine may use it."""
    findings: tuple[str, ...] = ()
    """What the grounding check struck in the last try."""
    decline: str = ""
    """A fixed sentence that the e-mail must hold, because the inquiry asks for what nobody may tell."""


class DraftSentence(Value):
    """One sentence of the e-mail. `evidence` names facts; a sentence that states nothing needs none."""

    text: str
    evidence: tuple[str, ...] = ()
    struck: bool = False
    why: str = ""


class ModelUsage(Value):
    """What one model call cost. `cost_usd` is None where the price list does not know the model."""

    model: str
    input_tokens: int
    output_tokens: int
    cost_usd: float | None = None
    sent_fields: tuple[str, ...] = ()
    """What left the machine, by field name."""


class DraftOrigin(StrEnum):
    MODEL = "model"
    TEMPLATE = "template"


class Draft(Value):
    """A brief for the owner and, where allowed, an e-mail as paragraphs of sentences."""

    origin: DraftOrigin
    writer_version: str
    language: str
    summary: str
    talking_points: tuple[DraftSentence, ...] = ()
    subject: str = ""
    paragraphs: tuple[tuple[DraftSentence, ...], ...] = ()
    task_subject: str = ""
    task_description: str = ""
    usage: tuple[ModelUsage, ...] = ()
    fallback: str = ""
    """Why the template writer wrote where a model is configured; empty otherwise."""
    asked: tuple[ModelCall, ...] = ()
    """Every question to a model for this case so far, failed ones too."""

    def body(self) -> str:
        """The e-mail text that would be sent: struck sentences left out, paragraphs by blank lines."""
        kept = (" ".join(s.text for s in paragraph if not s.struck) for paragraph in self.paragraphs)
        return "\n\n".join(text for text in kept if text)

    def struck(self) -> tuple[DraftSentence, ...]:
        return tuple(s for paragraph in self.paragraphs for s in paragraph if s.struck)
