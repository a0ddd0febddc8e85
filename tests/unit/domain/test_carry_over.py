"""Unspent money stays with the product as the policy says: known figures only, and what was overspent is gone."""

from typing import Any

import pytest

from domain.carry_over import budget_year, carried_in, segments
from domain.forecasts import impossible, overrun_of, period_forecast
from domain.periods import shift
from domain.policy import Policy
from domain.product import PAST_PERIODS, ProductState, envelope_of
from domain.snapshot import MAX_MONEY_FIT, possible_work, snapshot_of
from domain.views import roadmap_row
from tests.builders import NOON, budget_adjusted, budget_spent, item_changed
from tests.unit.domain.states import DAY, STARTS, definition, fresh, happen, planned
from tests.unit.domain.test_applied import apply

MILLION = 1_000_000  # the usual envelope of a month
SIX = tuple(shift("2026-03", offset) for offset in range(6))


def product(carry_over: str = "always", spent: dict[str, int] | None = None, **over: Any) -> ProductState:
    """Return the product in March 2026 with a plan in force and with what was spent so far."""
    policy = Policy(carry_over=carry_over, **over)
    return planned(policy=policy).model_copy(update={"spent": spent or {}})


@pytest.mark.parametrize(
    ("period", "begins", "year"),
    [
        pytest.param("2026-01", 1, 2026, id="the calendar year begins"),
        pytest.param("2025-12", 1, 2025, id="the calendar year ends"),
        pytest.param("2026-04", 4, 2026, id="a year from April begins"),
        pytest.param("2026-03", 4, 2025, id="a year from April ends"),
        pytest.param("2026-12", 12, 2026, id="a year from December begins"),
        pytest.param("2026-11", 12, 2025, id="a year from December ends"),
    ],
)
def test_budget_years(period: str, begins: int, year: int) -> None:
    assert budget_year(period, begins) == year


@pytest.mark.parametrize(
    ("policy", "carried"),
    [
        pytest.param(Policy(), (), id="none: each month its own"),
        pytest.param(Policy(carry_over="always"), (0, 0, 0, 0, 0, 0), id="always"),
        pytest.param(Policy(carry_over="year"), (0, 0, 0, 0, 0, 0), id="all in one year"),
        pytest.param(Policy(carry_over="year", year_begins=3), (0, 0, 0, 0, 0, 0), id="the year has just begun"),
        pytest.param(Policy(carry_over="year", year_begins=4), (0, 1, 1, 1, 1, 1), id="the last month of a year"),
        pytest.param(Policy(carry_over="year", year_begins=7), (0, 0, 0, 0, 4, 4), id="a year ends on the way"),
    ],
)
def test_which_months_share_their_money(policy: Policy, carried: tuple[int, ...]) -> None:
    assert segments(policy, SIX) == carried
    assert snapshot_of(planned(policy=policy), NOON).carried == carried


@pytest.mark.parametrize(
    ("state", "left"),
    [
        pytest.param(product("none", {"2026-02": 400_000}), 0, id="none: it is lost"),
        pytest.param(product("always"), 0, id="nothing was reported: nothing is known to be left"),
        pytest.param(product("always", {"2026-02": 400_000}), 600_000, id="what one month left"),
        pytest.param(product("always", {"2026-02": 0}), MILLION, id="reported as nothing: all is left"),
        pytest.param(product("always", {"2026-02": MILLION}), 0, id="all was spent"),
        pytest.param(product("always", {"2026-02": MILLION + 1}), -1, id="more was spent than there was"),
        pytest.param(product("always", {"2026-01": 400_000, "2026-02": 1_700_000}), -100_000, id="the sum counts"),
        pytest.param(product("always", {"2025-11": 400_000}), 600_000, id="always: last year's too"),
        pytest.param(product("year", {"2025-12": 400_000}), 0, id="year: not last year's"),
        pytest.param(product("year", {"2026-01": 400_000}), 600_000, id="year: from its first month on"),
        pytest.param(product("year", {"2025-04": 400_000}, year_begins=4), 600_000, id="a year from April"),
        pytest.param(product("year", {"2025-03": 400_000}, year_begins=4), 0, id="before a year from April"),
        pytest.param(product("always", {shift("2026-03", -PAST_PERIODS): 0}), MILLION, id="as far back as is known"),
        pytest.param(product("always", {shift("2026-03", -PAST_PERIODS - 1): 0}), 0, id="further back: forgotten"),
        pytest.param(product("always", {"2026-03": 0, "2026-04": 0}), 0, id="this month and later are not past"),
        pytest.param(product("always", {"2026-02": -5}), MILLION + 5, id="a refund"),
    ],
)
def test_what_past_months_left(state: ProductState, left: int) -> None:
    assert carried_in(state, "2026-03") == left


