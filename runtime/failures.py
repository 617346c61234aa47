"""Keeps personal data out of failures: what an exception says goes to a document, Temporal gets its code.

When do you need to touch this? When failures in Temporal Web say too little, or a leak was found.

Two doors. The interceptor turns exceptions of activities into coded failures and keeps their text as a case
document. The failure converter is the last door: whatever reaches it without a code (a payload that does not
decode, a bug in a workflow) loses its message, its cause and its trace.
"""

import logging
import traceback
from collections.abc import Callable
from typing import Any

import temporalio.api.common.v1
import temporalio.api.failure.v1
from temporalio import activity
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import DomainError, ErrorCode, RefusalReason

logger = logging.getLogger("countersign.activity")

CODES = frozenset(code.value for code in (*ErrorCode, *RefusalReason))
"""An application error of one of these types was made by this product and carries no personal data."""

KeepDetail = Callable[[str, str, str], str]
"""(case id, slot, text) → id of the document that now holds the text; empty where it could not be kept."""

Translate = Callable[[DomainError, str, int], ApplicationError]
"""(error, id of the document with its detail, number of the attempt; 1 where the work belongs to no case)."""


_OF_TEMPORAL = frozenset(
    {
        "activity_failure_info",
        "canceled_failure_info",
        "child_workflow_execution_failure_info",
        "server_failure_info",
        "terminated_failure_info",
        "timeout_failure_info",
    }
)
"""Failures that Temporal words itself. What they carry on from elsewhere is in their cause."""


class CodedFailureConverter(DefaultFailureConverter):
    """Lets through what has a code; replaces everything else by the name of its exception class."""

    def to_failure(
        self,
        exception: BaseException,
        payload_converter: PayloadConverter,
        failure: temporalio.api.failure.v1.Failure,
    ) -> None:
        super().to_failure(exception, payload_converter, failure)
        _withhold(failure)


def _withhold(failure: temporalio.api.failure.v1.Failure) -> None:
    """Strip a failure as it would travel. Works on the message and not on the exception, because one that came
    from the server is copied whole, with whatever a worker without this converter has put into it.
    """
    failure.stack_trace = ""
    failure.ClearField("encoded_attributes")
    kind = failure.WhichOneof("failure_info")
    if kind in _OF_TEMPORAL:
        if failure.HasField("cause"):
            _withhold(failure.cause)
        return
    failure.ClearField("cause")
    if kind != "application_failure_info":
        failure.application_failure_info.SetInParent()
    made = failure.application_failure_info
    if made.type in CODES:
        return
    # The name of a class, never a text that somebody put where a type belongs.
    made.type = made.type if made.type.isidentifier() else "Error"
    made.ClearField("details")
    failure.message = f"{made.type}: details withheld from history"


class CodedFailures(Interceptor):
    """Worker interceptor: every exception of an activity leaves as a code and the id of a document."""

    def __init__(self, *, translate: Translate, keep_detail: KeepDetail) -> None:
        self._translate = translate
        self._keep_detail = keep_detail

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _CodedActivity(next, self._translate, self._keep_detail)


class _CodedActivity(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, translate: Translate, keep_detail: KeepDetail) -> None:
        super().__init__(next)
        self._translate = translate
        self._keep_detail = keep_detail

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except DomainError as known:
            # A pause is asked again every few seconds, for days if need be; its code says all there is to say.
            detail = "" if known.code is ErrorCode.PAUSED else self._detail(input, known.detail)
            raise self._translate(known, detail, _attempt_of_case(input)) from None
        except ApplicationError:
            raise
        except Exception as unforeseen:  # noqa: BLE001  the last door: whatever it is, only its code may pass
            text = "".join(traceback.format_exception(unforeseen))
            document = self._detail(input, text)
            code = DomainError(code=ErrorCode.UNEXPECTED)
            logger.error(
                "activity %s failed with %s; detail in document %s",
                activity.info().activity_type,
                type(unforeseen).__name__,
                document or "(none)",
            )
            raise self._translate(code, document, _attempt_of_case(input)) from None

    def _detail(self, input: ExecuteActivityInput, text: str) -> str:
        case_id = getattr(input.args[0], "case_id", "") if input.args else ""
        if not case_id or not text:
            return ""
        info = activity.info()
        try:
            return self._keep_detail(case_id, f"{info.activity_type}.{info.activity_id}.{info.attempt}", text)
        except Exception:  # noqa: BLE001
            # The store may be what failed. The failure itself must still be reported.
            logger.warning("the detail of a failure in %s could not be kept", info.activity_type)
            return ""


def _attempt_of_case(input: ExecuteActivityInput) -> int:
    of_case = input.args and getattr(input.args[0], "case_id", "")
    return activity.info().attempt if of_case else 1
