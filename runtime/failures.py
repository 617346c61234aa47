"""Keeps personal data out of failures: what an exception says goes to a document, Temporal gets its code.

When do you need to touch this? When failures in Temporal Web say too little, or a leak was found.

Two doors. The interceptor turns exceptions of activities into coded failures and keeps their text as a case
document. The failure converter is the last door: whatever reaches it without a code (a payload that does not
decode, a bug in a workflow) loses its message, its cause and its trace.
"""

import logging
import traceback
from collections.abc import Callable
from typing import Any, ClassVar

import temporalio.api.common.v1
import temporalio.api.failure.v1
from temporalio import activity
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import DomainError, ErrorCode, RefusalReason

logger = logging.getLogger("countersign.activity")

CODES = frozenset(code.value for code in (*ErrorCode, *RefusalReason))
"""An application error of one of these types was made by this product and carries no personal data."""

KeepDetail = Callable[[str, str, str], str]
"""(case id, slot, text) → id of the document that now holds the text; empty where it could not be kept."""

Translate = Callable[[DomainError, str], ApplicationError]


class CodedFailureConverter(DefaultFailureConverter):
    """Lets through what has a code; replaces everything else by the name of its exception class."""

    _withheld: ClassVar[str] = "details withheld from history"

    def to_failure(
        self,
        exception: BaseException,
        payload_converter: PayloadConverter,
        failure: temporalio.api.failure.v1.Failure,
    ) -> None:
        if isinstance(exception, ApplicationError) and exception.type in CODES:
            super().to_failure(exception, payload_converter, failure)
            failure.ClearField("cause")
        elif isinstance(exception, FailureError) and not isinstance(exception, ApplicationError):
            # Temporal's own wrappers (activity failed, cancelled, timed out). Their cause comes through here again.
            super().to_failure(exception, payload_converter, failure)
        else:
            name = exception.type if isinstance(exception, ApplicationError) else type(exception).__name__
            final = isinstance(exception, ApplicationError) and exception.non_retryable
            coded = ApplicationError(f"{name}: {self._withheld}", type=name or "Error", non_retryable=final)
            super().to_failure(coded, payload_converter, failure)
        failure.stack_trace = ""


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
            raise self._translate(known, self._detail(input, known.detail)) from None
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
            raise self._translate(code, document) from None

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
