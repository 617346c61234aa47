"""What a failure still says once it is stripped, and what the interceptor makes of an error. No server needed."""

import pytest
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    CancelledError,
    RetryState,
    TimeoutError,
    TimeoutType,
)

from activities.errors import PAUSE_POLL, RETRYABLE, to_failure
from domain.errors import CrmError, DomainError, ErrorCode, Paused, RefusalReason
from runtime.failures import CodedFailureConverter
from tests.runtime.probing import CANARY, fail

PAYLOADS = PayloadConverter.default


def stripped(error: BaseException) -> Failure:
    failure = Failure()
    CodedFailureConverter().to_failure(error, PAYLOADS, failure)
    return failure


def caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


def activity_error() -> ActivityError:
    return ActivityError(
        "Activity task failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="w",
        activity_type="fetch",
        activity_id="1",
        retry_state=RetryState.MAXIMUM_ATTEMPTS_REACHED,
    )


def raised() -> BaseException:
    with pytest.raises(ValueError, match=CANARY) as error:
        fail()
    return error.value


@pytest.mark.parametrize("code", [*ErrorCode, *RefusalReason])
def test_a_code_of_ours_passes_without_its_cause(code: str) -> None:
    failure = stripped(caused(ApplicationError(f"{code}; detail in document d1", type=code), raised()))
    assert failure.message == f"{code}; detail in document d1"
    assert failure.application_failure_info.type == code
    assert CANARY not in str(failure)


def test_anything_else_keeps_its_class_only() -> None:
    failure = stripped(raised())
    assert failure.message == "ValidationError: details withheld from history"
    assert (failure.stack_trace, failure.HasField("cause")) == ("", False)


def test_an_error_without_a_code_loses_message_and_details() -> None:
    failure = stripped(ApplicationError(f"no {CANARY}", CANARY, type="Nonsense", non_retryable=True))
    assert failure.application_failure_info.non_retryable
    assert failure.application_failure_info.type == "Nonsense"
    assert not failure.application_failure_info.HasField("details")
    assert CANARY not in str(failure)


def test_a_text_in_place_of_a_type_is_no_type() -> None:
    assert stripped(ApplicationError("x", type=f"from {CANARY}")).application_failure_info.type == "Error"


def test_what_the_engine_says_is_kept_and_its_cause_is_stripped() -> None:
    failure = stripped(caused(activity_error(), raised()))
    assert failure.message == "Activity task failed"
    assert failure.activity_failure_info.activity_type.name == "fetch"
    assert failure.cause.message == "ValidationError: details withheld from history"


def test_what_a_careless_worker_has_sent_is_stripped_as_well() -> None:
    """An error that was read from the server carries what the server holds, and would be copied as it is."""
    dirty = Failure()
    DefaultFailureConverter().to_failure(caused(activity_error(), raised()), PAYLOADS, dirty)
    assert CANARY in str(dirty)
    read = DefaultFailureConverter().from_failure(dirty, PAYLOADS)
    assert CANARY not in str(stripped(read))


@pytest.mark.parametrize(
    "error",
    [CancelledError("Cancelled"), TimeoutError("late", type=TimeoutType.START_TO_CLOSE, last_heartbeat_details=[])],
)
def test_cancellation_and_timeouts_stay_what_they_are(error: CancelledError | TimeoutError) -> None:
    read = CodedFailureConverter().from_failure(stripped(error), PAYLOADS)
    assert type(read) is type(error)


def test_every_code_has_its_row() -> None:
    assert set(RETRYABLE) == set(ErrorCode)


@pytest.mark.parametrize("code", ErrorCode)
def test_the_table_decides_what_is_retried(code: ErrorCode) -> None:
    failure = to_failure(DomainError(f"about {CANARY}", code=code), "")
    assert (failure.type, failure.non_retryable) == (code.value, not RETRYABLE[code])
    assert failure.message == code.value


def test_the_document_is_named() -> None:
    assert to_failure(DomainError(code=ErrorCode.CRM_LOCKED), "d1").message == "crm_locked; detail in document d1"


def test_the_crm_says_when_to_come_back() -> None:
    told = to_failure(CrmError(code=ErrorCode.CRM_RATE_LIMITED, retry_after_seconds=90), "")
    assert told.next_retry_delay is not None
    assert told.next_retry_delay.total_seconds() == 90


def test_nobody_makes_a_case_wait_for_more_than_an_hour() -> None:
    told = to_failure(CrmError(code=ErrorCode.CRM_RATE_LIMITED, retry_after_seconds=1e9), "")
    assert told.next_retry_delay is not None
    assert told.next_retry_delay.total_seconds() == 3600


def test_a_paused_write_looks_again_within_seconds() -> None:
    assert to_failure(Paused(), "").next_retry_delay == PAUSE_POLL
