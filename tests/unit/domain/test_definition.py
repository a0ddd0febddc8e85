"""Product files and policies: every problem is refused with its place."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.definition import ClockSettings, ProductDefinition, find_cycle
from domain.policy import Policy
from tests.unit.domain.states import FILE, definition


def problem(**over: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        ProductDefinition.model_validate({**FILE, **over})
    return str(refused.value)


def items(**over: Any) -> dict[str, Any]:
    return {"items": FILE["items"] | {"search": FILE["items"]["search"] | over}}


def dependency(**over: Any) -> dict[str, Any]:
    return {"dependencies": {"sso-api": FILE["dependencies"]["sso-api"] | over}}


TEAM = FILE["teams"]["it"]


@pytest.mark.parametrize(
    ("over", "words"),
    [
        pytest.param(items(efforts={"ti": 1}), "items.search.efforts: there is no team 'ti'", id="effort of no team"),
        pytest.param(
            items(after=["lnding"]), "items.search.after: there is no item 'lnding'; did you mean landing?", id="x"
        ),
        pytest.param(items(milestone="sprin"), "items.search.milestone: there is no milestone 'sprin'; did", id="date"),
        pytest.param(
            items(after=["search"]), "items.search.after: the items wait for each other in a circle", id="self"
        ),
        pytest.param(dependency(needs="x"), "dependencies.sso-api.needs: there is no item 'x'", id="needed by none"),
        pytest.param(dependency(provider="x"), "dependencies.sso-api.provider: there is no team 'x'", id="from none"),
        pytest.param(dependency(milestone="x"), "dependencies.sso-api.milestone: there is no milestone", id="carried"),
        pytest.param({"dependencies": {"plan-debt": {}}}, "dependencies.plan-debt.needs", id="fields missing"),
        pytest.param(
            {"dependencies": {"plan-debt": FILE["dependencies"]["fonts"]}}, "plan-debt: this id is reserved", id="debt"
        ),
        pytest.param(
            {"teams": {"it": TEAM | {"allotment": 101}}}, "teams.it.allotment: 101 person-days are", id="more"
        ),
        pytest.param({"teams": {}}, "teams", id="no team"),
        pytest.param({"time_zone": "Berlin"}, "'Berlin' is not a time zone (for example Europe/Berlin)", id="zone"),
        pytest.param({"currency": "euro"}, "currency", id="currency"),
        pytest.param({"product": "Web Site"}, "product", id="id"),
        pytest.param({"colour": "red"}, "colour", id="unknown part"),
        pytest.param(items(colour="red"), "items.search.colour", id="unknown field"),
        pytest.param({"people": FILE["people"] | {"product_owner": []}}, "people.product_owner", id="nobody"),
        pytest.param({"people": FILE["people"] | {"product_owner": [""]}}, "people.product_owner.0", id="no name"),
        pytest.param({"budget": {"per_period": -1}}, "budget.per_period", id="negative budget"),
        pytest.param({"budget": {"periods": {"March": 1}}}, "budget.periods.March", id="no period"),
        pytest.param({"milestones": {"spring": {"due": "soon"}}}, "milestones.spring.due", id="no date"),
        pytest.param({"clock": {"origin": "1066-10-14T00:00:00Z"}}, "clock.origin", id="an origin out of reach"),
        pytest.param({"clock": {"rate": 0}}, "clock.rate", id="a clock that stands still"),
    ],
)
def test_problems_name_their_place(over: dict[str, Any], words: str) -> None:
    assert words in problem(**over)


def test_all_problems_are_said_at_once() -> None:
    said = problem(**items(efforts={"x": 1}, milestone="y"))
    assert "there is no team 'x'" in said
    assert "there is no milestone 'y'" in said


def test_the_file_of_these_tests_is_valid() -> None:
    assert definition().people.holders("product_owner") == ("otto", "olga")


@pytest.mark.parametrize(
    ("after", "cycle"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"a": ("b",), "b": ("c",)}, [], id="a chain; the last one is not even there"),
        pytest.param({"a": ("b", "c"), "b": ("d",), "c": ("d",), "d": ()}, [], id="a diamond"),
        pytest.param({"a": ("a",)}, ["a", "a"], id="itself"),
        pytest.param({"a": ("b",), "b": ("a",)}, ["a", "b", "a"], id="two"),
        pytest.param({"a": ("b",), "b": ("c",), "c": ("b",)}, ["b", "c", "b"], id="a circle that one leads into"),
        pytest.param({"a": (), "z": ("y",), "y": ("z",)}, ["y", "z", "y"], id="one that stands apart"),
    ],
)
def test_cycles(after: dict[str, tuple[str, ...]], cycle: list[str]) -> None:
    assert find_cycle(after) == cycle


def test_a_long_chain_is_no_recursion() -> None:
    chain = {f"i{n}": (f"i{n + 1}",) for n in range(5_000)}
    assert find_cycle(chain) == []
    assert len(find_cycle(chain | {"i5000": ("i0",)})) == 5_002


@pytest.mark.parametrize(
    ("settings", "simulated"),
    [
        pytest.param({}, False, id="real time"),
        pytest.param({"rate": 2}, True, id="faster"),
        pytest.param({"origin": datetime(2017, 9, 1, tzinfo=UTC)}, True, id="another time"),
    ],
)
def test_simulated_clocks(settings: dict[str, Any], simulated: bool) -> None:
    assert ClockSettings(**settings).simulated is simulated


# -- the policy ----------------------------------------------------------------------------------------------

RUNG = {"role": "product_owner", "after": "0 hours"}


@pytest.mark.parametrize(
    ("over", "place"),
    [
        pytest.param({"budget_chnge": 1}, "budget_chnge", id="a name that does not exist"),
        pytest.param({"watch": ["feedbak"]}, "watch", id="a rule that does not exist"),
        pytest.param(
            {"weights": dict.fromkeys(("marketplace", "competition", "user_feedback", "business_goals"), 0)},
            "at least one weight",
            id="nothing counts",
        ),
        pytest.param({"feedback_half_life_days": 0}, "feedback_half_life_days", id="no half-life"),
        pytest.param({"surge_points": 0}, "surge_points", id="a surge of nothing"),
        pytest.param({"margin": float("inf")}, "margin", id="an infinite margin: it has no hash"),
        pytest.param({"margin": float("nan")}, "margin", id="no number at all"),
        pytest.param({"slip_price": float("inf")}, "slip_price", id="an infinite price"),
        pytest.param({"review_every_days": 1e9}, "review_every_days", id="a review beyond the calendar"),
        pytest.param({"dwell_hours": 1e9}, "dwell_hours", id="a dwell time beyond the calendar"),
        pytest.param({"milestone_risk_days": -1}, "milestone_risk_days", id="a negative window"),
        pytest.param({"discount": 1}, "discount", id="a discount of everything"),
        pytest.param({"horizon_periods": 0}, "horizon_periods", id="no horizon"),
        pytest.param({"horizon_periods": 25}, "horizon_periods", id="too long a horizon"),
        pytest.param({"debt_escalate_days": 0}, "debt_escalate_days", id="debt at once"),
        pytest.param(
            {"reminders": ["48 hours", "24 hours"]}, "reminders must be in order", id="reminders out of order"
        ),
        pytest.param({"reminders": ["-1 hours"]}, "reminders.0", id="a reminder before the request"),
        pytest.param({"on_expiry": "approve"}, "on_expiry", id="silence is never consent"),
        pytest.param({"ladder": {"rungs": []}}, "ladder.rungs", id="no ladder"),
        pytest.param(
            {"ladder": {"rungs": [RUNG | {"role": "eve"}]}}, "ladder.rungs.0.role", id="a role that does not exist"
        ),
        pytest.param({"authority": {"product_owner": {"money_per_decision": -1}}}, "money_per_decision", id="limit"),
    ],
)
def test_policies_are_refused_with_their_place(over: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Policy.model_validate(over)
    assert place in str(refused.value)


def test_a_policy_has_a_hash_of_its_content() -> None:
    assert Policy().digest() == Policy().digest() != Policy(margin=0.03).digest()
