"""The ladder: whom an escalation tells and when, fixed when it starts; and when people are asked for a decision."""

from typing import Any

import pytest

from domain.ladder import Climb, asks_of, ladder_for, leads_of, moved, teams_of
from domain.timetable import Timetable, timetable_of
from domain.waits import wait
from tests.builders import NOON
from tests.unit.domain.answers import stands_in
from tests.unit.domain.schedules import ALWAYS, DEFAULT, OFFICE, OFFICE_HOURS, climb, ladder, on, said, timetable
from tests.unit.domain.states import DAY, HOUR, definition, fresh, planned, with_policy

OWNERS = ("otto", "olga")


def told(found: Climb) -> list[tuple[str, list[str]]]:
    """Return each step's instant, and whom it tells when, where that is later."""
    return [
        (
            f"{step.at:%d %H:%M}",
            [send.to if send.at == step.at else f"{send.to} {said([send.at])[0]}" for send in step.sends],
        )
        for step in found.steps
    ]


# -- the climb -----------------------------------------------------------------------------------------------


def test_the_default_ladder_has_fixed_instants_people_and_copies() -> None:
    state = fresh()
    found = climb(DEFAULT, timetable_of(state), leads=leads_of(state, "fonts"))
    assert [
        (step.role, step.at - NOON, step.asked, [send.to for send in step.sends if send.copies], step.reminder)
        for step in found.steps
    ] == [
        ("product_owner", 0 * HOUR, ("otto", "olga"), ["max", "ida"], False),
        ("product_owner", 48 * HOUR, ("otto", "olga"), [], True),
        ("executive_board", 168 * HOUR, ("bea",), [], False),
    ]
    assert (found.ends_at, found.cap_at) == (NOON + 336 * HOUR, NOON + 90 * DAY)
    assert [(step.number, step.rung, step.again) for step in found.steps] == [(1, 1, 0), (2, 2, 0), (3, 3, 0)]


def test_everybody_is_told_in_the_role_in_which_they_are() -> None:
    rung = {
        "after": "0 hours",
        "role": "product_owner",
        "people": ["eve", "otto"],
        "copy_leads": True,
        "channels": ["c"],
    }
    sends = climb(ladder(rung), leads=("ida", "olga")).steps[0].sends
    assert [(send.to, send.role, send.copies, send.is_channel) for send in sends] == [
        ("otto", "product_owner", False, False),  # once, although named twice
        ("olga", "product_owner", False, False),  # asked, and not only reading along
        ("eve", "", False, False),
        ("ida", "team lead", True, False),
        ("c", "", False, True),
    ]


def test_who_stands_in_for_a_holder_when_a_step_is_taken_is_told_too() -> None:
    away = (stands_in("otto", "mia", end=NOON + DAY), stands_in("otto", "eve", scope="decisions", end=NOON + 9 * DAY))
    assert [step.asked for step in climb(DEFAULT, ALWAYS, *away).steps] == [
        ("otto", "olga", "mia"),
        ("otto", "olga"),  # mia is back to her own work, and eve stands in for decisions only
        ("bea",),
    ]


@pytest.mark.parametrize(
    ("repeat", "instants"),
    [
        pytest.param(None, ["02 12:00", "04 12:00", "06 12:00"], id="none"),
        pytest.param(
            {"rung": 2, "times": 1, "every": "24 hours"},
            ["02 12:00", "04 12:00", "06 12:00", "07 12:00", "09 12:00"],
            id="from the second rung on, once",
        ),
        pytest.param(
            {"rung": 3, "times": 3, "every": "1 day"},
            ["02 12:00", "04 12:00", "06 12:00", "07 12:00", "08 12:00", "09 12:00"],
            id="the last rung, three times",
        ),
        pytest.param(
            {"rung": 1, "times": 2, "every": "24 hours"},
            ["02 12:00", "04 12:00", "06 12:00", "07 12:00", "09 12:00", "11 12:00", "12 12:00", "14 12:00"],
            id="all of it, until it ends",
        ),
    ],
)
def test_a_ladder_may_begin_anew(repeat: dict[str, Any] | None, instants: list[str]) -> None:
    rungs = [{"after": "0 hours"}, {"after": "48 hours"}, {"after": "96 hours", "role": "executive_board"}]
    found = climb(ladder(*rungs, repeat=repeat, ends_after="13 days"))
    assert said(step.at for step in found.steps) == instants
    assert [step.number for step in found.steps] == list(range(1, len(instants) + 1))
    assert [step.again for step in found.steps][:3] == [0, 0, 0]


