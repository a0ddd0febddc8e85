"""Whom an escalation would tell."""

from typing import Any

import pytest

from domain.dry_run import DryRun, dry_run
from domain.product import ProductState
from tests.builders import NOON
from tests.unit.domain.states import DAY, HOUR, fresh, planned, with_policy
from tests.unit.domain.test_calendars_told import BERLIN

SATURDAY = NOON + 5 * DAY
BUSINESS = {
    "rungs": [
        {"after": "0 business hours", "role": "product_owner", "copy_leads": True},
        {"after": "1 business days", "role": "product_owner", "reminder": True},
        {"after": "2 business days", "people": ["rita"], "channels": ["war-room"], "all_must_acknowledge": True},
    ],
    "ends_after": "5 business days",
}


def told(found: DryRun) -> list[list[tuple[Any, ...]]]:
    return [[(one.to, one.over, one.at, one.held) for one in step.messages] for step in found.steps]


def test_the_default_ladder_tells_at_once_over_the_log() -> None:
    found = dry_run(fresh(), "fonts", NOON)
    assert (found.escalates, found.because, found.ladder, found.business) == (
        True,
        "fonts is blocked",
        "default",
        False,
    )
    assert [(step.role, step.at - NOON, step.reminder) for step in found.steps] == [
        ("product_owner", 0 * HOUR, False),
        ("product_owner", 48 * HOUR, True),
        ("executive_board", 168 * HOUR, False),
    ]
    assert [(one.to, one.role, one.copies) for one in found.steps[0].messages] == [
        ("otto", "product_owner", False),
        ("olga", "product_owner", False),
        ("max", "team lead", True),
        ("ida", "team lead", True),
    ]
    assert {(one.over, one.at, one.held) for one in found.steps[0].messages} == {(("log",), NOON, "")}
    assert (found.ends_at, found.cap_at) == (NOON + 336 * HOUR, NOON + 90 * DAY)


def test_what_is_held_says_until_when_and_why() -> None:
    contacts = {
        "otto": {"reach": ["mail", "chat"], "away": [{"first": "2026-03-09", "last": "2026-03-10"}]},
        "rita": {"away": [{"first": "2026-01-01", "last": "2029-01-01"}]},
    }
    state = fresh(calendars={"berlin": BERLIN}, calendar="berlin", contacts=contacts, time_zone="Europe/Berlin")
    found = dry_run(with_policy(state, ladders={"it": BUSINESS}), "sso-api", SATURDAY)
    monday = NOON.replace(day=9, hour=8)  # 9 o'clock in Berlin
    assert (found.ladder, found.business, found.steps[0].at) == ("it", True, monday)
    assert told(found) == [
        [
            ("otto", ("mail", "chat"), monday + 2 * DAY, "away to 2026-03-10"),
            ("olga", ("log",), monday, ""),
            ("ida", ("log",), monday, ""),
        ],
        [("olga", ("log",), monday + DAY, "")],  # otto would get the reminder together with what it reminds of
        [("rita", ("log",), None, "away to 2029-01-01"), ("war-room", ("war-room",), monday + 2 * DAY, "")],
    ]
    assert [step.all_must_acknowledge for step in found.steps] == [False, False, True]


def accepted(state: ProductState) -> ProductState:
    changed = state.dependencies["sso-api"].model_copy(update={"accepted_until": NOON + 3 * DAY})
    return state.model_copy(update={"dependencies": {**state.dependencies, "sso-api": changed}})


def completed(state: ProductState) -> ProductState:
    changed = state.items["search"].model_copy(update={"status": "completed"})
    return state.model_copy(update={"items": {**state.items, "search": changed}})


@pytest.mark.parametrize(
    ("state", "why"),
    [
        pytest.param(
            planned().model_copy(update={"escalations": {"sso-api": 3}}),
            "escalation 3 of it is open already, with instants of its own",
            id="open already",
        ),
        pytest.param(accepted(planned()), "sso-api is blocked; a delay until", id="a delay is accepted"),
        pytest.param(with_policy(planned(), watch=["dependency_plans"]), "the policy does not watch", id="not watched"),
        pytest.param(completed(planned()), "nobody waits for sso-api", id="nobody waits for it"),
    ],
)
def test_why_nobody_would_be_told(state: ProductState, why: str) -> None:
    found = dry_run(state, "sso-api", NOON)
    assert not found.escalates
    assert why in found.because
    assert found.steps  # the ladder is shown all the same


def test_a_block_that_breaks_the_plan_as_well_is_still_brought_to_somebody() -> None:
    assert dry_run(planned(), "sso-api", NOON).escalates


def test_nothing_is_changed() -> None:
    state = planned()
    before = state.model_dump_json()
    dry_run(state, "sso-api", NOON)
    assert state.model_dump_json() == before
