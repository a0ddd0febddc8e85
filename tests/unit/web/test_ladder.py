"""A dry run of the ladder, over HTTP."""

from typing import Any

from tests.unit.web.site import Site

ASKED = "/api/v1/products/web/ladder"
DEPENDS: dict[str, Any] = {"dependencies": {"sso": {"needs": "login", "provider": "it", "needed_by": "2099-04-15"}}}


async def test_whom_a_block_would_tell_and_when(site: Site) -> None:
    assert (await site.apply(**DEPENDS)).status_code == 200
    before = (site.engine.states["web"], site.entries())
    answer = await site.http.get(ASKED, params={"dependency": "sso"})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["subject"], found["escalates"], found["acknowledged_for"]) == ("sso", True, "24 hours")
    assert [(step["role"], [one["to"] for one in step["messages"]]) for step in found["steps"]] == [
        ("product_owner", ["olga", "ines"]),
        ("product_owner", ["olga"]),
        ("executive_board", ["bernd"]),
    ]
    assert (site.engine.states["web"], site.entries()) == before  # nothing was told, nothing recorded


async def test_a_dependency_that_is_not_there(site: Site) -> None:
    assert (await site.apply(**DEPENDS)).status_code == 200
    answer = await site.http.get(ASKED, params={"dependency": "soo"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no dependency 'soo'; did you mean sso?")
    assert (await site.http.get(ASKED)).status_code == 422
