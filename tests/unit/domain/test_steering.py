"""Who may acknowledge, pause, resume, force, skip or give away a climb, and every way in which they may not."""

from typing import Any

import pytest

from domain.climbing import (
    Climbing,
    Pause,
    Steering,
    acknowledged,
    handed_to_board,
    paused,
    refusal_of_steering,
    take_step,
)
from domain.delegations import Mandates
from domain.ladder import Send
from events.internal import Role
from tests.builders import NOON
from tests.unit.domain.answers import mandates, stands_in
from tests.unit.domain.schedules import climb
from tests.unit.domain.states import DAY, HOUR

ASKED = frozenset({"otto", "olga", "tess"})  # tess by name
PAUSE = Pause(by="mia", waiting_on="the supplier", until=NOON + 3 * DAY)


def first_step_taken() -> Climbing:
    start = Climbing(climb=climb())
    assert start.next_step is not None
    return take_step(start, start.next_step, NOON).after


TAKEN = first_step_taken()
SEEN = acknowledged(TAKEN, "otto", NOON, NOON + DAY)
PAUSED = paused(TAKEN, PAUSE)
LAST = TAKEN.model_copy(update={"position": 3})
WITH_BOARD = handed_to_board(TAKEN, (Send(to="bea", at=NOON, role="executive_board"),), NOON)


def refusal(c: Climbing, kind: str, known: Mandates | None = None, **over: Any) -> str:
    fields: dict[str, Any] = {"actor": "otto", "reason": "the supplier is at it", **over}
    steering = Steering.model_validate({"kind": kind, **fields})
    return refusal_of_steering(c, steering, known or mandates(), ASKED, NOON + HOUR)


# -- acknowledging -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("climbing", "actor", "why"),
    [
        pytest.param(TAKEN, "otto", "", id="who was asked"),
        pytest.param(TAKEN, "tess", "", id="who was asked by name, and holds no role"),
        pytest.param(
            TAKEN, "ida", "ida is not asked about this, so there is nothing to acknowledge", id="who only reads along"
        ),
        pytest.param(
            TAKEN, "mia", "mia is not asked about this, so there is nothing to acknowledge", id="who may not answer it"
        ),
        pytest.param(TAKEN, "eve", "eve is not asked about this, so there is nothing to acknowledge", id="a stranger"),
        pytest.param(SEEN, "otto", "otto has acknowledged it already", id="twice"),
        pytest.param(SEEN, "olga", "", id="a second person"),
        pytest.param(PAUSED, "otto", "", id="while it is paused"),
    ],
)
def test_who_acknowledges(climbing: Climbing, actor: str, why: str) -> None:
    assert refusal(climbing, "acknowledge", actor=actor, reason="") == why


# -- everything else -----------------------------------------------------------------------------------------

UNTIL: dict[str, Any] = {"waiting_on": "the supplier", "until": NOON + DAY}


@pytest.mark.parametrize(
    ("kind", "over", "any_role"),
    [
        pytest.param("pause", UNTIL, False, id="pause"),
        pytest.param("resume", {}, True, id="resume"),
        pytest.param("force", {}, True, id="force"),
        pytest.param("skip", {}, False, id="skip"),
        pytest.param("reassign", {"to": "olga"}, False, id="reassign"),
    ],
)
def test_what_people_do_to_a_climb_takes_a_role_and_a_reason(kind: str, over: dict[str, Any], any_role: bool) -> None:
    climbing = SEEN if kind == "resume" else TAKEN
    assert refusal(climbing, kind, **over) == ""
    by_any = f"to {kind} this needs the product owner; mia may only let it go on, or force a step"
    assert refusal(climbing, kind, actor="mia", **over) == ("" if any_role else by_any)
    assert refusal(climbing, kind, actor="ida", **over) == (
        "ida holds no role in this product, and does not stand in for anybody who does"
    )
    assert refusal(climbing, kind, **{**over, "reason": "  "}) == f"{kind} needs a reason"


