"""All that one account says about a theme counts once, in any order; what is remembered of accounts is bounded."""

from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts import AT_ONCE, MOST, MOST_OF_THEME, digest_of, pressing
from domain.decay import decayed
from domain.evolve import event_key
from domain.policy import Policy
from domain.product import MAX_TOPICS, ProductState
from domain.surges import change_of
from domain.things import Theme
from events.model import FeedbackReceived
from tests.builders import NOON, PRODUCT, competitor_moved, feedback, goal_changed, market_shifted
from tests.unit.domain.states import DAY, fresh, happen, planned, with_policy
from tests.unit.domain.worlds import Intake, Product

HALF = 30.0


class Said(NamedTuple):
    """A statement: by whom, how much it presses, on which day it was made, and how much later it came in."""

    account: str | None
    weight: float
    day: float
    later: float = 0.0


def heard(state: ProductState, *said: Said) -> ProductState:
    """Return the state after statements, each taken in when it comes in."""
    for one in sorted(said, key=lambda one: one.day + one.later):
        made = NOON + one.day * DAY
        event = feedback(sentiment=-1, weight=one.weight, account=one.account, time=made)
        state = happen(state, event, at=made + one.later * DAY).state
    return state


def theme(state: ProductState) -> Theme:
    return state.themes["checkout"]


def pressure(state: ProductState, day: float = 0) -> float:
    return decayed(theme(state).pressure, theme(state).as_of, NOON + day * DAY, HALF)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        pytest.param([Said("acme", 8, 0)], 8.0, id="once"),
        pytest.param([Said("acme", 8, 0)] * 3, 8.0, id="three times at one instant: once"),
        pytest.param([Said(None, 8, 0)] * 3, 24.0, id="without an account: each by itself"),
        pytest.param([Said("acme", 8, 0), Said("beta", 8, 0)], 16.0, id="two accounts: twice"),
        pytest.param([Said("acme", 8, 0), Said("acme", 9, 0)], 9.0, id="louder: the louder one"),
        pytest.param([Said("acme", 9, 0), Said("acme", 8, 0)], 9.0, id="fainter: no more than before"),
        pytest.param([Said("acme", 8, 0), Said("acme", 8, 30)], 8.0, id="again after a half-life: whole again"),
        pytest.param([Said("acme", 8, 0), Said("acme", 4, 30)], 4.0, id="exactly what is left: nothing new"),
        pytest.param([Said("acme", 8, 0), Said("acme", 3, 30)], 4.0, id="less than what is left: nothing new"),
        pytest.param([Said("acme", 8, 0), Said("acme", 4.5, 30)], 4.5, id="more than what is left: the difference"),
        pytest.param([Said("acme", 8, 0, 30), Said("acme", 4.5, 30)], 4.5, id="made earlier, come in later: the same"),
        pytest.param([Said("acme", 8, 0), Said(None, 2, 30)], 6.0, id="with an unnamed one: both"),
    ],
)
def test_an_account_counts_once(said: list[Said], left: float) -> None:
    assert pressure(heard(fresh(), *said), max(one.day for one in said)) == pytest.approx(left, abs=2e-6)


def test_praise_of_an_account_takes_nothing_back_and_is_not_remembered() -> None:
    state = happen(fresh(), feedback(sentiment=1, weight=5, account="acme")).state
    assert (theme(state).pressure, theme(state).accounts, state.accounts) == (0.0, {}, 0)
    assert theme(happen(heard(state, Said("acme", 8, 0)), feedback(sentiment=1, account="acme")).state).pressure == 8


def test_an_account_counts_once_for_each_theme() -> None:
    state = happen(fresh(), *(feedback(theme=name, sentiment=-1, account="acme") for name in ("a", "b", "a"))).state
    assert [state.themes[name].pressure for name in ("a", "b")] == [1.0, 1.0]
    assert (state.accounts, state.themes["a"].statements) == (2, 2)


statements = st.lists(
    st.builds(
        Said,
        account=st.sampled_from(["acme", "beta", "gamma", None]),
        weight=st.floats(0.1, 50),
        day=st.floats(0, 200),
        later=st.floats(0, 40),
    ),
    min_size=1,
    max_size=25,
)


