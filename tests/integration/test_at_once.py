"""What happens at the same time, again, or to other people than before: nothing is lost, and nobody is forgotten."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio import activity

import deploy.wiring
from activities.schedules import Reckon, Schedules
from domain.climbing import Steering
from events.model import BudgetAdjusted
from tests.builders import make
from tests.integration.company import PEOPLE, Company, time_skipping_server, web_shop
from tests.integration.test_approval import cut
from tests.integration.test_climb import WATCH, blocked, steer
from tests.integration.test_deciding import CALM, TWO_OWNERS, asked, lend
from tests.integration.test_escalation import block
from workflows.client import RefusedError
from workflows.messages import DelegationRequest


class HeldBack(Schedules):
    """Schedules whose answer to an acknowledgement can be held back."""

    gate: asyncio.Event

    @activity.defn(name="reckon")
    async def reckon(self, request: Reckon) -> datetime:
        """Wait for the gate."""
        await self.gate.wait()
        return await Schedules.reckon(self, request)


async def test_what_is_handed_to_the_board_while_it_is_acknowledged_stays_handed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    HeldBack.gate = asyncio.Event()
    monkeypatch.setattr(deploy.wiring, "Schedules", HeldBack)
    async with time_skipping_server() as env:
        company = Company(env, "company", "shop")
        async with company.worker():
            await company.declare(policy=WATCH)
            await block(company)
            seen = Steering(kind="acknowledge", actor="olga")
            acknowledging = asyncio.create_task(company.engine.steer("shop", "sso", 1, seen))
            await asyncio.sleep(0.5)
            assert (await company.reply("hand_to_board")).ended == "handed"
            HeldBack.gate.set()
            await acknowledging
            await company.recorded("escalation.climbed")
            assert (await company.row("escalation", "shop/sso/1")).data["at_least"] == "executive_board"
            assert (await company.reply("handled", actor="bea", role="executive_board")).ended == "answered"


async def test_whoever_comes_to_hold_the_role_is_told_and_who_has_left_is_not_reminded(company: Company) -> None:
    await blocked(company)
    await company.until(lambda: len(company.told()) >= 4, "all told")
    people = {"product_manager": ["mara"], "product_owner": ["nora"], "executive_board": ["carl"]}
    await company.engine.apply(web_shop(company.product, people=people, policy=WATCH), "mara")
    await company.until(lambda: "nora" in company.told(), "the new owner told")
    company.channel.sent.clear()
    await company.pass_time(hours=49)
    await company.recorded("escalation.reminded")
    await company.pass_time(hours=130)
    await company.recorded("escalation.climbed")
    await company.quiet()
    assert company.told() == ["nora", "carl"]


async def test_a_copied_lead_does_not_stop_the_climb_and_the_owner_hears_at_their_return(company: Company) -> None:
    today = (await company.env.get_current_time()).date()
    away = [{"first": f"{today}", "last": f"{today + timedelta(days=3)}"}]
    await blocked(company, people=PEOPLE | {"product_owner": ["olga"]}, contacts={"olga": {"away": away}})
    with pytest.raises(RefusedError, match="ivan is not asked about this"):
        await steer(company, "acknowledge", actor="ivan")
    await steer(company, "acknowledge", actor="bea")  # who may answer may look after it
    await company.pass_time(days=5)
    await company.until(lambda: "olga" in company.told(), "the owner told")


async def test_the_same_update_in_a_later_run_is_answered_and_the_product_goes_on(company: Company) -> None:
    await company.declare()
    now = await company.env.get_current_time()
    fields = {"person": "olga", "delegate": "petra", "role": "product_owner", "end": now + timedelta(days=9)}
    request = DelegationRequest.model_validate(fields | {"reason": "away"})
    handle = company.env.client.get_workflow_handle(f"product/{company.product}")
    assert await handle.execute_update("delegate", request, result_type=int, id="same") == 1
    first = (await handle.describe()).run_id
    await company.engine.refresh(company.product)
    await company.quiet()
    async with asyncio.timeout(10):
        await handle.execute_update("delegate", request, result_type=int, id="same")
    await company.engine.refresh(company.product)
    async with asyncio.timeout(10):
        while (await handle.describe()).run_id == first:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.05)
    assert len(company.entries("delegation.granted")) == 1


async def test_delegations_granted_at_once_get_numbers_of_their_own(company: Company) -> None:
    await company.declare()
    end = await company.env.get_current_time() + timedelta(days=1)
    names = [f"helper-{number}" for number in range(5)]
    numbers = await asyncio.gather(*(lend(company, "olga", name, end=end) for name in names))
    assert sorted(numbers) == [1, 2, 3, 4, 5]
    row = await company.row("product", company.product)
    known = {one["delegate"]: one["number"] for one in row.data["delegations"]}
    assert [known[name] for name in names] == list(numbers)


async def test_no_instant_that_somebody_gives_stops_a_product(company: Company) -> None:
    await company.declare()
    with pytest.raises(ValueError, match="1900 and 2999"):
        await lend(company, "olga", "petra", start="0001-01-01T00:00:00+14:00")
    now = await company.env.get_current_time()
    await company.send(make(BudgetAdjusted, product=company.product, time=now, period=f"{now:%Y-%m}", delta=1))
    await company.recorded("budget.adjusted")


async def test_who_shaped_a_proposal_by_wishes_does_not_approve_it(company: Company) -> None:
    await asked(company)
    row = await company.row("approval", f"{company.product}/1")
    proposal = await company.ledger.document(row.data["proposal"])
    assert proposal is not None
    await company.answer("changes", wishes={proposal["change"]["displaced"][0]: "in"})
    again = await company.recorded("approval.asked", 2)
    assert again.data["to"] == ["omar"]
    with pytest.raises(RefusedError, match="olga asked for this"):
        await company.answer("approve", number=2, actor="olga")
    assert (await company.answer("approve", number=2, actor="omar")).effect == "adopted"


async def test_a_settled_decision_is_not_shown_as_open_by_a_slow_record(company: Company) -> None:
    append, gate = company.ledger.append_spelled, asyncio.Event()

    async def slow(entries: Any) -> list[int]:
        if any(entry.kind == "approval.counted" for entry in entries):
            await gate.wait()
        return await append(entries)

    company.ledger.append_spelled = slow  # type: ignore[method-assign]
    await asked(company, policy=TWO_OWNERS)
    both = [asyncio.create_task(company.answer("approve", actor=name)) for name in ("olga", "omar")]
    await asyncio.sleep(1)
    gate.set()
    assert sorted(one.effect for one in await asyncio.gather(*both)) == ["adopted", "counted"]
    await company.recorded("approval.concluded")
    await company.quiet()
    assert (await company.row("approval", f"{company.product}/1")).state == "adopted"


async def test_who_stands_in_later_is_asked_when_it_begins_and_nobody_else_again(company: Company) -> None:
    await company.declare(policy=CALM)
    now = await company.env.get_current_time()
    await lend(company, "olga", "petra", start=now + timedelta(hours=30), end=now + timedelta(days=9))
    await cut(company)
    await company.until(lambda: company.told() == ["petra", "olga", "olga", "omar"], "the owners asked")
    await company.pass_time(hours=31)
    await company.until(lambda: company.told().count("petra") == 2, "petra asked")
    asked_now = [entry.data["to"] for entry in company.entries("approval.asked")]
    assert asked_now == [["olga", "omar"], ["petra"]]
    assert [entry.data["to"] for entry in company.entries("approval.reminded")] == [["olga", "omar"]]
