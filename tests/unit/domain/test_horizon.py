"""A horizon that becomes shorter: what is planned for later stays planned, and nobody is told that it gave way."""

from domain.forecasts import impossible
from domain.planning import Plan
from domain.product import ProductState
from domain.proposals import Proposal, draft
from domain.snapshot import snapshot_of
from events.internal import Change
from tests.builders import NOON
from tests.unit.domain.states import planned, with_policy

FAR = {"search": "2026-03", "landing": "2026-06"}


def short(starts: dict[str, str]) -> ProductState:
    """Return the product with this plan in force and a horizon of only two periods from now on."""
    return with_policy(planned(starts), horizon_periods=2)


def proposed(state: ProductState, starts: dict[str, int]) -> Proposal:
    plan = Plan(snapshot="s", starts=starts, objective=1, bound=1, gap=0, proven=True)
    return draft(snapshot_of(state, NOON), plan, 2, (), {})


def test_what_is_planned_for_later_stays_as_it_is() -> None:
    proposal = proposed(short(FAR), {"search": 0})
    assert proposal.change == Change()
    assert proposal.starts == FAR  # what is adopted
    assert "landing" not in [reason.item for reason in proposal.items]
    assert proposal.in_force_feasible
    assert impossible(short(FAR), proposal.starts, NOON, proposed=True) == ()


def test_what_is_planned_for_later_moves_when_it_is_funded_now() -> None:
    proposal = proposed(short(FAR), {"search": 0, "landing": 1})
    assert proposal.change == Change(moved=("landing",), money_moved=200_000)
    assert proposal.starts == {"search": "2026-03", "landing": "2026-04"}
    (reason,) = [reason for reason in proposal.items if reason.item == "landing"]
    assert (reason.before, reason.after) == ("2026-06", "2026-04")
    assert reason.why == "moves earlier: the whole plan is worth more this way"


def test_what_gives_way_within_the_horizon_is_displaced_all_the_same() -> None:
    proposal = proposed(short(FAR), {"banner": 0})
    assert (proposal.change.displaced, proposal.change.entered) == (("search",), ("banner",))
    assert proposal.starts == {"banner": "2026-03", "landing": "2026-06"}
    (reason,) = [reason for reason in proposal.items if reason.item == "banner"]
    assert "search gives way" in reason.why


def test_a_plan_that_ends_within_the_horizon_is_compared_as_ever() -> None:
    near = {"search": "2026-03", "landing": "2026-04"}
    assert proposed(short(near), {"search": 0}).change.displaced == ("landing",)
    assert proposed(short(near), {"search": 0, "landing": 1}).change == Change()