def test_a_climb_ends_at_its_cap_at_the_latest() -> None:
    found = climb(ladder({"after": "0 hours"}, {"after": "10 days"}, ends_after="20 days", cap="5 days"))
    assert found.ends_at == found.cap_at == NOON + 5 * DAY
    assert len(found.steps) == 1


def test_business_time_holds_over_the_weekend() -> None:
    rungs = [{"after": "0 business hours"}, {"after": "3 business days"}, {"after": "5 business days"}]
    times = timetable(business=True)
    found = climb(ladder(*rungs, ends_after="6 business days"), times, at=on("05 12:00"))  # a Thursday
    assert said([*(step.at for step in found.steps), found.ends_at]) == [
        *("05 12:00", "10 12:00", "12 12:00", "13 12:00")
    ]
    assert found.business
    at_night = climb(ladder(*rungs, ends_after="6 business days"), times, at=on("06 20:00"))  # a Friday
    assert said(step.at for step in at_night.steps) == ["09 08:00", "12 08:00", "16 08:00"]


def test_a_message_waits_for_who_is_not_at_work_and_the_step_does_not() -> None:
    times = timetable(otto=OFFICE_HOURS, ida={**OFFICE_HOURS, "away": [{"first": "2026-03-02", "last": "2026-03-13"}]})
    found = climb(DEFAULT, times, at=on("06 20:00"))  # a Friday evening
    assert told(found) == [
        ("06 20:00", ["otto 09 08:00", "olga", "ida 16 08:00", "max"]),
        ("08 20:00", ["olga"]),  # otto hears of it on Monday, and not twice at once
        ("13 20:00", ["bea"]),
    ]


def test_a_reminder_of_what_came_before_is_sent() -> None:
    steps = ladder({"after": "0 hours"}, {"after": "72 hours", "reminder": True})
    found = climb(steps, timetable(otto=OFFICE_HOURS), at=on("06 20:00"))
    assert told(found)[1] == ("09 20:00", ["otto 10 08:00", "olga"])


def test_who_is_away_for_years_cannot_be_told() -> None:
    times = timetable(otto={"away": [{"first": "2026-03-02", "last": "2028-12-31"}]})
    assert [send.at for send in climb(DEFAULT, times).steps[0].sends][:2] == [None, NOON]


def test_a_channel_is_told_at_once_and_reminded() -> None:
    first: dict[str, Any] = {"after": "0 hours", "channels": ["desk"]}
    assert told(climb(ladder(first, {**first, "after": "1 hour", "reminder": True}))) == [
        ("02 12:00", ["desk"]),
        ("02 13:00", ["desk"]),
    ]


# -- which ladder, and whose leads ---------------------------------------------------------------------------


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


def test_who_leads_a_team_that_is_gone_is_not_copied() -> None:
    state = fresh()
    assert leads_of(state, "fonts") == ("max", "ida")
    gone = state.model_copy(update={"teams": {"it": state.teams["it"]}})
    assert leads_of(gone, "fonts") == ("ida",)


def test_a_function_may_have_a_ladder_of_its_own() -> None:
    quick = ladder({"after": "1 hour"})
    state = with_policy(planned(), ladders={"it": quick.model_dump()})
    assert ladder_for(state, "sso-api") == quick  # the team that does not deliver is one of IT
    assert ladder_for(state, "plan-debt") == DEFAULT
    assert ladder_for(with_policy(planned(), ladders={"marketing": quick.model_dump()}), "fonts") == DEFAULT


def test_a_product_reckons_by_its_own_calendar_and_those_of_its_people() -> None:
    state = fresh(calendars={"office": OFFICE}, calendar="office", contacts={"otto": {"calendar": "office"}, "bea": {}})
    times = timetable_of(state)
    assert times.after(on("06 12:00"), wait("1 business day")) == on("09 12:00")
    assert said(times.reachable(person, on("07 12:00")) for person in ("otto", "bea", "eve")) == ["09 08:00"] * 3
    assert timetable_of(fresh()) == Timetable(time_zone="UTC")
    assert definition().calendar is None


# -- moved ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "to", "instants", "ends"),
    [
        pytest.param(1, "06 12:00", ["02 12:00", "06 12:00", "11 12:00"], "18 12:00", id="two days later"),
        pytest.param(1, "03 12:00", ["02 12:00", "04 12:00", "09 12:00"], "16 12:00", id="never earlier"),
        pytest.param(1, "04 12:00", ["02 12:00", "04 12:00", "09 12:00"], "16 12:00", id="not when it is due anyway"),
        pytest.param(3, "10 12:00", ["02 12:00", "04 12:00", "09 12:00"], "16 12:00", id="only the end is left"),
        pytest.param(3, "20 12:00", ["02 12:00", "04 12:00", "09 12:00"], "20 12:00", id="and that has passed"),
    ],
)
def test_a_climb_that_goes_on_keeps_its_distances(position: int, to: str, instants: list[str], ends: str) -> None:
    found = moved(climb(), ALWAYS, position, on(to))
    assert said([*(step.at for step in found.steps), found.ends_at]) == [*instants, ends]


