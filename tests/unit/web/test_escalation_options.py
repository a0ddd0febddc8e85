"""What people can choose from reaches them as data."""

from domain.horizon_mismatch import Option, options_data
from tests.unit.web.site import Site

MOVE = Option(kind="move_date", text="move the date: search waits", dates=("2027-01-01T00:00:00Z",))


async def test_an_escalation_has_the_options_that_it_was_started_with(site: Site) -> None:
    await site.engine.escalate("web", "sso", options=options_data((MOVE,)))
    await site.engine.escalate("web", "fonts")
    shown = (await site.http.get("/api/v1/escalations/web/sso/1")).json()
    assert [Option.model_validate(one) for one in shown["options"]] == [MOVE]
    assert (await site.http.get("/api/v1/escalations/web/fonts/1")).json()["options"] == []
