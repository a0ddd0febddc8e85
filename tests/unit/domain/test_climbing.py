"""Where a climb stands: what falls due next, whom a step tells, and how it stops and goes on."""

from datetime import datetime
from typing import Any

import pytest

from domain.climbing import (
    Climbing,
    Held,
    Pause,
    acknowledged,
    forced,
    going_on,
    handed_to_board,
    joined,
    missing,
    next_due,
    paused,
    reassigned,
    skipped,
    standing,
    take_held,
    take_step,
    told_anew,
)
from domain.ladder import Send, Step, moved
from events.internal import Role
from tests.builders import NOON
from tests.unit.domain.schedules import ALWAYS, OFFICE_HOURS, climb, ladder, on, timetable
from tests.unit.domain.states import DAY, HOUR

FRIDAY = on("06 20:00")
PAUSE = Pause(by="mia", waiting_on="the supplier", until=NOON + 3 * DAY, reason="they answer on Thursday")
BOARD = (Send(to="bea", at=NOON + HOUR, role="executive_board"),)


def taken(steps: int = 1, start: Climbing | None = None) -> Climbing:
    """Return the default climb after so many of its steps, each at its instant."""
    found = start or Climbing(climb=climb())
    for _ in range(steps):
        assert found.next_step is not None
        found = take_step(found, found.next_step, found.next_step.at).after
    return found


def seen(c: Climbing, actor: str = "otto", at: datetime = NOON + HOUR) -> Climbing:
    return acknowledged(c, actor, at, at + DAY)


def due(c: Climbing) -> tuple[str, str]:
    """Return what falls due next, and when."""
    found = next_due(c)
    return found.what, f"{found.at:%d %H:%M}"


def dues(c: Climbing) -> list[tuple[str, str]]:
    """Return all that falls due until the end, in order."""
    found = [due(c)]
    while found[-1][0] != "end":
        what, at = next_due(c).what, next_due(c).at
        if what == "held":
            c = take_held(c, at)[0]
        elif what == "resume":
            c = going_on(c, moved(c.climb, ALWAYS, c.position, at))
        else:
            c = taken(1, c)
        found.append(due(c))
    return found


# -- in time -------------------------------------------------------------------------------------------------


def test_step_by_step_until_the_end() -> None:
    assert dues(Climbing(climb=climb())) == [
        ("step", "02 12:00"),
        ("step", "04 12:00"),
        ("step", "09 12:00"),
        ("end", "16 12:00"),
    ]


def test_a_step_tells_who_is_on_duty_and_holds_the_others() -> None:
    start = Climbing(climb=climb(times=timetable(otto=OFFICE_HOURS), at=FRIDAY))
    assert start.next_step is not None
    after, step, now, gone = take_step(start, start.next_step, FRIDAY)
    assert [send.to for send in now] == ["olga", "ida", "max"]
    assert [(held.step, held.send.to, held.send.at) for held in after.held] == [(1, "otto", on("09 08:00"))]
    assert (gone, step.number, after.position) == ((), 1, 1)
    assert dues(start)[:4] == [
        ("step", "06 20:00"),
        ("step", "08 20:00"),
        ("held", "09 08:00"),
        ("step", "13 20:00"),
    ]


def test_who_is_back_is_told_once() -> None:
    start = taken(1, Climbing(climb=climb(times=timetable(otto=OFFICE_HOURS), at=FRIDAY)))
    assert take_held(start, on("09 07:59")) == (start, ())
    after, told = take_held(start, on("09 08:00"))
    assert [held.send.to for held in told] == ["otto"]
    assert after.held == ()


def test_who_is_away_for_years_is_named() -> None:
    times = timetable(otto={"away": [{"first": "2026-03-01", "last": "2028-12-31"}]})
    start = Climbing(climb=climb(times=times))
    assert start.next_step is not None
    found = take_step(start, start.next_step, NOON)
    assert [send.to for send in found.unreachable] == ["otto"]
    assert found.after.held == ()


@pytest.mark.parametrize(
    ("climbing", "first"),
    [
        pytest.param({"held": (), "position": 0}, "step", id="a step at the very end is still taken"),
        pytest.param({"position": 1}, "held", id="and who is back then is still told"),
        pytest.param({"held": (), "position": 1}, "end", id="then it ends"),
    ],
)
def test_what_falls_due_at_one_instant(climbing: dict[str, Any], first: str) -> None:
    base = climb(ladder({"after": "0 hours"}))
    at_the_end = base.model_copy(update={"ends_at": NOON})
    held = (Held(step=1, send=Send(to="otto", at=NOON)),)
    assert due(Climbing(climb=at_the_end, **{"held": held, **climbing}))[0] == first


