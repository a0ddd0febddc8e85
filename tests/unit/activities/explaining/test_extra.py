"""Why an item stays out: every figure against an enumeration of all plans that shares no code with the solver."""

from random import Random

import pytest

from activities.explaining.asking import Effort
from activities.explaining.extra import WhyNots
from activities.explaining.slots import STEP, Slot, eased
from activities.solver import solve
from domain.explanations import Extra, WhyNot
from domain.hindrances import hindrance
from domain.planning import Snapshot, SnapshotError
from tests.plan_oracle import optimum
from tests.snapshots import portfolio, small, snapshot, task
from tests.unit.activities.explaining.plans import in_force


def told(case: Snapshot, item: str) -> WhyNot:
    return WhyNots(case, solve(case)).of(item, Effort.of(60))


def best(case: Snapshot, item: str, must: str) -> float:
    tasks = tuple(one.model_copy(update={"must": must}) if one.id == item else one for one in case.tasks)
    return optimum(case.model_copy(update={"tasks": tasks}))


def enters(case: Snapshot, item: str, extra: dict[Slot, int]) -> bool:
    """Tell by enumeration whether some best plan has the item when there is so much more."""
    more = eased(case, extra)
    inside, outside = best(more, item, "in"), best(more, item, "out")
    return inside > float("-inf") and inside >= outside - 2e-6


def slot_of(case: Snapshot, extra: Extra) -> tuple[Slot, int]:
    units = round(extra.amount if extra.team is None else extra.amount / STEP)
    return (extra.team, case.periods.index(extra.period)), units


def left_out(seeds: range) -> list[tuple[Snapshot, str]]:
    found = []
    for seed in seeds:
        case = small(seed, most_tasks=6)
        try:
            plan = solve(case)
        except SnapshotError:
            continue  # what must be in does not fit
        found += [(case, one.id) for one in case.tasks if one.id not in plan.starts]
    return found


def test_with_the_extra_it_enters_and_with_one_unit_less_it_does_not() -> None:
    seen = set()
    for case, item in left_out(range(60)):
        why = told(case, item)
        for extra in (why.money, *why.days):
            if extra is None:
                continue
            slot, units = slot_of(case, extra)
            assert extra.known == "exactly"
            assert enters(case, item, {slot: units})
            assert not enters(case, item, {slot: units - 1})
            others = [(slot[0], t) for t in range(len(case.periods)) if t != slot[1]]
            assert not any(enters(case, item, {other: units - 1}) for other in others)  # least in this period
            seen.add("money" if extra.team is None else "days")
    assert seen == {"money", "days"}


def test_where_nothing_alone_is_enough_it_says_so_and_several_together_are() -> None:
    together = 0
    for case, item in left_out(range(120)):
        why = told(case, item)
        if not why.together:
            continue
        together += 1
        assert why.money is None
        assert why.days == ()
        assert enters(case, item, dict(slot_of(case, extra) for extra in why.together))
        draws = Random(together)
        for team in (None, *sorted(case.capacity)):
            for t in range(len(case.periods)):
                assert not any(enters(case, item, {(team, t): units}) for units in draws.sample(range(1, 300), 5))
    assert together >= 4


def test_what_keeps_it_out_for_good_does_so_with_all_the_money_and_people_there_are() -> None:
    reasons = set()
    for case, item in left_out(range(80)):
        if reason := hindrance(case, item):
            reasons.add(reason.split()[0])
            unlimited = case.model_copy(update={"budgets": (10**9,) * len(case.periods), "capacity": {}})
            inside, outside = best(unlimited, item, "in"), best(unlimited, item, "out")
            ruled_out = any(one.must == "out" and one.id == item for one in case.tasks)
            assert ruled_out or inside <= outside + 2e-6
    assert {"what", "it", "somebody"} <= reasons


MORE_FUNDS_A_RIVAL = snapshot(
    task("rival", 6, 10), task("wanted", 5, 4), task("giant", 20, 12), budgets=(10,)
)  # with 2 more the giant enters, and only with 6 more both
IN_OUT_AND_IN = snapshot(
    task("rival", 6, 10), task("wanted", 5, 6), task("small", 2, 5), task("giant", 20, 12), budgets=(10,)
)  # with 1 more wanted and small beat the rival; with 2 more the giant does


@pytest.mark.parametrize(
    ("case", "least"),
    [
        pytest.param(MORE_FUNDS_A_RIVAL, 6, id="what would have been enough funds a rival first"),
        pytest.param(IN_OUT_AND_IN, 1, id="a little more lets it in, more than that puts it out again"),
        pytest.param(snapshot(task("a", 9, 10), task("wanted", 5, 10), budgets=(10,)), 10, id="its whole cost"),
        pytest.param(snapshot(task("a", 9, 7), task("wanted", 5, 10), budgets=(10,)), 7, id="less what is left"),
    ],
)
def test_more_money_does_not_always_help(case: Snapshot, least: int) -> None:
    why = told(case, "wanted")
    assert why.money is not None
    assert (why.money.amount, why.exact) == (least, True)
    assert [enters(case, "wanted", {(None, 0): units}) for units in (least - 1, least)] == [False, True]


def test_the_period_where_the_least_is_enough_is_named_with_what_would_give_way() -> None:
    case = snapshot(
        task("search", 10, 800), task("login", 6.9, 700, earliest=1), task("wanted", 5, 900), budgets=(1000, 1200)
    )
    why = told(case, "wanted")
    assert why.money is not None
    assert (why.money.period, why.money.amount) == ("2026-02", 300)
    assert why.text == "fits with 3 EUR more in 2026-02, or without login (costs 1.9 points)"
    assert (why.instead, why.loses) == (("login",), 1.9)


def test_it_says_what_comes_in_with_it() -> None:
    case = snapshot(task("base", 0, 60), task("wanted", 9, 50, after=("base",)), task("a", 20, 100), budgets=(100, 50))
    why = told(case, "wanted")
    assert why.along == ("base",)
    assert why.money is not None
    assert why.money.amount == 60
    assert "(base comes in with it)" in why.text


def test_as_good_in_as_out_needs_nothing_more() -> None:
    case = snapshot(task("a", 5, 10), task("b", 5, 10), budgets=(10,))
    (out,) = {"a", "b"} - set(solve(case).starts)
    why = told(case, out)
    assert why.money is None
    assert why.text == "it is as good in the plan as out of it"


def test_a_large_snapshot_is_answered_about_and_never_claims_to_be_exact() -> None:
    case = portfolio(100, 1)
    plan = in_force(case)
    item = next(one.id for one in case.tasks if one.id not in plan.starts and not hindrance(case, one.id))
    why = WhyNots(case, plan).of(item, Effort.of(60))
    assert not why.exact
    extras = [extra for extra in (why.money, *why.days, *why.together) if extra is not None]
    assert extras
    assert {extra.known for extra in extras} == {"about"}
    assert "about" in why.text


def test_without_time_it_says_that_the_clock_cut_it() -> None:
    case = MORE_FUNDS_A_RIVAL
    why = WhyNots(case, solve(case)).of("wanted", Effort.of(0))
    assert why.cut_by_clock
    assert not why.exact
    assert why.text == "no way in was found before the search stopped"


def test_where_a_minor_unit_is_less_than_rounding_it_claims_nothing_exact() -> None:
    case = snapshot(task("a", 9, 7 * 10**9), task("wanted", 5, 10**10), budgets=(10**10,))
    why = told(case, "wanted")
    assert why.money is not None
    assert abs(why.money.amount - 7 * 10**9) < 100
    assert (why.money.known, why.exact) == ("about", False)
