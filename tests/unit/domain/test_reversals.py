"""Going back to the plan before a decision: priced, proposed, and decided by somebody who did not ask for it."""

from typing import Any

import pytest

from domain.core import started
from domain.pacing import REVERSAL, taken_up
from domain.product import Better, ProductState
from domain.reactions import Notify, Reprioritize, RequestDecision
from events.internal import Change, ReversalRequested
from tests.builders import NOON, budget_adjusted
from tests.unit.domain.answers import PROPOSED, about_the_swap, adopted, decision, limited, solved
from tests.unit.domain.states import DAY, PEOPLE, STARTS, Happened, asked, happen, internal, planned


def going_back(state: ProductState | None = None, actor: str = "olga") -> Happened:
    state = state or adopted(happen(about_the_swap(), decision()))
    asks = internal(ReversalRequested, approval=1, actor=actor, reason="customers left")
    return happen(state, asks, at=state.at + DAY)


def test_going_back_is_proposed_anew_and_at_once() -> None:
    happened = going_back()
    because = "olga asks to go back to the plan before decision 1: customers left"
    assert happened.only == Reprioritize(REVERSAL, because, urgent=True)
    assert happened.state.reversal is not None
    assert happened.state.reversal.starts == STARTS  # as they were before
    assert happened.state.plan is not None
    assert happened.state.plan.starts == PROPOSED  # nothing changes until somebody decides


def test_a_run_that_only_prices_going_back_leaves_the_other_reasons_to_the_next() -> None:
    cut = happen(adopted(happen(about_the_swap(), decision())), budget_adjusted(delta=-600_000))
    assert cut.asked
    state = going_back(cut.state).state
    looked_at, more = taken_up(state)
    assert ([trigger.topic for trigger in looked_at], more) == ([REVERSAL], 0)
    after = started(state, state.at)
    assert after.reversal is None
    assert [trigger.topic for trigger in after.triggers] == ["budget:2026-03"]


@pytest.mark.parametrize(
    ("approval", "again", "why"),
    [
        pytest.param(2, False, "the plan of decision 2 is not the one in force", id="another decision"),
        pytest.param(1, True, "olga has asked for that already", id="asked twice"),
    ],
)
def test_what_cannot_be_reversed_is_refused(approval: int, again: bool, why: str) -> None:
    state = going_back().state if again else adopted(happen(about_the_swap(), decision()))
    happened = happen(state, internal(ReversalRequested, approval=approval, actor="otto", reason="x"))
    assert happened.outcome == "refused"
    assert happened.because.startswith(why)


BACK = {"starts": STARTS, "change": Change(entered=("landing",), displaced=("banner",), money_moved=300_000)}


def priced(wanted_by: str = "olga", state: ProductState | None = None, **over: Any) -> Happened:
    return solved(started(going_back(state, wanted_by).state, NOON + DAY), wanted_by=wanted_by, **{**BACK, **over})


def test_going_back_is_decided_by_somebody_else_however_little_it_is_worth() -> None:
    happened = priced()
    assert isinstance(happened.only, RequestDecision)
    assert happened.only.because == "olga asks to go back to the plan before"
    assert happened.only.role == "product_manager"  # within the manager's limits, and yet nobody is passed over
    request = happened.state.request
    assert request is not None
    assert request.requester == "olga"
    said = happen(happened.state, decision(actor="olga", approval=2, proposal="q")).said
    assert said.startswith("olga asked for this")
    back = adopted(happen(happened.state, decision(approval=2, proposal="q")))
    assert back.plan is not None
    assert (back.plan.starts, back.plan.by) == (STARTS, "otto")


def owing() -> ProductState:
    """Return the swapped product while a better plan has been known since yesterday, and somebody is asked about it."""
    state = asked(adopted(happen(about_the_swap(), decision())))
    return state.model_copy(update={"better": Better(since=NOON - DAY, gain=20.0, run=1)})


def test_a_better_plan_that_waits_is_not_forgotten_when_going_back_is_priced() -> None:
    assert priced(state=owing()).state.better == owing().better
    nothing = priced(state=owing(), change=Change())  # all that would go back is gone meanwhile
    assert nothing.kinds == ["Notify"]
    assert nothing.state.better == owing().better
    assert nothing.state.request == owing().request


def test_what_cannot_be_gone_back_to_is_told() -> None:
    told = priced(plan=None, proposal=None, why_infeasible="it is no longer possible: no money").only
    assert isinstance(told, Notify)
    assert told.role == "product_owner"
    assert told.text == (
        "olga asked to go back to the plan before: no plan was found (it is no longer possible: no money); "
        "the plan in force stays"
    )


DEAR = Change(entered=("landing",), displaced=("banner",), money_moved=1_000_001)  # beyond the manager's limits


@pytest.mark.parametrize(
    ("wanted_by", "quorum", "board", "role"),
    [
        pytest.param("mia", {"product_owner": 2}, ["bea"], "product_owner", id="who asked holds another role"),
        pytest.param("olga", {"product_owner": 2}, ["bea"], "product_owner", id="the board makes up the number"),
        pytest.param("olga", {"product_owner": 3, "executive_board": 2}, ["bea"], None, id="too few anywhere"),
        pytest.param("olga", {"product_owner": 4}, ["bea", "ben"], "executive_board", id="enough on the board only"),
        pytest.param("bea", {"executive_board": 1}, ["bea"], "product_owner", id="the board asked for it"),
    ],
)
def test_a_role_is_asked_that_has_people_enough_who_did_not_ask_for_it(
    wanted_by: str, quorum: dict[str, int], board: list[str], role: str | None
) -> None:
    state = adopted(happen(asked(planned(people=PEOPLE | {"executive_board": board}), starts=PROPOSED), decision()))
    limits: dict[str, Any] = {name: {"quorum": number} for name, number in quorum.items()}
    happened = priced(wanted_by, limited(state, **limits), change=DEAR)
    only = happened.only
    if role is None:
        assert isinstance(only, Notify)
        assert only.incident
        assert "must approve" in only.text
    else:
        assert isinstance(only, RequestDecision)
        assert only.role == role
