"""The reviewer of scripted runs decides what was handed in, and nothing that turns up meanwhile."""

from typing import Any, cast

from cli.api import ApiClient
from cli.scripted_reviewer import ScriptedReviewer


class _Api:
    """Two open reviews, one of them of a lead that the poll found."""

    def __init__(self) -> None:
        self.decided: list[str] = []

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **_: str) -> Any:
        if method == "POST":
            self.decided.append(path)
            return {}
        if path == "/api/reviews":
            return {"reviews": [{"case_id": "handed-in", "round": 1}, {"case_id": "polled", "round": 1}]}
        return {"content": {"actions": [{"key": "a", "kind": "create_task"}]}, "digest": "d", "round": 1}


def test_only_its_own_cases_are_decided_and_each_round_once() -> None:
    api = _Api()
    reviewer = ScriptedReviewer(cast("ApiClient", api), decides={"handed-in"})
    assert (reviewer.look(), reviewer.look()) == (1, 0)
    assert api.decided == ["/api/reviews/handed-in/1/decide"]


def test_what_waits_is_decided_once_it_is_released() -> None:
    api = _Api()
    reviewer = ScriptedReviewer(
        cast("ApiClient", api), decides={"handed-in", "polled"}, keeps_waiting=frozenset({"polled"})
    )
    reviewer.look()
    assert api.decided == ["/api/reviews/handed-in/1/decide"]
    reviewer.release("polled")
    reviewer.look()
    assert api.decided[-1] == "/api/reviews/polled/1/decide"
