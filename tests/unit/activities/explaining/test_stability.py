"""How firm a plan is: seeded, bounded, and stated as shares."""

from random import Random

import pytest

from activities.explaining.stability import perturbed, stability
from activities.solver import solve
from domain.planning import Plan, Snapshot, SolverLimits
from tests.snapshots import snapshot, task

FIRM = snapshot(task("a", 50, 10), task("b", 1, 200), budgets=(100,))
SHAKY = snapshot(task("a", 10, 100), task("b", 9.9, 100), task("c", 50, 10), budgets=(115, 5))


def test_what_has_no_rival_is_always_funded() -> None:
    found = stability(FIRM, solve(FIRM), solve, draws=10)
    assert (found.draws, found.asked, found.unproven) == (10, 10, 0)
    assert [(one.item, one.planned, one.funded, one.in_period) for one in found.items] == [
        ("a", "2026-01", 1.0, 1.0),
        ("b", None, 0.0, 1.0),  # out, as planned
    ]
    assert (found.same_plan, found.order_kept) == (1.0, 1.0)


def test_of_two_that_are_nearly_alike_each_is_funded_in_some_draws() -> None:
    found = stability(SHAKY, solve(SHAKY), solve, draws=60)
    shares = {one.item: one.funded for one in found.items}
    assert shares["c"] == 1.0
    assert 0.1 < shares["a"] < 0.9
    assert 0.1 < shares["b"] < 0.9
    assert found.order_kept is not None
    assert 0.3 < found.order_kept < 1
    assert found.same_plan < 1
    assert found.text.startswith("with cost, effort and value of every item off by up to 20.0 %, in 60 draws: 1 of ")


def test_the_same_seed_gives_the_same_shares_and_another_one_others() -> None:
    plan = solve(SHAKY)
    once, again, other = (stability(SHAKY, plan, solve, draws=30, seed=seed) for seed in (7, 7, 8))
    assert once == again
    assert once.items != other.items


@pytest.mark.parametrize("spread", [0.2, 0.5])
def test_every_estimate_is_off_by_its_own_factor_within_the_spread(spread: float) -> None:
    case = snapshot(*(task(f"t{k}", 100, 10_000, efforts={"it": 100.0, "web": 50.0}) for k in range(200)))
    off = perturbed(case, Random(1), spread)
    for old, new in zip(case.tasks, off.tasks, strict=True):
        factors = [new.value / old.value, new.cost / old.cost, *(new.efforts[t] / old.efforts[t] for t in old.efforts)]
        assert all(1 - spread - 1e-3 <= factor <= 1 + spread + 1e-3 for factor in factors)
        assert len({round(factor, 6) for factor in factors}) == 4
    values = [new.value for new in off.tasks]
    assert min(values) < 100 * (1 - 0.9 * spread)
    assert max(values) > 100 * (1 + 0.9 * spread)


def test_when_the_time_is_up_fewer_draws_are_made_and_counted() -> None:
    assert stability(FIRM, solve(FIRM), solve, draws=10, seconds=0).model_dump(exclude={"text"}) == {
        "draws": 0,
        "asked": 10,
        "seed": 1,
        "spread": 0.2,
        "same_plan": 0.0,
        "order_kept": None,
        "items": (),
        "unproven": 0,
    }


def test_draws_that_were_not_proven_are_counted() -> None:
    def quick(case: Snapshot, limits: SolverLimits) -> Plan:
        return solve(case, limits).model_copy(update={"proven": False})

    assert stability(FIRM, solve(FIRM), quick, draws=3).unproven == 3
