"""A steady stream raises no alarm, however noisy; a shift does, soon; and too little history decides nothing."""

import math
from datetime import datetime, timedelta
from random import Random

import pytest

from domain.policy import Policy
from domain.product import ProductState
from domain.surges import Change, beta_share, change_of, compared, counted, short_half_life
from domain.things import Rates, Theme
from events.statement import UNSORTED
from tests.builders import NOON, feedback
from tests.unit.domain.states import DAY, Happened, happen, planned, with_policy
from tests.unit.domain.streams import Pressure, Steady, alike, delay, false_alarms, judged, uneven, wide

POLICY = Policy()


@pytest.mark.parametrize(
    ("a", "b", "x", "share"),
    [
        pytest.param(1, 1, 0.3, 0.3, id="uniform"),
        pytest.param(2, 3, 0.4, 0.5248, id="binomial: 2 or more of 4 at 0.4"),
        pytest.param(5, 1, 0.5, 0.5**5, id="all of five"),
        pytest.param(1, 5, 0.5, 1 - 0.5**5, id="at least one of five"),
        pytest.param(0.5, 0.5, 0.5, 0.5, id="arcsine law, symmetric"),
        pytest.param(2.5, 7.5, 0.0, 0.0, id="nothing below 0"),
        pytest.param(2.5, 7.5, 1.0, 1.0, id="all below 1"),
        pytest.param(0.0, 3.0, 0.2, 1.0, id="no successes wanted"),
        pytest.param(5_000, 5_000, 0.5, 0.5, id="large counts"),
    ],
)
def test_the_incomplete_beta_function(a: float, b: float, x: float, share: float) -> None:
    assert beta_share(a, b, x) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize("n", [1, 7, 40])
def test_the_incomplete_beta_function_is_the_binomial_tail(n: int) -> None:
    for k in range(1, n + 1):
        tail = sum(math.comb(n, j) * 0.3**j * 0.7 ** (n - j) for j in range(k, n + 1))
        assert beta_share(k, n - k + 1, 0.3) == pytest.approx(tail, rel=1e-9)


# -- state -------------------------------------------------------------------------------------------------


def test_the_sums_decay_each_with_its_own_half_life() -> None:
    first = Theme(pressure=8, as_of=NOON, rates=counted(None, 8, NOON, NOON, POLICY))
    later = NOON + 30 * DAY
    rates = counted(first, 0, later, later, POLICY)
    assert rates.squares == 32.0  # half of 64 after 30 days
    assert rates.recent == pytest.approx(8 * 0.5 ** (30 / 7), abs=1e-6)
    assert rates.recent_squares == pytest.approx(64 * 0.5 ** (30 / 7), abs=1e-6)
    assert rates.since == NOON


def test_one_old_statement_does_not_make_a_long_history() -> None:
    assert counted(None, 1, NOON - 3_000 * DAY, NOON, POLICY).since == NOON - 30 * DAY
    assert counted(None, 1, NOON + 9 * DAY, NOON, POLICY).since == NOON, "dated in the future: as if from now"


@pytest.mark.parametrize(("half_life", "short"), [pytest.param(30, 7, id="usual"), pytest.param(8, 2, id="a quarter")])
def test_the_recent_past_is_well_shorter_than_the_history(half_life: float, short: float) -> None:
    assert short_half_life(Policy(feedback_half_life_days=half_life)) == short


@pytest.mark.parametrize(
    "theme",
    [
        pytest.param(None, id="unknown"),
        pytest.param(Theme(pressure=50, as_of=NOON), id="without sums"),
        pytest.param(
            Theme(pressure=5, as_of=NOON, rates=Rates(recent=5, squares=5, recent_squares=5, since=NOON)),
            id="all of it at once",
        ),
        pytest.param(
            Theme(pressure=0, as_of=NOON, rates=Rates(recent=0, squares=0, recent_squares=0, since=NOON - 90 * DAY)),
            id="praise only",
        ),
    ],
)
def test_without_history_nothing_is_compared(theme: Theme | None) -> None:
    assert change_of(theme, POLICY) is None


