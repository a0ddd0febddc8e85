"""The planner's activities: what they keep in the ledger, and that the same snapshot gives the same proposal."""

from temporalio.testing import ActivityEnvironment

from activities.explaining.proposing import explain
from activities.planning import Drafted, DraftRequest, Explain, Planning, Solved, SolveRequest
from activities.solver import solve
from domain.changed_inputs import Changed
from domain.explanations import Alternative, Alternatives, Risk
from domain.planning import Plan, Snapshot, SolverLimits, document, violations
from domain.product import Outcome, chosen
from domain.proposals import Explained, Proposal
from events.internal import Change
from tests.fakes.ledger import FakeLedger
from tests.snapshots import snapshot, task

CASE = snapshot(
    task("a", 50, 40), task("b", 50, 40), task("dear", 10.0, 90), task("fair", 9.5, 10), task("late", 5, 900),
    budgets=(170,),
)  # fmt: skip


NEWS = Changed(item="late", value_before=1.0, value_after=5.0, cost_before=900, cost_after=900)


async def solved(ledger: FakeLedger, case: Snapshot = CASE, wanted: dict[str, str] | None = None) -> Solved:
    digest = await ledger.put_document(document(case))
    asked = SolveRequest(product="web", run=1, snapshot=digest, limits=SolverLimits(), wanted=wanted)
    return await ActivityEnvironment().run(Planning(ledger, solve, explain).solve_plan, asked)


async def draft_of(
    ledger: FakeLedger, case: Snapshot = CASE, plan: str | None = None, explain: Explain = explain
) -> Drafted:
    plan = plan or (await solved(ledger, case)).plan
    assert plan is not None
    request = DraftRequest(
        product="web", run=1, snapshot=case.digest(), plan=plan, reasons=("news",), titles={}, changed=(NEWS,)
    )
    return await ActivityEnvironment().run(Planning(ledger, solve, explain).draft_proposal, request)


async def drafted(ledger: FakeLedger) -> tuple[str, Proposal]:
    found = await draft_of(ledger)
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


# -- alternatives that somebody may approve in the place of the proposal -------------------------------------


def as_chosen(found: Drafted, proposal: str) -> dict[str, str]:
    """Return what comes into force when somebody approves an alternative on its own hash."""
    figures = found.model_dump(include={"proposal", "starts", "value", "value_in_force", "change", "variants"})
    return chosen(Outcome(run=1, plan="p", **figures), proposal).starts


async def test_every_alternative_has_a_proposal_of_its_own_that_says_what_would_come_into_force() -> None:
    ledger = FakeLedger()
    found = await draft_of(ledger)
    (cheapest,) = found.variants
    assert cheapest.proposal != found.proposal
    own = Proposal.model_validate(await ledger.document(cheapest.proposal))
    assert (own.plan, own.value, own.change) == (cheapest.plan, cheapest.value, cheapest.change)
    assert as_chosen(found, cheapest.proposal) == own.starts != found.starts
    assert cheapest.purpose == "cheapest"
    assert cheapest.text


def instead(starts: dict[str, int]) -> Explain:
    """Return an explanation that offers one alternative."""

    def explained(case: Snapshot, plan: Plan) -> Explained:
        other = plan.model_copy(update={"starts": starts})
        offer = Alternative(
            purpose="fewest changes", plan=other.digest(), value=1, share=None, cost=40, change=Change(), risk=NO_RISK
        )
        return Explained(alternatives=Alternatives(found=(offer,)), plans=(other,))

    return explained


NO_RISK = Risk(tight=0, promised=0, gated=0)


async def test_an_alternative_leaves_for_later_what_the_proposal_brings_forward() -> None:
    case = snapshot(task("a", 50, 40), task("b", 9, 40, in_force=3), budgets=(100, 100))  # b comes after the horizon
    ledger = FakeLedger()
    found = await draft_of(ledger, case, explain=instead({"a": 0}))
    assert found.starts == {"a": "2026-01", "b": "2026-01"}
    (other,) = found.variants
    own = Proposal.model_validate(await ledger.document(other.proposal))
    assert own.starts == {"a": "2026-01", "b": "2026-04"}
    assert other.differs == {"b": "2026-04"}
    assert as_chosen(found, other.proposal) == own.starts


# -- a plan that somebody asks for ---------------------------------------------------------------------------


async def test_a_plan_that_somebody_asks_for_is_priced_and_kept_as_it_is() -> None:
    ledger = FakeLedger()
    found = await solved(ledger, wanted={"a": "2026-01"})
    assert found.plan is not None
    plan = Plan.model_validate(await ledger.document(found.plan))
    assert (plan.starts, plan.proven, plan.solver) == ({"a": 0}, False, "asked for")
    assert (await draft_of(ledger, plan=found.plan)).starts == {"a": "2026-01"}


async def test_a_plan_that_is_no_longer_possible_is_none_and_says_why() -> None:
    found = await solved(FakeLedger(), wanted={"late": "2026-01"})
    assert found.plan is None
    assert found.why_not.startswith("it is no longer possible: 2026-01 costs")
