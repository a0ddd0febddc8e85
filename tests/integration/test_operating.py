"""Every action of an operator has its effect on a real engine, and its entry; products survive all of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.operated import Operated, last_asked, operated, settled, told_to

# -- requests for a decision ---------------------------------------------------------------------------------


async def test_a_cancelled_request_tells_who_was_asked_and_the_product_asks_anew(desk: Operated) -> None:
    asks = await desk.ask()
    await asyncio.wait_for(told_to(desk, "omar"), 5)
    done = await desk.act(asks, "cancel")
    assert done["said"] == "it is closed, and everybody who was asked hears of it"
    assert (await desk.shown(asks))["state"] == "superseded"
    await desk.company.until(
        lambda: any("no longer needed" in one.subject for one in desk.channel.sent), "people hear of it"
    )
    assert await _asks_anew(desk)
    assert desk.kinds_about(asks) == ["workflow.action_asked", "workflow.cancelled"]
    stopped = desk.company.entries("work.stopped")[0]
    assert (stopped.actor, stopped.data["outcome"]) == ("otto", "applied")
    refused = await desk.act(asks, "cancel", 409)
    assert refused["detail"] == "it has ended"


async def test_after_a_terminated_request_the_product_asks_anew_at_once(desk: Operated) -> None:
    asks = await desk.ask()
    await desk.act(asks, "terminate")
    shown = await desk.shown(asks)
    assert (shown["state"], shown["waits_for"], shown["engine"]["status"]) == ("terminated", "", "terminated")
    assert (await desk.company.row("approval", "shop/1")).state == "terminated"
    assert await _asks_anew(desk)
    assert [one.data["text"] for one in desk.company.entries("incident.raised")] == []
    assert desk.kinds_about(asks) == ["workflow.action_asked", "workflow.terminated"]


async def test_what_the_engine_ended_is_found_and_its_product_told(desk: Operated) -> None:
    asks = await desk.ask()
    await desk.company.env.client.get_workflow_handle(asks).terminate()
    assert await desk.possible(asks) == {"terminate"}
    (found,) = (await desk.stuck())["ended-unheard"]
    assert (found["workflow"], found["product"]) == (asks, "shop")
    done = await desk.act(asks, "terminate")
    assert done["said"] == "it is ended, and its product is told"
    assert await _asks_anew(desk)
    assert "ended-unheard" not in await desk.stuck()


async def test_a_request_that_was_reset_asks_again_and_its_answer_counts(desk: Operated) -> None:
    asks = await desk.ask()
    await asyncio.wait_for(told_to(desk, "omar"), 5)
    await settled(desk, asks)
    shown = await desk.shown(asks)
    first = shown["points"][0]
    assert first["said"] == "from the beginning"
    assert "after people were told" in [one["said"] for one in shown["points"]]
    run = shown["engine"]["run_id"]
    done = await desk.act(asks, "reset", point=first["point"])
    assert done["run_id"] != run
    await asyncio.wait_for(told_to(desk, "omar", times=2), 10)
    assert [one.data["text"] for one in desk.company.entries("incident.raised")] == []
    requested = [one.key for one in desk.company.entries("approval.requested")]
    assert requested == ["approval/1/requested", f"approval/1/requested/reset/{last_asked(desk)}"]
    effect = await desk.company.answer("approve")
    assert effect.effect == "adopted"
    await desk.company.recorded("approval.concluded")
    assert desk.kinds_about(asks) == ["workflow.action_asked", "workflow.reset"]
    nowhere = await desk.act(asks, "reset", 422, point=None)
    assert "reset needs the point" in nowhere["detail"]


async def test_an_answer_after_a_reset_is_not_taken_for_the_one_before_it(desk: Operated) -> None:
    """Its event must not look like the one of the first answer, which the product has heard already."""
    await desk.company.declare(policy={"authority": {"product_owner": {"quorum": 2}}})
    asks = await desk.ask()
    await desk.company.recorded("approval.asked")
    first = await desk.company.answer("approve")
    point = (await desk.shown(asks))["points"][0]["point"]
    await desk.act(asks, "reset", point=point)
    await desk.company.until(lambda: "approval/1/requested/reset" in str(desk.company.entries()), "it begins again")
    again = await asyncio.wait_for(desk.company.answer("approve", actor="omar"), 10)
    assert (first.effect, again.effect) == ("counted", "adopted")


# -- escalations ---------------------------------------------------------------------------------------------


async def test_a_cancelled_escalation_stands_down_and_a_new_block_begins_another(desk: Operated) -> None:
    climbs = await desk.block()
    await desk.act(climbs, "cancel")
    assert (await desk.shown(climbs))["state"] == "stood_down"
    await desk.company.quiet()
    assert len(desk.company.entries("escalation.started")) == 1
    await desk.block()
    await desk.company.recorded("escalation.started", 2)


async def test_a_terminated_escalation_is_begun_anew_while_it_is_needed(desk: Operated) -> None:
    climbs = await desk.block()
    await desk.act(climbs, "terminate")
    again = await desk.company.recorded("escalation.started", 2)
    assert again.workflow == "escalation/shop/sso/2"
    assert (await desk.company.row("escalation", "shop/sso/1")).state == "terminated"
    assert (await desk.company.reply("handled", number=2)).ended == "answered"
    assert desk.company.entries("incident.raised") == []


async def test_an_escalation_that_was_reset_climbs_again_and_can_be_answered(desk: Operated) -> None:
    climbs = await desk.block()
    await asyncio.wait_for(told_to(desk, "omar"), 5)
    await settled(desk, climbs)
    point = (await desk.shown(climbs))["points"][0]["point"]
    await desk.act(climbs, "reset", point=point)
    await desk.company.recorded("escalation.started", 2)
    assert (await desk.company.reply("handled")).ended == "answered"
    await desk.company.recorded("escalation.concluded")
    assert desk.company.entries("incident.raised") == []


async def test_an_operator_without_a_role_pauses_resumes_and_forces_a_climb(desk: Operated) -> None:
    climbs = await desk.block()
    until = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    missing = await desk.act(climbs, "pause", 422)
    assert "needs the party" in missing["detail"]
    done = await desk.act(climbs, "pause", waiting_on="the supplier", until=until)
    assert done["said"] == "paused: waits for the supplier"
    assert "resume" in await desk.possible(climbs)
    await desk.act(climbs, "resume")
    await desk.act(climbs, "force")
    await desk.company.recorded("escalation.reminded")
    told = await desk.history(climbs)
    assert "otto, as operator, pauses escalation 1 of sso: I see to it | paused: waits for the supplier" in told
    assert "otto, as operator, takes the next step of escalation 1 of sso at once: I see to it" in told
    assert [one.data.get("operator") for one in desk.company.entries("escalation.forced")] == [True]


# -- looks at the priorities ---------------------------------------------------------------------------------


async def _looks(desk: Operated) -> str:
    """Have the product look at its priorities while no plan can be found."""
    desk.ledger.down = True
    await desk.send_cut()
    await desk.company.recorded("reprioritization.started", 2)
    run = "reprioritization/shop/2"
    await desk.pending(run, 2)
    return run


async def test_a_look_at_the_priorities_that_fails_is_tried_again_and_leads_on(desk: Operated) -> None:
    run = await _looks(desk)
    desk.ledger.down = False
    await desk.act(run, "retry")
    await desk.company.recorded("approval.requested")


async def test_a_look_at_the_priorities_begins_again_after_a_reset(desk: Operated) -> None:
    run = await _looks(desk)
    desk.ledger.down = False
    point = (await desk.shown(run))["points"][0]
    await desk.act(run, "reset", point=point["point"])
    await desk.company.recorded("approval.requested")
    assert (await desk.shown(run))["state"] == "ended"


@pytest.mark.parametrize("action", ["cancel", "terminate"])
async def test_a_product_looks_again_later_when_its_look_was_stopped(desk: Operated, action: str) -> None:
    run = await _looks(desk)
    await desk.act(run, action)
    await desk.company.recorded("work.stopped")
    product = await desk.company.row("product", "shop")
    assert product.data["reprioritizing"] is None
    assert ["otto" in one for one in product.data["waiting_reasons"]] == [True]
    assert (await desk.shown(run))["is_open"] is False
    await desk.company.quiet()
    assert desk.company.entries("incident.raised") == []


# -- products, digests ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["cancel", "terminate", "reset"])
async def test_a_product_itself_cannot_be_ended_or_set_back(desk: Operated, action: str) -> None:
    more = {"point": 4} if action == "reset" else {}
    refused = await desk.act("product/shop", action, 409, **more)
    assert "archive it to end it, or refresh it" in refused["detail"]
    assert (await desk.shown("product/shop"))["engine"]["status"] == "running"
    assert desk.kinds_about("product/shop") == ["workflow.action_asked", "workflow.action_failed"]
    assert (await desk.history("product/shop"))[-1].startswith("The product was not ")


async def test_a_refreshed_product_goes_on_in_a_fresh_run(desk: Operated) -> None:
    run = (await desk.shown("product/shop"))["engine"]["run_id"]
    await desk.act("product/shop", "refresh")
    async with asyncio.timeout(10):
        while (await desk.shown("product/shop"))["engine"]["run_id"] == run:  # noqa: ASYNC110 - another process's
            await asyncio.sleep(0.1)
    assert desk.kinds_about("product/shop") == ["workflow.action_asked", "workflow.refreshed"]


@pytest.mark.parametrize(("action", "state"), [("cancel", "cancelled"), ("terminate", "terminated")])
async def test_messages_that_are_gathered_can_be_stopped(tmp_path: Path, action: str, state: str) -> None:
    async with operated(tmp_path) as desk, desk.company.worker():
        await desk.company.declare(policy={"flood": {"most": 1, "within_minutes": 60}})
        await desk.ask()
        await desk.block()
        await desk.company.recorded("digest.started")
        gathers = desk.company.entries("digest.started")[0].workflow
        await desk.act(gathers, action)
        assert (await desk.shown(gathers))["state"] == state
        assert await desk.possible(gathers) == set()


async def _asks_anew(desk: Operated) -> bool:
    """Wait for the second request, and tell whether its answer takes effect."""
    await desk.company.recorded("approval.requested", 2)
    effect = await desk.company.answer("approve", number=2)
    return bool(effect.effect == "adopted")
