"""The ladder, the deadlines of requests, and the product's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.clock import LAST, ProductClock
from domain.definition import ClockSettings
from domain.ladder import climb_of, deadline_of, reminders_of, teams_of
from tests.builders import NOON
from tests.unit.domain.states import DAY, HOUR, fresh, planned, with_policy


def test_the_default_ladder_has_fixed_instants_people_and_copies() -> None:
    state = fresh()
    climb = climb_of(state, state.policy, teams_of(state, "fonts"), NOON)
    assert [(step.role, step.at - NOON, step.people, step.copies, step.reminder) for step in climb.steps] == [
        ("product_owner", 0 * HOUR, ("otto", "olga"), ("max", "ida"), False),
        ("product_owner", 48 * HOUR, ("otto", "olga"), (), True),
        ("executive_board", 168 * HOUR, ("bea",), (), False),
    ]
    assert climb.ends_at == NOON + 336 * HOUR


@pytest.mark.parametrize(
    ("subject", "teams"),
    [
        pytest.param("fonts", ("marketing", "it"), id="those that wait, and the one that delivers"),
        pytest.param("sso-api", ("it",), id="a team that waits for itself, once"),
        pytest.param("plan-debt", (), id="no dependency"),
    ],
)
def test_the_teams_of_a_subject(subject: str, teams: tuple[str, ...]) -> None:
    assert teams_of(fresh(), subject) == teams


def test_a_team_that_is_gone_is_not_copied() -> None:
    state = fresh()
    assert climb_of(state, state.policy, ("nobody",), NOON).steps[0].copies == ()


def test_reminders_come_before_the_deadline() -> None:
    policy = planned().policy
    assert deadline_of(NOON, policy) == NOON + 72 * HOUR
    assert reminders_of(NOON, policy) == (NOON + 24 * HOUR, NOON + 48 * HOUR)
    short = with_policy(planned(), decision_hours=48).policy
    assert reminders_of(NOON, short) == (NOON + 24 * HOUR,)  # the second would come with the deadline


# -- the clock -----------------------------------------------------------------------------------------------

ORIGIN = datetime(2017, 9, 1, tzinfo=UTC)


def test_real_time_is_the_default() -> None:
    clock = ProductClock(started=NOON)
    assert not clock.simulated
    assert (clock.at(NOON + DAY), clock.real(NOON + DAY)) == (NOON + DAY, NOON + DAY)
    assert clock.wait(NOON, NOON + DAY) == DAY
    assert clock.wait(NOON + DAY, NOON) == timedelta()


def test_a_simulated_clock_starts_at_its_origin_and_runs_fast() -> None:
    clock = ProductClock(settings=ClockSettings(origin=ORIGIN, rate=86_400), started=NOON)
    assert clock.simulated
    assert clock.at(NOON) == ORIGIN
    assert clock.at(NOON + timedelta(seconds=3)) == ORIGIN + 3 * DAY
    assert clock.real(ORIGIN + 3 * DAY) == NOON + timedelta(seconds=3)
    assert clock.wait(NOON, ORIGIN + DAY / 2) == timedelta(seconds=0.5)


def test_a_faster_clock_without_an_origin_starts_now() -> None:
    clock = ProductClock(settings=ClockSettings(rate=10), started=NOON)
    assert clock.simulated
    assert clock.at(NOON + DAY) == NOON + 10 * DAY


@pytest.mark.parametrize("days", [1, 365, 365 * 900])
def test_the_fastest_clock_stops_at_the_calendars_end(days: int) -> None:
    clock = ProductClock(settings=ClockSettings(origin=ORIGIN, rate=1_000_000), started=NOON)
    assert clock.at(NOON + days * DAY) <= LAST


def test_the_slowest_clock_waits_no_longer_than_the_calendar() -> None:
    clock = ProductClock(settings=ClockSettings(origin=ORIGIN, rate=1e-12), started=NOON)
    assert clock.real(ORIGIN + DAY) == LAST
