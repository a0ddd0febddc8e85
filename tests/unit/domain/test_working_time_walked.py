"""Working time agrees with a slow reading of the same rules: a walk from minute to minute by the clock on the wall."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars import WorkingCalendar
from domain.contacts import Contact
from domain.waits import Span
from domain.working_time import after, business_time, is_open, opens_at, reachable_at

MINUTE = timedelta(minutes=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHANGES = {  # a day on which the clock changes there, in spring and in autumn
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "America/Havana": ("2026-03-08", "2026-11-01"),  # at midnight, and back to it
    "Africa/Cairo": ("2026-04-24", "2026-10-29"),  # the hour after midnight is skipped
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),  # by half an hour
    "Asia/Kolkata": ("2026-01-01", "2026-12-31"),  # never
}


@dataclass(frozen=True)
class Minute:
    """A minute that somebody works, as the walk meets it; ``shown``: the latest time that the clock has shown."""

    at: datetime
    shown: datetime


def walk(declared: WorkingCalendar, start: datetime) -> Iterator[Minute | None]:
    """Yield every minute from an instant on: None for those that nobody works."""
    place = ZoneInfo(declared.time_zone)
    at = start - timedelta(hours=3)  # from before a clock that may just have gone back
    shown = at.astimezone(place).replace(tzinfo=None)
    while True:
        shown = max(shown, at.astimezone(place).replace(tzinfo=None))
        if at >= start:
            yield Minute(at, shown) if worked(declared, shown) else None
        at += MINUTE


def worked(declared: WorkingCalendar, shown: datetime) -> bool:
    day, minute = shown.date(), shown.hour * 60 + shown.minute
    if day not in declared.opened and (day in declared.closed or NAMES[day.weekday()] not in declared.weekdays):
        return False
    for shift in declared.hours:
        end = shift.end.hour * 60 + shift.end.minute
        if shift.start.hour * 60 + shift.start.minute <= minute < (end or 24 * 60):
            return True
    return False


def hours_walked(declared: WorkingCalendar, at: datetime, minutes: int) -> datetime:
    for minute in walk(declared, at):
        if minute is not None:
            if minutes == 0:
                return minute.at
            minutes -= 1
            if minutes == 0:
                return minute.at + MINUTE
    raise AssertionError("the walk never ends")


def days_walked(declared: WorkingCalendar, at: datetime, count: int) -> datetime:
    """Return the first minute, of the n-th day that is worked after the first, which shows what the first did."""
    first: Minute | None = None
    days: list[date] = []
    last = at
    for minute in walk(declared, at):
        if minute is None:
            continue
        if first is None:
            # Where an hour comes twice, the clock shows less than it has shown.
            first, wanted = minute, minute.at.astimezone(ZoneInfo(declared.time_zone)).time()
        if minute.shown.date() not in days:
            if len(days) > count:
                return last + MINUTE  # the day closed before
            days.append(minute.shown.date())
        if len(days) > count and minute.shown.time() >= wanted:
            return minute.at
        last = minute.at
    raise AssertionError("the walk never ends")


@st.composite
def calendars(draw: st.DrawFn) -> tuple[WorkingCalendar, datetime]:
    """Return a calendar with up to three shifts, and an instant within days of a change of its clock."""
    place = draw(st.sampled_from(sorted(CHANGES)))
    change = date.fromisoformat(draw(st.sampled_from(CHANGES[place])))
    marks = sorted(draw(st.sets(st.integers(0, 48), min_size=2, max_size=6)))  # half hours
    shifts = [
        {"start": f"{start // 2:02}:{start % 2 * 30:02}", "end": f"{end // 2 % 24:02}:{end % 2 * 30:02}"}
        for start, end in zip(marks[::2], marks[1::2], strict=False)
    ]
    near = [change + timedelta(days=day) for day in range(-3, 6)]
    kinds = draw(st.lists(st.sampled_from(["", "", "", "closed", "opened"]), min_size=len(near), max_size=len(near)))
    declared: dict[str, Any] = {
        "time_zone": place,
        "hours": shifts,
        "weekdays": draw(st.sets(st.sampled_from(NAMES), min_size=4)),
        "closed": [day for day, kind in zip(near, kinds, strict=True) if kind == "closed"],
        "opened": [day for day, kind in zip(near, kinds, strict=True) if kind == "opened"],
    }
    noon = datetime(change.year, change.month, change.day, 12, tzinfo=UTC)
    at = noon + timedelta(minutes=draw(st.integers(-3 * 24 * 60, 24 * 60)))
    return WorkingCalendar.model_validate(declared | {"weekdays": sorted(declared["weekdays"])}), at


QUARTERS = st.integers(0, 24)  # of an hour


@settings(max_examples=45, deadline=None)
@given(calendars(), QUARTERS)
def test_business_hours_end_where_the_walk_does(drawn: tuple[WorkingCalendar, datetime], quarters: int) -> None:
    declared, at = drawn
    found = after(declared, at, Span(amount=quarters / 4, unit="business hours"))
    assert found == hours_walked(declared, at, quarters * 15)


@settings(max_examples=45, deadline=None)
@given(calendars(), st.integers(0, 4))
def test_business_days_end_where_the_walk_does(drawn: tuple[WorkingCalendar, datetime], count: int) -> None:
    declared, at = drawn
    assert after(declared, at, Span(amount=count, unit="business days")) == days_walked(declared, at, count)


@settings(max_examples=45, deadline=None)
@given(calendars(), st.integers(0, 3 * 24 * 60))
def test_working_time_is_the_minutes_that_the_walk_meets(drawn: tuple[WorkingCalendar, datetime], minutes: int) -> None:
    declared, at = drawn
    met = sum(minute is not None for minute, _ in zip(walk(declared, at), range(minutes), strict=False))
    assert business_time(declared, at, at + minutes * MINUTE) == met * MINUTE
    assert is_open(declared, at) == (next(walk(declared, at)) is not None)


@settings(max_examples=60, deadline=None)
@given(calendars(), st.floats(0, 20_000), st.integers(0, 59_999_999))
def test_so_many_business_hours_later_so_many_have_passed(
    drawn: tuple[WorkingCalendar, datetime], amount: float, microseconds: int
) -> None:
    declared, at = drawn
    at += timedelta(microseconds=microseconds)
    wanted = timedelta(hours=amount)
    ends = after(declared, at, Span(amount=amount, unit="business hours"))
    assert business_time(declared, at, ends) == wanted
    assert not wanted or business_time(declared, at, ends - timedelta(microseconds=1)) < wanted


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(0, 5_000), st.integers(0, 20_000), st.integers(0, 800), st.integers(0, 800))
def test_later_or_longer_is_never_earlier(
    drawn: tuple[WorkingCalendar, datetime], passed: int, quarters: int, more: int, days: int
) -> None:
    declared, at = drawn
    later = at + passed * MINUTE
    span = Span(amount=quarters / 4, unit="business hours")
    longer = Span(amount=(quarters + more) / 4, unit="business hours")
    assert at <= after(declared, at, span) <= after(declared, later, span)
    assert after(declared, at, span) <= after(declared, at, longer)
    few, many = Span(amount=days, unit="business days"), Span(amount=days + more, unit="business days")
    assert at <= after(declared, at, few) <= after(declared, at, many)
    assert business_time(declared, at, later) <= passed * MINUTE
    if passed >= 120:  # in an hour that comes twice, the clock shows less than it has shown
        assert after(declared, at, few) <= after(declared, later, few)


@settings(max_examples=60, deadline=None)
@given(calendars(), st.lists(st.integers(0, 900_000), max_size=4))
def test_working_time_adds_up(drawn: tuple[WorkingCalendar, datetime], minutes: list[int]) -> None:
    declared, at = drawn
    cuts = [at + minute * MINUTE for minute in sorted(minutes)]  # up to twenty months, whole years among them
    parts = [business_time(declared, start, end) for start, end in zip([at, *cuts], cuts, strict=False)]
    assert sum(parts, timedelta()) == business_time(declared, at, cuts[-1] if cuts else at)


@settings(max_examples=45, deadline=None)
@given(calendars(), st.integers(0, 95), st.integers(1, 95), st.integers(-3, 3), st.integers(0, 2))
def test_somebody_is_reached_at_the_first_minute_that_is_worked_and_neither_away_nor_quiet(
    drawn: tuple[WorkingCalendar, datetime], since: int, length: int, leaves: int, stays: int
) -> None:
    declared, at = drawn
    until = (since + min(length, 24)) % 96  # quarters of an hour; six hours at the most, so that somebody is awake
    first = at.date() + timedelta(days=leaves)
    last = first + timedelta(days=stays)
    clock = [f"{quarter // 4:02}:{quarter % 4 * 15:02}" for quarter in (since, until)]
    contact = Contact.model_validate(
        {"away": [{"first": first, "last": last}], "quiet": {"since": clock[0], "until": clock[1]}}
    )
    for minutes, minute in zip(range(20 * 24 * 60), walk(declared, at), strict=False):
        if minute is None or first <= minute.shown.date() <= last:
            continue
        quarter = (minute.shown.hour * 60 + minute.shown.minute) / 15
        if (since <= quarter < until) if since < until else (quarter >= since or quarter < until):
            continue
        assert reachable_at(contact, declared, "UTC", at) == at + minutes * MINUTE
        return
    found = reachable_at(contact, declared, "UTC", at)
    assert found is None or found >= at + timedelta(days=20)


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(0, 59_999_999))
def test_what_opens_is_open_and_nothing_before_it_is(
    drawn: tuple[WorkingCalendar, datetime], microseconds: int
) -> None:
    declared, at = drawn
    at += timedelta(microseconds=microseconds)
    opens = opens_at(declared, at)
    assert is_open(declared, opens)
    assert business_time(declared, at, opens) == timedelta()
