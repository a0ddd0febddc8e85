"""`tandem scenario`: how changes are written, what is shown, what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from deploy.cli.api import UsageError
from deploy.cli.main import run
from deploy.cli.scenario_words import budget_change, capacity_change, cost_change, milestone_change
from tests.unit.deploy.served import Out, Served, product, served

__all__ = ["product", "served"]  # fixtures


def euros(text: str) -> dict[str, Any]:
    return budget_change(text, "EUR")


def yen(text: str) -> dict[str, Any]:
    return budget_change(text, "JPY")


def cost(text: str) -> dict[str, Any]:
    return cost_change(text, "EUR")


@pytest.mark.parametrize(
    ("read", "text", "change"),
    [
        (euros, "-10%", {"percent": -10.0}),
        (euros, "+2.5%", {"percent": 2.5}),
        (euros, "-5000", {"by": -500_000}),
        (euros, "+0.5", {"by": 50}),
        (euros, "40000", {"to": 4_000_000}),
        (euros, "=40000", {"to": 4_000_000}),
        (yen, "40000", {"to": 40_000}),
        (euros, "2026-12=-5000", {"period": "2026-12", "by": -500_000}),
        (euros, "2026-12==1.25", {"period": "2026-12", "to": 125}),
        (capacity_change, "it=-5", {"team": "it", "by": -5.0}),
        (capacity_change, "it=-10%", {"team": "it", "percent": -10.0}),
        (capacity_change, "it@2026-12=30.5", {"team": "it", "period": "2026-12", "to": 30.5}),
        (milestone_change, "spring=+14d", {"milestone": "spring", "by_days": 14}),
        (milestone_change, "spring=-1w", {"milestone": "spring", "by_days": -7}),
        (milestone_change, "spring=2026-05-31", {"milestone": "spring", "to": "2026-05-31"}),
        (cost, "search=+20%", {"item": "search", "percent": 20.0}),
        (cost, "search=8000", {"item": "search", "to": 800_000}),
    ],
)
def test_what_people_type(read: Callable[[str], dict[str, Any]], text: str, change: dict[str, Any]) -> None:
    assert read(text) == change


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (euros, "", "--budget: '': write -10%"),
        (euros, "ten", "--budget: 'ten': 'ten' is no amount"),
        (euros, "10%", "a percentage is more or less: write \\+10% or -10%"),
        (euros, "0.001", "0.001 EUR is not a whole number of its smallest unit"),
        (yen, "0.5", "0.5 JPY is not a whole number"),
        (euros, "2026-13=1", "--budget"),
        (capacity_change, "-5", "--capacity: '-5': write TEAM=-5"),
        (milestone_change, "spring", "--move: 'spring': write MILESTONE=\\+14d"),
        (milestone_change, "spring=+14", "days are written \\+14d, weeks -1w"),
        (cost, "search@2026-12=1", "--cost"),
    ],
)
def test_what_nobody_understands_is_refused(read: Callable[[str], dict[str, Any]], text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(text)


def test_a_scenario_is_shown_and_labelled(product: Served, capsys: Out) -> None:
    options = ["--budget", "-70%", "--capacity", "it=-5", "--move", "spring-launch=+14d", "--without", "faster-search"]
    assert run(["scenario", "web", *options]) == 0
    out = capsys.readouterr().out
    assert "nothing was changed" in out
    assert "assumed: capacity of it, all 6 periods together: 240 days → 210 days" in out
    assert "assumed: faster-search must not be in the plan" in out
    assert "faster-search: Search that answers at once" in out
    assert product.engine.applied == [("web", "maria")]
    assert run(["scenario", "web", *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] is False


def test_wrong_usage_and_what_the_product_does_not_have(product: Served, capsys: Out) -> None:
    assert run(["scenario", "web"]) == 2
    assert "say what would be different: --budget" in capsys.readouterr().err
    assert run(["scenario", "web", "--budget", "lots"]) == 2
    assert "--budget: 'lots'" in capsys.readouterr().err
    assert run(["scenario", "web", "--capacity", "itt=-5"]) == 1
    assert "there is no team 'itt'; did you mean it?" in capsys.readouterr().err
    assert run(["scenario", "wep", "--budget", "-1%"]) == 1
    assert "did you mean web?" in capsys.readouterr().err
