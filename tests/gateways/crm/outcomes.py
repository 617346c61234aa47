"""What tests ask of outcomes, and how they get in between."""

from typing import Any

import pytest

from domain.receipts import WriteOutcome, WriteOutcomeKind, WriteReceipt
from gateways.crm.client import CompositeAnswer, Part
from tests.gateways.crm.world import World


def written(outcome: WriteOutcome) -> WriteReceipt:
    assert outcome.kind is WriteOutcomeKind.WRITTEN, outcome
    assert outcome.receipt is not None
    return outcome.receipt


def in_between(world: World, monkeypatch: pytest.MonkeyPatch, act: Any, *, times: int = 1) -> None:
    """Do something right before each of the next atomic writes reaches the CRM: after the re-read."""
    send = world.session.composite
    left = [times]

    def meddled(parts: list[Part], *, all_or_none: bool) -> CompositeAnswer:
        if all_or_none and left[0] > 0:
            left[0] -= 1
            act()
        return send(parts, all_or_none=all_or_none)

    monkeypatch.setattr(world.session, "composite", meddled)


def while_reading(world: World, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Do something once while the re-read before a write is under way: after the guard was asked."""
    send = world.session.composite
    left = [1]

    def meddled(parts: list[Part], *, all_or_none: bool) -> CompositeAnswer:
        answer = send(parts, all_or_none=all_or_none)
        if not all_or_none and left[0] > 0:
            left[0] -= 1
            act()
        return answer

    monkeypatch.setattr(world.session, "composite", meddled)
