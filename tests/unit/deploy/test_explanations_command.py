"""`tandem why-not`, `alternatives`, `stability`, over HTTP to the real application with ports in memory."""

import json
from typing import Any

from deploy.cli.main import run
from domain.explanations import Alternative, Alternatives, Extra, Risk, WhyNot
from events.internal import Change
from tests.unit.deploy.served import Out, Served, product, served
from tests.unit.web.site import proposal

__all__ = ["product", "served"]  # fixtures


def poor(served: Served, **changes: Any) -> None:
    """Give the product of `tandem init` too little money for all its items."""
    state = served.engine.states["web"]
    policy = state.policy.model_copy(update={"horizon_periods": 2})
    served.engine.states["web"] = state.model_copy(update={"policy": policy, **changes})


def left_out(out: Out, served: Served) -> str:
    for item in served.engine.states["web"].items:
        assert run(["why-not", "web", item, "--json"]) == 0
        if json.loads(out.readouterr().out)["why_not"] is not None:
            return item
    raise AssertionError("everything is funded")


def test_why_not_shows_what_would_let_it_in(product: Served, capsys: Out) -> None:
    dearest = max(item.cost for item in product.engine.states["web"].items.values())
    poor(product, budget_per_period=dearest // 2, budgets={})
    item = left_out(capsys, product)
    assert run(["why-not", "web", item]) == 0
    out = capsys.readouterr().out
    assert f"Why not {item} in " in out
    assert "nothing was changed" in out
    assert "it is the best plan" in out
    assert item in out.splitlines()[2]


def test_an_item_of_the_plan_is_said_to_be_in_it(product: Served, capsys: Out) -> None:
    poor(product, budget_per_period=10**12, budgets={})
    item = next(iter(product.engine.states["web"].items))
    assert run(["why-not", "web", item]) == 0
    out = capsys.readouterr().out
    assert f"{item} is in the plan: from 20" in out
    assert "the plan in force does not fund it" in out


def test_an_unknown_item_is_refused_with_the_closest_name(product: Served, capsys: Out) -> None:
    assert run(["why-not", "web", "nothing-like-it"]) == 1
    assert "there is no open item 'nothing-like-it'" in capsys.readouterr().err


def test_alternatives_are_a_table_and_say_when_there_are_no_more(product: Served, capsys: Out) -> None:
    assert run(["alternatives", "web"]) == 0
    out = capsys.readouterr().out
    assert "Other plans for " in out
    assert "each of these is worth at least" in out
    assert run(["alternatives", "web", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["alternatives"]
    assert len(found["found"]) == 3 or found["why_no_more"]


def test_stability_is_a_table_of_shares(product: Served, capsys: Out) -> None:
    assert run(["stability", "web", "--draws", "5", "--seed", "2"]) == 0
    out = capsys.readouterr().out
    assert "in 5 draws" in out
    for item in product.engine.states["web"].items:
        assert item in out
    assert run(["stability", "web", "--draws", "0"]) == 2


EXPLAINED = proposal(
    why_not=(
        WhyNot(
            item="intranet",
            binding="money",
            money=Extra(team=None, period="2026-04", amount=1_200_000, known="exactly"),
            instead=("search",),
            loses=3.1,
        ),
    ),
    alternatives=Alternatives(
        found=(
            Alternative(
                purpose="cheapest",
                plan="c" * 64,
                value=57.0,
                share=0.95,
                cost=400_000,
                risk=Risk(tight=1, promised=2, gated=0),
                change=Change(entered=("login",)),
                differs=("without search", "with login in 2026-03"),
            ),
        ),
        why_no_more="no other plan is good enough",
    ),
    cut=("the alternatives",),
)


def test_a_request_shows_why_nots_and_alternatives(product: Served, capsys: Out) -> None:
    product.do(product.engine.ask("web", 1, EXPLAINED))
    assert run(["approvals", "show", "web", "1"]) == 0
    out = capsys.readouterr().out
    for said in (
        *("12,000 EUR more in 2026-04", "search", "3.1 points"),
        *("cheapest", "57.0 points", "95.0 %", "4,000 EUR", "1 of 2 promised items without a spare period"),
        *("without search; with login in 2026-03", "cccccccccccc", "no other plan is good enough"),
        "the time was up for the alternatives",
    ):
        assert said in out
