"""Feedback, signals, goals and licences: at the threshold something follows, just below it does not, and why."""

import math

import pytest

from domain.reactions import Notify, Reprioritize
from events.model import Event
from tests.builders import competitor_moved, feedback, goal_changed, investment_used, market_shifted
from tests.unit.domain.states import Happened, happen, planned, with_policy

# `feedback_saturation` is 100: a pressure of p means a demand of 100 × (1 - 0.5 ** (p / 100)).
WEIGHT_OF_15 = -100 * math.log2(1 - 0.15)  # wholly negative feedback of this weight means a demand of 15


def outcome_of(happened: Happened) -> tuple[str, str]:
    only = happened.only
    assert not isinstance(only, Notify)
    return type(only).__name__, only.because


@pytest.mark.parametrize(
    ("weight", "reaction", "words"),
    [
        pytest.param(WEIGHT_OF_15 + 0.01, "Reprioritize", "at or over the threshold of 15", id="a surge at 15 points"),
        pytest.param(WEIGHT_OF_15 - 0.01, "NoReaction", "below the threshold of 15", id="a surge below 15 points"),
    ],
)
def test_a_surge_of_feedback(weight: float, reaction: str, words: str) -> None:
    kind, because = outcome_of(happen(planned(), feedback(sentiment=-1, weight=weight)))
    assert kind == reaction
    assert because.startswith("demand for checkout went from 0.0 to 15.0 since the last look at the priorities, ")
    assert words in because


@pytest.mark.parametrize(
    ("demand_then", "reaction"),
    [
        pytest.param(15.0, "Reprioritize", id="a slump of 15 points"),
        pytest.param(14.9, "NoReaction", id="a slump of less"),
    ],
)
def test_a_slump_shows_with_the_next_feedback(demand_then: float, reaction: str) -> None:
    state = planned()
    known = state.reference.model_copy(update={"demand": {"checkout": demand_then}})
    happened = happen(state.model_copy(update={"reference": known}), feedback(sentiment=1, weight=5))
    assert outcome_of(happened)[0] == reaction


def test_small_steps_of_feedback_add_up() -> None:
    state, step = planned(), WEIGHT_OF_15 / 3 + 0.01
    first = happen(state, feedback(sentiment=-1, weight=step), feedback(sentiment=-1, weight=step))
    assert first.quiet
    assert happen(first.state, feedback(sentiment=-1, weight=step)).asked


def test_feedback_on_a_theme_that_no_item_answers_to() -> None:
    happened = happen(planned(), feedback(theme="dark mode", weight=10**6))
    assert happened.said == "no open item answers to the theme dark mode"


# search: marketplace 40, user feedback 0, competition 0, goal 50: worth (40 + 0 + 0 + 50) / 4 = 22.5 points.
@pytest.mark.parametrize(
    ("event", "reaction", "words"),
    [
        pytest.param(market_shifted(strength=60), "Reprioritize", "5.0 points more", id="market: 5 points more"),
        pytest.param(market_shifted(strength=59.9), "NoReaction", "5.0 points more", id="market: just below 5"),
        pytest.param(market_shifted(strength=30), "NoReaction", "0.0 points more", id="market: below the declared 40"),
        pytest.param(competitor_moved(strength=20), "Reprioritize", "5.0 points more", id="competitor: 5 points more"),
        pytest.param(competitor_moved(strength=19.9), "NoReaction", "below the threshold", id="competitor: below 5"),
        pytest.param(goal_changed(weight=70), "Reprioritize", "5.0 points more", id="goal: 5 points more"),
        pytest.param(goal_changed(weight=69.9), "NoReaction", "below the threshold", id="goal: less than 5 more"),
        pytest.param(goal_changed(weight=30), "Reprioritize", "5.0 points less", id="goal: 5 points less"),
        pytest.param(goal_changed(weight=30.1), "NoReaction", "below the threshold", id="goal: less than 5 less"),
    ],
)
def test_rescoring(event: Event, reaction: str, words: str) -> None:
    kind, because = outcome_of(happen(planned(), event))
    assert kind == reaction
    assert because.startswith("search is worth ")
    assert words in because


@pytest.mark.parametrize(
    ("event", "words"),
    [
        pytest.param(market_shifted(theme="nfc"), "no open item answers to the theme nfc", id="a theme of no item"),
        pytest.param(goal_changed(goal="reach"), "no open item serves the goal reach", id="a goal of no item"),
    ],
)
def test_rescoring_concerns_open_items_only(event: Event, words: str) -> None:
    assert happen(planned(), event).said == words


@pytest.mark.parametrize(
    ("used", "told"),
    [
        pytest.param(49, True, id="49 of 100 is below half"),
        pytest.param(50, False, id="half is enough"),
    ],
)
def test_under_use_is_told_to_the_owner(used: int, told: bool) -> None:
    happened = happen(planned(), investment_used(used=used))
    assert [reaction.role for reaction in happened.reactions if isinstance(reaction, Notify)] == (
        ["product_owner"] if told else []
    )
    assert (
        told or happened.said == "50.0 % of what is licensed of personalization is used (50 of 100), not below 50.0 %"
    )


def test_nothing_licensed_is_no_under_use() -> None:
    assert happen(planned(), investment_used(licensed=0, used=0)).said == "nothing is licensed of personalization"


@pytest.mark.parametrize(
    ("watch", "event"),
    [
        pytest.param("feedback", feedback(weight=10**6), id="feedback"),
        pytest.param("market", market_shifted(strength=100), id="market"),
        pytest.param("goals", goal_changed(weight=100), id="goals"),
        pytest.param("investments", investment_used(used=0), id="investments"),
    ],
)
def test_what_is_not_watched_is_recorded_only(watch: str, event: Event) -> None:
    state = planned()
    off = with_policy(state, watch=tuple(one for one in state.policy.watch if one != watch))
    assert happen(off, event).said == f"the policy does not watch {watch}"
    assert not happen(state, event).quiet


def test_a_reason_that_waits_already_is_not_asked_for_twice() -> None:
    first = happen(planned(), market_shifted(strength=100))
    again = happen(first.state, market_shifted(strength=90))
    assert isinstance(first.only, Reprioritize)
    assert again.said.endswith("a new look at the priorities is already due for this")
    assert again.state.triggers == first.state.triggers
