"""Items: what plans depend on changes, and priorities are looked at; what does not matter is recorded, and why."""

import pytest

from events.model import Event
from tests.builders import (
    dependency_blocked,
    item_added,
    item_changed,
    item_completed,
    item_dropped,
    item_started,
)
from tests.unit.domain.states import happen, planned, with_policy


@pytest.mark.parametrize(
    ("event", "asked", "words"),
    [
        pytest.param(
            item_added(item="faq", values={"marketplace": 20}), True, "faq is worth 5.0 points more", id="new, worth 5"
        ),
        pytest.param(
            item_added(item="faq", values={"marketplace": 19.9}),
            False,
            "below the threshold of 5",
            id="new, worth less",
        ),
        pytest.param(item_changed(after=["banner"]), True, "what search waits for", id="waits for something else"),
        pytest.param(item_changed(duration=2), True, "takes in time has changed", id="takes longer"),
        pytest.param(item_changed(milestone="release"), True, "belongs to", id="belongs to another milestone"),
        pytest.param(item_changed(efforts={"it": 7}), True, "search takes 2 days more or fewer", id="2 days more work"),
        pytest.param(item_changed(efforts={"it": 6.9}), False, "below the threshold", id="1.9 days more work"),
        pytest.param(item_changed(efforts={"it": 3}), True, "2 days more or fewer", id="2 days less work"),
        pytest.param(item_changed(efforts={}), True, "5 days more or fewer", id="no work left for a team"),
        pytest.param(item_changed(cost=500_000), True, "the cost of search changed by 2,000 EUR", id="2,000 dearer"),
        pytest.param(item_changed(cost=499_999), False, "below the threshold", id="a cent less than 2,000 dearer"),
        pytest.param(item_changed(urgency=1.3), True, "6.8 points more", id="more urgent"),
        pytest.param(item_changed(urgency=1.2), False, "4.5 points more", id="a little more urgent"),
        pytest.param(item_changed(title="Find it"), False, "0.0 points more", id="a new title"),
        pytest.param(item_started(), False, "search is in the plan", id="started as planned"),
        pytest.param(item_started(item="banner"), True, "started without being in the plan", id="started beside it"),
        pytest.param(item_completed(), False, "search is finished, as planned", id="finished in its period"),
        pytest.param(
            item_completed(item="landing"), True, "landing is finished ahead of 2026-04", id="finished a month ahead"
        ),
        pytest.param(item_completed(item="banner"), False, "banner is finished", id="finished outside the plan"),
        pytest.param(item_dropped(), True, "its people and money are free", id="dropped out of the plan"),
        pytest.param(item_dropped(item="banner"), False, "was not in the plan", id="dropped outside the plan"),
    ],
)
def test_items(event: Event, asked: bool, words: str) -> None:
    happened = happen(planned(), event)
    assert happened.asked is asked
    assert words in happened.said


def test_an_ended_item_no_longer_moves_priorities() -> None:
    state = happen(planned(), item_completed()).state
    assert happen(state, item_changed(urgency=10)).said == "search is already completed"


def test_what_nobody_waits_for_any_more_stands_down_with_its_item() -> None:
    blocked = happen(planned(), dependency_blocked()).state
    assert blocked.escalations == {"sso-api": 1}
    for end in (item_dropped(), item_completed()):
        happened = happen(blocked, end)
        assert happened.stood_down == ["sso-api"]
        assert happened.state.escalations == {}
    off = with_policy(blocked, watch=("dependency_blocked",))
    assert happen(off, item_dropped()).stood_down == ["sso-api"]
    assert not happen(off, item_dropped()).asked


def test_a_block_of_what_nobody_waits_for_does_not_escalate() -> None:
    state = happen(planned(), item_dropped()).state
    assert happen(state, dependency_blocked()).said == "nobody waits for sso-api: search is already dropped"


def test_unwatched_items_are_recorded_only() -> None:
    off = with_policy(planned(), watch=("milestones",))
    for event in (item_added(item="faq", value=100), item_changed(duration=3), item_started(), item_completed()):
        assert happen(off, event).said == "the policy does not watch items"
