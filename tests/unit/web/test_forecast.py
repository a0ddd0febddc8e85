"""What is to be expected, over HTTP."""

from datetime import datetime
from typing import Any

from domain.periods import shift
from domain.product import PlanInForce
from domain.things import Slips
from tests.fakes.engine import NOON
from tests.unit.web.site import Site
from workflows.client import NotOpenError

ASKED = "/api/v1/products/web/forecast"


async def planned(site: Site, **changes: Any) -> None:
    """Apply the product with a milestone that needs search, which a plan starts three months from now."""
    items = {"search": {"cost": 600000, "efforts": {"it": 50}, "milestone": "spring"}, "login": {"cost": 300000}}
    answer = await site.apply(milestones={"spring": {"title": "Spring", "due": "2099-03-31"}}, items=items)
    assert answer.status_code == 200
    now = f"{site.services.clock():%Y-%m}"
    plan = PlanInForce(plan="p", proposal="q", run=1, starts={"search": shift(now, 3)}, adopted_at=NOON)
    site.engine.states["web"] = site.engine.states["web"].model_copy(update={"plan": plan, **changes})


async def test_dates_money_and_people_are_foreseen(site: Site) -> None:
    await planned(site, slips=Slips(items=(0.0,) * 10))
    answer = await site.http.get(ASKED)
    assert answer.status_code == 200
    found = answer.json()
    (spring,) = found["milestones"]
    assert {name: spring[name] for name in ("id", "title", "basis", "observations", "not_funded", "late")} == {
        "id": "spring",
        "title": "Spring",
        "basis": "item slips",
        "observations": 10,
        "not_funded": [],
        "late": False,
    }
    assert spring["expected"] == spring["p50"] == spring["p85"]
    assert datetime.fromisoformat(spring["expected"]) < datetime.fromisoformat(spring["due"])
    assert (found["seed"], found["draws"], found["item_slips"]) == (1, 500, 10)
    assert found["budget"]["periods"][3]["planned"] == found["budget"]["planned"] == 600000
    (short,) = [one for one in found["capacity"] if one["short"]]
    assert (short["team"], short["needed"], short["capacity"], short["items"]) == ("it", 50.0, 40.0, ["search"])
    assert spring["because"].endswith(f"; for this date 10 days of it in {short['period']} are missing")


async def test_what_is_unknown_is_null(site: Site) -> None:
    await planned(site, plan=None)
    (spring,) = (await site.http.get(ASKED)).json()["milestones"]
    assert (spring["basis"], spring["because"]) == ("no plan", "there is no plan yet")
    assert [spring[name] for name in ("expected", "late", "late_days", "p50", "p85")] == [None] * 5


async def test_another_seed_draws_other_courses(site: Site) -> None:
    await planned(site, slips=Slips(items=tuple(float(3 * n) for n in range(10))))
    one, two, again = [(await site.http.get(ASKED, params={"seed": seed})).json() for seed in (1, 2, 1)]
    assert one["milestones"] == again["milestones"]
    assert one["milestones"] != two["milestones"]
    assert (await site.http.get(ASKED, params={"seed": -1})).status_code == 422


async def test_a_product_that_is_not_there_or_not_open_is_said_so(site: Site) -> None:
    assert (await site.http.get("/api/v1/products/nothing/forecast")).status_code == 404
    site.engine.refuse("state", NotOpenError("product/web is not open"))
    answer = await site.http.get(ASKED)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tandem:problem:not-open")