@given(said=statements)
def test_the_pressure_is_the_sum_of_the_greatest_of_each_account(said: list[Said]) -> None:
    end = max(one.day + one.later for one in said)
    left = [(one.account, one.weight * 0.5 ** ((end - one.day) / HALF)) for one in said]
    accounts = {name for name, _ in left if name is not None}
    expected = sum(max(amount for other, amount in left if other == name) for name in accounts)
    expected += sum(amount for name, amount in left if name is None)
    state = heard(fresh(), *said)
    assert pressure(state, end) == pytest.approx(expected, abs=2e-6 * len(said))
    assert set(theme(state).accounts) <= {digest_of(name, PRODUCT) for name in accounts}


@given(said=statements, order=st.randoms(use_true_random=False))
def test_the_order_in_which_an_account_is_heard_does_not_matter(said: list[Said], order: Random) -> None:
    """All come in at the end, as after an outage of a source."""
    end = max(one.day for one in said)
    late = [one._replace(later=end - one.day) for one in said]
    mixed = sorted(late, key=lambda _: order.random())
    assert pressure(heard(fresh(), *late), end) == pytest.approx(pressure(heard(fresh(), *mixed), end), abs=1e-4)


@given(said=statements, cuts=st.lists(st.integers(0, 25), max_size=4))
def test_batches_that_are_split_differently_and_repeated_change_nothing(said: list[Said], cuts: list[int]) -> None:
    events = [
        (feedback(sentiment=-1, weight=one.weight, account=one.account, time=NOON + one.day * DAY), NOON + 200 * DAY)
        for one in said
    ]
    whole, split = Intake(Product(fresh())), Intake(Product(fresh()))
    whole.take(events)
    places = [0, *sorted(cuts), len(events)]
    for start, end in pairwise(places):
        split.take(events[start:end])
        split.take(events[:end])  # sent again
    assert whole.product.state == split.product.state


def test_what_is_remembered_survives_being_written_down() -> None:
    state = heard(fresh(), *(Said(f"account {n}", 1 + n / 7, n / 3) for n in range(40)))
    again = ProductState.model_validate_json(state.model_dump_json())
    more = [Said(f"account {n}", 3, 20) for n in range(50)]
    assert heard(state, *more).themes == heard(again, *more).themes


def test_the_state_holds_no_ids_of_accounts_and_tells_products_apart() -> None:
    assert "acme" not in heard(fresh(), Said("acme", 8, 0)).model_dump_json()
    assert digest_of("acme", "web") != digest_of("acme", "app")
    assert len(digest_of("acme" * 50, "p" * 63)) == 8


def test_another_half_life_fades_accounts_as_it_fades_their_theme() -> None:
    state = with_policy(heard(fresh(), Said("acme", 8, 0)), feedback_half_life_days=10)
    assert theme(heard(state, Said("acme", 5, 10))).pressure == 5.0, "4 are left, so 1 is new"


def test_levels_start_anew_before_they_grow_without_end() -> None:
    state = heard(fresh(), Said("acme", 8, 0), Said("beta", 1e9, 0))
    for year in range(1, 30):
        state = heard(state, Said("acme", 8, 365 * year))
        assert theme(state).faded < 64
        assert max(theme(state).accounts.values()) < 1e9 * 2**64
    assert pressing(theme(state), NOON + 29 * 365 * DAY, HALF) == {digest_of("acme", PRODUCT): 8.0}


# -- bounded -----------------------------------------------------------------------------------------------


def test_a_full_theme_forgets_the_faintest_account_and_keeps_what_it_contributed() -> None:
    crowd = [Said(f"account {n}", 2 + n, 0) for n in range(MOST_OF_THEME)]
    full = heard(fresh(), *crowd)
    more = heard(full, Said("new", 10, 0))
    assert digest_of("account 0", PRODUCT) not in theme(more).accounts
    assert digest_of("new", PRODUCT) in theme(more).accounts, "louder than these"
    assert len(theme(more).accounts) == more.accounts == MOST_OF_THEME + 1 - theme(more).forgotten
    assert (theme(more).forgotten, pressure(more)) == (AT_ONCE, pressure(full) + 10)
    assert pressure(heard(more, Said("account 0", 2, 0))) == pressure(more) + 2, "forgotten: it counts once more"


def test_an_account_fainter_than_all_others_is_no_flood() -> None:
    full = heard(fresh(), *(Said(f"account {n}", 100, 0) for n in range(MOST_OF_THEME)))
    assert pressure(heard(full, *[Said("new", 1, 0)] * 50)) == pressure(full) + 1


