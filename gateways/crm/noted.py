"""Refusals that come up between the guard's own questions, audited like its own."""

from collections.abc import Callable
from functools import wraps
from typing import Protocol, TypeVar

from domain.ports import UndoOrder, WriteOrder
from gateways.crm.guard import WriteGuard


class Guarded(Protocol):
    _guard: WriteGuard


Self = TypeVar("Self", bound=Guarded)
Order = TypeVar("Order", WriteOrder, UndoOrder)
Answer = TypeVar("Answer")


def noted(method: Callable[[Self, Order], Answer]) -> Callable[[Self, Order], Answer]:
    """For a method that writes: what a plan or the CRM's ledger shows is refused there, after the signature held."""

    @wraps(method)
    def noting(self: Self, order: Order) -> Answer:
        with self._guard.noting(order):
            return method(self, order)

    return noting
