"""What is valid and would tell nobody is said when a file is applied."""

from typing import Any

import pytest

from domain.doubts import doubts_of
from domain.policy import Policy
from tests.unit.domain.states import definition

OWNERS = {"after": "0 hours", "role": "product_owner"}


def policy(**over: Any) -> dict[str, Any]:
    return {"policy": Policy.model_validate(over)}


def ladder(*rungs: dict[str, Any]) -> dict[str, Any]:
    return {"rungs": list(rungs), "ends_after": "99 hours"}


@pytest.mark.parametrize(
    ("over", "says"),
    [
        pytest.param({"contacts": {"olag": {}}}, "contacts.olag: holds no role", id="a contact of nobody"),
        pytest.param({"contacts": {"olag": {}}}, "did you mean olga", id="with the closest name"),
        pytest.param({"contacts": {"olga": {"reach": ["mail"]}}}, "mail leads nowhere", id="mail without an address"),
        pytest.param({"words": {"marketting": {}}}, "words.marketting: there is no function", id="words of nobody"),
        pytest.param({"words": {"it": {"serach": "x"}}}, "words.it.serach: there is no item", id="words for nothing"),
        pytest.param(policy(ladders={"leagl": ladder(OWNERS)}), "policy.ladders.leagl", id="a ladder of no function"),
        pytest.param(
            policy(ladder=ladder(OWNERS | {"people": ["nobody"]})),
            "policy.ladder.rungs.0.people",
            id="a rung of nobody",
        ),
        pytest.param(
            policy(ladder=ladder(OWNERS | {"reminder": True})), "nothing to remind of", id="a reminder to begin with"
        ),
        pytest.param(
            policy(decision_within="3 business days", reminders=["1 business day", "3 business days"]),
            "policy.reminders.1: 3 business days is not before the deadline",
            id="a reminder at the deadline",
        ),
        pytest.param(policy(decision_within="2 days", reminders=["48 hours"]), "policy.reminders.0", id="other units"),
    ],
)
def test_what_would_tell_nobody_is_said_with_its_place(over: dict[str, Any], says: str) -> None:
    (said,) = doubts_of(definition(**over))
    assert says in said


@pytest.mark.parametrize(
    "over",
    [
        pytest.param({}, id="nothing of it"),
        pytest.param(
            {"contacts": {"olga": {"mail": "o@example.com", "reach": ["mail"]}, "ida": {}}}, id="known people"
        ),
        pytest.param({"words": {"it": {"search": "the box"}}}, id="known words"),
        pytest.param(
            {**policy(ladder=ladder(OWNERS | {"people": ["eve"]})), "contacts": {"eve": {}}}, id="somebody on a ladder"
        ),
    ],
)
def test_what_works_is_not_doubted(over: dict[str, Any]) -> None:
    assert doubts_of(definition(**over)) == []
