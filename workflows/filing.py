"""Filing a write whose end nobody heard of, after the workflow that asked for it was cancelled.

When do you need to touch this? When what was cut off is to be looked for somewhere else than in the ledger.
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.messages import ApplyInput
    from activities.recovering import CommitFinder

from workflows.messages import FiledResult
from workflows.options import CRM_WRITE


@workflow.defn
class FileCommit:
    """Asks the ledger for as long as it takes the CRM to answer. Writes nothing; what it finds can be undone then."""

    @workflow.run
    async def run(self, order: ApplyInput) -> FiledResult:
        try:
            found = await workflow.execute_activity_method(
                CommitFinder.find_commit, order, summary="Ask the ledger what was written", **CRM_WRITE
            )
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            # What was signed was erased or its key revoked: nobody can tell what its write would look like.
            return FiledResult()
        return FiledResult(receipt_id=found.receipt_id)
