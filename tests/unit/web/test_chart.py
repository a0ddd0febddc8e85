"""The organisation around a product, over HTTP."""

from domain.product import Request
from tests.fakes.engine import NOON
from tests.unit.domain.states import an_outcome
from tests.unit.web.site import Site, proposal

ASKED = "/api/v1/products/web/chart"


async def test_roles_teams_money_and_what_waits_for_whom(site: Site) -> None:
    await site.engine.ask("web", 1, proposal())
    await site.engine.escalate("web", "sso", to=["olga"])
    request = Request(number=1, role="product_owner", outcome=an_outcome(), asked_at=NOON)
    open_now = {"request": request, "escalations": {"sso": 1}}
    site.engine.states["web"] = site.engine.states["web"].model_copy(update=open_now)
    answer = await site.http.get(ASKED)
    assert answer.status_code == 200
    found = answer.json()
    owner = found["posts"][1]
    assert (owner["role"], owner["holders"]) == ("product_owner", ["olga"])
    assert [(one["kind"], one["number"], one["because"], one["people"]) for one in owner["waiting"]] == [
        ("decision", 1, "the best plan is 20.0 % better", ["olga"]),
        ("escalation", 1, "blocked", ["olga"]),
    ]
    assert (found["money"]["envelope"], found["money"]["free"]) == (3_000_000, 3_000_000)
    assert [(team["team"], team["lead"], team["allotted"], team["free"]) for team in found["teams"]] == [
        ("it", "ines", 40.0, 40.0)
    ]


async def test_a_product_that_is_not_there(site: Site) -> None:
    assert (await site.http.get("/api/v1/products/nothing/chart")).status_code == 404
