"""`tandem forecast`, over HTTP to the real application with ports in memory."""

import json
from datetime import UTC, datetime

from deploy.cli.main import run
from domain.periods import shift
from domain.product import PlanInForce
from domain.things import Slips
from tests.unit.deploy.served import Out, Served, product, served

__all__ = ["product", "served"]  # fixtures


def plan(product: Served, slips: int) -> str:
    """Put a plan in force that funds everything, next month; return that month."""
    state, month = product.engine.states["web"], shift(f"{datetime.now(UTC):%Y-%m}", 1)
    starts = dict.fromkeys(state.items, month)
    in_force = PlanInForce(plan="p", proposal="q", run=1, starts=starts, adopted_at=state.at)
    it = state.teams["it"].model_copy(update={"allotment": 0.5})
    product.engine.states["web"] = state.model_copy(
        update={"plan": in_force, "slips": Slips(items=(40.0,) * slips), "teams": {**state.teams, "it": it}}
    )
    return month


def test_it_shows_dates_money_and_people(product: Served, capsys: Out) -> None:
    month = plan(product, slips=10)
    assert run(["forecast", "web"]) == 0
    out = capsys.readouterr().out
    assert "Forecast of " in out
    assert "item slips (10)" in out
    assert "P50 and P85: 500 simulated courses, seed 1, late as 10 completed items were" in out
    assert "at completion" in out
    assert "together" in out
    assert "150,000 EUR left" in out
    assert f" in {month}: " in out
    assert "it is short of" in out


def test_what_is_unknown_is_said_to_be(product: Served, capsys: Out) -> None:
    assert run(["forecast", "web"]) == 0
    out = capsys.readouterr().out
    assert "unknown" in out
    assert "there is no plan yet" in out
    assert "no team is short of people for the plan in force" in out


def test_as_json_it_is_what_the_api_says(product: Served, capsys: Out) -> None:
    plan(product, slips=9)
    assert run(["forecast", "web", "--seed", "7", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["product"], found["seed"]) == ("web", 7)
    assert {one["basis"] for one in found["milestones"]} == {"insufficient data"}


def test_an_unknown_product_is_refused(product: Served, capsys: Out) -> None:
    assert run(["forecast", "wed"]) == 1
    assert "did you mean web" in capsys.readouterr().err
