"""Who may decide what, over HTTP."""

from typing import Any

import pytest

from domain.product import Used
from tests.unit.web.site import Site
from workflows.client import NotOpenError

ASKED = "/api/v1/products/web/authority"


async def test_limits_and_what_is_left_of_them(site: Site) -> None:
    period = f"{site.services.clock():%Y-%m}"
    used = {"product_owner": Used(period=period, money=1_000_000)}
    site.engine.states["web"] = site.engine.states["web"].model_copy(update={"used": used})
    answer = await site.http.get(ASKED)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["product"], found["currency"], found["period"], found["change"]) == ("web", "EUR", period, None)
    assert [role["role"] for role in found["roles"]] == ["product_manager", "product_owner", "executive_board"]
    assert found["roles"][1]["allowances"][0] == {
        "kind": "money",
        "per_decision": 20_000_000,
        "per_period": 60_000_000,
        "used": 1_000_000,
        "left": 59_000_000,
        "now": 20_000_000,
    }


async def test_who_decides_a_change(site: Site) -> None:
    change = (await site.http.get(ASKED, params={"money": 1_000_001, "items": 2})).json()["change"]
    assert (change["role"], change["approvals"], change["able"]) == ("product_owner", 1, ["bernd", "olga"])
    assert change["below"] == [
        {"role": "product_manager", "because": "it moves 10,000.01 EUR, and 10,000 EUR is the limit per decision"}
    ]


@pytest.mark.parametrize("wrong", [{"money": -1}, {"money": "much"}, {"items": 10_001}, {"scope_days": "nan"}])
async def test_figures_that_are_none_are_refused(site: Site, wrong: dict[str, Any]) -> None:
    answer = await site.http.get(ASKED, params=wrong)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:tandem:problem:invalid-request")


async def test_a_product_that_is_not_there_or_not_open_is_said_so(site: Site) -> None:
    assert (await site.http.get("/api/v1/products/nothing/authority")).status_code == 404
    site.engine.refuse("state", NotOpenError("product/web is not open"))
    assert (await site.http.get(ASKED)).status_code == 409
