"""The roadmap over periods: bars by team, promises, and what stays out."""

from datetime import date, datetime
from typing import Any

from domain.product import ProductState
from domain.timeline import Bar, Timeline, TimelineMilestone, timeline_of
from tests.builders import NOON, item_changed, item_started, milestone_moved, milestone_reached
from tests.unit.domain.states import FILE, fresh, happen, planned

GATED = FILE["teams"] | {"it": FILE["teams"]["it"] | {"cadence": {"every": 3, "gate": "2026-03"}}}


def bar(found: Timeline, name: str) -> Bar:
    return next(one for one in found.items if one.item == name)


def milestone(found: Timeline, name: str) -> TimelineMilestone:
    return next(one for one in found.milestones if one.milestone == name)


def state(**over: Any) -> ProductState:
    return planned(**over)


def test_funded_items_stand_in_their_periods_and_the_others_are_deferred_with_the_reason() -> None:
    found = timeline_of(state(), NOON, {"banner": "stays out: the budget", "search": "enters"})
    assert [(one.item, one.course, one.team, one.start, one.end, one.why) for one in found.items] == [
        ("search", "funded", "it", "2026-03", "2026-03", None),
        ("landing", "funded", "marketing", "2026-04", "2026-04", None),
        ("banner", "deferred", "marketing", None, None, "stays out: the budget"),
    ]
    search = bar(found, "search")
    assert (search.cost, search.efforts, search.milestone, search.late) == (300_000, {"it": 5}, "spring", False)
    assert (found.plan, found.adopted_at, found.adopted_by) == ("plan-1", NOON, "tandem")


def test_the_periods_are_those_of_the_horizon_with_their_days() -> None:
    found = timeline_of(state(time_zone="Europe/Berlin"), NOON, {})
    assert [one.period for one in found.periods] == [f"2026-0{month}" for month in range(3, 9)]
    march = found.periods[0]
    assert (march.label, march.first_day, march.last_day) == ("March 2026", date(2026, 3, 1), date(2026, 3, 31))
    assert (march.begins, march.past, march.planned) == (datetime.fromisoformat("2026-02-28T23:00:00Z"), False, True)


def test_what_began_before_and_what_is_released_after_the_horizon_is_shown_whole() -> None:
    long = happen(state(teams=GATED), item_started(item="search"), item_changed(item="search", duration=3)).state
    later = timeline_of(long, NOON.replace(month=4), {})
    assert (later.periods[0].period, later.periods[0].past, later.now) == ("2026-03", True, "2026-04")
    assert (bar(later, "search").start, bar(later, "search").end, bar(later, "search").delivered) == (
        *("2026-03", "2026-05"),
        "2026-06",
    )
    far = planned({"search": "2026-10"}, teams=GATED)
    last = timeline_of(far, NOON, {}).periods[-1]
    assert (last.period, last.planned) == ("2026-12", False)


def test_what_runs_longer_than_it_should_is_overdue() -> None:
    started = happen(state(), item_started(item="search")).state
    assert bar(timeline_of(started, NOON, {}), "search").overdue is False
    assert bar(timeline_of(started, NOON.replace(month=4), {}), "search").overdue is True


def test_what_should_have_begun_starts_now_and_is_overdue() -> None:
    landing = bar(timeline_of(state(), NOON.replace(month=6), {}), "landing")
    assert (landing.planned, landing.start, landing.end, landing.overdue) == ("2026-04", "2026-06", "2026-06", True)
    assert bar(timeline_of(state(), NOON.replace(month=4), {}), "landing").overdue is False


def test_a_wish_and_an_order_are_told() -> None:
    wished = happen(state(), item_changed(item="banner", must="out")).state
    found = bar(timeline_of(wished.model_copy(update={"wishes": {"search": "out"}}), NOON, {}), "banner")
    assert (found.must, found.wished) == ("out", None)
    assert bar(timeline_of(wished.model_copy(update={"wishes": {"search": "out"}}), NOON, {}), "search").wished == "out"


def test_a_milestone_says_when_it_is_due_when_it_is_expected_and_what_is_late() -> None:
    found = timeline_of(planned({"search": "2026-05"}), NOON, {})
    spring = milestone(found, "spring")
    assert (spring.period, spring.due, spring.committed, spring.missed) == (
        *("2026-04", datetime.fromisoformat("2026-05-01T00:00:00Z")),
        *(True, False),
    )
    assert (spring.expected, spring.late) == (datetime.fromisoformat("2026-06-01T00:00:00Z"), True)
    assert (spring.items, spring.late_items, spring.because) == (
        *(("search",), ("search",)),
        "search is the last to be delivered",
    )
    assert bar(found, "search").late is True


def test_a_milestone_whose_work_is_not_funded_has_no_expected_date() -> None:
    spring = milestone(timeline_of(planned({}), NOON, {}), "spring")
    assert (spring.expected, spring.late, spring.because) == (None, None, "the plan in force does not fund search")


def test_a_date_that_passed_is_missed_and_one_that_was_reached_in_time_is_not() -> None:
    late = NOON.replace(month=5)
    assert milestone(timeline_of(state(), late, {}), "spring").missed is True
    reached = happen(state(), milestone_reached()).state
    spring = milestone(timeline_of(reached, NOON, {}), "spring")
    assert (spring.status, spring.reached_at, spring.missed, spring.items) == ("reached", NOON, False, ())
    assert [one.milestone for one in timeline_of(reached, late, {}).milestones] == ["release"]  # long past


def test_the_first_promise_stays_beside_the_present_date() -> None:
    moved = happen(state(), milestone_moved(due="2026-05-31")).state
    spring = milestone(timeline_of(moved, NOON, {}), "spring")
    assert (spring.first_promised, spring.period) == (datetime.fromisoformat("2026-05-01T00:00:00Z"), "2026-05")


def test_without_a_plan_everything_is_deferred_and_nothing_is_expected() -> None:
    found = timeline_of(fresh(), NOON, {})
    assert {one.course for one in found.items} == {"deferred"}
    assert [one.item for one in found.items] == ["search", "landing", "banner"]  # the most valuable first
    assert (found.plan, milestone(found, "spring").expected, milestone(found, "spring").late) == (None, None, None)
