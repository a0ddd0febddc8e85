"""Milestones: later by the threshold, or missed by the plan in force, and priorities are looked at."""

import pytest

from domain.reactions import Notify
from events.internal import ClockStruck
from events.model import Event
from tests.builders import (
    NOON,
    dependency_declared,
    dependency_unblocked,
    item_dropped,
    milestone_dropped,
    milestone_moved,
    milestone_planned,
    milestone_reached,
)
from tests.unit.domain.states import DAY, fresh, happen, internal, planned, with_policy

# spring is due on 30 April; by the plan search, which it needs, finishes in March.
LATE = {"search": "2026-05", "landing": "2026-04"}  # a plan that misses spring


@pytest.mark.parametrize(
    ("event", "asked", "words"),
    [
        pytest.param(
            milestone_moved(due="2026-05-05"),
            True,
            "spring moved 5 days later, to 2026-05-05, at or over the threshold of 5 days",
            id="five days later",
        ),
        pytest.param(
            milestone_moved(due="2026-05-04"),
            False,
            "spring moved 4 days later, to 2026-05-04, below the threshold of 5 days",
            id="four days later",
        ),
        pytest.param(
            milestone_moved(due="2026-05-05T21:59:59Z"),
            False,
            "below the threshold of 5 days",
            id="a second less than five days later",
        ),
        pytest.param(
            milestone_moved(due="2026-03-31"),
            False,
            "spring moved 30 days earlier, to 2026-03-31; the plan in force meets it",
            id="earlier, and still met: March ends with the 31st",
        ),
        pytest.param(
            milestone_moved(due="2026-02-28"),
            True,
            "by the plan in force it would be missed because of search",
            id="earlier than the plan: missed",
        ),
        pytest.param(milestone_planned(milestone="summer", due="2026-07-31"), False, "summer is due", id="a new one"),
    ],
)
def test_dates(event: Event, asked: bool, words: str) -> None:
    happened = happen(planned(time_zone="Europe/Berlin"), event)
    assert happened.asked is asked
    assert words in happened.said


def test_the_clock_change_in_spring_makes_no_day_shorter() -> None:
    state = planned(
        time_zone="Europe/Berlin", milestones={"spring": {"due": "2026-03-26"}, "release": {"due": "2026-04-10"}}
    )
    assert happen(state, milestone_moved(due="2026-03-31")).said.startswith("spring moved 5 days later")


def test_many_small_moves_count_as_one_large_one() -> None:
    first = happen(planned(), milestone_moved(due="2026-05-03"))
    assert first.quiet
    assert happen(first.state, milestone_moved(due="2026-05-06", time=NOON + DAY)).asked


def test_a_date_that_is_missed_already_reacts_to_the_smallest_move() -> None:
    assert happen(planned(LATE), milestone_moved(due="2026-04-29")).asked
    assert happen(planned(LATE), milestone_moved(due="2026-05-01")).quiet


def test_a_date_that_nobody_committed_to_may_be_missed() -> None:
    assert happen(planned(LATE), milestone_planned(due="2026-04-29", committed=False)).quiet


def test_without_a_plan_no_date_is_missed() -> None:
    assert happen(fresh(), milestone_moved(due="2026-02-28")).quiet


@pytest.mark.parametrize(
    ("event", "words"),
    [
        pytest.param(milestone_reached(), "spring is reached", id="reached"),
        pytest.param(milestone_dropped(milestone="release"), "nothing that is open was promised", id="dropped, empty"),
    ],
)
def test_an_end_that_changes_nothing(event: Event, words: str) -> None:
    state = happen(planned(), item_dropped(item="landing")).state
    assert words in str(happen(state, event).reactions)
    assert not happen(state, event).asked


def test_a_dropped_milestone_frees_what_was_promised_for_it() -> None:
    assert happen(planned(), milestone_dropped()).said == "spring is dropped and no longer holds search"


def test_a_reached_milestone_no_longer_moves_priorities() -> None:
    state = happen(planned(), milestone_reached()).state
    moved = happen(state, milestone_moved(due="2027-05-31", time=NOON + DAY))
    assert moved.said == "spring is already reached"


def test_unwatched_milestones_are_recorded_only() -> None:
    off = with_policy(planned(), watch=("dependency_late",))
    for event in (milestone_moved(due="2026-12-31"), milestone_dropped()):
        assert happen(off, event).said == "the policy does not watch milestones"


