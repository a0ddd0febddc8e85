"""How items rise and fall from plan to plan."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.movement import Adopted, movement_of, ranks_of
from domain.things import Item
from tests.builders import NOON

VALUES = {"search": 10.0, "login": 30.0, "banner": 20.0}


def adopted(
    starts: Mapping[str, str], day: int = 0, values: Mapping[str, float] | None = VALUES, **over: Any
) -> Adopted:
    event = {"run": day, "plan": "a", "proposal": "b", "by": "tandem", "role": "product_manager", "starts": starts}
    return Adopted(event | over, NOON + timedelta(days=day), values, ("the budget changed",), "")


@pytest.mark.parametrize(
    ("starts", "values", "order"),
    [
        pytest.param({"login": "2026-04", "search": "2026-03"}, VALUES, ["search", "login"], id="what starts first"),
        pytest.param(
            {"search": "2026-03", "login": "2026-03"}, VALUES, ["login", "search"], id="then what is worth more"
        ),
        pytest.param({"search": "2026-03", "login": "2026-03"}, None, ["login", "search"], id="values unknown: by id"),
        pytest.param({"b": "2026-03", "a": "2026-03"}, {"a": 1.0, "b": 1.0}, ["a", "b"], id="worth the same: by id"),
    ],
)
def test_the_order_of_funding_is_the_rank(
    starts: Mapping[str, str], values: Mapping[str, float] | None, order: list[str]
) -> None:
    assert ranks_of(starts, values) == {name: rank for rank, name in enumerate(order, start=1)}


def test_an_item_has_a_rank_in_each_plan_that_funds_it() -> None:
    plans = [
        adopted({"search": "2026-03", "login": "2026-04"}),
        adopted({"login": "2026-03", "banner": "2026-03"}, 7, change={"entered": ["banner"], "displaced": ["search"]}),
    ]
    found = movement_of(plans, {"search": Item(id="search", title="Search")}, most=30)
    assert [(one.item, one.title, one.ranks, one.starts) for one in found.items] == [
        ("login", "", (2, 1), ("2026-04", "2026-03")),
        ("search", "Search", (1, None), ("2026-03", None)),
        ("banner", "", (None, 2), (None, "2026-03")),
    ]
    assert [(one.status is None) for one in found.items] == [True, False, True]  # forgotten ones are said to be so
    assert [(one.run, one.entered, one.displaced, one.funded, one.ordered_by) for one in found.adoptions] == [
        (0, 0, 0, 2, "value"),
        (7, 1, 1, 2, "value"),
    ]


def test_only_so_many_items_are_listed_and_the_rest_is_counted() -> None:
    starts = {"search": "2026-03", "login": "2026-03", "banner": "2026-03"}
    found = movement_of([adopted(starts)], {}, most=2)
    assert ([one.item for one in found.items], found.left_out) == (["login", "banner"], 1)


def test_without_any_plan_there_is_nothing_to_rank() -> None:
    found = movement_of([], {}, most=30)
    assert (found.adoptions, found.items, found.left_out) == ((), (), 0)
