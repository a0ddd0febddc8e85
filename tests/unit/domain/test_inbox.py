"""What waits for a person, and in which order."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.definition import People
from domain.delegations import Delegation, Mandates
from domain.inbox import Desk, lent_of, may_decide, waiting_for
from domain.record import ViewRow
from tests.builders import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PEOPLE = People(product_manager=("maria",), product_owner=("olga",), executive_board=("bernd",))


def delegation(number: int = 1, **changes: Any) -> Delegation:
    fields: dict[str, Any] = {
        "person": "olga",
        "delegate": "petra",
        "role": "product_owner",
        "start": NOON - DAY,
        "end": NOON + DAY,
    }
    return Delegation(number=number, **(fields | changes))


def request(number: int = 1, state: str = "open", deadline: datetime = NOON + DAY, **data: Any) -> ViewRow:
    known = {"number": number, "because": "it is better", "asked_at": NOON.isoformat(), "proposal": "a" * 64}
    known |= {"deadline": deadline.isoformat(), "holders": ["olga"], **data}
    return ViewRow(
        kind="approval", id=f"web/{number}", product="web", state=state, role="product_owner", due=deadline, data=known
    )


def escalation(subject: str = "sso", due: datetime | None = NOON + HOUR, state: str = "open", **data: Any) -> ViewRow:
    known = {"number": 1, "subject": subject, "because": "blocked", "started_at": NOON.isoformat(), "to": ["olga"]}
    return ViewRow(
        kind="escalation",
        id=f"web/{subject}/1",
        product="web",
        state=state,
        role="product_owner",
        due=due,
        data=known | data,
    )


def desk(*rows: ViewRow, delegations: tuple[Delegation, ...] = (), **changes: Any) -> Desk:
    fields: dict[str, Any] = {"product": "web", "title": "Web site", "time_zone": "Europe/Berlin", "at": NOON}
    return Desk(**(fields | changes), mandates=Mandates(people=PEOPLE, delegations=delegations), rows=rows)


@pytest.mark.parametrize(
    ("person", "rows", "delegations", "expected"),
    [
        pytest.param("olga", (request(),), (), ["decision 1"], id="who holds the role decides"),
        pytest.param("bernd", (request(),), (), ["decision 1"], id="and who holds one above"),
        pytest.param("maria", (request(), escalation()), (), [], id="not who holds one below"),
        pytest.param("petra", (request(), escalation()), (), [], id="nor a stranger"),
        pytest.param(
            "petra",
            (request(), escalation()),
            (delegation(),),
            ["escalation 1 of sso", "decision 1"],
            id="who stands in does",
        ),
        pytest.param(
            "petra", (request(), escalation()), (delegation(scope="decisions"),), ["decision 1"], id="in part"
        ),
        pytest.param("petra", (request(),), (delegation(end=NOON),), [], id="not when that is over"),
        pytest.param("olga", (request(state="adopted"), escalation(state="answered")), (), [], id="what is settled"),
        pytest.param("olga", (request(requester="olga"),), (), [], id="what one asked for oneself"),
        pytest.param("petra", (request(requester="olga"),), (delegation(),), [], id="or is lent by who asked for it"),
        pytest.param("bernd", (request(requester="olga"),), (), ["decision 1"], id="the others decide it"),
        pytest.param("olga", (escalation(at_least="executive_board"),), (), [], id="what was handed to the board"),
        pytest.param(
            "bernd", (escalation(at_least="executive_board"),), (), ["escalation 1 of sso"], id="waits for the board"
        ),
        pytest.param(
            "olga",
            (request(1, deadline=NOON + 2 * HOUR), escalation(due=NOON + 3 * HOUR), request(2, deadline=NOON + HOUR)),
            (),
            ["decision 2", "decision 1", "escalation 1 of sso"],
            id="the least time left first",
        ),
        pytest.param(
            "olga",
            (escalation(due=None), request(deadline=NOON + DAY)),
            (),
            ["decision 1", "escalation 1 of sso"],
            id="what has no end comes last",
        ),
        pytest.param(
            "olga", (escalation("plan-debt"),), (), ["escalation 1 of the better plan that waits"], id="the debt"
        ),
    ],
)
def test_waiting_for(
    person: str, rows: tuple[ViewRow, ...], delegations: tuple[Delegation, ...], expected: list[str]
) -> None:
    assert [one.what for one in waiting_for(person, [desk(*rows, delegations=delegations)])] == expected


def test_what_somebody_or_another_for_them_has_approved_does_not_wait_for_them() -> None:
    row = request()
    voted = desk(row, delegations=(delegation(),), voted={row.id: ("petra", "olga")})
    waits = {person: len(waiting_for(person, [voted])) for person in ("petra", "olga", "bernd")}
    assert waits == {"petra": 0, "olga": 0, "bernd": 1}


def test_products_are_compared_by_the_time_that_is_left_on_their_own_clocks() -> None:
    ahead = desk(request(1, deadline=NOON + 100 * DAY + HOUR), product="sim", at=NOON + 100 * DAY)
    behind = desk(request(2, deadline=NOON + DAY))
    assert [one.product for one in waiting_for("olga", [behind, ahead])] == ["sim", "web"]


def test_a_decision_brings_its_brief_and_says_of_whom_it_is_asked() -> None:
    brief = {"changes": [{"who": "it (ines)", "what": "search starts"}], "gain": "10 points", "cost": "6,000 EUR"}
    [olga] = waiting_for("olga", [desk(request(brief=brief))])
    [bernd] = waiting_for("bernd", [desk(request(brief=brief))])
    assert (olga.details, olga.gain, olga.cost, olga.hash) == (
        ("it (ines): search starts",),
        "10 points",
        "6,000 EUR",
        "a" * 64,
    )
    assert (olga.asked, bernd.asked, bernd.asked_role) == (True, False, "product_owner")
    assert [voice.role for voice in bernd.voices] == ["executive_board"]


def test_what_is_asked_of_a_role_is_asked_of_who_stands_in_and_of_who_is_named() -> None:
    desks = [desk(request(holders=["olga"]), escalation(to=["bernd"]), delegations=(delegation(),))]
    asked = {person: [one.asked for one in waiting_for(person, desks)] for person in ("olga", "petra", "bernd")}
    assert asked == {"olga": [True, True], "petra": [True, True], "bernd": [True, False]}


def test_an_escalation_says_whether_it_was_seen_and_how_it_stands() -> None:
    row = escalation(standing="acknowledged by olga", acknowledged=["olga"], options=[{"text": "move the date"}])
    [one] = waiting_for("olga", [desk(row)])
    assert (one.acknowledged, one.standing, one.details) == (True, "acknowledged by olga", ("move the date",))
    [other] = waiting_for("bernd", [desk(row)])
    assert not other.acknowledged


def test_who_may_decide_is_said_of_open_requests_only() -> None:
    mandates = Mandates(people=PEOPLE)
    assert [voice.role for voice in may_decide(mandates, request(), "olga", NOON)] == ["product_owner"]
    assert may_decide(mandates, request(state="kept"), "olga", NOON) == ()


def test_delegations_given_and_held_are_listed_until_they_end() -> None:
    held, ahead = delegation(1), delegation(2, start=NOON + HOUR, end=NOON + 2 * HOUR)
    over, others = delegation(3, end=NOON), delegation(4, person="omar", delegate="otto")
    desks = [desk(delegations=(held, ahead, over, others))]
    given = [(lent.delegation.number, lent.given, lent.holds_now) for lent in lent_of("olga", desks)]
    assert given == [(2, True, False), (1, True, True)]
    assert [(lent.delegation.number, lent.given) for lent in lent_of("petra", desks)] == [(2, False), (1, False)]
