"""A forecast past due is told before the date is missed: when, for what, once for each date, and what follows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from domain.core import Stamped, follow, take_in
from domain.deadlines import moments, next_wake, struck
from domain.entries import Times, event_entry
from domain.latest_starts import AGAIN, warned_at
from domain.narrative import line_of
from domain.past_due import MOST_TOLD
from domain.product import ProductState, Trigger
from domain.reactions import Notify, Reprioritize
from domain.record import Recorded
from domain.things import Slips
from events.internal import SOURCE, ForecastPastDue, ReviewDue
from tests.builders import NOON, item_started, milestone_dropped, milestone_moved, milestone_reached
from tests.unit.domain.states import DAY, happen, internal, planned, with_policy
from tests.unit.domain.test_milestone_forecasts import IT, MARKETING, QUARTERLY, TEAMS
from tests.unit.domain.test_properties import Story, states
from tests.unit.domain.worlds import Product, stories

JUNE_ENDS = datetime(2026, 7, 1, tzinfo=UTC)


def launch(
    items: dict[str, Any] | None = None, starts: dict[str, str] | None = None, due: str = "2026-06-30", **over: Any
) -> ProductState:
    """Return a product with a milestone in June that needs an item of three periods, planned from March on."""
    given = {"shop": {"duration": 3}} if items is None else items
    declared = {name: {"cost": 1, "milestone": "launch", **facts} for name, facts in given.items()}
    parts: dict[str, Any] = {"milestones": {"launch": {"due": due}}, "dependencies": {}, "teams": TEAMS} | over
    state = planned(dict.fromkeys(declared, "2026-03") if starts is None else starts, items=declared, **parts)
    return with_policy(state, review_every_days=365)


def turns(state: ProductState) -> datetime | None:
    """Return when the forecast turns past due by itself; the product waits for it, too."""
    found = warned_at(state, state.policy)
    assert found is None or found in moments(state, state.policy)
    return found


def raised(state: ProductState, at: datetime) -> list[ForecastPastDue]:
    return [event for event in struck(state, state.policy, at) if isinstance(event, ForecastPastDue)]


def slow(*observed: float) -> Slips:
    return Slips(items=observed)


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        pytest.param({}, datetime(2026, 5, 1, tzinfo=UTC), id="three periods until June: the end of April"),
        pytest.param({"due": "2026-06-15"}, datetime(2026, 5, 1, tzinfo=UTC), id="due within June: the same"),
        pytest.param({"due": "2026-07-01"}, datetime(2026, 6, 1, tzinfo=UTC), id="due on the first of July: May"),
        pytest.param({"items": {"shop": {}}}, JUNE_ENDS - 14 * DAY, id="a single period: at the risk window"),
        pytest.param(
            {"items": {"shop": {}, "shelf": {"duration": 2}}},
            datetime(2026, 6, 1, tzinfo=UTC),
            id="two items: the one that takes longer",
        ),
        pytest.param(
            {"items": {"base": {"milestone": None, "duration": 2}, "shop": {"after": ["base"]}}},
            datetime(2026, 5, 1, tzinfo=UTC),
            id="what it needs has to begin before",
        ),
        pytest.param(
            {"items": {"base": {"milestone": None, "duration": 2}, "shop": {"after": ["base"], "duration": 0}}},
            datetime(2026, 6, 1, tzinfo=UTC),
            id="what it needs may end with it when it takes no time",
        ),
        pytest.param(
            {"items": {"shop": {**IT}}, "teams": QUARTERLY, "due": "2026-08-31"},
            JUNE_ENDS,
            id="a gate in June and the next in September: June is the last period for August",
        ),
        pytest.param(
            {
                "items": {"base": {**IT, "milestone": None}, "shop": {**MARKETING, "after": ["base"]}},
                "teams": QUARTERLY,
                "due": "2026-08-31",
            },
            JUNE_ENDS,
            id="another team's work goes through the gate of June, too",
        ),
        pytest.param({"milestones": {"launch": {"due": "2026-06-30", "committed": False}}}, None, id="not committed"),
        pytest.param({"items": {}}, None, id="no open work"),
    ],
)
def test_a_forecast_turns_past_due_when_work_can_no_longer_begin_in_time(
    over: dict[str, Any], expected: datetime | None
) -> None:
    assert turns(launch(**over)) == expected


@pytest.mark.parametrize(
    ("slips", "days"),
    [
        pytest.param(slow(*[6.0] * 9), 0, id="nine completed items: nothing is known"),
        pytest.param(slow(*[6.0] * 10), 6, id="ten: earlier by the median"),
        pytest.param(slow(*[-6.0] * 10), 0, id="usually early: no later for that"),
    ],
)
def test_it_turns_earlier_by_the_usual_lateness(slips: Slips, days: int) -> None:
    state = launch().model_copy(update={"slips": slips})
    assert turns(state) == datetime(2026, 5, 1, tzinfo=UTC) - days * DAY


def test_work_that_has_begun_no_longer_turns_it() -> None:
    assert turns(happen(launch(), item_started(item="shop"), at=NOON).state) is None


@pytest.mark.parametrize("event", [milestone_reached(milestone="launch"), milestone_dropped(milestone="launch")])
def test_nor_does_what_is_over(event: Any) -> None:
    assert turns(happen(launch(), event).state) is None


def test_nothing_is_raised_before_and_everything_at_that_instant() -> None:
    state = launch()
    at = turns(state)
    assert at is not None
    assert raised(state, at - timedelta(seconds=1)) == []
    (event,) = raised(state, at)
    assert (event.milestone, event.due, event.basis) == ("launch", JUNE_ENDS, "insufficient data")
    assert (event.expected, event.p50, event.p85) == (datetime(2026, 8, 1, tzinfo=UTC), None, None)
    assert event.because == (
        "by the plan in force shop is delivered only by 2026-07-31; "
        "shop has not begun, and had to by 2026-04-30 to be in time"
    )


@pytest.mark.parametrize(
    ("over", "because"),
    [
        pytest.param({"starts": {}}, "the plan in force does not fund shop", id="not funded"),
        pytest.param(
            {"starts": {"shop": "2026-05"}}, "by the plan in force shop is delivered only by 2026-07-31", id="too late"
        ),
        pytest.param({}, "", id="in time"),
    ],
)
def test_what_the_plan_misses_is_raised_at_the_next_look(over: dict[str, Any], because: str) -> None:
    assert [event.because for event in raised(launch(**over), NOON + DAY)] == ([because] if because else [])


def test_an_event_says_how_late_work_usually_is_and_by_when_it_is_likely() -> None:
    state = launch().model_copy(update={"slips": slow(*[6.0] * 10)})
    (event,) = raised(state, datetime(2026, 4, 25, tzinfo=UTC))
    assert event.expected == JUNE_ENDS
    assert event.p50 == event.p85 == JUNE_ENDS + 6 * DAY
    assert event.because == (
        "shop has not begun, and had to by 2026-04-24 to be in time: "
        "half of what was completed came 6 days late or more"
    )


def past_due(state: ProductState, at: datetime = datetime(2026, 5, 1, tzinfo=UTC)) -> ForecastPastDue:
    (event,) = raised(state, at)
    return event


def test_the_owner_is_told_with_the_figures_and_the_priorities_are_looked_at_again() -> None:
    state = launch()
    happened = happen(state, past_due(state), at=datetime(2026, 5, 1, tzinfo=UTC))
    asked, told = happened.reactions
    assert isinstance(asked, Reprioritize)
    assert (asked.topic, asked.urgent) == ("milestone:launch", False)
    assert isinstance(told, Notify)
    assert (told.role, told.subject) == ("product_owner", "launch is forecast past its date")
    assert told.text.startswith("launch is expected 2026-07-31, due 2026-06-30: by the plan in force shop is delivered")
    assert happened.state.milestones["launch"].warned == JUNE_ENDS


def test_without_a_plan_only_the_owner_is_told() -> None:
    state = launch().model_copy(update={"plan": None})
    (told,) = happen(state, past_due(state)).reactions
    assert isinstance(told, Notify)
    assert told.text.startswith("launch has no expected date, due 2026-06-30: shop has not begun")


def test_a_look_that_is_due_already_is_not_asked_for_twice() -> None:
    waiting = Trigger(cause="c", topic="milestone:launch", because="it moved")
    state = launch().model_copy(update={"triggers": (waiting,)})
    (told,) = happen(state, past_due(state)).reactions
    assert isinstance(told, Notify)


def test_a_policy_may_not_watch_forecasts() -> None:
    state = with_policy(launch(), watch=["milestones"])
    assert raised(state, datetime(2026, 5, 1, tzinfo=UTC)) == []
    assert happen(state, past_due(launch())).said == "the policy does not watch forecasts"


def test_a_date_is_warned_of_once_and_a_moved_date_anew() -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    state = launch()
    warned = happen(state, past_due(state), at=at).state
    assert raised(warned, at + 5 * DAY) == []
    assert happen(warned, past_due(state)).because == "this date of launch was warned of before"
    assert turns(warned) is None
    moved = happen(warned, milestone_moved(milestone="launch", due="2026-07-31"), at=at).state
    assert turns(moved) == datetime(2026, 6, 1, tzinfo=UTC)
    assert [event.due for event in raised(moved, datetime(2026, 6, 1, tzinfo=UTC))] == [
        datetime(2026, 8, 1, tzinfo=UTC)
    ]


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(milestone_moved(milestone="launch", due="2026-09-30"), id="moved"),
        pytest.param(milestone_reached(milestone="launch"), id="reached"),
    ],
)
def test_a_warning_that_comes_too_late_counts_for_nothing(event: Any) -> None:
    state = launch()
    overtaken = happen(happen(state, event).state, past_due(state))
    assert (overtaken.outcome, overtaken.because) == ("superseded", "launch no longer waits for that date")


def test_a_date_that_has_passed_is_no_longer_warned_of() -> None:
    assert raised(launch(), JUNE_ENDS) == []
    assert len(raised(launch(), JUNE_ENDS - timedelta(seconds=1))) == 1


def test_a_crowd_is_told_in_turns_the_nearest_dates_first_and_nobody_is_left_out() -> None:
    names = [f"m{n:03d}" for n in range(2 * MOST_TOLD + 5)]
    dates = {name: {"due": f"2026-06-{30 - index % 10}"} for index, name in enumerate(names)}
    items = {f"i-{name}": {"milestone": name, "duration": 3} for name in names}
    state = launch(items=items, milestones=dates)
    told: list[str] = []
    at = turns(state)
    assert at == datetime(2026, 5, 1, tzinfo=UTC)
    for _ in range(3):
        events = struck(state, state.policy, at)
        warnings = [event for event in events if isinstance(event, ForecastPastDue)]
        assert len(warnings) <= MOST_TOLD
        assert [event.due for event in warnings] == sorted(event.due for event in warnings)
        told += [event.milestone for event in warnings]
        state = happen(state, *events, at=at).state
        at += AGAIN
    assert sorted(told) == names
    assert turns(state) is None


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(states, stories)
def test_however_a_product_stands_it_wakes_seldom_and_always_later(state: ProductState, story: Story) -> None:
    """Wake whenever it asks to, for a simulated month, and let nothing else happen."""
    state = Product(state).play(story).state
    until, wakes, warned = state.at + 31 * DAY, 0, set()
    allowed = 62 + 4 * (len(state.milestones) + len(state.dependencies))  # debt each midnight, looks in vain, dates
    while (wake := next_wake(state, state.policy)) <= until:
        assert wake > state.struck_at
        at, wakes = max(wake, state.at), wakes + 1
        for event in struck(state, state.policy, at):
            after, _, reactions = take_in(state, Stamped(event, at), state.policy)
            state = follow(after, reactions, f"event/{event.id}", at)
            if isinstance(event, ForecastPastDue):
                assert (event.milestone, event.due) not in warned
                warned.add((event.milestone, event.due))
        state = state.model_copy(update={"triggers": ()})  # as if a look at the priorities had just begun
        assert wakes <= allowed


def test_a_review_raises_what_no_event_reacted_to() -> None:
    state = with_policy(launch(starts={"shop": "2026-05"}), review_every_days=7)
    kinds = [type(event) for event in struck(state, state.policy, NOON + 7 * DAY)]
    assert kinds[1:] == [ReviewDue, ForecastPastDue]


def test_a_sentence_tells_it_in_plain_words() -> None:
    event = internal(
        ForecastPastDue,
        milestone="launch",
        due=JUNE_ENDS,
        expected=JUNE_ENDS + 31 * DAY,
        p85=JUNE_ENDS + 40 * DAY,
        basis="item slips",
        because="shop has not begun",
    )
    assert told(event) == "launch, due on 2026-06-30, is expected on 2026-07-31 and 85 % likely by 2026-08-09"
    bare = event.model_copy(update={"expected": None, "p85": None})
    assert told(bare) == "launch, due on 2026-06-30, is without an expected date"


def told(event: Any) -> str:
    """Return the sentence of the ledger's entry."""
    state = launch()
    stamped = Stamped(event, NOON)
    _, taken, reactions = take_in(state, stamped, state.policy)
    entry = event_entry(state, stamped, taken, reactions, Times(at=NOON, clock_at=NOON, policy_hash=""))
    assert (entry.actor, entry.identity) == (SOURCE, "engine")
    assert "milestone:launch" in entry.about
    return line_of(Recorded(seq=1, prev_hash="0" * 64, hash="0" * 64, entry=entry)).what
