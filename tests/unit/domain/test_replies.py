"""Answers to escalations: who may give them, what they need to say, and every way in which one does not count."""

from math import nan
from typing import Any

import pytest

from domain.delegations import Given
from domain.product import ProductState, Used
from domain.reactions import ConcludeEscalation, Supersede
from domain.replies import refusal_of_answer, refusal_of_reply
from events.internal import EscalationAnswered, Reply, Role
from tests.builders import NOON, budget_adjusted
from tests.unit.domain.answers import answer, delegated, escalated, mandates, stands_in
from tests.unit.domain.states import DAY, asked, happen, planned

MANY = escalated(plan_debt=2)
BOARD: dict[str, Any] = {"actor": "bea", "role": "executive_board"}
DEBT: dict[str, Any] = {"subject": "plan-debt", "escalation": 2}
NOW, LATER = {"period": "2026-03"}, {"period": "2026-05"}


def refusal(kind: str, state: ProductState = MANY, **over: Any) -> str:
    return refusal_of_answer(state, answer(kind, **over), NOON)


@pytest.mark.parametrize(
    ("kind", "over", "why"),
    [
        pytest.param("handled", {}, "", id="handled"),
        pytest.param("handled", BOARD, "", id="by the board"),
        pytest.param(
            "handled", {"actor": "mia", "role": "product_manager"}, "this needs the product owner", id="by the manager"
        ),
        pytest.param("handled", {"actor": "eve"}, "eve does not hold the role", id="by a stranger"),
        pytest.param("handled", {"escalation": 2}, "this escalation is no longer open", id="another one"),
        pytest.param("handled", {"subject": "fonts"}, "this escalation is no longer open", id="another subject"),
        pytest.param("accept_delay", {"until": NOON + DAY}, "", id="accepted until tomorrow"),
        pytest.param("accept_delay", {}, "accepting a delay needs a date that is accepted", id="without a date"),
        pytest.param("accept_delay", {"until": NOON}, "needs a date in the future", id="accepted until now"),
        pytest.param("accept_delay", {"until": NOON.replace(year=2999)}, "a date within ten years", id="for ever"),
        pytest.param("waive", {}, "", id="waived"),
        pytest.param("hand_to_board", {}, "", id="handed to the board"),
    ],
)
def test_refusals_of_answers(kind: Reply, over: dict[str, Any], why: str) -> None:
    said = refusal(kind, **over)
    assert why in said
    assert bool(said) is bool(why)
    if "no longer open" not in why:  # the workflow and the product agree
        given = answer(kind, **over)
        by = Given(actor=given.actor, role=given.role)
        assert refusal_of_reply(mandates(), "sso-api", kind, by, given.until, NOON) == said


@pytest.mark.parametrize(
    ("kind", "over", "why"),
    [
        pytest.param("give_capacity", {**NOW, "person_days": 5}, "", id="people, now"),
        pytest.param("give_capacity", {**LATER, "person_days": 5, "team": "marketing"}, "", id="of another team"),
        pytest.param(
            "give_capacity", {"person_days": 5}, "give capacity needs the period, such as 2026-03", id="when?"
        ),
        pytest.param("give_capacity", NOW, "give capacity needs the person-days, more than 0", id="how many?"),
        pytest.param("give_capacity", {**NOW, "person_days": 0}, "more than 0", id="no people"),
        pytest.param("give_capacity", {**NOW, "person_days": -1}, "more than 0", id="fewer people"),
        pytest.param("give_capacity", {**NOW, "person_days": nan}, "more than 0", id="no number of people"),
        pytest.param(
            "give_capacity", {**NOW, "person_days": 5, "team": "ux"}, "there is none called 'ux'", id="no such team"
        ),
        pytest.param("give_capacity", {**NOW, "person_days": 80}, "", id="all that the team has: 100, 20 are here"),
        pytest.param(
            "give_capacity",
            {**NOW, "person_days": 80.5},
            "it has 100 days a period in all, and would have to give 100.5 days",
            id="more than the team has",
        ),
        pytest.param("give_money", {**NOW, "money": 1}, "", id="money, now"),
        pytest.param("give_money", {"money": 1}, "give money needs the period", id="money, when?"),
        pytest.param("give_money", NOW, "give money needs the amount, more than 0", id="how much?"),
        pytest.param("give_money", {**NOW, "money": 0}, "more than 0", id="no money"),
        pytest.param("give_money", {**NOW, "money": -1}, "more than 0", id="less money"),
        pytest.param("give_money", {**NOW, "money": 20_000_000}, "", id="as much as the owner may"),
        pytest.param(
            "give_money",
            {**NOW, "money": 20_000_001},
            "beyond the authority of the product owner: it moves 200,000.01 EUR",
            id="a cent more",
        ),
        pytest.param("give_money", {**NOW, "money": 20_000_001, **BOARD}, "", id="a cent more, by the board"),
        pytest.param("give_money", {"period": "2026-02", "money": 1}, "a period from now on", id="for last month"),
        pytest.param("give_money", {"period": "2036-03", "money": 1}, "", id="in ten years"),
        pytest.param("give_money", {"period": "2036-04", "money": 1}, "within 10 years", id="a month later"),
        pytest.param("resequence", {"period": "2026-04"}, "", id="put back by a month"),
        pytest.param("resequence", NOW, "resequence needs a later period", id="put back to now"),
        pytest.param("resequence", {"period": "2026-02"}, "a period from now on", id="put back to last month"),
        pytest.param("resequence", {}, "resequence needs the period", id="put back to when?"),
    ],
)
def test_what_an_answer_has_to_say(kind: Reply, over: dict[str, Any], why: str) -> None:
    said = refusal(kind, **over)
    assert why in said
    assert bool(said) is bool(why)


