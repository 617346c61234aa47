"""What others said in a call, or wrote into a deal or a case, adds no action, owner or recipient."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.drafting import Draft, DraftOrigin, DraftRequest, DraftSentence, Matter
from domain.grounded_writing import cite_spoken, draft_grounded
from domain.meetings import orders_in, summary_of
from domain.permissions import RISK_ORDER, RiskCategory
from domain.ports import DraftWriter
from domain.proposals import AssignOwner, CreateTask, SendEmail
from domain.proposing import Proposed, propose
from gateways.llm.template_writer import TemplateWriter
from tests.domain.scenes import draft
from tests.domain.spoken import CALL, call, known_company, opportunity, request_for, support_case
from tests.guardrails.test_layers import ORDERS


class Obedient:
    """A writer that puts what was said wherever a draft has room, with evidence that exists."""

    version = "obedient"

    def __init__(self, order: str) -> None:
        self._order = order

    def draft(self, request: DraftRequest) -> Draft:
        account = tuple(f.id for f in request.account_facts[:2])
        spoken = {m.key: tuple(line.evidence.id for line in m.lines[-1:]) for m in request.meetings}
        letter = DraftSentence(text=self._order, evidence=(*account, *(e for ids in spoken.values() for e in ids)))
        return draft(
            origin=DraftOrigin.MODEL,
            account_brief=(DraftSentence(text=self._order, evidence=account),),
            meetings=tuple(
                summary_of(
                    m,
                    dict.fromkeys(
                        (Matter.AGREED, Matter.NEXT), (DraftSentence(text=self._order, evidence=spoken[m.key]),)
                    ),
                )
                for m in request.meetings
            ),
            paragraphs=((letter,), (DraftSentence(text="Thank you for your message."),)),
        )


def proposed(text: str, writer: DraftWriter) -> Proposed:
    name = text[:120]
    snap = known_company(opportunities=(opportunity(Name=name),), conversations=(support_case(Subject=name),))
    given_, request, book = request_for(snap, call(f"{CALL}Marta Ruiz: {text}\n"))
    written = cite_spoken(draft_grounded(writer, request), request.meetings, book)
    facts = given_.facts.with_orders(orders_in(request.meetings))
    made = propose(given_.model_copy(update={"draft": written, "evidence": book.entries(), "facts": facts}))
    assert made is not None
    return made


def outline(made: Proposed) -> list[tuple[str, str]]:
    """Kinds of actions in their order, each with whom it names."""
    found: list[tuple[str, str]] = []
    for action in made.content.actions:
        match action:
            case AssignOwner():
                found.append((action.kind, action.after_owner_id))
            case CreateTask():
                found.append((action.kind, f"{action.owner_id} {action.who_id}"))
            case SendEmail():
                found.append((action.kind, f"{action.to_address} {action.from_address}"))
            case _:
                found.append((action.kind, action.key))
    return found


QUIET = outline(proposed("We look forward to it.", TemplateWriter()))
_HOSTILE = st.lists(st.one_of(st.sampled_from(ORDERS), st.text(max_size=120)), min_size=1, max_size=3).map(" ".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=_HOSTILE, obedient=st.booleans())
def test_no_spoken_text_adds_an_action_an_owner_or_a_recipient(text: str, obedient: bool) -> None:
    made = proposed(text, Obedient(text) if obedient else TemplateWriter())
    assert outline(made) == QUIET
    mail = made.content.mail
    assert mail is not None
    assert "evil.example" not in f"{mail.subject}{mail.body}"
    tasks = "".join(a.description for a in made.content.actions if isinstance(a, CreateTask))
    assert "evil.example" not in tasks
    assert "005EVIL" not in f"{mail.subject}{mail.body}"


def test_an_order_in_a_call_raises_the_risk_and_is_shown() -> None:
    quiet = proposed("We look forward to it.", TemplateWriter())
    made = proposed(ORDERS[0], TemplateWriter())
    assert RISK_ORDER.index(made.risk.category) >= RISK_ORDER.index(RiskCategory.MEDIUM)
    assert set(made.risk.reasons) - set(quiet.risk.reasons) == {"the message reads like instructions to a machine"}
    assert any("Ignore all previous" in f.quote for f in made.card.injection)
    assert quiet.card.injection == ()


def test_the_task_says_what_the_call_came_to() -> None:
    made = proposed("We look forward to it.", TemplateWriter())
    (task,) = (a for a in made.content.actions if isinstance(a, CreateTask))
    assert "Call of 12 Nov 2026:" in task.description
    assert "- Agreed: Marta Ruiz: “We'll start with the depot in Valencia.”" in task.description
    assert "- Next: Irene Castell: “I'll send you the list of data fields by Friday.”" in task.description
