"""People with working hours, and climbs among them, for tests of the ladder."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from domain.delegations import Delegation
from domain.ladder import Climb, climb_of
from domain.policy import Ladder
from domain.timetable import Timetable
from tests.builders import NOON
from tests.unit.domain.answers import mandates

OFFICE = {"time_zone": "Europe/Berlin", "hours": [{"start": "09:00", "end": "17:00"}]}
ALWAYS = Timetable(time_zone="UTC")
DEFAULT = Ladder()


def timetable(*, business: bool = False, **contacts: dict[str, Any]) -> Timetable:
    """Return what instants are reckoned by: whoever is named has contacts; ``business``: the product has a calendar."""
    return Timetable.model_validate(
        {
            "time_zone": "Europe/Berlin",
            "calendar": OFFICE if business else None,
            "calendars": {"office": OFFICE},
            "contacts": contacts,
        }
    )


OFFICE_HOURS = {"calendar": "office"}


def ladder(*rungs: dict[str, Any], **over: Any) -> Ladder:
    """Return a ladder; a rung without a target asks the owners."""
    asked = [
        rung if rung.keys() & {"role", "people", "channels"} else {"role": "product_owner", **rung} for rung in rungs
    ]
    return Ladder.model_validate({"rungs": asked, **over})


def climb(
    steps: Ladder = DEFAULT,
    times: Timetable = ALWAYS,
    *delegations: Delegation,
    leads: Sequence[str] = ("ida", "max"),
    at: datetime = NOON,
) -> Climb:
    """Return the climb of an escalation among the people of these tests."""
    return climb_of(steps, times, mandates(*delegations), tuple(leads), at)


def on(text: str) -> datetime:
    """Return an instant of March 2026, UTC: ``02 12:00``."""
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


def said(instants: Iterable[datetime | None]) -> list[str | None]:
    """Return instants as these tests write them."""
    return [None if at is None else f"{at:%d %H:%M}" for at in instants]
