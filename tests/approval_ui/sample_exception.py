"""An exception that waits, as the workers would have left it."""

from collections.abc import Callable
from datetime import timedelta

from domain.cases import Act, CaseException, Choice, Deadline, DocumentKind, ExceptionCode, Ladder, LadderStep
from domain.field_facts import FieldFact
from domain.leads import Motion
from domain.model import Instant
from domain.resolutions import ExceptionOpening, OpenedException
from domain.review_queue import searchable
from tests.approval_ui.sample_review import EMEA_QUEUE, IRENE, LEAD, Sample, northwind
from tests.approval_ui.world import World

OTHER = "00QLc0000000043MAA"


def stuck(
    world: World,
    code: ExceptionCode = ExceptionCode.AMBIGUOUS_MATCH,
    *acts: Act,
    about: Callable[[str, str, Instant], Sample] = northwind,
) -> OpenedException:
    """On a case of its own that has no open review; every act is offered unless said otherwise."""
    case_id = world.seed(about).opening.case_id
    world.deps.reviews.supersede(case_id, 1, now=world.now)
    steps = ((LadderStep.REMINDER, 4, "oriol"), (LadderStep.MANAGER, 9, "ines"), (LadderStep.EXPIRY, 27, "ines"))
    ladder = Ladder(
        deadlines=tuple(
            Deadline(step=step, at=world.now + timedelta(hours=hours), notify=who) for step, hours, who in steps
        )
    )
    opened = world.deps.exceptions.open(
        ExceptionOpening(
            key="inbound#0",
            case_id=case_id,
            org_id=world.deps.config.org_id,
            round=1,
            motion=Motion.INBOUND,
            workflow_id=world.deps.cases.get(case_id).workflow_id,
            code=code,
            title="Northwind <Logística>",
            subtitle="Marta Ruiz",
            search_text=searchable("Northwind <Logística>", "Marta Ruiz"),
            owner="Oriol Puig",
            asked="oriol",
            opened_at=world.now,
            ladder=ladder,
        )
    )
    raised = CaseException(
        code=code,
        owner="Oriol Puig",
        next_step="Choose which record this person is.",
        acts=acts or tuple(Act),
        matches=(
            Choice(id=LEAD.id, label="Marta Ruiz", detail="Lead · Northwind · same phone"),
            Choice(id=OTHER, label="María Ruiz <b>", detail="Lead · Northwind Traders · same company"),
        ),
        owners=(Choice(id=IRENE, label="Irene Castell", detail="EMEA"), Choice(id=EMEA_QUEUE, label="EMEA queue")),
        fields={"Lead": {"Email": FieldFact(kind="email", length=80), "Company": FieldFact(kind="string", length=255)}},
        ladder=ladder,
    )
    world.deps.documents.put(case_id, DocumentKind.EXCEPTION, str(opened.number), raised.model_dump_json().encode())
    return opened
