"""What a better plan costs while nobody switches, in points and in money, and what the product's row says of it."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.debt import debt_at, held_by, kept_until, owed, paid_per_point
from domain.product import Better, Found, Kept, ProductState, Rejection, Run
from domain.views import product_row, roadmap_row
from events.internal import ApprovalExpired, Change, ClockStruck, DecisionGiven, EscalationAnswered, PlanSolved
from tests.builders import NOON
from tests.unit.domain.states import DAY, STARTS, Happened, asked, happen, internal, planned, with_policy

FRIDAY = datetime(2026, 3, 6, tzinfo=UTC)  # midnight after the first business day that counts

PAID = "in money 50 EUR a day, 100 EUR lost, as the plan in force pays 50 EUR a point"
PRICED = "in money 200 EUR a day, 400 EUR lost, at the policy's 200 EUR a point"
NOTHING = "in money 0 EUR a day, 0 EUR lost, at the policy's 0 EUR a point"


def in_debt(paid: float | None = 5_000.0, **policy: object) -> ProductState:
    """Return a product that loses a point a business day, from Thursday noon on."""
    better = Better(since=NOON, gain=126.0, run=1, paid_per_point=paid)
    return with_policy(planned().model_copy(update={"better": better}), **policy)


@pytest.mark.parametrize(
    ("paid", "point_price", "a_day", "said"),
    [
        pytest.param(5_000.0, None, 5_000, PAID, id="what the plan in force pays"),
        pytest.param(5_000.0, 20_000, 20_000, PRICED, id="the policy's price goes first"),
        pytest.param(None, 20_000, 20_000, PRICED, id="the policy's price alone"),
        pytest.param(None, None, None, "what that is in money is unknown", id="unknown is not nothing"),
        pytest.param(5_000.0, 0, 0, NOTHING, id="the policy says that a point is worth nothing"),
    ],
)
def test_the_debt_in_money(paid: float | None, point_price: int | None, a_day: int | None, said: str) -> None:
    state = in_debt(paid, point_price=point_price)
    debt = debt_at(state, FRIDAY + 3 * DAY)  # Thursday and Friday have ended; the weekend does not count
    assert (debt.days, debt.points, debt.points_per_day) == (2, 2.0, 1.0)
    waiting = "a better plan has been waiting for 2 business days at 1.00 points a day now: 2.0 points lost so far"
    assert owed(debt, "EUR") == f"{waiting}; {said}"
    row = product_row(state, FRIDAY + 3 * DAY).data
    assert (row["debt_days"], row["debt_points"], row["debt_money_per_day"]) == (2, 2.0, a_day)
    assert row["debt_money"] == (None if a_day is None else 2 * a_day)


def test_a_gain_beyond_all_figures_is_unknown_in_money() -> None:
    better = Better(since=NOON, gain=1e308, run=1, paid_per_point=5_000.0)
    debt = debt_at(planned().model_copy(update={"better": better}), FRIDAY)
    assert (debt.money, debt.money_per_day) == (None, None)


@pytest.mark.parametrize(
    ("at", "days"),
    [
        pytest.param(NOON + timedelta(hours=72), 0, id="at the end of the dwell time"),
        pytest.param(FRIDAY - timedelta(seconds=1), 0, id="before the first day has ended"),
        pytest.param(FRIDAY, 1, id="at its end"),
    ],
)
def test_from_when_it_counts(at: datetime, days: int) -> None:
    debt = debt_at(in_debt(), at)
    assert debt.days == days
    assert (owed(debt, "EUR") != "") is (days > 0)


@pytest.mark.parametrize(
    ("value", "starts", "paid"),
    [
        pytest.param(100.0, STARTS, 5_000.0, id="5,000 for 100 points"),
        pytest.param(100.0, {"search": "2026-03"}, 3_000.0, id="only what is planned"),
        pytest.param(100.0, {"search": "2026-03", "landing": "2027-01"}, 3_000.0, id="only what lies in the horizon"),
        pytest.param(0.0, STARTS, None, id="worth nothing"),
        pytest.param(-5.0, STARTS, None, id="worth less than nothing"),
        pytest.param(100.0, {}, None, id="nothing is planned"),
        pytest.param(5e-324, STARTS, None, id="worth next to nothing: no figure holds it"),
        pytest.param(math.nan, STARTS, None, id="worth no number"),
    ],
)
def test_what_the_plan_in_force_pays_for_a_point(value: float, starts: dict[str, str], paid: float | None) -> None:
    assert paid_per_point(planned(starts), value) == paid


def test_what_is_spent_already_is_not_paid_again() -> None:
    state = planned()
    search = state.items["search"].model_copy(update={"spent": 250_000})
    assert paid_per_point(state.model_copy(update={"items": state.items | {"search": search}}), 100.0) == 2_500.0


# -- what it waits for ------------------------------------------------------------------------------------------


def solved(state: ProductState, at: datetime, run: int, **over: Any) -> Happened:
    running = state.model_copy(update={"run": Run(number=run, started_at=at), "runs": run})
    fields: dict[str, Any] = {"snapshot": "s", "plan": "plan-2", "proposal": "proposal-2", "value": 226.0}
    fields |= {"value_in_force": 100.0, "starts": STARTS | {"banner": "2026-03"}, "run": run}
    fields |= {"change": Change(entered=("banner",), money_moved=2_000_000)}
    return happen(running, internal(PlanSolved, at, **(fields | over)), at=at)


def decided(state: ProductState, verdict: str, at: datetime, **over: Any) -> ProductState:
    given = {"actor": "otto", "role": "product_owner", "reason": "not before the fair", "verdict": verdict} | over
    decision = internal(DecisionGiven, at, approval=state.approvals, proposal="proposal-2", **given)
    return happen(state, decision, at=at).state


def strike(state: ProductState, at: datetime) -> Happened:
    return happen(state, internal(ClockStruck, at), at=at)


def test_the_clock_of_a_rejected_plan_goes_on_and_says_what_would_stop_it() -> None:
    asks = solved(planned(), NOON, 2).state
    assert held_by(asks) == "decision 1 waits for the product owner"
    rejected = decided(asks, "reject", NOON + DAY)
    words = "it was rejected on 2026-03-03 12:00 by otto; only 'keep as is' until a date stops the clock"
    assert held_by(rejected) == words
    again = solved(rejected, NOON + 2 * DAY, 3, proposal="proposal-3").state
    assert held_by(again) == words
    escalated = strike(with_policy(again, watch=("debt",)), datetime(2026, 3, 12, tzinfo=UTC))
    assert escalated.escalated == ["plan-debt"]
    assert words in escalated.said
    assert "in money 50 EUR a day, 250 EUR lost, as the plan in force pays 50 EUR a point" in escalated.said


def test_silence_that_counts_as_a_rejection_is_said_to_be_silence() -> None:
    asks = solved(with_policy(planned(), on_expiry="reject"), NOON, 2).state
    silent = happen(asks, internal(ApprovalExpired, approval=1, proposal="proposal-2"), at=NOON + 3 * DAY).state
    assert silent.rejection == Rejection(at=NOON + 3 * DAY)
    assert "rejected on 2026-03-05 12:00, because nobody answered; only 'keep as is'" in held_by(silent)


def test_another_plan_than_the_rejected_one_is_not_said_to_be_rejected() -> None:
    rejected = decided(solved(planned(), NOON, 2).state, "reject", NOON + DAY)
    other = solved(rejected, NOON + 2 * DAY, 3, change=Change(entered=("faq",), money_moved=2_000_000)).state
    assert held_by(other) == "decision 2 waits for the product owner"
    assert held_by(planned()) == ""


# -- keep as is ---------------------------------------------------------------------------------------------------


def test_keep_as_is_is_signed_shown_stops_the_clock_and_ends_by_itself() -> None:
    until = datetime(2026, 3, 16, tzinfo=UTC)
    owing = solved(with_policy(planned(), review_every_days=90, watch=("debt",)), NOON, 2).state
    kept = decided(owing, "keep", NOON + DAY, until=until)
    assert kept.kept == Kept(until=until, by="otto", reason="not before the fair")
    said = "kept as it is until 2026-03-16 00:00 by otto: not before the fair"
    for row in (product_row(kept, NOON + DAY), roadmap_row(kept, NOON + DAY)):
        assert row.data["kept"] == said
    again = solved(kept, NOON + 5 * DAY, 3).state  # a look meanwhile finds the same and is quiet
    for day in (11, 12, 13):
        assert strike(again, datetime(2026, 3, day, tzinfo=UTC)).said == "nothing fell due"
    ended = strike(again, until)
    assert ended.asked
    assert product_row(ended.state, until).data["kept"] == ""
    owing_again = solved(ended.state, until, 4)
    assert owing_again.kinds == ["RequestDecision"]
    assert owing_again.state.better is not None
    assert owing_again.state.better.since == until
    assert strike(owing_again.state, datetime(2026, 3, 26, tzinfo=UTC)).escalated == ["plan-debt"]


def test_the_answer_to_the_debts_escalation_keeps_its_reason() -> None:
    owed_for = strike(in_debt(watch=("debt",)), datetime(2026, 3, 12, tzinfo=UTC)).state
    answer: dict[str, Any] = {
        "answer": "accept_delay",
        "actor": "otto",
        "role": "product_owner",
        "reason": "after Easter",
    }
    until = datetime(2026, 4, 7, tzinfo=UTC)
    event = internal(EscalationAnswered, subject="plan-debt", escalation=1, **answer, until=until)
    after = happen(owed_for, event).state
    assert kept_until(after, until - DAY) == "kept as it is until 2026-04-07 00:00 by otto: after Easter"
    assert kept_until(after, until) == ""


def test_without_a_reason_nothing_is_made_up() -> None:
    kept = {"kept": Kept(until=NOON + DAY, by="otto")}
    assert kept_until(planned().model_copy(update=kept), NOON) == "kept as it is until 2026-03-03 12:00 by otto"


# -- the guard, as the product's row shows it ------------------------------------------------------------------------


def test_the_row_says_why_nothing_changes() -> None:
    state = solved(with_policy(planned(), churn_per_period=5), NOON + DAY, 2, value=101.0).state
    thrash = product_row(state, NOON + DAY).data["thrash"]
    because = "the best plan is 1.0 % better, below the margin of 2.0 %"
    found = {"run": 2, "finding": "below_margin", "because": because, "at": "2026-03-03T12:00:00Z"}
    assert thrash == {
        "margin": 0.02,
        "dwell_hours": 72.0,
        "paced_until": "2026-03-05T12:00:00+00:00",
        "switching_cost_share": 0.25,
        "move_price": 0.1,
        "churn_period": "2026-03",
        "churn_used": 0,
        "churn_per_period": 5,
        "found": found,
    }
    assert product_row(state, NOON + 3 * DAY).data["thrash"]["paced_until"] is None


@pytest.mark.parametrize(
    ("over", "finding", "because"),
    [
        pytest.param({"plan": None, "why_infeasible": "the time was up"}, "none", "the time was up", id="no plan"),
        pytest.param({"starts": {"search": "2026-03", "faq": "2026-03"}}, "better", "20.0 % better", id="better"),
        pytest.param(
            {"starts": dict.fromkeys(("search", "landing", "banner"), "2026-03")},
            "unusable",
            "the plan that was found is no longer possible: landing starts before",
            id="overtaken",
        ),
    ],
)
def test_what_the_last_look_found_is_remembered(over: dict[str, Any], finding: str, because: str) -> None:
    state = planned(budget={"per_period": 500_000})
    found = solved(state, NOON, 2, **{"value": 120.0} | over).state.found
    assert isinstance(found, Found)
    assert (found.run, found.finding, found.at) == (2, finding, NOON)
    assert because in found.because


@pytest.mark.parametrize(
    ("value", "move_price", "words"),
    [
        pytest.param(101.9, 0.1, "; without the price of its 1 move, 0.1 points, it would not be", id="the price"),
        pytest.param(101.8, 0.1, "", id="too little anyway"),
        pytest.param(101.9, 0.0, "", id="moves are free"),
    ],
)
def test_that_the_price_of_moves_kept_a_plan_is_said(value: float, move_price: float, words: str) -> None:
    state = with_policy(planned(), move_price=move_price)
    moved = solved(state, NOON, 2, value=value, change=Change(moved=("landing",))).state.found
    assert moved is not None
    assert moved.finding == "below_margin"
    assert moved.because.endswith(f"below the margin of 2.0 %{words}")


def test_an_asked_request_is_what_a_better_plan_waits_for() -> None:
    better = {"better": Better(since=NOON, gain=20.0, run=1)}
    assert held_by(asked(planned().model_copy(update=better))) == "decision 1 waits for the product owner"
