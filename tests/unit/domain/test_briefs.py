"""What travels with a request for a decision: what changes for whom, at what cost, and what silence leads to."""

from datetime import timedelta
from typing import Any

import pytest

from domain.briefs import Brief, ForWhom, Offer, brief_of
from domain.product import Better, ProductState, Request
from events.internal import Change, Role, Variant
from tests.builders import NOON
from tests.unit.domain.answers import PROPOSED, SWAP, about_the_swap, limited
from tests.unit.domain.states import DAY, asked, fresh, with_policy

DEADLINE = NOON + timedelta(hours=72)


def brief(state: ProductState, role: Role = "product_owner") -> Brief:
    request = state.request
    assert isinstance(request, Request)
    return brief_of(state, request.outcome, role, "the budget was cut", DEADLINE, NOON)


def test_a_brief_says_what_changes_for_whom_and_what_it_costs() -> None:
    change = SWAP.model_copy(update={"moved": ("search",), "slipped": ("spring",), "scope_days": 5})
    found = brief(asked(about_the_swap(), starts={**PROPOSED, "search": "2026-05"}, change=change))
    assert found.because == "the budget was cut"
    assert found.gain == "20.0 points"
    assert found.cost == "3,000 EUR moved, 5 days of work leave the plan"
    assert found.changes == (
        ForWhom(who="everybody", what="spring would be missed"),
        ForWhom(who="it (ida)", what="search starts in 2026-05 instead of 2026-03, 5 days"),
        ForWhom(
            who="marketing (max)",
            what="banner starts in 2026-04, 2 days; landing leaves the plan (was 2026-04), 5 days",
        ),
    )
    assert (found.needed, found.alternatives, found.deadline) == ("", (), DEADLINE)


def test_what_changes_for_no_team_changes_for_everybody() -> None:
    state = asked(fresh(items={"search": {}, "landing": {}, "banner": {"cost": 1}}), starts={"banner": "2026-03"})
    assert brief(state).changes == (ForWhom(who="everybody", what="banner starts in 2026-03"),)


def test_what_is_no_longer_known_is_left_out() -> None:
    assert brief(asked(fresh(), change=Change(entered=("faq",)))).changes == ()


def test_a_plan_that_has_become_impossible_has_no_gain_to_speak_of() -> None:
    assert brief(about_the_swap(in_force_feasible=False)).gain == "the plan in force is no longer possible"


@pytest.mark.parametrize(
    ("limits", "needed"),
    [
        pytest.param({}, "", id="one: nothing to say"),
        pytest.param({"product_owner": {"quorum": 2}}, "2 people have to approve", id="a quorum"),
        pytest.param({"four_eyes_money": 300_000}, "2 people have to approve", id="four eyes"),
        pytest.param({"four_eyes_money": 300_001}, "", id="below them"),
    ],
)
def test_how_many_have_to_approve_is_said(limits: dict[str, Any], needed: str) -> None:
    assert brief(limited(about_the_swap(), **limits)).needed == needed


def test_what_else_could_be_approved_is_offered_with_its_hash() -> None:
    variant = Variant(purpose="cheapest", plan="p", proposal="q", value=99.0, change=SWAP, text="without banner")
    offers = brief(asked(about_the_swap(), variants=(variant,))).alternatives
    assert offers == (Offer(purpose="cheapest", text="without banner", value="99.0 points", hash="q"),)


@pytest.mark.parametrize(
    ("choice", "role", "follows"),
    [
        pytest.param("escalate", "product_owner", "it goes to the next higher role", id="to the role above"),
        pytest.param("escalate", "executive_board", "it ends, and the operator hears of it", id="nobody is above"),
        pytest.param("reject", "product_owner", "it counts as rejected, and the plan in force stays", id="rejected"),
        pytest.param("lapse", "executive_board", "it lapses, and the plan in force stays", id="lapsed"),
    ],
)
def test_what_silence_leads_to_is_said(choice: str, role: Role, follows: str) -> None:
    said = brief(with_policy(about_the_swap(), on_expiry=choice), role).if_nothing
    assert said == f"on 2026-03-05 12:00 {follows}; it is never approved by silence"


def test_what_waiting_costs_is_said_when_it_costs_something() -> None:
    owing = about_the_swap().model_copy(update={"better": Better(since=NOON - 9 * DAY, gain=126.0, run=1)})
    assert brief(owing).if_nothing.endswith("silence; until then about 1.0 points are lost a business day")
