"""The JSON API: the same acts and checks for the command line and for scripts."""

from datetime import timedelta

import pytest

from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import TOMAS, northwind, student
from tests.approval_ui.world import PASSWORD, World


def test_a_script_reads_and_decides(world: World, door: Door) -> None:
    made = world.seed()
    script = door.script()
    (listed,) = script.get("/api/reviews?state=open").json()["reviews"]
    assert listed["title"] == made.opening.title
    shown = script.get(f"/api/reviews/{listed['case_id']}/{listed['round']}").json()
    assert shown["state"] == "open"
    assert shown["card"]["company"] == "Northwind Traders"

    answer = script.decide(
        made,
        shown_digest=shown["digest"],
        ticked=["owner", "task"],
        edits=[{"action_key": "owner", "field": "after_owner_id", "value": TOMAS}],
    )
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "approve_edited"
    assert answer.json()["delivery"] == "delivered"
    assert script.get("/api/reviews?state=open").json() == {"reviews": [], "total": 0, "next": None}
    (ended,) = script.get("/api/reviews?state=decided").json()["reviews"]
    assert ended["verdict"] == "approve_edited"


def test_refusals_carry_a_code_and_a_sentence(world: World, door: Door) -> None:
    made = world.seed(student)
    answer = door.script().decide(made)
    assert answer.status_code == 403
    assert answer.json()["detail"]["code"] == "role_too_low"
    assert "manager" in answer.json()["detail"]["detail"]


def test_a_review_says_what_is_known_of_the_account_and_what_a_call_came_to(world: World, door: Door) -> None:
    """As `countersign review show` prints it."""
    made = world.seed()
    draft = door.script().get(f"/api/reviews/{made.opening.case_id}/1").json()["card"]["draft"]
    assert [s["evidence"] for s in draft["account_brief"]] == [["e2"]]
    (meeting,) = draft["meetings"]
    assert meeting["day"] == "2026-02-25"
    assert [s["text"] for s in meeting["agreed"]] == ["They start with one depot."]
    assert draft["follow_up"] is False


def test_a_cookie_alone_opens_no_api(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    path = f"/api/reviews/{made.opening.case_id}/1"
    assert browser.get(path).status_code == 401
    sent = {"verdict": "approve", "shown_digest": made.opening.proposal_digest}
    assert browser.client.post(f"{path}/decide", json=sent).status_code == 401


def test_a_wrong_password_gets_no_token(door: Door) -> None:
    answer = door.stranger().post("/api/session", json={"login": "oriol", "password": "no"})
    assert answer.status_code == 401
    assert "token" not in answer.json()


def test_a_token_ends_when_it_is_given_back(door: Door) -> None:
    script = door.script()
    assert script.client.delete("/api/session", headers=script.headers).status_code == 204
    assert script.get("/api/cases").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"verdict": "maybe", "shown_digest": "x"},
        {"shown_digest": "x"},
        {"verdict": "approve", "shown_digest": "x", "role": "manager"},
        {"verdict": "approve", "shown_digest": "x", "edits": [{"field": "a"}]},
    ],
)
def test_a_malformed_decision_is_named(world: World, door: Door, body: dict[str, object]) -> None:
    made = world.seed()
    answer = door.script().post(f"/api/reviews/{made.opening.case_id}/1/decide", body)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


def test_a_write_is_never_told_before_its_signature(world: World, door: Door) -> None:
    made = world.seed()
    script = door.script()
    decision_id = script.decide(made).json()["decision_id"]
    # The CRM stamps whole seconds, and its clock is its own.
    written = world.write(made, decision_id).model_copy(
        update={"id": "f" * 64, "written_at": world.now - timedelta(seconds=1)}
    )
    world.deps.receipts.put(written)
    told = [step["what"] for step in script.get(f"/api/cases/{made.opening.case_id}").json()["steps"]]
    assert told.index("Oriol Puig approved") < told.index("Written to the CRM")


def test_cases_and_their_trace(world: World, door: Door) -> None:
    made = world.seed()
    script = door.script()
    script.decide(made)
    (listed,) = script.get("/api/cases").json()["cases"]
    assert listed["case"]["case_id"] == made.opening.case_id
    traced = script.get(f"/api/cases/{made.opening.case_id}").json()
    assert "Oriol Puig approved" in [step["what"] for step in traced["steps"]]
    assert traced["links"]["workflow"].endswith(
        f"/namespaces/default/workflows/inbound%2F{world.deps.config.org_id}%2F{made.opening.case_id}"
    )


def test_an_unknown_case_is_404(door: Door) -> None:
    script = door.script()
    assert script.get("/api/cases/cnone").status_code == 404
    assert script.get("/api/reviews/cnone/1").status_code == 404
    assert script.decide(northwind("cnone", "o", door.now)).status_code == 404


def test_pausing(world: World, door: Door) -> None:
    script = door.script()
    paused = script.post("/api/pause", {"motion": "inbound", "paused": True}).json()["paused"]
    assert paused == {"inbound": True, "research": False, "follow_up": False, "hygiene": False, "nudge": False}
    assert all(script.post("/api/pause", {"paused": True}).json()["paused"].values())
    # Anybody may stop; to go on is for those who answer for it.
    assert script.post("/api/pause", {"paused": False}).status_code == 403
    assert not any(door.script("ines").post("/api/pause", {"paused": False}).json()["paused"].values())
    assert door.script("vera").post("/api/pause", {"paused": True}).status_code == 403


def test_signing_in_goes_by_json_only(door: Door) -> None:
    answer = door.stranger().post("/api/session", data={"login": "oriol", "password": PASSWORD})
    assert answer.status_code == 422