@pytest.mark.parametrize(
    ("state", "budgets"),
    [
        pytest.param(product("none", {"2026-02": 0, "2026-03": 1_200_000}), (0, 1, 1, 1, 1, 1), id="none"),
        pytest.param(product("always", {"2026-02": 0}), (2, 1, 1, 1, 1, 1), id="with the first month"),
        pytest.param(
            product("always", {"2026-02": 0, "2026-03": 1_500_000}), (0.5, 1, 1, 1, 1, 1), id="less this month's"
        ),
        pytest.param(product("always", {"2026-02": 1_600_000}), (0.4, 1, 1, 1, 1, 1), id="overspent: off the first"),
        pytest.param(
            product("always", {"2026-02": 3_600_000}), (0, 0, 0.4, 1, 1, 1), id="overspent: off the next, too"
        ),
        pytest.param(product("always", {"2026-03": 1_600_000}), (0, 0.4, 1, 1, 1, 1), id="overspent this month"),
        pytest.param(product("always", {"2026-02": 9_900_000}), (0, 0, 0, 0, 0, 0), id="never below nothing"),
        pytest.param(
            product("year", {"2026-02": 9_900_000}, year_begins=5), (0, 0, 1, 1, 1, 1), id="a new year begins afresh"
        ),
    ],
)
def test_what_the_solver_may_spend(state: ProductState, budgets: tuple[float, ...]) -> None:
    assert snapshot_of(state, NOON).budgets == tuple(round(budget * MILLION) for budget in budgets)


def test_shared_money_stays_within_what_the_solver_can_count() -> None:
    rich = happen(product(), *(budget_adjusted(period=period, total=10**15) for period in SIX)).state
    richer = happen(rich, *(budget_adjusted(period=SIX[1], delta=10**15) for _ in range(20))).state
    budgets = snapshot_of(richer, NOON).budgets
    assert sum(budgets) == MAX_MONEY_FIT
    assert budgets[0] == 10**15


def test_the_plan_is_judged_by_the_money_that_the_solver_has() -> None:
    dear = happen(product(spent={"2026-02": 0}), item_changed(cost=2_000_000)).state
    assert impossible(dear, {"search": "2026-03"}, NOON) == ()
    dearer = happen(dear, item_changed(cost=2_000_001, time=NOON + DAY)).state
    (why,) = impossible(dearer, {"search": "2026-03"}, NOON)
    assert why == "2026-03 costs 0.01 EUR more than its budget"
    later = {"search": "2026-04", "banner": "2026-03"}  # together 2,100,001 of the 3,000,000 until the end of April
    assert impossible(dearer, later, NOON) == ()
    whole, part = snapshot_of(dearer, NOON), possible_work(dearer, STARTS, NOON)
    assert (part.budgets, part.carried) == (whole.budgets, whole.carried)


def test_what_the_months_together_cannot_pay_is_named() -> None:
    dear = happen(product(), item_changed(cost=2_000_001), item_changed(item="landing", cost=0)).state
    assert impossible(dear, {"search": "2026-04"}, NOON) == (
        "2026-04 costs 0.01 EUR more than its budget and what was carried over",
    )


# -- what spending means then ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("carry_over", "cost", "over"),
    [
        pytest.param("none", 2_700_000, 1_700_000, id="none: against the month's own budget"),
        pytest.param("always", 2_700_000, 0, id="always: against all that may be used until then"),
        pytest.param("always", 2_700_001, 1, id="always: a cent more"),
    ],
)
def test_the_overrun_of_a_month_counts_what_was_left_over(carry_over: str, cost: int, over: int) -> None:
    state = product(carry_over, {"2026-02": 0, "2026-03": 300_000})  # 1,000,000 left over, 300,000 gone
    changed = happen(state, item_changed(cost=0), item_changed(item="landing", cost=cost)).state
    assert overrun_of(changed, "2026-04", NOON) == over


