"""Pending work on a real engine: tried again, held back, sent again; and what is seen of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.integration.operated import Operated, operated, settled, told_to

# -- pieces of work ------------------------------------------------------------------------------------------


async def test_retry_runs_what_backs_off_at_once(desk: Operated) -> None:
    desk.channel.down = True
    asks = await desk.ask()
    work = await desk.pending(asks, 5)
    assert (work["does"], work["most_attempts"]) == ("tells people", 40)
    assert work["said"].startswith("a way to people does not work at the moment: olga (log: the mail server refuses)")
    assert "retry" in await desk.possible(asks)
    waits = datetime.fromisoformat(work["next_at"]) - datetime.now(UTC)
    assert waits > timedelta(seconds=5), "it would not come by itself within what is waited for here"
    desk.channel.down = False
    done = await desk.act(asks, "retry", work=work["id"])
    await asyncio.wait_for(told_to(desk, "olga"), 3)
    assert done["said"] == "tried again at once: it tells people"
    assert desk.kinds_about(asks) == ["workflow.action_asked", "workflow.retried"]
    assert "otto had decision 1 try again at once: I see to it | tried again at once: it tells people" in (
        await desk.history(asks)
    )
    await settled(desk, asks)
    refused = await desk.act(asks, "retry", 409)
    assert refused["detail"] == "nothing waits to be tried again"
    assert desk.kinds_about(asks)[2:] == ["workflow.action_asked", "workflow.action_failed"]


async def test_pause_holds_work_back_until_it_is_resumed(desk: Operated) -> None:
    desk.channel.down = True
    asks = await desk.ask()
    work = await desk.pending(asks, 2)
    await desk.act(asks, "pause")
    assert [one["standing"] for one in (await desk.shown(asks))["pending"]] == ["paused"]
    desk.channel.down, tries = False, desk.channel.tries
    due = datetime.fromisoformat(work["next_at"]) - datetime.now(UTC)
    await asyncio.sleep(max(0.0, due.total_seconds()) + 1.5)
    assert (desk.channel.tries, desk.company.told()) == (tries, [])
    assert {"resume"} <= await desk.possible(asks)
    await desk.act(asks, "resume")
    await asyncio.wait_for(told_to(desk, "olga"), 3)
    assert desk.kinds_about(asks)[1::2] == ["workflow.paused", "workflow.resumed"]


async def test_a_question_is_sent_again_to_one_person(desk: Operated) -> None:
    asks = await desk.ask()
    await asyncio.wait_for(told_to(desk, "omar"), 5)
    done = await desk.act(asks, "resend", person="olga")
    assert done["said"] == "sent again to olga"
    await asyncio.wait_for(told_to(desk, "olga", times=2), 5)
    assert desk.company.told().count("omar") == 1
    again = desk.company.entries("approval.resent")
    assert [(one.actor, one.data["to"], one.data["reason"]) for one in again] == [("otto", ["olga"], "I see to it")]
    assert "otto had decision 1 sent again to olga: I see to it" in await desk.history(asks)
    refused = await desk.act(asks, "resend", 409, person="ivan")
    assert refused["detail"] == "ivan is not asked; those who are: olga, omar"


# -- what is seen --------------------------------------------------------------------------------------------


async def test_a_workflow_is_shown_with_all_that_is_known_of_it(desk: Operated) -> None:
    asks = await desk.ask()
    await asyncio.wait_for(told_to(desk, "omar"), 5)
    await settled(desk, asks)
    shown = await desk.shown(asks)
    assert (shown["purpose"], shown["waits_for"], shown["parent"]) == (
        "decision 1",
        "the product owner",
        "product/shop",
    )
    assert shown["queue"]["polled"] is True
    assert shown["links"]["temporal"] == "http://127.0.0.1:8233/namespaces/default/workflows/approval%2Fshop%2F1"
    assert await desk.possible(asks) == {"cancel", "terminate", "reset", "resend"}
    technical = (await desk.http.get(f"/workflows/{asks}/technical", params={"limit": 3})).json()["events"]
    assert len(technical) == 3
    whole = (await desk.http.get(f"/workflows/{asks}/technical")).json()["events"]
    assert whole[-1]["type"] == "workflow execution started"
    assert {"activity_type": "tell"}.items() <= next(
        one["about"] for one in whole if one["about"].get("activity_type") == "tell"
    ).items()
    assert "olga" not in str(whole), "the engine's events are shown without what they carry"


async def test_work_that_fails_again_and_again_is_found(tmp_path: Path) -> None:
    async with operated(tmp_path) as desk, desk.company.worker():
        await desk.company.declare()
        assert await desk.stuck() == {}
        desk.channel.down = True
        asks = await desk.ask()
        await desk.pending(asks, 5)
        (failing,) = (await desk.stuck())["failing"]
        assert failing["workflow"] == asks
        assert "decision 1 tells people, and that fails; attempt 5" in failing["text"]


async def test_a_queue_that_nobody_asks_is_found_when_something_waits_in_it(tmp_path: Path) -> None:
    async with operated(tmp_path) as desk:
        async with desk.company.worker():
            await desk.company.declare()
            await settled(desk, "product/shop")
            await desk.company.quiet()
        desk.ahead = timedelta(seconds=90)
        assert "no-worker" not in await desk.stuck(), "nothing waits"
        await desk.send_cut()
        (found,) = (await desk.stuck())["no-worker"]
        assert "no worker takes work from the queue company" in found["text"]
        shown = await desk.shown("product/shop")
        assert shown["queue"]["polled"] is False
        assert shown["deciding"] == "no worker has taken up the step in which it decides what is next"
