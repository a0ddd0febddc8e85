"""What items are worth, over HTTP."""

from typing import Any

import pytest

from tests.fakes.engine import NOON
from tests.unit.web.site import Site, event

VALUE, RANKING = "/api/v1/products/web/value", "/api/v1/products/web/ranking"
SEARCH = {
    "cost": 600_000,
    "efforts": {"it": 5},
    "themes": ["checkout"],
    "goals": ["growth"],
    "values": {"marketplace": 40},
}


def said(event_id: str, **data: Any) -> dict[str, Any]:
    """Return a feedback."""
    given = {"theme": "checkout", "sentiment": -1, "weight": 20, "channel": "survey", **data}
    return event(event_id, type="feedback.received", data=given)


@pytest.fixture
async def heard(site: Site) -> Site:
    """Have an item that customers press for, a goal that it serves, and another that waits for it."""
    site.services.clock = lambda: NOON
    assert (await site.apply(items={"search": SEARCH, "login": {"after": ["search"], "value": 12}})).status_code == 200
    for one in (event("weighs"), *(said(f"f{number}", account=f"a{number % 3}") for number in range(7))):
        assert (await site.send(one)).status_code == 202
    return site


async def test_a_value_is_told_down_to_its_events(heard: Site) -> None:
    found = (await heard.http.get(f"{VALUE}/search")).json()
    sources = found["sources"]
    points = {one["name"]: one["points"] for one in sources["inputs"]}
    assert round(sum(points.values()), 6) == sources["value"]
    assert (points["marketplace"], points["business_goals"]) == (10.0, 12.5)
    goal, demand = sources["inputs"][3]["pulls"][0], sources["inputs"][2]["pulls"][1]
    assert found["events"][goal["cause"]]["what"] == "The goal growth now weighs 50 of 100"
    assert "3 accounts with 60 of it, each counted once" in demand["said"]
    assert [line["key"][-2:] for line in found["feedback"]["checkout"]] == ["f6", "f5", "f4", "f3", "f2"]
    assert [one["item"] for one in sources["unblocks"]] == ["login"]
    assert sources["with_inherited"] == sources["value"] + 12


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        pytest.param("/api/v1/products/app/value/search", 404, "unknown-product", id="no such product"),
        pytest.param(f"{VALUE}/serch", 404, "not-found", id="no such item"),
        pytest.param(f"{VALUE}/login", 409, "not-open", id="an item that is finished"),
        pytest.param(f"{RANKING}?by=moscow", 422, "invalid-request", id="no such rule"),
        pytest.param("/api/v1/products/app/ranking", 404, "unknown-product", id="a ranking of no product"),
    ],
)
async def test_what_cannot_be_told_is_a_problem(heard: Site, path: str, status: int, kind: str) -> None:
    assert (await heard.send(event("done", type="item.completed", data={"item": "login"}))).status_code == 202
    answer = await heard.http.get(path)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:tandem:problem:{kind}")


async def test_an_unknown_item_is_answered_with_the_closest(heard: Site) -> None:
    assert "search" in (await heard.http.get(f"{VALUE}/serch")).json()["detail"]


@pytest.mark.parametrize("by", ["plan", "value", "wsjf", "rice", "cd3"])
async def test_a_ranking_says_how_it_counts_and_what_to_mind(heard: Site, by: str) -> None:
    found = (await heard.http.get(RANKING, params={"by": by})).json()["ranking"]
    assert found["by"] == by
    assert found["formula"]
    assert found["trap"]
    assert sorted(row["item"] for row in found["rows"]) == ["login", "search"]


async def test_without_a_rule_items_are_ranked_by_value(heard: Site) -> None:
    found = (await heard.http.get(RANKING)).json()["ranking"]
    assert (found["by"], found["rows"][0]["item"]) == ("value", "search")
