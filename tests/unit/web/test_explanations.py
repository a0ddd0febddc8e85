"""Why not, alternatives and stability over the API: asked, bounded, and without any effect."""

from typing import Any

import pytest

from domain.planning import Plan, Snapshot, SnapshotError, SolverLimits
from tests.unit.web.site import Site
from web import questions
from workflows.client import NotOpenError

PATH = "/api/v1/products/web"
ITEMS: dict[str, Any] = {
    "search": {"cost": 600_000, "value": 9, "efforts": {"it": 5}},
    "login": {"cost": 300_000, "value": 3},
    "intranet": {"cost": 500_000, "value": 4},
}
POLICY = {"horizon_periods": 1, "discount": 0.0}


async def declared(site: Site, **changes: Any) -> None:
    await site.apply(items=ITEMS, budget={"per_period": 1_000_000}, policy=POLICY, **changes)


async def test_an_item_that_stays_out_says_the_least_that_lets_it_in_and_nothing_is_touched(site: Site) -> None:
    await declared(site)
    before = (site.entries(), site.engine.states["web"].model_dump_json(), dict(site.ledger.documents))
    answer = await site.http.get(f"{PATH}/why-not/intranet")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["in_plan"], found["in_force"], found["currency"]) == (None, None, "EUR")
    told = found["why_not"]
    assert (told["money"]["amount"], told["money"]["known"], told["exact"]) == (100_000, "exactly", True)
    assert (told["instead"], told["loses"]) == (["search"], 5.0)
    assert told["text"].startswith("fits with 1,000 EUR more in 20")
    assert told["text"].endswith(", or without search (costs 5.0 points)")
    assert (site.entries(), site.engine.states["web"].model_dump_json(), dict(site.ledger.documents)) == before


async def test_an_item_that_is_in_says_where(site: Site) -> None:
    await declared(site)
    found = (await site.http.get(f"{PATH}/why-not/search")).json()
    assert found["in_plan"] is not None
    assert found["why_not"] is None


@pytest.mark.parametrize(
    ("item", "detail"),
    [("serch", "there is no open item 'serch'; did you mean search?"), ("a/b", "there is no open item 'a/b'")],
)
async def test_an_item_that_does_not_exist_is_named(site: Site, item: str, detail: str) -> None:
    await declared(site)
    answer = await site.http.get(f"{PATH}/why-not/{item}")
    assert (answer.status_code, answer.json()["detail"]) == (404, detail)


async def test_alternatives_have_value_cost_risk_and_differences(site: Site) -> None:
    await declared(site)
    found = (await site.http.get(f"{PATH}/alternatives")).json()
    told = found["alternatives"]
    assert found["value"] == 12
    assert len(told["found"]) == len(found["starts"])
    assert told["why_no_more"] == "no other plan differs from these in at least 2 items and reaches 95% of the value"


async def test_stability_states_shares_of_seeded_draws(site: Site) -> None:
    await declared(site)
    once, again = [(await site.http.get(f"{PATH}/stability", params={"draws": 8, "seed": 3})).json() for _ in range(2)]
    assert once["stability"] == again["stability"]
    assert once["stability"]["draws"] == 8
    assert [one["item"] for one in once["stability"]["items"]] == ["intranet", "login", "search"]


@pytest.mark.parametrize("question", ["why-not/search", "alternatives", "stability"])
async def test_what_cannot_be_answered_is_a_problem_with_a_reason(
    site: Site, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = await site.http.get(f"/api/v1/products/wep/{question}")
    assert missing.status_code == 404
    await declared(site)
    long = await site.http.get(f"{PATH}/{question}", params={"seconds": 61})
    assert (long.status_code, long.json()["errors"][0]["field"]) == (422, "seconds")

    def impossible(_: Snapshot, __: SolverLimits) -> Plan:
        raise SnapshotError("search must be in, but it does not fit")

    site.services.solve = impossible
    refused = await site.http.get(f"{PATH}/{question}")
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "no plan is possible: search must be in, but it does not fit",
    )
    assert not site.services.solving.locked()

    monkeypatch.setattr("web.present.WAIT_S", 0.01)
    async with site.services.solving:
        busy = await site.http.get(f"{PATH}/{question}")
    assert busy.status_code == 503
    assert "retry-after" in busy.headers

    site.engine.refuse("state", NotOpenError("product/web is not open"))
    assert (await site.http.get(f"{PATH}/{question}")).status_code == 409


async def test_the_plan_and_the_question_share_the_time_that_was_given(site: Site) -> None:
    await declared(site)
    given: list[float] = []
    solve = site.services.solve

    def noted(snapshot: Snapshot, limits: SolverLimits) -> Plan:
        given.append(limits.seconds)
        return solve(snapshot, limits)

    site.services.solve = noted
    assert (await site.http.get(f"{PATH}/alternatives", params={"seconds": 10})).status_code == 200
    assert given == [10 * questions.PLAN_SHARE]
