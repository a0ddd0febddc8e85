"""Explanations as people read them."""

from typing import Any

import pytest

from domain.explanations import Extra, WhyNot
from domain.explanations_told import differences_of, spelled_why_not
from tests.snapshots import snapshot, task

MONEY = Extra(team=None, period="2026-12", amount=1_200_000, known="exactly")
DAYS = Extra(team="it", period="2026-11", amount=3.5, known="about")


def why(**fields: Any) -> WhyNot:
    return WhyNot(item="search", binding="money", **fields)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        pytest.param(why(money=MONEY), "fits with 12,000 EUR more in 2026-12", id="money"),
        pytest.param(why(days=(DAYS,)), "fits with about 3.5 more person-days of it in 2026-11", id="days, not proven"),
        pytest.param(
            why(money=MONEY, days=(DAYS,), instead=("login",), loses=3.1),
            "fits with 12,000 EUR more in 2026-12, or with about 3.5 more person-days of it in 2026-11, "
            "or without login (costs 3.1 points)",
            id="each way",
        ),
        pytest.param(
            why(together=(MONEY, DAYS)),
            "fits only with 12,000 EUR more in 2026-12 and about 3.5 more person-days of it in 2026-11 together",
            id="together",
        ),
        pytest.param(
            why(money=MONEY, along=("base", "core")),
            "fits with 12,000 EUR more in 2026-12 (base and core come in with it)",
            id="with what it needs",
        ),
        pytest.param(
            why(instead=("a", "b"), loses=2), "fits only without a and b (costs 2.0 points)", id="only a swap"
        ),
        pytest.param(
            why(moved=("a",), loses=0.5), "fits only if a moves (costs 0.5 points)", id="nothing leaves, one moves"
        ),
        pytest.param(why(), "money", id="nothing was found"),
    ],
)
def test_a_why_not_in_one_sentence(found: WhyNot, text: str) -> None:
    assert spelled_why_not(found, "EUR") == text


def test_how_plans_differ_is_told_by_items_and_periods() -> None:
    case = snapshot(task("a"), budgets=(1, 1, 1))
    assert differences_of(case, {"a": 0, "b": 1, "c": 2}, {"b": 2, "c": 2, "d": 0}) == (
        "without a",
        "with d in 2026-01",
        "moves b from 2026-02 to 2026-03",
    )
    assert differences_of(case, {"a": 0}, {"a": 0}) == ()
