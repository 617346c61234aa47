"""The case workflow with its steps in another order: what a careless change looks like."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.messages import QualificationHead

from workflows.inbound import InboundLead
from workflows.messages import CaseResult, InboundLeadInput


@workflow.defn(name="InboundLead")
class ReorderedInboundLead(InboundLead):
    """Routes before it qualifies."""

    @workflow.init
    def __init__(self, start: InboundLeadInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: InboundLeadInput) -> CaseResult:
        return await super().run(start)

    async def _qualify(self) -> QualificationHead:
        await self._route()
        return await super()._qualify()