def test_the_end_does_not_move_past_the_cap() -> None:
    found = moved(climb(ladder({"after": "0 hours"}, {"after": "24 hours"}, cap="15 days")), ALWAYS, 1, on("10 12:00"))
    assert found.ends_at == found.cap_at == on("17 12:00")


def test_a_climb_in_business_time_keeps_its_distances_in_business_time() -> None:
    rungs = [{"after": "0 business hours"}, {"after": "1 business day"}, {"after": "2 business days"}]
    times = timetable(business=True, otto=OFFICE_HOURS)
    climbing = climb(ladder(*rungs, ends_after="3 business days"), times)
    found = moved(climbing, times, 1, on("05 15:00"))  # Thursday
    assert said([*(step.at for step in found.steps), found.ends_at]) == ["02 12:00", "05 15:00", "06 15:00", "09 15:00"]
    assert all(send.at == step.at for step in found.steps for send in step.sends)


# -- asking for a decision -----------------------------------------------------------------------------------

REMINDERS = (wait("24 hours"), wait("48 hours"))


def asked_at(
    times: Timetable, at: str = "02 12:00", within: str = "72 hours"
) -> list[tuple[int, str | None, tuple[str, ...]]]:
    asks = asks_of(REMINDERS, wait(within), times, OWNERS, on(at))
    return [(errand.number, said([errand.at])[0], errand.to) for errand in asks.errands]


def test_people_are_asked_at_once_and_reminded_before_the_deadline() -> None:
    asks = asks_of(REMINDERS, wait("72 hours"), ALWAYS, OWNERS, NOON)
    assert asks.deadline == NOON + 72 * HOUR
    assert [(errand.at - NOON, errand.to, errand.reminder) for errand in asks.errands] == [
        (0 * HOUR, OWNERS, False),
        (24 * HOUR, OWNERS, True),
        (48 * HOUR, OWNERS, True),
    ]


def test_a_reminder_that_would_come_with_the_deadline_is_none() -> None:
    assert [number for number, _, _ in asked_at(ALWAYS, within="48 hours")] == [1, 2]


@pytest.mark.parametrize(
    ("at", "errands"),
    [
        pytest.param(
            "06 20:00",  # a Friday evening; until Monday 20:00
            [
                (1, "06 20:00", ("olga",)),
                (2, "07 20:00", ("olga",)),
                (3, "08 20:00", ("olga",)),
                (1, "09 08:00", ("otto",)),
            ],
            id="who is not at work is asked at their return, and not reminded of it at once",
        ),
        pytest.param(
            "02 18:00",  # a Monday evening
            [
                (1, "02 18:00", ("olga",)),
                (1, "03 08:00", ("otto",)),
                (2, "03 18:00", ("olga",)),
                (2, "04 08:00", ("otto",)),
                (3, "04 18:00", ("olga",)),
                (3, "05 08:00", ("otto",)),
            ],
            id="reminders keep to working hours too",
        ),
    ],
)
def test_everybody_is_asked_when_they_are_at_work(at: str, errands: list[tuple[int, str, tuple[str, ...]]]) -> None:
    assert asked_at(timetable(otto=OFFICE_HOURS), at) == errands


def test_who_returns_after_the_deadline_is_not_asked_while_others_are() -> None:
    away = {"away": [{"first": "2026-03-01", "last": "2026-03-31"}]}
    assert {to for _, _, to in asked_at(timetable(otto=away))} == {("olga",)}


def test_when_nobody_returns_in_time_all_are_asked_at_once() -> None:
    away = {"away": [{"first": "2026-03-01", "last": "2026-03-31"}]}
    assert asked_at(timetable(otto=away, olga=away)) == [(1, "02 12:00", OWNERS)]


def test_a_deadline_may_go_by_business_time() -> None:
    asks = asks_of((wait("1 business day"),), wait("3 business days"), timetable(business=True), OWNERS, on("06 12:00"))
    assert asks.deadline == on("11 12:00")
    assert said(errand.at for errand in asks.errands) == ["06 12:00", "09 12:00"]
