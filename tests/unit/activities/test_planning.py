"""The planner's activities: what they keep in the ledger, and that the same snapshot gives the same proposal."""

from temporalio.testing import ActivityEnvironment

from activities.explaining.proposing import explain
from activities.planning import DraftRequest, Planning, SolveRequest
from activities.solver import solve
from domain.changed_inputs import Changed
from domain.planning import Plan, SolverLimits, document, violations
from domain.proposals import Proposal
from tests.fakes.ledger import FakeLedger
from tests.snapshots import snapshot, task

CASE = snapshot(
    task("a", 50, 40), task("b", 50, 40), task("dear", 10.0, 90), task("fair", 9.5, 10), task("late", 5, 900),
    budgets=(170,),
)  # fmt: skip


async def drafted(ledger: FakeLedger) -> tuple[str, Proposal]:
    planning, environment = Planning(ledger, solve, explain), ActivityEnvironment()
    digest = await ledger.put_document(document(CASE))
    asked = SolveRequest(product="web", run=1, snapshot=digest, limits=SolverLimits())
    solved = await environment.run(planning.solve_plan, asked)
    assert solved.plan is not None
    news = Changed(item="late", value_before=1.0, value_after=5.0, cost_before=900, cost_after=900)
    request = DraftRequest(
        product="web", run=1, snapshot=digest, plan=solved.plan, reasons=("news",), titles={}, changed=(news,)
    )
    found = await environment.run(planning.draft_proposal, request)
    return found.proposal, Proposal.model_validate(await ledger.document(found.proposal))


async def test_every_alternative_is_kept_as_a_plan_that_could_be_adopted() -> None:
    ledger = FakeLedger()
    _, proposal = await drafted(ledger)
    assert [one.purpose for one in proposal.alternatives.found] == ["cheapest"]
    for one in proposal.alternatives.found:
        plan = Plan.model_validate(await ledger.document(one.plan))
        assert plan.digest() == one.plan
        assert plan.snapshot == proposal.snapshot
        assert violations(CASE, plan.starts) == ()


async def test_a_proposal_says_why_not_what_else_and_what_changed() -> None:
    _, proposal = await drafted(FakeLedger())
    assert [one.item for one in proposal.why_not] == ["fair", "late"]
    (late,) = [one for one in proposal.items if one.item == "late"]
    assert late.value_before == 1.0
    assert late.why.endswith("; its value went from 1.0 to 5.0 points")
    assert proposal.cut == ()


async def test_the_same_snapshot_gives_the_same_proposal() -> None:
    assert (await drafted(FakeLedger()))[0] == (await drafted(FakeLedger()))[0]
