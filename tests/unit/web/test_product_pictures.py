"""What a product page shows, over HTTP: movement, burn, load, demand by week, who waits for whom, the timeline."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.planning import Snapshot, Task, document
from domain.product import PlanInForce
from domain.proposals import ItemReason
from domain.record import Entry
from tests.fakes.engine import NOON
from tests.unit.web.site import Site, event, proposal
from workflows.client import NotOpenError

PATH = "/api/v1/products/web"
ROUTES = ("movement", "burn", "load", "demand/series", "dependency-graph", "timeline")


async def read(site: Site, name: str, **params: Any) -> Any:
    """Return an answer, which has to be one."""
    answer = await site.http.get(f"{PATH}/{name}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def stands(site: Site, **changes: Any) -> None:
    """Change what is known of the product; something happened, so there is an entry."""
    site.engine.states["web"] = site.engine.states["web"].model_copy(update=changes)
    key = f"changed/{len(site.ledger.by_product['web'])}"
    await site.ledger.append([Entry(product="web", key=key, at=NOON, clock_at=NOON, kind="goal.changed")])


async def adopted(site: Site, run: int, starts: Mapping[str, str], values: Mapping[str, float], **over: Any) -> None:
    """Put the adoption of a plan into the ledger, with its proposal and its snapshot."""
    tasks = tuple(Task(id=name, value=value) for name, value in sorted(values.items()))
    snapshot = Snapshot(product="web", currency="EUR", periods=("2026-03",), budgets=(1,), tasks=tasks)
    digest = await site.ledger.put_document(document(snapshot))
    shown = proposal(run=run, snapshot=digest, reasons=(f"reason {run}",))
    said = {"run": run, "plan": shown.plan, "proposal": await site.ledger.put_document(document(shown))}
    said |= {"starts": dict(starts), "by": "tandem", "role": "product_manager", "approval": None, "change": {}}
    at = NOON + timedelta(days=run)
    entry = Entry(
        product="web",
        key=f"plan/{run}/adopted",
        at=at,
        clock_at=at,
        kind="plan.adopted",
        cause=f"decision/{run}",
        data={"event": said | over, "outcome": "applied"},
    )
    await site.ledger.append([entry])


async def test_movement_ranks_by_what_items_were_worth_and_says_who_adopted_and_why(site: Site) -> None:
    both = {"search": "2026-03", "login": "2026-03"}
    await adopted(site, 1, both, {"search": 9, "login": 1})
    said = {"reason": "we need the login"}
    await site.engine.note("web", "approval:4", "decision.given", "decision/2", actor="olga", event=said)
    await adopted(site, 2, both, {"search": 1, "login": 9}, by="olga", role="product_owner", approval=4)
    found = await read(site, "movement")
    assert [(one["item"], one["ranks"]) for one in found["items"]] == [("login", [2, 1]), ("search", [1, 2])]
    assert [(one["run"], one["by"], one["approval"], one["because"], one["reason"]) for one in found["adoptions"]] == [
        (1, "tandem", None, ["reason 1"], ""),
        (2, "olga", 4, ["reason 2"], "we need the login"),
    ]
    assert (found["left_out"], found["earlier"], found["time_zone"]) == (0, False, "UTC")
    assert [one["item"] for one in (await read(site, "movement", most=1))["items"]] == ["login"]


async def test_movement_shows_the_newest_fifty_plans(site: Site) -> None:
    for run in range(1, 52):
        await adopted(site, run, {"search": "2026-03"}, {"search": 1})
    found = await read(site, "movement")
    assert ([found["adoptions"][place]["run"] for place in (0, -1)], found["earlier"]) == ([2, 51], True)


async def test_movement_without_documents_ranks_by_period_and_says_so(site: Site) -> None:
    await adopted(site, 1, {"search": "2026-04", "login": "2026-03"}, {}, proposal="f" * 64)
    found = await read(site, "movement")
    assert [(one["item"], one["ranks"]) for one in found["items"]] == [("login", [1]), ("search", [2])]
    assert [(one["ordered_by"], one["because"]) for one in found["adoptions"]] == [("id", [])]


async def test_burn_tells_what_is_spent_and_committed(site: Site) -> None:
    now = f"{site.services.clock():%Y-%m}"
    plan = PlanInForce(plan="p", proposal="q", run=1, starts={"search": now}, adopted_at=NOON)
    await stands(site, plan=plan, spent={now: 100_000})
    found = await read(site, "burn")
    first = found["periods"][0]
    assert (found["currency"], found["now"], first["period"], first["envelope"]) == ("EUR", now, now, 3_000_000)
    assert (first["spent"], first["committed"], first["estimate"], first["over"]) == (
        *(100_000, 600_000),
        *(700_000, -2_300_000),
    )
    assert (found["periods"][1]["spent"], found["estimate"]) == (None, 700_000)


async def test_load_tells_what_the_plan_takes_of_each_team(site: Site) -> None:
    now = f"{site.services.clock():%Y-%m}"
    await stands(site, plan=PlanInForce(plan="p", proposal="q", run=1, starts={"search": now}, adopted_at=NOON))
    found = await read(site, "load")
    (team,) = found["teams"]
    assert (team["team"], team["side"], team["lead"], team["releases"]) == ("it", "it", "ines", "on any day")
    assert team["periods"][0] == {
        "period": now,
        "capacity": 40.0,
        "planned": 5.0,
        "left": 35.0,
        "short": 0.0,
        "items": [{"item": "search", "days": 5.0}],
    }


async def test_demand_is_told_by_week_without_what_customers_wrote(site: Site) -> None:
    items = {"search": {"cost": 1, "themes": ["speed"]}, "login": {"cost": 300000}}
    assert (await site.apply(items=items)).status_code == 200
    data = {"theme": "speed", "sentiment": -1, "weight": 500, "channel": "survey", "text": "so slow"}
    sent = [event(f"f{n}", type="feedback.received", data=data) for n in range(3)]
    for one in sent:
        assert (await site.send(one)).status_code == 202
    site.services.clock = lambda: NOON + timedelta(days=7)
    answer = await site.http.get(f"{PATH}/demand/series", params={"weeks": 2})
    found = answer.json()
    (speed,) = found["themes"]
    assert (speed["theme"], speed["statements"], speed["weight"], speed["sentiment"]) == ("speed", 3, 1500, -1)
    assert found["weeks"] == ["2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"]
    assert [(one["week"], one["statements"]) for one in speed["weeks"]] == [(0, 3)]
    assert found["complete_from"] is None
    assert "so slow" not in answer.text
    (surge,) = found["surges"]
    assert (surge["theme"], surge["times"]) == ("speed", 3)
    assert surge["text"].startswith("demand for speed went from 0.0 to ")


async def test_a_block_is_told_with_its_first_report_and_its_wait(site: Site) -> None:
    dependencies = {"sso": {"needs": "search", "provider": "it", "needed_by": "2026-04-15"}}
    assert (await site.apply(dependencies=dependencies)).status_code == 200
    for number, source in enumerate(("/jira", "/crm")):
        data = {"dependency": "sso", "reason": "no certificate"}
        time = f"2026-03-02T1{3 + number}:00:00Z"
        blocked = event(f"b{number}", type="dependency.blocked", source=source, time=time, data=data)
        assert (await site.send(blocked)).status_code == 202
    site.services.clock = lambda: NOON + timedelta(days=3)
    found = await read(site, "dependency-graph")
    (one,) = found["dependencies"]
    assert (one["state"], one["provider_lead"], one["reason"]) == ("blocked", "ines", "no certificate")
    assert (one["blocked_since"], one["reported_by"]) == ("2026-03-02T12:00:00Z", "/jira")  # taken in at noon
    assert (one["blocked_seconds"], one["blocked_for"]) == (3 * 86_400, "3 days")
    assert [(node["item"], node["side"]) for node in found["items"]] == [("search", "it")]
    assert (await read(site, "dependency-graph", ended=True))["blocked"] == 1


async def test_the_timeline_says_why_an_item_is_deferred_in_the_words_of_the_plan_in_force(site: Site) -> None:
    reason = ItemReason(item="login", before=None, after=None, value=1, cost=1, why="stays out: the budget of 2026-03")
    shown = proposal(items=(reason,))
    digest = await site.ledger.put_document(document(shown))
    plan = PlanInForce(plan="p", proposal=digest, run=1, starts={"search": "2099-03"}, adopted_at=NOON, by="olga")
    await stands(site, plan=plan)
    found = await read(site, "timeline")
    assert [(one["item"], one["course"], one["start"], one["why"]) for one in found["items"]] == [
        ("search", "funded", "2099-03", None),
        ("login", "deferred", None, "stays out: the budget of 2026-03"),
    ]
    assert (found["adopted_by"], [one["team"] for one in found["teams"]]) == ("olga", ["it"])
    await stands(site, plan=plan.model_copy(update={"proposal": "f" * 64}))
    assert [one["why"] for one in (await read(site, "timeline"))["items"]] == [None, None]


async def test_of_too_many_statements_the_newest_are_read_and_it_is_said(site: Site) -> None:
    said = {"theme": "speed", "sentiment": 0, "weight": 1, "time": NOON.isoformat()}
    entries = [
        Entry(
            product="web",
            key=f"event/f{number}",
            at=NOON,
            clock_at=NOON + timedelta(minutes=number),
            kind="feedback.received",
            data={"event": said, "outcome": "applied", "reactions": []},
        )
        for number in range(2_100)
    ]
    await site.ledger.append(entries)
    site.services.clock = lambda: NOON + timedelta(days=7)
    found = await read(site, "demand/series")
    assert (found["statements"], found["complete_from"]) == (2_000, "2026-03-02T13:40:00Z")


@pytest.mark.parametrize("name", ROUTES)
async def test_a_product_that_is_not_there_or_not_open_is_said_so(site: Site, name: str) -> None:
    assert (await site.http.get(f"/api/v1/products/nothing/{name}")).status_code == 404
    site.engine.refuse("state", NotOpenError("product/web is not open"))
    assert (await site.http.get(f"{PATH}/{name}")).status_code == 409
