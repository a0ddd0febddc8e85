"""What becomes of a request and of a climb, as their own histories tell it: one calm sentence for every step."""

from typing import Any

import pytest

from domain.narrative import KINDS
from domain.record import Entry
from tests.builders import NOON
from tests.unit.domain.states import DAY
from tests.unit.domain.test_narrative_answers import line
from workflows.escalation_record import DONE

# -- a request -------------------------------------------------------------------------------

DECISION: dict[str, Any] = {
    "number": 7,
    "role": "product_owner",
    "because": "the budget was cut",
    "holders": ["otto", "olga"],
    "deadline": "2026-03-05T12:00:00+00:00",
    "on_expiry": "escalate",
}
SIGNED = {"by": "mia", "acting_for": "otto", "reason": "fine", "said": "so be it: fine"}


@pytest.mark.parametrize(
    ("kind", "data", "what"),
    [
        pytest.param(
            "approval.requested", {}, "Decision 7 is brought to the product owner (otto and olga)", id="asked for"
        ),
        pytest.param("approval.asked", {"to": ["otto"]}, "otto was asked for decision 7 as product owner", id="asked"),
        pytest.param(
            "approval.reminded", {"to": ["otto"]}, "otto was reminded of decision 7 as product owner", id="reminded"
        ),
        pytest.param(
            "approval.counted",
            {"by": "otto", "effect": "counted", "said": "1 more"},
            "Decision 7: otto approved, and that is not enough yet",
            id="counted",
        ),
        pytest.param(
            "approval.counted",
            {"by": "otto", "effect": "uncounted", "said": "2 more"},
            "Decision 7: otto takes the approval back",
            id="no longer counted",
        ),
        pytest.param(
            "approval.concluded",
            {**SIGNED, "state": "adopted"},
            "Decision 7 is settled: approved by mia for otto as product owner",
            id="adopted",
        ),
        pytest.param(
            "approval.concluded",
            {**SIGNED, "state": "changes"},
            "Decision 7 is settled: mia for otto, as product owner, asks for changes",
            id="sent back",
        ),
        pytest.param(
            "approval.concluded",
            {**SIGNED, "acting_for": None, "state": "withdrawn"},
            "Decision 7 is settled: mia, who asked for it, takes it back",
            id="withdrawn",
        ),
        pytest.param(
            "approval.settled_told",
            {"to": ["olga", "bea"]},
            "olga and bea were told how decision 7 was answered",
            id="told",
        ),
        pytest.param("approval.commented", {"text": "why\nnow?"}, "mia on decision 7: why now?", id="a comment"),
    ],
)
def test_what_becomes_of_a_request(kind: str, data: dict[str, Any], what: str) -> None:
    entry = Entry(product="web", key="x", at=NOON, clock_at=NOON, kind=kind, data={**DECISION, **data}, actor="mia")
    assert line(entry).what == what


# -- a climb ---------------------------------------------------------------------------------

CLIMB: dict[str, Any] = {
    "number": 2,
    "subject": "sso-api",
    "because": "it is blocked",
    "role": "product_owner",
    "until": "2026-03-04T12:00:00+00:00",
}
STEP = {"to": ["otto"], "copies": ["ida"], "held": ["olga"]}
HELD = ", with a copy to ida; olga will be told at their return"


@pytest.mark.parametrize(
    ("kind", "data", "what"),
    [
        pytest.param(
            "escalation.started",
            STEP,
            f"Escalation 2 of sso-api is brought to the product owner (otto and olga){HELD}",
            id="started",
        ),
        pytest.param(
            "escalation.climbed",
            {"role": "", "to": ["eve", "desk"]},
            "Escalation 2 of sso-api was not answered and climbs to eve and desk",
            id="climbed to people and channels by name",
        ),
        pytest.param(
            "escalation.reminded",
            {"to": ["otto"]},
            "The product owner (otto) is reminded of escalation 2 of sso-api",
            id="reminded",
        ),
        pytest.param(
            "escalation.acknowledged",
            {"said": "acknowledged by mia"},
            "mia has seen escalation 2 of sso-api",
            id="acknowledged",
        ),
        pytest.param(
            "escalation.paused",
            {"reason": "Thursday", "waiting_on": "the supplier"},
            "mia pauses escalation 2 of sso-api: Thursday",
            id="paused",
        ),
        pytest.param(
            "escalation.resumed", {"reason": "late"}, "mia lets escalation 2 of sso-api go on: late", id="resumed"
        ),
        pytest.param(
            "escalation.forced",
            {"reason": "now"},
            "mia takes the next step of escalation 2 of sso-api at once: now",
            id="forced",
        ),
        pytest.param(
            "escalation.skipped",
            {"reason": "no"},
            "mia leaves out the next step of escalation 2 of sso-api: no",
            id="skipped",
        ),
        pytest.param(
            "escalation.reassigned", {"to": "olga"}, "mia gives escalation 2 of sso-api to olga", id="given to somebody"
        ),
        pytest.param(
            "escalation.opened",
            {"to": ["otto"]},
            "Escalation 2 of sso-api is open, and the product owner (otto) is told when on duty",
            id="open at night",
        ),
        pytest.param(
            "escalation.resent",
            {"to": ["olga"], "reason": "she has not seen it"},
            "mia had escalation 2 of sso-api sent again to olga: she has not seen it",
            id="sent again",
        ),
        pytest.param("escalation.rearmed", {}, "Escalation 2 of sso-api goes on", id="going on by itself"),
        pytest.param(
            "escalation.told_at_return",
            {"to": ["olga"]},
            "olga was told of escalation 2 of sso-api, now that they are there to answer",
            id="told at their return",
        ),
        pytest.param(
            "escalation.concluded",
            {"by": "mia", "acting_for": "otto", "answer": "give_money", "reason": "fine"},
            "Escalation 2 of sso-api has its answer: mia for otto gives money as product owner: fine",
            id="answered",
        ),
        pytest.param(
            "escalation.conclusion_told",
            {"to": ["otto", "ida"]},
            "otto and ida were told how escalation 2 of sso-api was answered",
            id="told how",
        ),
        pytest.param(
            "escalation.stood_down",
            {"why": "it is delivered", "to": []},
            "Escalation 2 of sso-api stands down",
            id="over",
        ),
        pytest.param(
            "escalation.unanswered", {}, "Escalation 2 of sso-api ended: nobody with authority answered", id="silence"
        ),
    ],
)
def test_what_becomes_of_a_climb(kind: str, data: dict[str, Any], what: str) -> None:
    entry = Entry(product="web", key="x", at=NOON, clock_at=NOON, kind=kind, data={**CLIMB, **data}, actor="mia")
    assert line(entry).what == what


def test_a_paused_climb_waits_for_who_was_named() -> None:
    data = {**CLIMB, "reason": "Thursday", "waiting_on": "the supplier", "said": "paused: waits for the supplier"}
    found = line(
        Entry(product="web", key="x", at=NOON, clock_at=NOON, kind="escalation.paused", data=data, actor="mia")
    )
    assert (found.waits_for, found.until) == ("the supplier", NOON + 2 * DAY)


def test_everything_that_is_done_to_a_climb_is_told_here() -> None:
    marks = test_what_becomes_of_a_climb.pytestmark
    told = {row.values[0] for mark in marks for row in mark.args[1]}
    assert set(DONE.values()) <= told
    assert told == {kind for kind in KINDS if kind.startswith("escalation.")} - {"escalation.answered"}