def test_the_overrun_is_what_the_plan_is_judged_by() -> None:
    state = product("always", {"2026-02": 1_300_000, "2026-03": 100_000})
    dear = happen(state, item_changed(cost=500_000), item_changed(item="landing", cost=1_200_000)).state
    for period in ("2026-03", "2026-04", "2026-05"):
        snapshot = possible_work(dear, STARTS, NOON)
        t = SIX.index(period)
        room = sum(snapshot.budgets[: t + 1])
        needed = {"2026-03": 500_000, "2026-04": 1_700_000, "2026-05": 1_700_000}[period]
        assert overrun_of(dear, period, NOON) == needed - room


def test_a_new_year_does_not_use_what_the_old_one_left() -> None:
    state = product("year", {"2026-02": 0}, year_begins=4)
    dear = happen(state, item_changed(item="landing", cost=1_000_001)).state
    assert overrun_of(dear, "2026-04", NOON) == 1
    assert overrun_of(dear, "2026-03", NOON) == 300_000 - 2_000_000


def test_forecasts_of_months_add_up() -> None:
    state = happen(product("always"), item_changed(cost=100_001, duration=3)).state
    assert [period_forecast(state, period, NOON) for period in SIX[:3]] == [33_333, 233_334, 33_334]
    assert overrun_of(state, SIX[2], NOON) == 300_001 - 3 * MILLION


@pytest.mark.parametrize(
    ("carry_over", "amount", "words"),
    [
        pytest.param(
            "always",
            499_999,
            "carried over into 2026-03 changed by -4,999.99 EUR to 1,000.01 EUR, below the threshold of 5,000 EUR",
            id="a cent less than the threshold",
        ),
        pytest.param("always", 500_000, "at or over the threshold of 5,000 EUR", id="the threshold"),
        pytest.param(
            "none", 500_000, "the forecast of 2026-02 stays within its budget", id="none: nothing depends on it"
        ),
    ],
)
def test_a_late_invoice_changes_what_is_left_over(carry_over: str, amount: int, words: str) -> None:
    happened = happen(product(carry_over, {"2026-02": 400_000}), budget_spent(period="2026-02", amount=amount))
    assert words in " ".join(getattr(reaction, "because", "") for reaction in happened.reactions)
    assert happened.asked is (words.startswith("at or over"))


def test_a_late_invoice_that_breaks_the_plan_is_urgent() -> None:
    state = happen(product(spent={"2026-02": 500_000}), item_changed(cost=1_500_000)).state
    looked = state.model_copy(update={"triggers": ()})
    assert happen(looked, budget_spent(period="2026-02", amount=1)).urgent


@pytest.mark.parametrize(
    ("carry_over", "told"),
    [
        pytest.param("none", ["Notify"], id="none: more is gone than there was"),
        pytest.param("always", [], id="always: January left enough"),
    ],
)
def test_a_past_month_is_overspent_only_beyond_what_was_left_to_it(carry_over: str, told: list[str]) -> None:
    state = product(carry_over, {"2026-01": 0, "2026-02": MILLION})
    kinds = happen(state, budget_spent(period="2026-02", amount=300_000)).kinds
    assert [kind for kind in kinds if kind == "Notify"] == told


# -- files and pages ------------------------------------------------------------------------------------------


def test_a_new_usual_envelope_holds_from_this_month_on() -> None:
    state = product("always", {"2026-02": 400_000})
    raised = apply(state, definition(policy=state.policy, budget={"per_period": 5 * MILLION}))
    assert (envelope_of(raised, "2026-02"), envelope_of(raised, "2026-03")) == (MILLION, 5 * MILLION)
    assert carried_in(raised, "2026-03") == carried_in(state, "2026-03")


def test_an_own_amount_of_a_past_month_can_still_be_corrected() -> None:
    state = apply(product("always"), budget={"per_period": 5 * MILLION})
    corrected = apply(state, budget={"per_period": 5 * MILLION, "periods": {"2026-02": 7}})
    assert envelope_of(corrected, "2026-02") == 7


def test_the_first_file_says_what_past_months_had() -> None:
    assert envelope_of(fresh(), "2026-02") == MILLION


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        pytest.param(product("none", {"2026-02": 0}), None, id="none: not shown"),
        pytest.param(product("always", {"2026-02": 0}), MILLION, id="left over"),
        pytest.param(product("always", {"2026-02": 2 * MILLION}), -MILLION, id="overspent"),
    ],
)
def test_the_roadmap_shows_what_is_carried_over(state: ProductState, shown: int | None) -> None:
    assert roadmap_row(state, NOON).data.get("carried_in") == shown
