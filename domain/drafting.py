"""What a writer is given and what it gives back. The lead's own words are data inside `facts`, nothing more."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from domain.bant_speakers import Side
from domain.evidence import Evidence
from domain.model import Instant, Value
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


class BriefLine(Value):
    """One line of the account brief as the rules write it; a writer may say the same better."""

    text: str
    evidence: tuple[str, ...]


class Matter(StrEnum):
    """What a sentence of a call is about; the names of a summary's parts."""

    AGREED = "agreed"
    OPEN = "open_questions"
    NEXT = "next_steps"


class SpokenLine(Value):
    """One sentence of a call or of its notes, word by word in `evidence`."""

    evidence: Evidence
    speaker: str = ""
    """As the source names them; empty in notes."""
    side: Side = Side.UNKNOWN
    heading: str = ""
    """The `Matter` that notes put it under; empty where they do not."""


_TALKS = {"event": "Meeting", "call_transcript": "Call", "voice_call": "Call", "task": "Call notes"}


class Talk(Value):
    """A call or meeting of which there are words."""

    key: str
    kind: str
    system: str
    record: str
    occurred_at: Instant
    day: str
    """ISO date, where the seller works."""

    @property
    def called(self) -> str:
        """What page and task call it: `Call of 25 Feb 2026`."""
        day = date.fromisoformat(self.day)
        return f"{_TALKS.get(self.kind, 'Call')} of {day.day} {day:%b %Y}"


class Meeting(Talk):
    """As far as a summary needs it. `lines` are in their order."""

    lines: tuple[SpokenLine, ...]


class ContactKind(StrEnum):
    EMAIL = "email"
    CALL = "call"
    MEETING = "meeting"


class EarlierContact(Value):
    """The last time that we wrote to or talked with the recipient. What is said of it in an e-mail rests on these.

    `quotes` are the recipient's own words then, never somebody else's and never a colleague's notes.
    """

    kind: ContactKind
    day: str
    """ISO date, where the seller works."""
    occurred_at: Instant
    date: Evidence
    quotes: tuple[Evidence, ...] = ()


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
    account_facts: tuple[Evidence, ...] = ()
    """What is known of the recipient's own company. For the brief alone: no e-mail may rest on it."""
    account_lines: tuple[BriefLine, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    """Newest first. Their words are for the summary; what an e-mail may recall of them is in `earlier`."""
    earlier: EarlierContact | None = None
    """Set where the e-mail is not the first touch."""
    kept_here: tuple[str, ...] = ()
    """Ids of evidence that the playbook keeps from a model; the rules write about it on this machine."""

    @property
    def recalled(self) -> tuple[Evidence, ...]:
        """What a follow-up may speak of besides the facts."""
        return () if self.earlier is None else (self.earlier.date, *self.earlier.quotes)


class DraftSentence(Value):
    """One sentence of the e-mail. `evidence` names facts; a sentence that states nothing needs none."""

    text: str
    evidence: tuple[str, ...] = ()
    struck: bool = False
    why: str = ""


class MeetingSummary(Talk):
    """What one call or meeting came to; each sentence points to the words it rests on."""

    agreed: tuple[DraftSentence, ...] = ()
    open_questions: tuple[DraftSentence, ...] = ()
    next_steps: tuple[DraftSentence, ...] = ()

    def about(self, matter: Matter) -> tuple[DraftSentence, ...]:
        return {Matter.AGREED: self.agreed, Matter.OPEN: self.open_questions, Matter.NEXT: self.next_steps}[matter]

    def sentences(self) -> tuple[DraftSentence, ...]:
        return tuple(sentence for matter in Matter for sentence in self.about(matter))

    def revised(
        self, change: Callable[[Matter, tuple[DraftSentence, ...]], tuple[DraftSentence, ...]]
    ) -> "MeetingSummary":
        """The same talk with what `change` makes of the sentences of each matter."""
        return self.model_copy(update={matter.value: change(matter, self.about(matter)) for matter in Matter})


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
    account_brief: tuple[DraftSentence, ...] = ()
    """For the owner, in English: what is known of the account."""
    meetings: tuple[MeetingSummary, ...] = ()
    follow_up: bool = False
    """The e-mail is not the first touch."""
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

    def stated(self) -> tuple[DraftSentence, ...]:
        """Every sentence that names its evidence, struck ones too."""
        spoken = (s for meeting in self.meetings for s in meeting.sentences())
        return (*self.talking_points, *self.account_brief, *spoken, *(s for p in self.paragraphs for s in p))
