"""Builds with one mistake each, as a careless change would make it: replay has to notice."""

from typing import Any

from temporalio import workflow

from domain.climbing import skipped
from domain.ladder import Errand
from workflows.approval import ApprovalWorkflow
from workflows.escalation import EscalationWorkflow
from workflows.messages import ApprovalCase, Ended, EscalationCase, ProductRun, ReprioritizationCase
from workflows.options import SOLVE
from workflows.product import ProductWorkflow
from workflows.recording import Recorder
from workflows.reprioritization import ReprioritizationWorkflow


@workflow.defn(name="Reprioritization")
class SwappedReprioritization(ReprioritizationWorkflow):
    """Asks for the proposal before the plan."""

    @workflow.run
    async def run(self, case: ReprioritizationCase) -> Any:
        """Swap the two steps."""
        await workflow.execute_activity("draft_proposal", case, **SOLVE)
        return await super().run(case)


class _Forgetful(Recorder):
    async def write(self, entries: Any) -> None:
        """Record nothing."""


@workflow.defn(name="Product")
class ForgetfulProduct(ProductWorkflow):
    """Drops the step that records entries."""

    @workflow.init
    def __init__(self, start: ProductRun) -> None:
        super().__init__(start)
        self.recorder.__class__ = _Forgetful

    @workflow.run
    async def run(self, start: ProductRun) -> None:
        """Run without recording."""
        await super().run(start)


@workflow.defn(name="Approval")
class MuteApproval(ApprovalWorkflow):
    """Never asks anybody."""

    @workflow.init
    def __init__(self, case: ApprovalCase) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: ApprovalCase) -> Ended:
        """Run without asking."""
        return await super().run(case)

    async def _ask(self, errand: Errand) -> None:
        """Ask nobody."""


@workflow.defn(name="Escalation")
class HastyEscalation(EscalationWorkflow):
    """Skips the first rung."""

    @workflow.init
    def __init__(self, case: EscalationCase) -> None:
        super().__init__(case)
        self.climbing = skipped(self.climbing)

    @workflow.run
    async def run(self, case: EscalationCase) -> Ended:
        """Run from the second rung on."""
        return await super().run(case)