@pytest.mark.parametrize("rate", [0.1, 1.0, 10.0])
def test_the_smallest_sample_is_in_statements_of_the_usual_size(rate: float) -> None:
    """Ten statements of history take longer when they are rare; and however many there are, it takes a week."""
    found = [next((day for day, _ in judged(Steady(rate, alike), 400, seed, POLICY)), math.inf) for seed in range(9)]
    median = sorted(found)[4]
    assert (median > 100) if rate == 0.1 else (10 < median < 40) if rate == 1.0 else (7 <= median < 8)


def test_the_size_of_weights_does_not_matter() -> None:
    small = [change for _, change in judged(Steady(1.0, lambda rng: 0.01 * uneven(rng)), 90, 1, POLICY)]
    large = [change for _, change in judged(Steady(1.0, lambda rng: 1e4 * uneven(rng)), 90, 1, POLICY)]
    assert [one.recent for one in small] == pytest.approx([one.recent for one in large], rel=0.01)


# -- false alarms and delays, by simulation with fixed seeds -----------------------------------------------


@pytest.mark.parametrize("pressure", [alike, uneven, wide], ids=["alike", "uneven", "ten-fold"])
def test_a_steady_stream_raises_no_more_alarms_than_stated(pressure: Pressure) -> None:
    policy = Policy(surge_false_alarms=0.05)
    alarms, months = false_alarms(Steady(1.0, pressure), months=12, products=40, policy=policy)
    assert months > 400
    assert alarms / months <= 0.05


@pytest.mark.check
@pytest.mark.parametrize("pressure", [alike, uneven], ids=["alike", "uneven"])
@pytest.mark.parametrize("rate", [0.3, 1.0, 5.0])
def test_false_alarms_per_theme_and_month_over_many_products(rate: float, pressure: Pressure) -> None:
    """At the default of 0.01; with as many months, chance alone adds less than 0.005."""
    alarms, months = false_alarms(Steady(rate, pressure), months=24, products=150, policy=POLICY)
    print(f"{alarms} alarms in {months:.0f} months: {alarms / months:.4f} per theme and month")
    assert alarms / months <= POLICY.surge_false_alarms


@pytest.mark.parametrize(
    ("rate", "times", "days"),
    [
        pytest.param(5.0, 3.0, 7, id="five a day become fifteen: within a week"),
        pytest.param(1.0, 3.0, 28, id="one a day becomes three: within four weeks"),
        pytest.param(5.0, 0.2, 28, id="five a day become one: within four weeks"),
    ],
)
def test_a_real_shift_is_found_soon(rate: float, times: float, days: float) -> None:
    found = sorted(delay(Steady(rate, uneven, 180, times), seed, POLICY, patience=90) for seed in range(20))
    assert found[17] <= days, "in nine of ten cases"


def test_one_account_far_larger_than_all_before_is_news() -> None:
    *_, (_, usual) = judged(Steady(2.0, uneven), 120, 3, POLICY)
    rng, large = Random(3), {True: 300.0, False: 0.0}
    days = [day for day, _ in Steady(2.0, uneven).statements(120, rng)]
    number = iter(range(len(days)))
    *_, (_, news) = judged(Steady(2.0, lambda rng: uneven(rng) + large[next(number) == len(days) - 1]), 120, 3, POLICY)
    assert usual.chance > usual.alarm_below
    assert news.chance < news.alarm_below


# -- what follows ------------------------------------------------------------------------------------------


def through(state: ProductState, rate: int, days: int, weight: float, start: datetime = NOON) -> tuple[int, Happened]:
    """Return how often priorities were to be looked at again, when they are set at once each time; one theme."""
    asked, happened = 0, None
    for day in range(days):
        for number in range(rate):
            at = start + timedelta(days=day, hours=24 * number / rate)
            happened = happen(state, feedback(sentiment=-1, weight=weight, time=at), at=at)
            state = happened.state
            if happened.asked:
                asked += 1
                state = looked(state)
    assert happened is not None
    return asked, happened