# -- the dependencies that a milestone carries: fonts is needed by 15 April and comes with `release` ---------


@pytest.mark.parametrize(
    ("due", "escalated"),
    [
        pytest.param("2026-07-14", ["fonts"], id="promised 90 days after it is needed"),
        pytest.param("2026-07-13", [], id="promised 89 days after"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_a_late_milestone_escalates_what_it_carries_even_unwatched(due: str, escalated: list[str], zone: str) -> None:
    only_late = with_policy(planned(time_zone=zone), watch=("dependency_late",), dependency_late_days=90)
    happened = happen(only_late, milestone_moved(milestone="release", due=due))
    assert happened.escalated == escalated
    assert not happened.asked


def test_days_across_a_clock_change_are_whole_days() -> None:
    state = planned(time_zone="Europe/Berlin")
    event = dependency_declared(dependency="cms", needed_by="2026-03-10", promised_for="2026-06-08")
    assert happen(with_policy(state, dependency_late_days=90), event).escalated == ["cms"]
    assert happen(with_policy(state, dependency_late_days=90.5), event).escalated == []


def test_a_milestone_that_comes_back_stands_its_dependencies_down() -> None:
    late = happen(planned(), milestone_moved(milestone="release", due="2026-04-20"))
    back = happen(late.state, milestone_moved(milestone="release", due="2026-04-10", time=NOON + DAY))
    assert (late.escalated, back.stood_down) == (["fonts"], ["fonts"])
    assert back.state.escalations == {}


def test_a_dropped_milestone_escalates_what_it_carried() -> None:
    happened = happen(planned(), milestone_dropped(milestone="release"))
    assert happened.escalated == ["fonts"]
    own = happen(planned(), dependency_declared(dependency="fonts", needs="landing", promised_for="2026-04-01"))
    assert happen(own.state, milestone_dropped(milestone="release")).escalated == []


def test_a_move_over_a_month_makes_the_plan_look_again() -> None:
    # landing is planned for April; its fonts now come in May, though only a day after they are needed at the latest
    state = planned(
        dependencies={
            "fonts": {"needs": "landing", "provider": "it", "needed_by": "2026-06-15", "milestone": "release"}
        }
    )
    happened = happen(state, milestone_moved(milestone="release", due="2026-05-02"))
    assert (happened.asked, happened.urgent) == (True, True)


def test_an_unblocked_dependency_reads_the_date_of_its_carrier() -> None:
    late = happen(planned(), milestone_moved(milestone="release", due="2026-04-20")).state
    happened = happen(late, dependency_unblocked(dependency="fonts"))
    assert happened.said.endswith("escalation 1 is already open")


# -- time: the risk window opens 14 days before spring is due, at the end of 30 April ------------------------


@pytest.mark.parametrize(
    ("starts", "days", "asked"),
    [
        pytest.param(LATE, 14, True, id="missed, two weeks before"),
        pytest.param(LATE, 14.01, False, id="missed, a little earlier: not looked at yet"),
        pytest.param({"search": "2026-04"}, 14, False, id="met, two weeks before"),
    ],
)
def test_the_risk_window(starts: dict[str, str], days: float, asked: bool) -> None:
    at = fresh().milestones["spring"].due - days * DAY
    state = with_policy(planned(starts, at - DAY / 2), watch=("milestones",))
    assert happen(state, internal(ClockStruck, at), at=at).asked is asked


def test_a_milestone_past_due_is_told_to_the_owner() -> None:
    at = fresh().milestones["spring"].due
    state = with_policy(planned(LATE, at - DAY / 2), watch=("milestones",))
    (told,) = happen(state, internal(ClockStruck, at), at=at).reactions
    assert isinstance(told, Notify)
    assert (told.role, told.text) == ("product_owner", "spring was due 2026-04-30 and is not reached; open: search")


def test_what_fell_due_at_the_last_look_does_not_fall_due_again() -> None:
    at = fresh().milestones["spring"].due
    state = with_policy(planned(LATE, at - DAY / 2), watch=("milestones",))
    once = happen(state, internal(ClockStruck, at), at=at).state
    assert happen(once, internal(ClockStruck, at), at=at).said == "nothing fell due"
