"""Pictures and demand over the API."""

from xml.etree import ElementTree as ET

import pytest

from tests.unit.web.site import Site, event
from workflows.client import NotOpenError

PRODUCT = "/api/v1/products/web"
PICTURES = ("roadmap.svg", "demand.svg", "forecast.svg")


@pytest.mark.parametrize("picture", PICTURES)
async def test_a_picture_of_the_product_is_served(site: Site, picture: str) -> None:
    answer = await site.http.get(f"{PRODUCT}/{picture}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    root = ET.fromstring(answer.content)
    assert "Web site" in "".join(root.itertext())
    assert root.tag.endswith("svg")


@pytest.mark.parametrize("picture", [*PICTURES, "demand"])
async def test_a_product_that_does_not_exist_has_none(site: Site, picture: str) -> None:
    answer = await site.http.get(f"/api/v1/products/wep/{picture}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "did you mean web?" in answer.json()["detail"]


async def test_an_archived_product_keeps_its_roadmap_and_has_no_demand(site: Site) -> None:
    site.engine.refuse("state", NotOpenError("product/web is not open"))
    assert (await site.http.get(f"{PRODUCT}/roadmap.svg")).status_code == 200
    assert (await site.http.get(f"{PRODUCT}/demand.svg")).status_code == 409


async def test_demand_says_who_presses_and_what_is_planned(site: Site) -> None:
    assert (await site.apply(items={"search": {"themes": ["search", "speed"]}, "login": {}})).status_code == 200
    data = {"theme": "search", "sentiment": -1, "weight": 100, "channel": "survey", "text": "slow", "account": "acme"}
    assert (await site.send(event(type="feedback.received", data=data))).status_code == 202
    found = (await site.http.get(f"{PRODUCT}/demand")).json()
    first, second = found["themes"]
    assert (first["theme"], first["statements"], first["accounts"], first["items"]) == ("search", 1, 1, 1)
    assert first["demand"] > second["demand"] == 0
    assert (second["theme"], second["statements"]) == ("speed", None)
