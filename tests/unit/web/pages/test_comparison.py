"""Two plans side by side."""

from typing import Any

import pytest

from web.pages.comparison import compared

TITLES = {"search": "Search", "sign-in": "Sign in once", "chat": "Chat with a person", "news": "Newsletter"}


def document(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"items": list(items), "starts": {}, "why_not": []} | changes


def item(name: str, before: str | None, after: str | None, why: str = "", **changes: Any) -> dict[str, Any]:
    return {
        "item": name,
        "title": "",
        "before": before,
        "after": after,
        "value": 1.0,
        "cost": 100,
        "why": why,
    } | changes


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        pytest.param(None, "2026-03", "enters", id="it was not planned, and is"),
        pytest.param("2026-03", None, "leaves", id="it was planned, and is not"),
        pytest.param("2026-03", "2026-04", "moves", id="it starts in another month"),
        pytest.param("2026-03", "2026-03", "stays", id="it starts when it did"),
        pytest.param(None, None, "out", id="it was not planned, and is not"),
    ],
)
def test_what_becomes_of_an_item(before: str | None, after: str | None, status: str) -> None:
    [row] = compared(document(item("search", before, after)), TITLES)
    assert (row.status, row.before, row.after, row.title) == (status, before, after, "Search")


def test_what_changes_comes_before_what_stays_and_what_stays_out() -> None:
    out, moved, entered = (
        item("chat", None, None),
        item("sign-in", "2026-03", "2026-04"),
        item("search", None, "2026-04"),
    )
    rows = compared(document(out, moved, entered, starts={"news": "2026-03", "search": "2026-04"}), TITLES)
    assert [(row.item, row.status) for row in rows] == [
        ("search", "enters"),
        ("sign-in", "moves"),
        ("news", "stays"),
        ("chat", "out"),
    ]


def test_an_item_that_leaves_says_what_would_have_to_go_for_it_by_its_titles() -> None:
    solved = {"item": "chat", "instead": ["sign-in", "search"], "loses": 3.22}
    [row] = compared(document(item("chat", "2026-03", None, "gives way"), why_not=[solved]), TITLES)
    assert row.why == "it would fit without “Sign in once” and “Search”, which costs 3.2 points"


def test_figures_that_stand_in_other_columns_are_not_said_again() -> None:
    why = "gives way, worth 40.2 points for 27,000 EUR: fits without sign-in"
    [row] = compared(document(item("chat", "2026-03", None, why)), TITLES)
    assert row.why == "fits without sign-in"
