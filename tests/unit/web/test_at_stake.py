"""What the owner's pages need of the API: what is at stake, who approved, what somebody may do."""

from typing import Any

from tests.fakes.engine import NOON
from tests.unit.web.people import ask_with_alternatives
from tests.unit.web.site import Site, definition, proposal


async def got(site: Site, path: str, **params: Any) -> dict[str, Any]:
    answer = await site.http.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_inbox_says_what_is_at_stake_by_the_products_clock(site: Site) -> None:
    site.services.clock = lambda: NOON
    await ask_with_alternatives(site)
    [one] = (await got(site, "inbox", **{"as": "olga"}))["items"]
    assert (one["headline"], one["points"], one["money_moved"]) == ("Fund “search”", 10.0, 600000)
    assert (one["currency"], one["at"], one["because"]) == ("EUR", "2026-03-02T12:00:00Z", one["why"])


async def test_no_gain_is_claimed_when_the_plan_in_force_is_no_longer_possible(site: Site) -> None:
    await site.engine.ask("web", 1, proposal(in_force_feasible=False))
    [one] = (await got(site, "inbox", **{"as": "olga"}))["items"]
    assert (one["points"], one["money_moved"]) == (None, 600000)


async def test_an_escalation_says_what_waits_and_what_may_be_done(site: Site) -> None:
    needs = {"sso": {"needs": "login", "provider": "it", "needed_by": "2026-04-01", "reason": "it signs in"}}
    titled = {**definition()["items"], "login": {"cost": 300000, "title": "Sign in once"}}
    assert (await site.apply(items=titled, dependencies=needs)).status_code == 200
    await site.engine.escalate("web", "sso", steps_left=True, to=["olga"])
    found = await got(site, "escalations/web/sso/1", **{"as": "olga"})
    assert found["headline"] == "“Sign in once” waits for sso"
    assert (found["needed"]["item"], found["needed"]["team"], found["needed"]["reason"]) == (
        "login",
        "it",
        "it signs in",
    )
    assert len(found["yours"]["answers"]) == 7
    assert found["yours"]["steering"] == ["acknowledge", "pause", "force", "skip", "reassign"]
    stranger = (await got(site, "escalations/web/sso/1", **{"as": "ines"}))["yours"]
    assert (stranger["answers"], stranger["steering"]) == ([], [])


async def test_what_is_adopted_names_everybody_whose_approval_led_to_it(site: Site) -> None:
    digest = await site.engine.ask("web", 1, proposal(), "adopted", votes=["olga"])
    for number, (who, verdict, chosen) in enumerate(
        [
            ("maria", "approve", "f" * 64),  # another plan
            ("olga", "approve", digest),
            ("bernd", "approve", digest),
            ("bernd", "withdraw", digest),
            ("petra", "approve", digest),
        ]
    ):
        event = {"actor": who, "verdict": verdict, "role": "product_owner", "proposal": chosen, "reason": f"r{number}"}
        given: dict[str, Any] = {"event": event, "outcome": "applied"}
        await site.engine.note("web", "approval:1", "decision.given", f"event/{number}", who, **given)
    refused: dict[str, Any] = {
        "event": {"actor": "ines", "verdict": "approve", "proposal": digest},
        "outcome": "refused",
    }
    await site.engine.note("web", "approval:1", "decision.given", "event/9", "ines", **refused)
    votes = (await got(site, "approvals/web/1"))["votes_given"]
    assert [(one["by"], one["reason"]) for one in votes] == [("olga", "r1"), ("petra", "r4")]
