"""What the pages of a product show of the answers of the API."""

from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from domain.product import PlanInForce
from tests.fakes.engine import NOON
from tests.unit.web.site import Site
from web.pages.product_words import named
from web.pages.reader import Reader
from web.pages.rendering import rendered
from web.pages.sentences import titles_in
from web.pages.timeline_grid import grid_of

READER = Reader(ZoneInfo("Europe/Berlin"), True, Locale("en", "GB"), "auto")
PATH = "/api/v1/products/web"


async def answer(site: Site, name: str) -> Any:
    """Return what a page has to show."""
    return named((await site.http.get(f"{PATH}/{name}")).json())


async def roadmap(site: Site) -> str:
    timeline, graph = await answer(site, "timeline"), await answer(site, "dependency-graph")
    items = {course: [one for one in timeline["items"] if one["course"] == course] for course in ("funded", "deferred")}
    return rendered(
        "roadmap.html.j2",
        READER,
        timeline=timeline,
        grid=grid_of(timeline, graph),
        funded=items["funded"],
        deferred=(items["deferred"], []),
        names=titles_in(timeline, graph),
    )


async def planned(site: Site, **starts: str) -> None:
    """Put a plan in force."""
    plan = PlanInForce(plan="a" * 64, proposal="b" * 64, run=1, starts=starts, adopted_at=NOON, by="olga")
    site.engine.states["web"] = site.engine.states["web"].model_copy(update={"plan": plan})


async def test_funded_items_stand_in_their_month_and_deferred_ones_below_each_with_its_page(site: Site) -> None:
    await planned(site, search="2026-03")
    shown = await roadmap(site)
    assert "1 funded, 1 deferred" in shown
    assert '<a href="/products/web/items/search"><span class="rt-title">Search</span>' in shown
    assert '<a href="/products/web/items/login">Login</a>' in shown
    assert "by olga" in shown


async def test_without_a_plan_nothing_is_called_deferred(site: Site) -> None:
    shown = await roadmap(site)
    assert "There is no plan in force yet" in shown
    assert "Not planned yet" in shown
    assert "Deferred" not in shown


async def test_the_title_of_a_product_is_escaped(site: Site) -> None:
    await site.apply(title="<script>alert(1)</script>")
    product = (await site.http.get("/api/v1/products/web")).json()
    shown = rendered(
        "product_head.html.j2",
        READER,
        product=product,
        title=product["data"]["title"],
        last=None,
        names=None,
        tab="",
        tabs=(("", "Roadmap"), ("money", "Money")),
    )
    assert "<script>" not in shown
    assert '<a href="/products/web" aria-current="page">Roadmap</a>' in shown
    assert '<a href="/products/web/money">Money</a>' in shown


async def test_people_see_what_a_team_has_and_what_the_plan_needs_of_it(site: Site) -> None:
    await planned(site, search="2026-03")
    load = await answer(site, "load")
    shown = rendered("people.html.j2", READER, load=load, short=[])
    assert '5<span class="muted"> of 40</span>' in shown
    assert "ines" in shown


async def test_a_product_without_feedback_says_how_to_send_some(site: Site) -> None:
    series = await answer(site, "demand/series")
    shown = rendered(
        "demand.html.j2",
        READER,
        series=series,
        names=titles_in(series),
        heaviest=0.0,
        surges={},
        newest=[],
        choices=(13, 26, 52),
    )
    assert "feedback.received" in shown


def test_nobody_who_sees_no_product_is_left_without_a_next_step() -> None:
    assert "tandem apply product.yaml" in rendered("products.html.j2", READER, products=[], names={})
