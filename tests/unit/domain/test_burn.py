"""The budget's burn against the plan, past periods included."""

from datetime import timedelta
from typing import Any

from domain.burn import Burn, burn_of
from domain.product import ProductState
from tests.builders import NOON, budget_spent
from tests.unit.domain.states import happen, planned, with_policy

ITEMS: dict[str, Any] = {
    "search": {"cost": 300_000, "duration": 2, "efforts": {"it": 10}},
    "landing": {"cost": 200_000, "efforts": {"marketing": 5}},
}
STARTS = {"search": "2026-03", "landing": "2026-04"}


def state(**over: Any) -> ProductState:
    return planned(STARTS, **{"items": ITEMS, "milestones": {}, "dependencies": {}} | over)


def spent(*amounts: tuple[str, int], **over: Any) -> Burn:
    """Return the burn after money was spent."""
    events = [budget_spent(period=period, amount=amount) for period, amount in amounts]
    return burn_of(happen(state(**over), *events).state if events else state(**over), NOON)


def test_what_is_committed_and_estimated_by_period_and_in_running_sums() -> None:
    found = spent(("2026-03", 40_000))
    march, april = found.periods[:2]
    assert (march.period, march.past, march.envelope, march.spent, march.committed, march.estimate, march.over) == (
        *("2026-03", False, 1_000_000, 40_000),
        *(150_000, 190_000, -810_000),
    )
    assert (april.spent, april.committed, april.estimate, april.over) == (None, 350_000, 350_000, -650_000)
    assert [(one.envelope_sum, one.spent_sum, one.estimate_sum) for one in found.periods[:3]] == [
        (1_000_000, 40_000, 190_000),
        (2_000_000, None, 540_000),
        (3_000_000, None, 540_000),
    ]
    assert (found.envelope, found.spent, found.committed, found.estimate, found.over) == (
        *(6_000_000, 40_000, 500_000),
        *(540_000, -5_460_000),
    )


def test_past_periods_are_shown_from_the_first_that_anything_is_known_of() -> None:
    found = spent(("2025-12", 900_000), ("2026-02", 1_100_000))
    assert [(one.period, one.past, one.spent, one.committed, one.over) for one in found.periods[:4]] == [
        ("2025-12", True, 900_000, None, -100_000),
        ("2026-01", True, None, None, None),
        ("2026-02", True, 1_100_000, None, 100_000),
        ("2026-03", False, None, 150_000, -850_000),
    ]
    assert found.unreported == ("2026-01",)
    assert [one.spent_sum for one in found.periods[:5]] == [900_000, 900_000, 2_000_000, 2_000_000, None]
    assert found.periods[3].estimate_sum == 2_150_000


def test_a_period_that_nobody_reported_is_unknown_and_not_zero() -> None:
    found = spent()
    assert (found.now, found.periods[0].spent, found.periods[0].spent_sum, found.spent) == ("2026-03", None, None, None)
    assert (found.unreported, len(found.periods)) == ((), 6)


def test_at_most_24_past_periods_are_shown() -> None:
    kept = state().model_copy(update={"spent": {"2024-02": 1, "2024-03": 2}})
    assert [one.period for one in burn_of(kept, NOON).periods][:2] == ["2024-03", "2024-04"]


def test_what_was_left_over_is_carried_where_the_policy_says_so() -> None:
    kept = with_policy(state(), carry_over="always").model_copy(update={"spent": {"2026-02": 600_000}})
    found = burn_of(kept, NOON)
    assert [(one.carried, one.over) for one in found.periods[:3]] == [
        (None, -400_000),
        (400_000, -1_250_000),
        (1_250_000, -1_900_000),
    ]


def test_the_present_period_follows_the_time_zone() -> None:
    late = NOON.replace(day=31, hour=23)
    assert burn_of(state(), late).now == "2026-03"
    assert burn_of(state(time_zone="Europe/Berlin"), late + timedelta(minutes=1)).now == "2026-04"
