"""Working calendars, over HTTP."""

import pytest

from tests.unit.web.site import Site

ASKED = "/api/v1/products/web/calendar"
BERLIN = {"time_zone": "Europe/Berlin", "hours": [{"start": "09:00", "end": "17:00"}], "holidays": "DE"}


@pytest.fixture
async def working(site: Site) -> Site:
    """Have a product with a calendar, and with somebody who is away at the turn of the year."""
    away = [{"first": "2098-12-29", "last": "2099-01-02"}]
    contacts = {"olga": {"mail": "olga@example.com", "away": away}}
    assert (await site.apply(calendars={"berlin": BERLIN}, calendar="berlin", contacts=contacts)).status_code == 200
    return site


async def test_days_with_their_hours_and_holidays_by_name(working: Site) -> None:
    answer = await working.http.get(ASKED, params={"from": "2098-12-24", "to": "2098-12-26"})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["kind"], found["calendar"], found["calendar_zone"], found["own"]) == (
        "product",
        "berlin",
        "Europe/Berlin",
        True,
    )
    assert [(one["weekday"], one["closed"], len(one["opened"])) for one in found["days"]] == [
        ("wed", "", 1),
        ("thu", "Christmas Day", 0),
        ("fri", "Second Day of Christmas", 0),
    ]
    assert found["days"][0]["opened"][0]["start"] == "2098-12-24T09:00:00+01:00"
    assert found["after"] is None


async def test_a_persons_days_away_but_not_how_they_are_reached(working: Site) -> None:
    answer = await working.http.get(ASKED, params={"person": "olga", "from": "2098-12-28", "to": "2098-12-30"})
    assert [one["away"] for one in answer.json()["days"]] == [False, True, True]
    assert "example.com" not in answer.text


async def test_two_weeks_from_today_and_when_a_wait_is_over(working: Site) -> None:
    found = (await working.http.get(ASKED, params={"after": "3 business days"})).json()
    assert len(found["days"]) == 14
    assert found["after"]["span"] == "3 business days"
    assert found["after"]["at"] > found["at"]


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        pytest.param({"after": "soon"}, 422, "after: must be a time such as", id="no time"),
        pytest.param({"from": "2026-03-02", "to": "2026-03-01"}, 422, "to: must not be before", id="backwards"),
        pytest.param({"from": "2026-03-02", "to": "2027-04-06"}, 422, "at the most 400 days", id="a day too many"),
        pytest.param({"from": "tomorrow"}, 422, "from", id="no date"),
        pytest.param({"person": "olga", "team": "it"}, 422, "not for both", id="a person and a team"),
        pytest.param({"person": "olg"}, 404, "did you mean olga?", id="nobody of this name"),
        pytest.param({"team": "i"}, 404, "there is no team", id="no team of this name"),
    ],
)
async def test_what_cannot_be_shown(working: Site, asked: dict[str, str], status: int, says: str) -> None:
    answer = await working.http.get(ASKED, params=asked)
    assert answer.status_code == status
    assert says in answer.json()["detail"]


async def test_as_many_days_as_there_are_shown_at_once(working: Site) -> None:
    found = await working.http.get(ASKED, params={"from": "2026-03-02", "to": "2027-04-05"})
    assert len(found.json()["days"]) == 400