# -- acknowledged --------------------------------------------------------------------------------------------


def test_who_has_seen_it_stops_the_climb_and_silence_starts_it_again() -> None:
    found = seen(taken())
    assert due(found) == ("resume", "03 13:00")
    assert standing(found) == "acknowledged by otto"
    again = going_on(found, moved(found.climb, ALWAYS, found.position, on("03 13:00")))
    assert (again.acknowledged, again.stopped_until, standing(again)) == ({}, None, "")
    assert dues(again) == [("step", "04 12:00"), ("step", "09 12:00"), ("end", "16 12:00")]


def test_a_later_word_stops_it_for_longer_and_never_for_less() -> None:
    later = seen(seen(taken()), "olga", NOON + 20 * HOUR)
    assert due(later) == ("resume", "04 08:00")
    assert due(acknowledged(seen(taken()), "olga", NOON + 2 * HOUR, NOON + 3 * HOUR)) == ("resume", "03 13:00")


def test_who_is_away_while_somebody_looks_after_it_is_told_once_it_goes_on() -> None:
    found = taken(1, Climbing(climb=climb(times=timetable(otto=OFFICE_HOURS), at=FRIDAY)))
    stopped = acknowledged(found, "olga", FRIDAY + HOUR, on("10 12:00"))
    assert stopped.held == found.held != ()
    assert due(stopped) == ("resume", "10 12:00")  # otto is back on the 9th, and is not told as yet
    again = going_on(stopped, moved(found.climb, ALWAYS, 1, on("10 12:00")))
    assert [held.send.to for held in take_held(again, on("10 12:00"))[1]] == ["otto"]


def test_who_has_seen_it_is_not_reminded() -> None:
    all_of_them = climb(
        ladder({"after": "0 hours", "all_must_acknowledge": True}, {"after": "1 day", "reminder": True})
    )
    found = seen(taken(1, Climbing(climb=all_of_them)))
    assert found.next_step is not None
    assert [send.to for send in take_step(found, found.next_step, NOON + DAY).now] == ["olga"]


def test_where_all_must_one_does_not_stop_it() -> None:
    start = taken(1, Climbing(climb=climb(ladder({"after": "0 hours", "all_must_acknowledge": True}))))
    one = seen(start)
    assert missing(start) == ("otto", "olga")
    assert missing(one) == ("olga",)
    assert (one.stopped_until, standing(one)) == (None, "acknowledged by otto; olga still to come")
    both = seen(one, "olga", NOON + 2 * HOUR)
    assert missing(both) == ()
    assert due(both) == ("resume", "03 14:00")
    assert standing(both) == "acknowledged by olga and otto"


def test_who_reads_along_need_not_acknowledge() -> None:
    rung = {"after": "0 hours", "all_must_acknowledge": True, "copy_leads": True, "channels": ["desk"]}
    found = taken(1, Climbing(climb=climb(ladder(rung))))
    assert missing(seen(seen(found), "olga")) == ()


def test_before_the_first_step_nobody_is_missing() -> None:
    assert missing(Climbing(climb=climb(ladder({"after": "1 hour", "all_must_acknowledge": True})))) == ()


# -- paused --------------------------------------------------------------------------------------------------


def test_a_pause_names_whom_it_waits_for_and_ends_by_itself() -> None:
    found = paused(taken(), PAUSE)
    assert due(found) == ("resume", "05 12:00")
    assert standing(found) == "paused: waits for the supplier"
    after = going_on(found, moved(found.climb, ALWAYS, found.position, PAUSE.until))
    assert after.pause is None
    assert dues(after) == [("step", "05 12:00"), ("step", "10 12:00"), ("end", "17 12:00")]


def test_who_was_held_before_a_pause_is_told_after_it() -> None:
    found = taken(1, Climbing(climb=climb(times=timetable(otto=OFFICE_HOURS), at=FRIDAY)))
    stopped = paused(found, PAUSE.model_copy(update={"until": on("11 12:00")}))
    assert due(stopped) == ("resume", "11 12:00")
    assert due(going_on(stopped, found.climb.model_copy(update={"steps": found.climb.steps[:1]})))[0] == "held"


def test_the_very_end_comes_whatever_was_acknowledged_or_paused() -> None:
    short = climb(ladder({"after": "0 hours"}, cap="1 day", ends_after="20 hours"))
    found = paused(taken(1, Climbing(climb=short)), PAUSE)
    assert due(found) == ("end", "03 12:00")
    assert due(seen(taken(1, Climbing(climb=short)))) == ("end", "03 12:00")
    at_once = paused(found, PAUSE.model_copy(update={"until": NOON + DAY}))
    assert due(at_once)[0] == "end"  # a pause to the very end never goes on


