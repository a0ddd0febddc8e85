"""Scenarios over the API: asked, bounded, and without any effect."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.planning import Plan, Snapshot, SnapshotError, SolverLimits
from tests.unit.web.site import Site, definition
from workflows.client import NotOpenError

PATH = "/api/v1/products/web/scenarios"


async def test_the_difference_is_shown_and_nothing_is_touched(site: Site) -> None:
    await site.apply(items={"search": {"cost": 600000, "value": 9}, "login": {"cost": 300000, "value": 5}})
    state = site.engine.states["web"]
    before = (site.entries(), state.model_dump_json(), list(site.engine.batches), dict(site.ledger.documents))
    answer = await site.http.post(PATH, json={"budget": [{"to": 300_000}]})
    assert answer.status_code == 200
    found = answer.json()
    assert found["changed"] is False
    assert found["assumed"] == ["budget, all 6 periods together: 180,000 EUR → 18,000 EUR"]
    assert found["difference"]["base"]["funded"] == 2
    assert [one["item"] for one in found["difference"]["displaced"]] == ["search"]
    assert [period["budget"] for period in found["difference"]["scenario"]["periods"]] == [300_000] * 6
    after = (site.entries(), site.engine.states["web"].model_dump_json())
    assert (*after, list(site.engine.batches), dict(site.ledger.documents)) == before
    assert site.engine.states["web"] is state


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        pytest.param(
            {"capacity": [{"team": "itt", "by": 1}]},
            "capacity.0.team",
            "there is no team 'itt'; did you mean it?",
            id="name",
        ),
        pytest.param({"bugdet": []}, "bugdet", "unknown field", id="field"),
        pytest.param(
            {"budget": [{"to": 1, "by": 1}]}, "budget.0", "give exactly one of percent, by, to", id="two ways"
        ),
        pytest.param({"budget": [{"period": "March", "to": 1}]}, "budget.0.period", "String should match", id="period"),
        pytest.param({"seconds": 61}, "seconds", "must be less than or equal to 60", id="too long"),
    ],
)
async def test_what_cannot_be_asked_is_named(site: Site, body: dict[str, Any], field: str, message: str) -> None:
    answer = await site.http.post(PATH, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    (wrong,) = answer.json()["errors"]
    assert wrong["field"] == field
    assert message.removeprefix("String should match") in wrong["message"]


async def test_a_product_that_does_not_exist_or_has_ended_has_no_scenarios(site: Site) -> None:
    assert (await site.http.post("/api/v1/products/wep/scenarios", json={})).json()["detail"].endswith("mean web?")
    site.engine.refuse("state", NotOpenError("product/web is not open"))
    assert (await site.http.post(PATH, json={})).status_code == 409


async def test_what_is_impossible_is_an_answer(site: Site) -> None:
    def refuse(snapshot: Snapshot, limits: SolverLimits) -> Plan:
        raise SnapshotError("search must be in the plan, and costs more than there is")

    site.services.solve = refuse
    found = (await site.http.post(PATH, json={"must_in": ["search"]})).json()["difference"]
    assert found["scenario"]["impossible"].startswith("search must be in the plan")
    assert found["scenario"]["value"] is None


async def test_both_sides_get_the_same_limits_and_half_of_the_time(site: Site) -> None:
    solve, asked = site.services.solve, []

    def noted(snapshot: Snapshot, limits: SolverLimits) -> Plan:
        asked.append(limits)
        return solve(snapshot, limits)

    site.services.solve = noted
    await site.http.post(PATH, json={"budget": [{"percent": -1}], "seconds": 8})
    assert [limits.seconds for limits in asked] == [4, 4]
    assert asked[0] == asked[1]


async def test_one_question_at_a_time_and_whoever_waits_too_long_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.present.WAIT_S", 0.01)
    async with site.services.solving:
        answer = await site.http.post(PATH, json={"seconds": 3})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert (await site.http.post(PATH, json={})).status_code == 200


async def test_a_simulated_clock_is_labelled(site: Site) -> None:
    clock = {"origin": "2026-01-01T00:00:00Z", "rate": 60}
    assert (
        await site.apply(product="sim", clock=clock, teams={"data": definition()["teams"]["it"]}, items={})
    ).is_success
    found = (await site.http.post("/api/v1/products/sim/scenarios", json={})).json()
    assert found["simulated_clock"] is True
    entry = site.ledger.by_product["sim"][-1].entry
    passed = (datetime.now(UTC) - entry.at) * 60  # by its clock, and not the real time
    assert abs(entry.clock_at + passed - datetime.fromisoformat(found["at"])) < timedelta(hours=1)