def looked(state: ProductState) -> ProductState:
    """Return the state after priorities were set: what is known now is what changes are measured against."""
    theme = state.themes["checkout"]
    demand = 100 * (1 - 0.5 ** (theme.pressure / state.policy.feedback_saturation))
    reference = state.reference.model_copy(update={"demand": {"checkout": demand}})
    return state.model_copy(update={"reference": reference, "triggers": ()})


def test_a_noisy_but_steady_stream_is_asked_about_only_while_it_is_new() -> None:
    """Forty products for a year: 400 months after the first two."""
    new, later, by_points = 0, 0, 0
    for seed in range(40):
        state = planned()
        for day, pressure in Steady(0.5, uneven).statements(360, Random(seed)):
            at = NOON + timedelta(days=day)
            happened = happen(state, feedback(sentiment=-1, weight=8 * pressure, time=at), at=at)
            state = looked(happened.state) if happened.asked else happened.state
            new += happened.asked and day <= 60
            later += happened.asked and day > 60
            by_points += happened.quiet and "at or over the threshold" in happened.said
    assert 40 <= new <= 100, "a few times per product, while it has no history"
    assert later / 400 <= POLICY.surge_false_alarms
    assert by_points > 1_000, "the points alone would have asked"


def test_points_that_chance_explains_are_quiet_and_say_so() -> None:
    _, happened = through(planned(), rate=1, days=120, weight=4)
    assert happened.quiet
    low = happened.state.reference.model_copy(update={"demand": {"checkout": 0.0}})
    moved = happen(happened.state.model_copy(update={"reference": low}), feedback(sentiment=-1, weight=4))
    assert moved.quiet
    assert "at or over the threshold of 15; recent feedback counts" in moved.said
    assert "which may be chance" in moved.said


def test_a_surge_that_matters_is_asked_for_with_its_figures() -> None:
    state = looked(through(planned(), rate=1, days=120, weight=2)[1].state)
    asked, happened = through(state, rate=6, days=14, weight=2, start=NOON + 120 * DAY)
    assert asked >= 1
    assert "checkout" in happened.state.themes


def test_what_is_asked_for_names_rate_and_chance() -> None:
    state = looked(through(planned(), rate=1, days=120, weight=2)[1].state)
    at = NOON + 121 * DAY
    burst = [feedback(sentiment=-1, weight=2, time=at) for _ in range(60)]
    said = [happen(state, *burst[: number + 1], at=at) for number in (0, 59)]
    assert said[0].quiet
    assert said[1].asked or "already due" in said[1].said
    because = happen(state, *burst, at=at).state.triggers[0].because
    assert "recent feedback counts" in because
    assert "no chance" in because


def test_a_theme_without_history_is_judged_by_points_alone() -> None:
    first = happen(planned(), feedback(sentiment=-1, weight=50))
    assert first.asked
    assert "too little history" in first.state.triggers[0].because


def test_feedback_without_theme_or_sentiment_is_unsorted_and_neutral() -> None:
    state = happen(planned(), feedback(theme=None, sentiment=None, text="slow", weight=8)).state
    assert state.themes[UNSORTED].pressure == 4.0
    assert state.themes.keys() == {UNSORTED}


def test_the_comparison_reads_well() -> None:
    change = Change(recent=40.0, expected=20.0, chance=1e-9, alarm_below=0.001)
    assert compared(change) == (
        "recent feedback counts 40.0 where its history lets expect 20.0, no chance: less than 1 in a million, "
        "below 0.001"
    )
    calm = change._replace(chance=0.25)
    assert compared(calm).endswith("which may be chance: 0.25, not below 0.001")


def test_the_policy_bounds_the_smallest_sample() -> None:
    assert with_policy(planned(), surge_history=500).policy.surge_history == 500
    with pytest.raises(ValueError, match="surge_history"):
        with_policy(planned(), surge_history=0)
