"""A reviewer made of rules, for runs without a person: signs in and decides through the same API as everybody."""

from collections import Counter
from collections.abc import Container
from enum import StrEnum
from typing import Any

from cli.api import ApiClient, Unreachable
from domain.errors import InputError


class Play(StrEnum):
    """What is done with one review."""

    APPROVE = "approve"
    EDIT = "approve edited"
    UNTICK = "tick one off"
    REJECT = "reject"
    REDRAFT = "redraft, then approve"
    EXPIRE = "let it expire"


ROUND_ROBIN = (Play.APPROVE, Play.EDIT, Play.UNTICK, Play.REJECT, Play.APPROVE, Play.REDRAFT, Play.EXPIRE)


class ScriptedReviewer:
    """Gives each case one of the plays, in the order in which the cases turn up."""

    def __init__(
        self,
        api: ApiClient,
        *,
        decides: Container[str],
        keeps_waiting: frozenset[str] = frozenset(),
        plays: tuple[Play, ...] = ROUND_ROBIN,
    ) -> None:
        """`decides`: the cases that are this reviewer's; what the poll finds meanwhile is left to others.
        `keeps_waiting`: those of them that are left alone until `release`.
        """
        self._api = api
        self._decides = decides
        self._waiting = set(keeps_waiting)
        self._turns = plays
        self.plays: dict[str, Play] = {}
        self._seen: set[tuple[str, int]] = set()
        self.refused: Counter[str] = Counter()

    def release(self, case_id: str) -> None:
        """Approve it at the next look: what the wait was for has happened."""
        self._waiting.discard(case_id)
        self.plays[case_id] = Play.APPROVE

    def look(self) -> int:
        """Decide every open review that has not been looked at; returns how many were decided."""
        decided = 0
        for item in self._api.call("GET", "/api/reviews", state="open")["reviews"]:
            case_id, round = str(item["case_id"]), int(item["round"])
            if case_id not in self._decides or case_id in self._waiting or (case_id, round) in self._seen:
                continue
            play = self.plays.setdefault(case_id, self._turns[len(self.plays) % len(self._turns)])
            if play is not Play.EXPIRE:
                self._decide(case_id, round, play)
                decided += 1
            self._seen.add((case_id, round))
        return decided

    def _decide(self, case_id: str, round: int, play: Play) -> None:
        path = f"/api/reviews/{case_id}/{round}"
        review = self._api.call("GET", path)
        body = _answer(review, play)
        try:
            self._api.call("POST", f"{path}/decide", body)
        except Unreachable:
            # Whether it arrived is open: looked at again, it is either gone from the list or still to be decided.
            raise
        except InputError as refused:
            # Somebody (or the clock) was faster; the case goes on without this decision.
            self.refused[refused.detail.split(": ", 1)[-1]] += 1


def _answer(review: dict[str, Any], play: Play) -> dict[str, Any]:
    actions = review["content"]["actions"]
    keys = [a["key"] for a in actions if not a.get("opt_in")]
    body: dict[str, Any] = {"shown_digest": review["digest"], "verdict": "approve", "ticked": keys, "edits": []}
    mail = next((a for a in actions if a["kind"] == "send_email"), None)
    match play:
        case Play.EDIT:
            edit = _edit(actions, mail)
            if edit is not None:
                body |= {"verdict": "approve_edited", "edits": [edit]}
        case Play.UNTICK:
            dropped = mail["key"] if mail is not None else keys[-1]
            if len(keys) > 1:
                body |= {"verdict": "approve_edited", "ticked": [k for k in keys if k != dropped]}
        case Play.REJECT:
            body |= {"verdict": "reject", "ticked": [], "reason_code": review["card"]["reject_reasons"][0][0]}
        case Play.REDRAFT if review["round"] == 1:
            body |= {"verdict": "respond", "ticked": [], "text": "Shorter, please."}
        case _:
            pass
    return body


def _edit(actions: list[dict[str, Any]], mail: dict[str, Any] | None) -> dict[str, Any] | None:
    if mail is not None:
        return {"action_key": mail["key"], "field": "subject", "value": f"{mail['subject']} (edited)"[:255]}
    task = next((a for a in actions if a["kind"] == "create_task"), None)
    if task is None:
        return None
    return {"action_key": task["key"], "field": "subject", "value": f"{task['subject']} (edited)"[:255]}