# -- forced, skipped, given to one, handed over --------------------------------------------------------------


def test_a_forced_step_is_taken_at_once_and_tells_all_of_it_whoever_is_on_duty() -> None:
    start = taken(1, Climbing(climb=climb(times=timetable(otto=OFFICE_HOURS), at=FRIDAY)))
    rest = climb(ladder({"after": "0 hours"}, {"after": "24 hours"}), timetable(otto=OFFICE_HOURS), at=FRIDAY)
    found = forced(paused(start.model_copy(update={"climb": rest}), PAUSE), FRIDAY + HOUR)
    assert (found.pause, found.stopped_until) == (None, None)
    assert due(found) == ("step", "06 21:00")
    assert found.next_step is not None
    assert [send.to for send in take_step(found, found.next_step, FRIDAY + HOUR).now] == ["otto", "olga"]


def test_a_forced_step_leaves_the_others_where_they_are() -> None:
    assert dues(forced(taken(), NOON + HOUR)) == [("step", "02 13:00"), ("step", "09 12:00"), ("end", "16 12:00")]


def test_a_skipped_step_is_left_out() -> None:
    assert dues(skipped(taken())) == [("step", "09 12:00"), ("end", "16 12:00")]
    assert due(skipped(skipped(taken()))) == ("end", "16 12:00")


def test_when_no_step_is_left_there_is_none_to_force_or_skip() -> None:
    assert forced(taken(3), NOON) == taken(3)
    assert skipped(taken(3)) == taken(3)


@pytest.mark.parametrize(
    ("steps", "number", "then"),
    [
        pytest.param(0, 0, ("step", "02 12:00"), id="before anybody was told"),
        pytest.param(1, 1, ("held", "02 15:00"), id="after the first step"),
        pytest.param(2, 2, ("held", "02 15:00"), id="after a reminder"),
    ],
)
def test_who_it_was_given_to_is_told_when_on_duty(steps: int, number: int, then: tuple[str, str]) -> None:
    to_olga = Send(to="olga", at=NOON + 3 * HOUR)
    found = reassigned(taken(steps), "olga", (to_olga,))
    assert (found.assigned, found.held) == ("olga", (Held(step=number, send=to_olga),))
    assert due(found) == then
    assert [held.send for held in take_held(found, NOON + 3 * HOUR)[1]] == [to_olga]


def test_who_was_held_before_it_was_given_away_is_still_told() -> None:
    found = taken(1, Climbing(climb=climb(times=timetable(otto=OFFICE_HOURS), at=FRIDAY)))
    given = reassigned(found, "olga", (Send(to="olga", at=FRIDAY + HOUR),))
    assert [held.send.to for held in given.held] == ["otto", "olga"]


@pytest.mark.parametrize(
    ("reminder", "told"),
    [
        pytest.param(True, ["otto", "desk"], id="a reminder: not who was not told as yet"),
        pytest.param(False, ["otto", "olga", "desk"], id="a step of its own: everybody"),
    ],
)
def test_who_is_still_to_be_told_is_not_reminded(reminder: bool, told: list[str]) -> None:
    steps = ladder({"after": "0 hours"}, {"after": "2 days", "reminder": reminder, "channels": ["desk"]})
    waits = (Held(step=1, send=Send(to="olga", at=NOON + 3 * DAY)), Held(step=1, send=Send(to="desk", at=None)))
    found = taken(1, Climbing(climb=climb(steps))).model_copy(update={"held": waits})
    assert found.next_step is not None
    reminded = take_step(found, found.next_step.model_copy(update={"sends": (*OWNERS, DESK)}), NOON + 2 * DAY)
    assert [send.to for send in reminded.now] == told
    assert reminded.after.held == waits


# -- others than when it started -----------------------------------------------------------------------------

OWNER = "product_owner"
OTTO, OLGA, EVE = (Send(to=name, at=NOON, role=OWNER) for name in ("otto", "olga", "eve"))
OWNERS = (OTTO, OLGA)
LEAD = Send(to="ida", at=NOON, role="team lead", copies=True)
NAMED, DESK = Send(to="tess", at=NOON), Send(to="desk", at=NOON, is_channel=True)


