"""Whose calendar counts for whom: a person's own, that of the team that they lead, or the product's."""

from datetime import datetime
from typing import Any

import pytest

from domain.directory import directory_of
from domain.timetable import timetable_of
from tests.unit.domain.schedules import OFFICE, on
from tests.unit.domain.states import FILE, fresh

BERLIN = OFFICE | {"time_zone": "Europe/Berlin"}
LAGOS = OFFICE | {"time_zone": "Africa/Lagos", "weekdays": ["sun"]}
TEAMS = FILE["teams"] | {"it": FILE["teams"]["it"] | {"calendar": "lagos"}}  # which ida leads


@pytest.mark.parametrize(
    ("contacts", "told", "zone"),
    [
        pytest.param({}, "08 08:00", "Africa/Lagos", id="the team's"),
        pytest.param({"ida": {"calendar": "berlin"}}, "06 12:00", "Europe/Berlin", id="their own comes first"),
        pytest.param({"ida": {"mail": "ida@example.com"}}, "08 08:00", "Africa/Lagos", id="a contact without one"),
    ],
)
def test_who_leads_a_team_works_when_it_does(contacts: dict[str, Any], told: str, zone: str) -> None:
    calendars = {"berlin": BERLIN, "lagos": LAGOS}
    state = fresh(calendars=calendars, calendar="berlin", teams=TEAMS, contacts=contacts)
    at = timetable_of(state).reachable("ida", on("06 12:00"))  # a Friday
    assert isinstance(at, datetime)
    assert f"{at:%d %H:%M}" == told
    assert directory_of(state).person("ida").time_zone == zone


def test_everybody_else_works_as_the_product_does() -> None:
    state = fresh(calendars={"berlin": BERLIN, "lagos": LAGOS}, calendar="berlin", teams=TEAMS)
    assert timetable_of(state).reachable("otto", on("06 12:00")) == on("06 12:00")
    assert directory_of(state).person("otto").time_zone == "UTC"
