"""One look at the priorities: solve, propose, report. Then it ends."""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.planning import DraftRequest, Planning, SolveRequest
from events.internal import SOURCE, PlanSolved
from workflows.messages import ReprioritizationCase
from workflows.options import SOLVE, STATE
from workflows.reporting import report


@workflow.defn(name="Reprioritization")
class ReprioritizationWorkflow:
    """Find the best plan for a snapshot. Id: ``reprioritization/{product}/{n}``."""

    @workflow.run
    async def run(self, case: ReprioritizationCase) -> PlanSolved:
        """Return what was reported to the product."""
        outcome = await self._outcome(case)
        await report(case.product, outcome)
        workflow.upsert_search_attributes([STATE.value_set("solved" if outcome.plan is not None else "no plan")])
        return outcome

    async def _outcome(self, case: ReprioritizationCase) -> PlanSolved:
        try:
            solved = await workflow.execute_activity_method(
                Planning.solve_plan,
                SolveRequest(
                    product=case.product,
                    run=case.run,
                    snapshot=case.snapshot,
                    limits=case.limits,
                    wanted=case.wanted,
                ),
                summary=f"solve run {case.run}",
                **SOLVE,
            )
            if solved.plan is None:
                return self._none(case, solved.why_not)
            drafted = await workflow.execute_activity_method(
                Planning.draft_proposal,
                DraftRequest(
                    product=case.product,
                    run=case.run,
                    snapshot=case.snapshot,
                    plan=solved.plan,
                    reasons=case.reasons,
                    titles=case.titles,
                    changed=case.changed,
                ),
                summary=f"propose run {case.run}",
                **SOLVE,
            )
        except ActivityError as failed:  # the plan in force stays, and the operator hears of it
            return self._none(case, f"the planner failed: {failed.cause or failed}")
        return self._event(case).model_copy(
            update={"plan": solved.plan, **{name: getattr(drafted, name) for name in type(drafted).model_fields}}
        )

    def _none(self, case: ReprioritizationCase, why: str) -> PlanSolved:
        return self._event(case).model_copy(update={"why_infeasible": why})

    @staticmethod
    def _event(case: ReprioritizationCase) -> PlanSolved:
        return PlanSolved(
            wanted_by=case.wanted_by,
            id=f"reprioritization/{case.run}/solved",
            source=SOURCE,
            product=case.product,
            time=case.clock.at(workflow.now()),
            cause=f"reprioritization/{case.run}/started",
            run=case.run,
            snapshot=case.snapshot,
            plan=None,
        )
