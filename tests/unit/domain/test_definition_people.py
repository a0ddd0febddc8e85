"""What a product file says of people and their time: quorums, calendars, contacts, waits; each fault has its place."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.policy import MOST_STEPS, Ladder, Limits, Policy
from domain.waits import wait
from tests.unit.domain.schedules import OFFICE
from tests.unit.domain.states import FILE, PEOPLE, definition


def problem(**over: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        definition(**over)
    return str(refused.value)


def quorum(role: str, number: int, **more: Any) -> Policy:
    return Policy.model_validate({"authority": {role: {"quorum": number}, **more}})


# -- a quorum that nobody reaches ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "reached", "people"),
    [
        pytest.param("product_manager", 4, PEOPLE, id="the manager's, by all four"),
        pytest.param("product_owner", 3, PEOPLE, id="the owners', with the board"),
        pytest.param("executive_board", 1, PEOPLE, id="the board's, by the board alone"),
        pytest.param("product_owner", 2, PEOPLE | {"executive_board": ["otto"]}, id="one person twice is one person"),
    ],
)
def test_a_quorum_that_nobody_can_reach_is_refused(role: str, reached: int, people: dict[str, Any]) -> None:
    assert definition(people=people, policy=quorum(role, reached)).policy.authority.of(role).quorum == reached  # type: ignore[arg-type]
    said = problem(people=people, policy=quorum(role, reached + 1))
    assert (
        f"policy.authority.{role}.quorum: {reached + 1} people have to approve, and only {reached} may: those who hold "
        "the role or one above it"
    ) in said


@pytest.mark.parametrize(
    ("board", "owner", "role"),
    [
        pytest.param(["otto"], {}, "product owner", id="one person is all there is"),
        pytest.param(["bea"], {}, "executive board", id="what lies beyond the owner is one person's to decide"),
        pytest.param(["bea", "ben"], {}, None, id="two on the board"),
        pytest.param(["bea"], Limits().model_dump(), None, id="nothing lies beyond the owner"),
    ],
)
def test_four_eyes_take_two_people_who_may_decide(board: list[str], owner: dict[str, Any], role: str | None) -> None:
    people = {"product_manager": ["mia"], "product_owner": ["otto"], "executive_board": board}
    known = Policy().authority.model_dump()
    eyes = Policy.model_validate(
        {"authority": known | {"four_eyes_money": 1, "product_owner": owner or known["product_owner"]}}
    )
    if role is None:
        assert definition(people=people, policy=eyes).policy == eyes
    else:
        said = problem(people=people, policy=eyes)
        assert f"policy.authority.four_eyes_money: it takes two people, and only 1 may decide as {role}" in said


@pytest.mark.parametrize(
    ("over", "place"),
    [
        pytest.param({"quorum": 0}, "quorum", id="a quorum of nobody"),
        pytest.param({"quorum": 21}, "quorum", id="of a crowd"),
        pytest.param({"milestones_per_decision": -1}, "milestones_per_decision", id="fewer milestones than none"),
        pytest.param({"scope_days_per_period": -0.5}, "scope_days_per_period", id="less work than none"),
        pytest.param({"money_per_period": 1.5}, "money_per_period", id="half a cent"),
        pytest.param({"people": 2}, "people", id="a name that does not exist"),
    ],
)
def test_limits_are_refused_with_their_place(over: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Limits.model_validate(over)
    assert place in str(refused.value)


# -- calendars and contacts ----------------------------------------------------------------------------------

CALENDARS = {"office": OFFICE}


@pytest.mark.parametrize(
    ("over", "place"),
    [
        pytest.param(
            {"calendar": "ofice"}, "calendar: there is no calendar 'ofice'; did you mean office?", id="product"
        ),
        pytest.param(
            {"teams": FILE["teams"] | {"it": {**FILE["teams"]["it"], "calendar": "ofice"}}},
            "teams.it.calendar: there is no calendar 'ofice'; did you mean office?",
            id="a team",
        ),
        pytest.param(
            {"contacts": {"otto": {"calendar": "night"}}},
            "contacts.otto.calendar: there is no calendar 'night'",
            id="a person",
        ),
    ],
)
def test_a_calendar_that_does_not_exist_is_named_with_its_place(over: dict[str, Any], place: str) -> None:
    assert place in problem(calendars=CALENDARS, **over)


def test_calendars_may_be_named_everywhere() -> None:
    teams = FILE["teams"] | {"it": {**FILE["teams"]["it"], "calendar": "office"}}
    found = definition(calendars=CALENDARS, calendar="office", teams=teams, contacts={"otto": {"calendar": "office"}})
    assert (found.calendar, found.teams["it"].calendar, found.contacts["otto"].calendar) == ("office",) * 3


@pytest.mark.parametrize(
    ("contact", "place"),
    [
        pytest.param({"mail": "otto"}, "contacts.otto.mail", id="no address"),
        pytest.param({"mail": "o <o@x.org>"}, "contacts.otto.mail", id="a name beside it"),
        pytest.param({"reach": ["a", "b", "c", "d", "e", "f"]}, "contacts.otto.reach", id="too many ways"),
        pytest.param({"quiet": {"since": "22:00", "until": "22:00"}}, "must differ", id="quiet for ever"),
        pytest.param({"quiet": {"since": "22", "until": "06:00"}}, "contacts.otto.quiet.since", id="no hour"),
        pytest.param(
            {"away": [{"first": "2026-03-09", "last": "2026-03-08"}]},
            "last must not be before",
            id="back before leaving",
        ),
        pytest.param({"phone": "1"}, "contacts.otto.phone", id="a name that does not exist"),
    ],
)
def test_contacts_are_refused_with_their_place(contact: dict[str, Any], place: str) -> None:
    assert place in problem(contacts={"otto": contact})


# -- waits and ladders ---------------------------------------------------------------------------------------


def rung(after: str, **over: Any) -> dict[str, Any]:
    return {"role": "product_owner", "after": after, **over}


@pytest.mark.parametrize(
    ("over", "place"),
    [
        pytest.param({"decision_within": "soon"}, "decision_within", id="no time to decide"),
        pytest.param({"decision_within": 72}, "decision_within", id="a bare number"),
        pytest.param({"decision_within": "0 hours"}, "decision_within: must be more than nothing", id="no time at all"),
        pytest.param(
            {"decision_within": "2.5 business days"}, "business days must be whole", id="part of a business day"
        ),
        pytest.param({"reminders": ["24 hours", "tomorrow"]}, "reminders.1", id="the second reminder"),
        pytest.param({"reminders": ["2 days", "1 day"]}, "reminders must be in order", id="reminders out of order"),
        pytest.param({"ladder": {"rungs": [rung("noon")]}}, "ladder.rungs.0.after", id="a rung"),
        pytest.param({"ladder": {"cap": "90"}}, "ladder.cap", id="the cap"),
        pytest.param({"ladder": {"acknowledged_for": ""}}, "ladder.acknowledged_for", id="how long silence is fine"),
        pytest.param(
            {"ladders": {"it": {"rungs": [rung("0 hours"), rung("x")]}}}, "ladders.it.rungs.1.after", id="of a function"
        ),
        pytest.param(
            {"ladder": {"rungs": [rung("9 hours"), rung("0 hours")]}},
            "rungs must come in order",
            id="rungs out of order",
        ),
        pytest.param({"ladder": {"ends_after": "168 hours"}}, "all before ends_after", id="a rung at the very end"),
        pytest.param(
            {"ladder": {"rungs": [rung("0 hours"), rung("1 business day")]}},
            "must all go by business time, or none",
            id="business time and the clock's",
        ),
        pytest.param(
            {"ladder": {"rungs": [rung("1 business hour")], "ends_after": "9 days"}},
            "must all go by business time, or none",
            id="an end by the clock",
        ),
        pytest.param(
            {"ladder": {"repeat": {"rung": 1, "times": 1, "every": "1 business day"}}},
            "must all go by business time, or none",
            id="a repetition in business time",
        ),
        pytest.param(
            {"ladder": {"repeat": {"rung": 4, "times": 1, "every": "1 day"}}},
            "repeat.rung: there are 3 rungs",
            id="no rung",
        ),
        pytest.param(
            {"ladder": {"rungs": [{"after": "0 hours"}]}}, "a rung needs somebody to tell", id="a rung for nobody"
        ),
    ],
)
def test_waits_are_refused_with_their_place(over: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Policy.model_validate(over)
    assert place in str(refused.value)


def test_a_ladder_has_only_so_many_steps() -> None:
    rungs = [rung(f"{n} hours") for n in range(10)]
    most = {"rungs": rungs, "repeat": {"rung": 1, "times": 9, "every": "1 hour"}}
    assert len(Ladder.model_validate(most).rungs) * 10 == MOST_STEPS
    with pytest.raises(ValidationError, match="more than 100 steps"):
        Ladder.model_validate(most | {"repeat": {"rung": 1, "times": 10, "every": "1 hour"}})


def test_waits_come_back_as_they_were_written() -> None:
    policy = Policy.model_validate({"decision_within": "3 business days", "reminders": ["1 business day"]})
    assert policy.decision_within == wait("3 business days")
    assert policy.model_dump(mode="json")["reminders"] == ["1 business day"]
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
