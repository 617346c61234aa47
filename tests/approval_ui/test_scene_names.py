"""Names on a card are those of records, and of nothing else."""

from approval_ui.views.changes import Scene
from domain.routing import Candidate
from tests.approval_ui.sample_review import IRENE, northwind
from tests.fakes.clock import START
from tests.fakes.examples import ORG


def test_an_empty_value_is_not_called_after_somebody_whom_the_crm_does_not_know() -> None:
    made = northwind("case-1", ORG, START)
    unknown = Candidate(owner_id="", name="gone@acme.example", chosen=False, why="not active, or not in the CRM")
    routing = made.card.routing.model_copy(update={"considered": (unknown, *made.card.routing.considered)})
    scene = Scene(made.card.model_copy(update={"routing": routing}), made.content, made.content)
    assert scene.name("") == ""
    assert scene.name(IRENE) == made.card.names[IRENE]
    assert scene.name("005Lc0000000099MAA") == "005Lc0000000099MAA"