def test_what_was_given_before_counts_towards_the_teams_size() -> None:
    state = happen(MANY, answer("give_capacity", **NOW, person_days=80)).state
    again = refusal("give_capacity", escalated(state), **NOW, person_days=1)
    assert again == "it has 100 days a period in all, and would have to give 101 days"
    assert refusal("give_capacity", escalated(state), **LATER, person_days=80) == ""


def test_money_counts_against_the_limit_of_the_period() -> None:
    state = MANY.model_copy(update={"used": {"product_owner": Used(period="2026-03", money=59_000_000)}})
    assert refusal("give_money", state, **LATER, money=1_000_000) == ""
    assert refusal("give_money", state, **LATER, money=1_000_001).startswith(
        "beyond the authority of the product owner: it brings the money moved in 2026-03 to 600,000.01 EUR"
    )


@pytest.mark.parametrize(
    ("lent", "over", "why"),
    [
        pytest.param({}, {}, "", id="who stands in"),
        pytest.param({"scope": "escalations"}, {}, "", id="for escalations"),
        pytest.param({"scope": "decisions"}, {}, "mia does not stand in for otto", id="for decisions only"),
        pytest.param({"most_money": 5}, {"money": 5}, "", id="up to an amount"),
        pytest.param({"most_money": 5}, {"money": 6}, "mia may not decide this much", id="a cent more"),
    ],
)
def test_answers_in_the_stead_of_another_one(lent: dict[str, Any], over: dict[str, Any], why: str) -> None:
    state = delegated(MANY, stands_in(**lent))
    said = refusal("give_money", state, actor="mia", acting_for="otto", **{**NOW, "money": 1, **over})
    assert said.startswith(why)
    assert bool(said) is bool(why)


# -- handed to the board -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "over", "why"),
    [
        pytest.param("handled", {}, "this needs the executive board; otto answers as product owner", id="the owner"),
        pytest.param("handled", BOARD, "", id="the board"),
        pytest.param("hand_to_board", BOARD, "it is with the executive board already", id="handed twice"),
    ],
)
def test_what_was_handed_to_the_board_is_the_boards_to_answer(kind: Reply, over: dict[str, Any], why: str) -> None:
    handed = happen(MANY, answer("hand_to_board")).state
    assert refusal(kind, handed, **over) == why


# -- the better plan that waits ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "over", "why"),
    [
        pytest.param("accept_delay", {"until": NOON + DAY}, "", id="kept until tomorrow"),
        pytest.param("handled", {}, "", id="handled"),
        pytest.param("hand_to_board", {}, "", id="handed to the board"),
        pytest.param("waive", {}, "a better plan cannot be waived", id="waived"),
        pytest.param("give_money", {**NOW, "money": 1}, "needs a decision", id="money"),
        pytest.param("give_capacity", {**NOW, "person_days": 1}, "needs a decision", id="people"),
        pytest.param("resequence", LATER, "needs a decision", id="put back"),
    ],
)
def test_answers_about_a_better_plan(kind: Reply, over: dict[str, Any], why: str) -> None:
    said = refusal(kind, **DEBT, **over)
    assert why in said
    assert bool(said) is bool(why)


def kept_through_the_debt(actor: str, role: Role, **over: Any) -> EscalationAnswered:
    return answer("accept_delay", actor=actor, role=role, subject="plan-debt", until=NOON + DAY, **over)


def owing(role: str = "executive_board") -> ProductState:
    return asked(planned(), role).model_copy(update={"escalations": {"plan-debt": 1}})


def test_the_owner_does_not_keep_what_the_board_is_asked_about() -> None:
    said = refusal_of_answer(owing(), kept_through_the_debt("otto", "product_owner"), NOON)
    assert said == "decision 1 is open: this needs the executive board; otto answers as product owner"
    happened = happen(owing(), kept_through_the_debt("otto", "product_owner"))
    assert happened.only == ConcludeEscalation("plan-debt", 1, "refused", said)
    assert (happened.state.kept, happened.state.escalations) == (None, {"plan-debt": 1})


def test_who_stands_in_for_escalations_only_does_not_decide_through_one() -> None:
    state = delegated(owing("product_owner"), stands_in(scope="escalations"))
    by_mia = kept_through_the_debt("mia", "product_owner", acting_for="otto")
    said = refusal_of_answer(state, by_mia, NOON)
    assert said == "decision 1 is open: mia does not stand in for otto as product owner now"


def test_what_is_kept_through_the_debt_closes_the_open_request() -> None:
    happened = happen(owing(), kept_through_the_debt("bea", "executive_board"))
    because = "the plan is kept as it is until 2026-03-03 12:00"
    taken, gone = happened.reactions
    assert taken == ConcludeEscalation("plan-debt", 1, "answered", because)
    assert isinstance(gone, Supersede)
    assert gone.because == f"bea decided: {because}"
    assert (happened.state.request, happened.state.escalations) == (None, {})
    assert happened.state.kept is not None


def test_what_is_impossible_is_not_kept_through_the_debt() -> None:
    poor = happen(planned(), budget_adjusted(period="2026-03", total=0)).state
    state = poor.model_copy(update={"escalations": {"plan-debt": 1}})
    assert "cannot be kept" in refusal_of_answer(state, kept_through_the_debt("bea", "executive_board"), NOON)
