"""Answers to escalations: every way in which one does not count, and what the debt's answer may keep."""

from typing import Any

import pytest

from domain.authority import refusal_of_answer, refusal_of_reply
from domain.reactions import ConcludeEscalation, Supersede
from events.internal import EscalationAnswered, Role
from tests.builders import NOON, budget_adjusted
from tests.unit.domain.states import DAY, asked, fresh, happen, planned


def answer(**over: Any) -> EscalationAnswered:
    fields: dict[str, Any] = {
        "id": "a",
        "source": "tandem",
        "product": "web",
        "time": NOON,
        "subject": "sso-api",
        "escalation": 1,
        "answer": "handled",
        "actor": "otto",
        "role": "product_owner",
        "reason": "",
    }
    return EscalationAnswered(**fields | over)


@pytest.mark.parametrize(
    ("over", "why"),
    [
        pytest.param({}, "", id="handled"),
        pytest.param({"actor": "bea", "role": "executive_board"}, "", id="by the board"),
        pytest.param({"actor": "mia", "role": "product_manager"}, "this needs the product owner", id="by the manager"),
        pytest.param({"escalation": 2}, "this escalation is no longer open", id="another one"),
        pytest.param({"subject": "fonts"}, "this escalation is no longer open", id="another subject"),
        pytest.param({"answer": "accept_delay", "until": NOON + DAY}, "", id="accepted until tomorrow"),
        pytest.param({"answer": "accept_delay"}, "accepting a delay needs the date", id="accepted without a date"),
        pytest.param({"answer": "accept_delay", "until": NOON}, "needs a date in the future", id="accepted until now"),
        pytest.param(
            {"answer": "accept_delay", "until": NOON.replace(year=9999)}, "needs a date within ten years", id="for ever"
        ),
        pytest.param({"answer": "waive"}, "", id="waived"),
        pytest.param(
            {"answer": "waive", "subject": "plan-debt", "escalation": 2}, "cannot be waived", id="debt waived"
        ),
    ],
)
def test_refusals_of_answers(over: dict[str, Any], why: str) -> None:
    state = fresh().model_copy(update={"escalations": {"sso-api": 1, "plan-debt": 2}})
    given = answer(**over)
    said = refusal_of_answer(state, given, NOON)
    assert why in said
    assert bool(said) is bool(why)
    if "no longer open" not in why:  # the workflow and the product agree
        by = (given.answer, given.actor, given.role, given.until)
        assert refusal_of_reply(state.people, given.subject, *by, NOON) == said


def kept_through_the_debt(actor: str, role: Role) -> EscalationAnswered:
    given = {"subject": "plan-debt", "answer": "accept_delay", "until": NOON + DAY}
    return answer(actor=actor, role=role, **given)


def test_the_owner_does_not_keep_what_the_board_is_asked_about() -> None:
    state = asked(planned(), "executive_board").model_copy(update={"escalations": {"plan-debt": 1}})
    said = refusal_of_answer(state, kept_through_the_debt("otto", "product_owner"), NOON)
    assert said == "decision 1 is open: this needs the executive board; otto answers as product owner"
    happened = happen(state, kept_through_the_debt("otto", "product_owner"))
    assert happened.only == ConcludeEscalation("plan-debt", 1, "refused", said)
    assert (happened.state.kept, happened.state.escalations) == (None, {"plan-debt": 1})


def test_what_is_kept_through_the_debt_closes_the_open_request() -> None:
    state = asked(planned(), "executive_board").model_copy(update={"escalations": {"plan-debt": 1}})
    happened = happen(state, kept_through_the_debt("bea", "executive_board"))
    because = "the plan is kept as it is until 2026-03-03 12:00"
    taken, gone = happened.reactions
    assert taken == ConcludeEscalation("plan-debt", 1, "answered", because)
    assert isinstance(gone, Supersede)
    assert gone.because == f"bea decided: {because}"
    assert (happened.state.request, happened.state.escalations) == (None, {})


def test_what_is_impossible_is_not_kept_through_the_debt() -> None:
    poor = happen(planned(), budget_adjusted(period="2026-03", total=0)).state
    state = poor.model_copy(update={"escalations": {"plan-debt": 1}})
    assert "cannot be kept" in refusal_of_answer(state, kept_through_the_debt("bea", "executive_board"), NOON)