@pytest.mark.parametrize(
    ("kind", "actor", "why"),
    [
        pytest.param(
            "skip", "otto", "to skip this needs the executive board", id="an owner skips no step of the board"
        ),
        pytest.param("pause", "otto", "to pause this needs the executive board", id="nor makes it wait"),
        pytest.param("skip", "bea", "", id="the board may skip"),
        pytest.param("pause", "bea", "", id="and pause"),
        pytest.param("force", "otto", "", id="an owner may force a step"),
        pytest.param("force", "mia", "", id="as the manager may"),
    ],
)
def test_what_the_board_has_is_held_up_by_the_board_only(kind: str, actor: str, why: str) -> None:
    said = refusal(WITH_BOARD, kind, actor=actor, **(UNTIL if kind == "pause" else {}))
    assert said.startswith(why)
    assert bool(said) is bool(why)


def test_who_stands_in_may_steer_and_who_stands_in_for_nobody_any_more_may_not() -> None:
    lent = mandates(stands_in("otto", "eve"))
    assert refusal(TAKEN, "skip", lent, actor="eve") == ""
    gone = mandates(*lent.delegations, product_owner=["olga"])
    assert refusal(TAKEN, "skip", gone, actor="eve").startswith("eve holds no role in this product")


@pytest.mark.parametrize(
    ("climbing", "over", "why"),
    [
        pytest.param(TAKEN, UNTIL, "", id="until tomorrow"),
        pytest.param(SEEN, UNTIL, "", id="what was acknowledged"),
        pytest.param(PAUSED, UNTIL, "it is paused already: it waits for the supplier", id="twice"),
        pytest.param(TAKEN, {**UNTIL, "waiting_on": " "}, "pause needs the party that it waits for", id="for nobody"),
        pytest.param(TAKEN, {**UNTIL, "until": None}, "pause needs a date in the future", id="without a date"),
        pytest.param(TAKEN, {**UNTIL, "until": NOON + HOUR}, "pause needs a date in the future", id="until now"),
        pytest.param(
            TAKEN,
            {**UNTIL, "until": TAKEN.climb.cap_at},
            "pause cannot last past the end of the whole escalation",
            id="until the very end",
        ),
    ],
)
def test_pausing(climbing: Climbing, over: dict[str, Any], why: str) -> None:
    said = refusal(climbing, "pause", **over)
    assert said.startswith(why)
    assert bool(said) is bool(why)


@pytest.mark.parametrize(
    ("kind", "climbing", "why"),
    [
        pytest.param("resume", TAKEN, "the climb is not stopped", id="going on already"),
        pytest.param("resume", PAUSED, "", id="after a pause"),
        pytest.param("resume", SEEN, "", id="after somebody has seen it"),
        pytest.param("force", LAST, "no step is left on this ladder; it only ends", id="forced behind the last step"),
        pytest.param("skip", LAST, "no step is left on this ladder; it only ends", id="skipped behind the last step"),
        pytest.param("force", PAUSED, "", id="forced while it is paused"),
        pytest.param("skip", PAUSED, "", id="skipped while it is paused"),
    ],
)
def test_there_has_to_be_something_to_do(kind: str, climbing: Climbing, why: str) -> None:
    assert refusal(climbing, kind) == why


@pytest.mark.parametrize(
    ("climbing", "to", "why"),
    [
        pytest.param(TAKEN, "olga", "", id="another owner"),
        pytest.param(TAKEN, "bea", "", id="the board"),
        pytest.param(TAKEN, "eve", "", id="who stands in for an owner in escalations"),
        pytest.param(TAKEN, "max", "max may not answer this: it needs the product owner", id="in decisions only"),
        pytest.param(TAKEN, "mia", "mia may not answer this: it needs the product owner", id="the manager"),
        pytest.param(TAKEN, "ida", "ida may not answer this: it needs the product owner", id="a lead"),
        pytest.param(TAKEN, "", "reassign needs the person to whom it is given", id="nobody"),
        pytest.param(
            WITH_BOARD, "olga", "olga may not answer this: it needs the executive board", id="an owner, above"
        ),
        pytest.param(WITH_BOARD, "bea", "", id="the board, above"),
    ],
)
def test_it_is_given_to_somebody_who_may_answer(climbing: Climbing, to: str, why: str) -> None:
    role: Role = "product_owner"
    lent = mandates(
        stands_in("otto", "eve", role=role, scope="escalations"), stands_in("otto", "max", role=role, scope="decisions")
    )
    assert refusal(climbing, "reassign", lent, to=to, actor="bea") == why