@pytest.mark.parametrize(
    ("role", "planned", "fresh", "told"),
    [
        pytest.param(OWNER, OWNERS, (OTTO, OLGA), ["otto", "olga"], id="the same people"),
        pytest.param(OWNER, OWNERS, (OLGA, EVE), ["olga", "eve"], id="one left, and one came"),
        pytest.param(OWNER, OWNERS, (), [], id="nobody is left"),
        pytest.param(OWNER, (OTTO, LEAD, NAMED, DESK), (EVE,), ["eve", "ida", "tess", "desk"], id="by name: they stay"),
        pytest.param(
            OWNER, (OTTO, DESK.model_copy(update={"role": OWNER})), (EVE,), ["eve", "desk"], id="a channel of the role"
        ),
        pytest.param(
            "executive_board", (BOARD[0], OTTO), (EVE,), ["eve", "otto"], id="who is told in another role stays"
        ),
    ],
)
def test_a_step_tells_who_holds_the_role_when_it_is_taken(
    role: Role, planned: tuple[Send, ...], fresh: tuple[Send, ...], told: list[str]
) -> None:
    step = Step(number=2, rung=2, role=role, at=NOON, sends=planned, reminder=True)
    found = told_anew(step, fresh)
    assert [send.to for send in found.sends] == told
    assert found.model_copy(update={"sends": planned}) == step


def later(send: Send, hours: int = 5) -> Send:
    return send.model_copy(update={"at": NOON + hours * HOUR})


@pytest.mark.parametrize(
    ("steps", "held", "fresh", "told", "then"),
    [
        pytest.param(1, (), (OTTO, OLGA), ["otto", "olga"], [], id="nobody is new"),
        pytest.param(1, (), (OTTO, EVE), ["otto", "olga"], [EVE], id="a newcomer"),
        pytest.param(1, (), (OTTO, EVE), ["otto", "eve"], [], id="who was told before is not told again"),
        pytest.param(1, (later(OLGA),), (OTTO, OLGA), ["otto"], [later(OLGA)], id="who is held once is held once"),
        pytest.param(1, (later(OLGA),), (OTTO, EVE), ["otto"], [EVE], id="a leaver is not told any more"),
        pytest.param(1, (later(NAMED),), (OTTO,), ["otto"], [later(NAMED)], id="who was named stays"),
        pytest.param(2, (later(LEAD),), (EVE,), ["otto"], [later(LEAD), EVE], id="after a reminder"),
        pytest.param(0, (), (OTTO, EVE), [], [], id="before the first step nobody: it tells them itself"),
    ],
)
def test_who_comes_to_answer_is_told_and_who_leaves_is_not(
    steps: int, held: tuple[Send, ...], fresh: tuple[Send, ...], told: list[str], then: list[Send]
) -> None:
    start = taken(steps).model_copy(update={"held": tuple(Held(step=1, send=send) for send in held)})
    found = joined(start, OWNER, fresh, told)
    assert [one.send for one in found.held] == then
    assert all(one.step == steps for one in found.held if one.send in fresh)
    assert found.model_copy(update={"held": start.held}) == start
    assert joined(found, OWNER, fresh, told) == found  # once is enough


@pytest.mark.parametrize(
    ("steps", "then"),
    [
        pytest.param(1, [("step", "02 13:00"), ("end", "16 13:00")], id="the reminder below it is left out"),
        pytest.param(2, [("step", "02 13:00"), ("end", "16 13:00")], id="its own step comes now"),
        pytest.param(3, [("step", "02 13:00"), ("end", "16 13:00")], id="told already: once more"),
    ],
)
def test_handed_to_the_board_it_is_told_at_once(steps: int, then: list[tuple[str, str]]) -> None:
    found = handed_to_board(seen(reassigned(taken(steps), "olga", ())), BOARD, NOON + HOUR)
    assert dues(found) == then
    assert found.next_step is not None
    assert (found.next_step.role, found.next_step.asked) == ("executive_board", ("bea",))
    assert (found.at_least, found.acknowledged, found.assigned, found.stopped_until) == (
        "executive_board",
        {},
        None,
        None,
    )


@pytest.mark.parametrize(
    ("cap", "ends"),
    [
        pytest.param("30 days", "19 13:00", id="as long as all had"),
        pytest.param("17 days", "19 12:00", id="and not past the very end"),
    ],
)
def test_the_board_has_the_whole_length_anew_up_to_the_very_end(cap: str, ends: str) -> None:
    steps = ladder({"after": "0 hours"}, {"after": "7 days", "role": "executive_board"}, cap=cap, ends_after="14 days")
    found = handed_to_board(taken(1, Climbing(climb=climb(steps))), BOARD, on("05 13:00"))
    assert dues(taken(1, found)) == [("end", ends)]


def test_a_ladder_without_the_board_gets_it_as_its_last_step() -> None:
    found = handed_to_board(taken(1, Climbing(climb=climb(ladder({"after": "0 hours"})))), BOARD, NOON + HOUR)
    assert found.next_step is not None
    assert (found.next_step.number, found.next_step.sends) == (2, BOARD)