@pytest.mark.parametrize(
    "accounts",
    [pytest.param(MOST + 1_000, id="a few too many"), pytest.param(100_000, marks=pytest.mark.check, id="100,000")],
)
def test_however_many_accounts_do_not_fill_the_state(accounts: int) -> None:
    rng, state = Random(1), fresh()
    small = len(state.model_dump_json())
    at = NOON
    for number in range(accounts):
        at += timedelta(minutes=5)
        event = feedback(theme=f"theme {rng.randrange(60)}", sentiment=-1, weight=5, account=f"a{number}", time=at)
        state = happen(state, event, at=at).state
        if number % 1_000 == 0:
            assert state.accounts == sum(len(one.accounts) for one in state.themes.values())
    assert state.accounts == sum(len(one.accounts) for one in state.themes.values()) <= MOST
    assert all(len(one.accounts) <= MOST_OF_THEME for one in state.themes.values())
    assert len(state.model_dump_json()) < small + MOST * 50 + 60 * 400


def test_themes_that_are_forgotten_give_their_accounts_back() -> None:
    loud = {f"theme {number}": Theme(pressure=50, as_of=NOON) for number in range(MAX_TOPICS - 1)}
    state = fresh().model_copy(update={"themes": loud})
    for number in range(1, 5):  # each louder than the last, which makes room
        state = happen(state, feedback(theme=f"new {number}", sentiment=-1, weight=number, account="acme")).state
    assert len(state.themes) == MAX_TOPICS
    assert state.accounts == sum(len(one.accounts) for one in state.themes.values()) == 1


# -- what follows ------------------------------------------------------------------------------------------


def steady(days: int, rate: float, pool: int, seed: int = 1) -> list[FeedbackReceived]:
    """Return statements of a pool of accounts at random instants."""
    rng, day, found = Random(seed), 0.0, []
    while (day := day + rng.expovariate(rate)) < days:
        account, weight = f"account {rng.randrange(pool)}", rng.uniform(0.5, 2.0)
        found.append(feedback(sentiment=-1, weight=weight, account=account, time=NOON + day * DAY))
    return found


def through(state: ProductState, events: list[FeedbackReceived]) -> tuple[ProductState, int]:
    """Return the state after statements, and how often priorities were to be looked at again."""
    asked = 0
    for event in events:
        happened = happen(state, event, at=event.time)
        state = happened.state
        if happened.asked:
            asked += 1
            demand = 100 * (1 - 0.5 ** (theme(state).pressure / state.policy.feedback_saturation))
            known = state.reference.model_copy(update={"demand": {"checkout": demand}})
            state = state.model_copy(update={"reference": known, "triggers": ()})
    return state, asked


def test_a_flood_of_one_account_is_no_surge_and_the_same_flood_of_many_is() -> None:
    state, _ = through(planned(), steady(120, 1, pool=500))
    flood = [feedback(sentiment=-1, weight=2, account="loud", time=NOON + 121 * DAY) for _ in range(200)]
    _, of_one = through(state, flood)
    crowd = [one.model_copy(update={"account": f"loud {number}"}) for number, one in enumerate(flood)]
    _, of_many = through(state, crowd)
    assert (of_one, of_many > 0) == (0, True)


@pytest.mark.parametrize("pool", [20, 200, 100_000])
def test_a_steady_stream_of_accounts_raises_no_more_alarms_than_stated(pool: int) -> None:
    """Twenty products for a year, the time in which all accounts are new included."""
    alarms, policy = 0, Policy(surge_false_alarms=0.05)
    for seed in range(20):
        state, months = fresh(policy=policy), set()
        for event in steady(360, 1, pool, seed):
            state = happen(state, event, at=event.time).state
            change = change_of(theme(state), policy)
            if change is not None and change.chance < change.alarm_below:
                months.add((event.time - NOON) // (30 * DAY))
        alarms += len(months)
    assert alarms / (20 * 12) <= policy.surge_false_alarms


def test_more_accounts_are_a_surge_soon() -> None:
    state, _ = through(planned(), steady(180, 2, pool=100_000))
    more = [e.model_copy(update={"time": e.time + 180 * DAY}) for e in steady(21, 10, pool=90_000, seed=2)]
    _, asked = through(state, more)
    assert asked > 0


def test_signals_and_goals_name_the_event_that_set_them() -> None:
    events = [market_shifted(), competitor_moved(), goal_changed()]
    state = happen(fresh(), *events).state
    found = [state.market["checkout"].cause, state.competitors["checkout"].cause, state.goals["retention"].cause]
    assert found == [event_key(event.source, event.id) for event in events]
