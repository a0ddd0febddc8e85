"""Charts: ranks with the best on top, sums in whole units of the currency, nothing where nothing is known."""

from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from web.pages.chart_options import bump, bump_height, burn
from web.pages.reader import Reader

READER = Reader(ZoneInfo("Europe/Berlin"), True, Locale("de", "DE"), "auto")
ADOPTED = [{"at": "2026-01-08T19:00:00Z"}, {"at": "2026-01-15T23:30:00Z"}]


def movement(**ranks: tuple[int | None, int | None]) -> dict[str, Any]:
    """Return two plans and the ranks of items in them."""
    return {"adoptions": ADOPTED, "items": [{"item": name, "title": name, "ranks": one} for name, one in ranks.items()]}


def series(options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in options["series"]}


def period(name: str, *, past: bool, budget: int, spent: int | None, estimate: int) -> dict[str, Any]:
    return {"period": name, "past": past, "envelope_sum": budget, "spent_sum": spent, "estimate_sum": estimate}


def test_rank_one_is_the_first_row_and_rows_count_down() -> None:
    options = bump(movement(a=(1, 2), b=(2, 1)), READER)["baseOption"]
    assert options["yAxis"]["inverse"] is True
    assert options["yAxis"]["data"] == [1, 2]
    assert [one["value"] for one in series(options)["a"]["data"]] == [[0, 0], [1, 1]]
    assert series(options)["a"]["data"][1]["name"] == "place 2 on 16 Jan", "in the reader's zone"


def test_only_what_moved_has_a_colour() -> None:
    found = series(bump(movement(a=(1, 1), b=(2, 3), c=(3, 2)), READER)["baseOption"])
    assert found["a"]["color"] == "var(--strong-line)"
    assert {found["b"]["color"], found["c"]["color"]} == {"var(--c1)", "var(--c2)"}


def test_an_item_that_left_ends_where_it_was_and_has_no_name_at_the_end() -> None:
    found = series(bump(movement(a=(1, None), b=(2, 1)), READER)["baseOption"])
    assert found["a"]["data"][1]["value"] == [1, None]
    assert found["a"]["endLabel"]["show"] is False
    assert found["b"]["endLabel"]["show"] is True


def test_a_chart_of_more_ranks_is_higher() -> None:
    few, many = movement(a=(1, 1)), movement(a=(1, 20))
    assert bump_height(many["items"]) - bump_height(few["items"]) == 19 * 26


def test_money_is_shown_in_whole_units_and_what_is_expected_goes_on_from_the_last_month() -> None:
    rows = [
        period("2026-01", past=True, budget=100_00, spent=90_00, estimate=90_00),
        period("2026-02", past=True, budget=200_00, spent=190_00, estimate=190_00),
        period("2026-03", past=False, budget=300_00, spent=None, estimate=310_00),
    ]
    found = series(burn({"currency": "EUR", "periods": rows}, READER))
    assert found["Budget"]["data"] == [100, 200, 300]
    assert found["Spent"]["data"] == [90, 190, None]
    assert found["Expected"]["data"] == [None, 190, 310]


def test_a_currency_without_minor_units_is_not_divided() -> None:
    rows = [period("2026-01", past=False, budget=5_000, spent=None, estimate=4_000)]
    options = burn({"currency": "JPY", "periods": rows}, READER)
    assert series(options)["Budget"]["data"] == [5_000]
    assert "'de-DE'" in options["yAxis"]["axisLabel"][":formatter"]
