"""Named timeouts and retries, each with its why.

When do you need to touch this? When a step proves too slow or too eager. Nothing else sets a timeout.

Which errors are final is not decided here: `activities/errors.py` marks them where they are raised.
"""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType

from workflows.messages import TaskQueue


class StepOptions(TypedDict, total=False):
    """The part of an activity call that does not depend on the case."""

    task_queue: str
    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    retry_policy: RetryPolicy
    cancellation_type: ActivityCancellationType


PATIENT = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    # A day's outage of the CRM or the database must end in a write, not in a failed case.
    maximum_interval=timedelta(seconds=60),
)

A_FEW_TRIES = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
    # A model that fails four times is down; the template writer takes over and the card says so.
    maximum_attempts=4,
)

STORE: StepOptions = {
    "task_queue": TaskQueue.CASES,
    # One short transaction on the application database; longer means a lock that a retry resolves.
    "start_to_close_timeout": timedelta(seconds=30),
    "retry_policy": PATIENT,
}

CRM_READ: StepOptions = {
    "task_queue": TaskQueue.CRM,
    # Two HTTP calls of at most 20 s each, plus the wait for the rate limit.
    "start_to_close_timeout": timedelta(seconds=60),
    "retry_policy": PATIENT,
}

CRM_POLL: StepOptions = {
    "task_queue": TaskQueue.CRM,
    # Two HTTP calls, then up to four hundred short transactions. What an attempt did is not done again.
    "start_to_close_timeout": timedelta(minutes=5),
    # While it waits for the CRM the schedule starts no other, so an outage leaves one workflow and not hundreds.
    "retry_policy": PATIENT,
}

OWNER_CHECK: StepOptions = {
    "task_queue": TaskQueue.CRM,
    # One HTTP call, then a few short reads of the database for each of up to two thousand rounds.
    "start_to_close_timeout": timedelta(minutes=5),
    # As for the poll: an outage leaves one look that waits, and not hundreds.
    "retry_policy": PATIENT,
}

CRM_AUDIT: StepOptions = {
    "task_queue": TaskQueue.CRM,
    # About a dozen calls, each of which may take the org up to 20 s over a large table.
    "start_to_close_timeout": timedelta(minutes=5),
    # Somebody waits at the page: an org that does not answer is told to them, not waited out.
    "schedule_to_close_timeout": timedelta(minutes=10),
    "retry_policy": A_FEW_TRIES,
}

CRM_WRITE: StepOptions = {
    "task_queue": TaskQueue.CRM,
    # Ledger look-up, re-read and one composite write. An attempt that is cut off here may have committed:
    # the next one asks the ledger first.
    "start_to_close_timeout": timedelta(seconds=90),
    "retry_policy": PATIENT,
    # A cancelled write must report what it did, or nobody knows what to take back.
    "cancellation_type": ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
}

CRM_NOTE: StepOptions = {
    "task_queue": TaskQueue.CRM,
    # One HTTP call.
    "start_to_close_timeout": timedelta(seconds=60),
    # A case that somebody rejected does not stay open for a row in the CRM's trail.
    "schedule_to_close_timeout": timedelta(hours=1),
    "retry_policy": PATIENT,
}

UNDO_LOOK: StepOptions = {
    "task_queue": TaskQueue.CRM,
    # Twenty reads of at most 20 s each; what an attempt has looked at is not looked at again.
    "start_to_close_timeout": timedelta(minutes=8),
    "retry_policy": PATIENT,
}

MAIL: StepOptions = {
    "task_queue": TaskQueue.CRM,
    "start_to_close_timeout": timedelta(seconds=90),
    "retry_policy": PATIENT,
    "cancellation_type": ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
}

MODEL: StepOptions = {
    "task_queue": TaskQueue.MODEL,
    # A slow small model needs a minute for a brief and an e-mail.
    "start_to_close_timeout": timedelta(seconds=180),
    "schedule_to_close_timeout": timedelta(minutes=15),
    "retry_policy": A_FEW_TRIES,
}

SIGNER: StepOptions = {
    "task_queue": TaskQueue.SIGNER,
    "start_to_close_timeout": timedelta(seconds=30),
    "retry_policy": PATIENT,
}

TELL: StepOptions = {
    "task_queue": TaskQueue.NOTIFIER,
    # Up to two hundred messages; a channel that fails once is left alone for the rest of the round.
    "start_to_close_timeout": timedelta(minutes=5),
    # While it waits for the database the schedule starts no other.
    "retry_policy": PATIENT,
}
