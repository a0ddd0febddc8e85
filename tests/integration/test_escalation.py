"""A blocked dependency climbs until somebody answers, or the blocker clears."""

import pytest

from events.model import DependencyBlocked, DependencyDeclared, DependencyDelivered
from tests.builders import make
from tests.integration.company import Company
from workflows.client import RefusedError


async def block(company: Company) -> None:
    """Block what item-9 needs from the other team."""
    now = await company.env.get_current_time()
    reason = "the identity provider is not ready"
    await company.send(make(DependencyBlocked, product=company.product, time=now, dependency="sso", reason=reason))
    await company.recorded("escalation.started")


async def declare(company: Company) -> None:
    await company.declare(policy={"review_every_days": 1000, "watch": ["dependency_blocked", "dependency_late"]})


async def test_a_block_reaches_the_owner_at_once_with_both_leads_copied(company: Company) -> None:
    await declare(company)
    await block(company)
    await company.until(lambda: len(company.told()) >= 4, "four people told")
    assert company.told() == ["olga", "omar", "ivan", "mia"]
    row = await company.row("escalation", f"{company.product}/sso/1")
    assert (row.state, row.role) == ("open", "product_owner")


async def test_silence_reminds_after_two_days_reaches_the_board_after_seven_and_ends_as_an_incident(
    company: Company,
) -> None:
    await declare(company)
    await block(company)
    await company.pass_time(hours=47)
    assert not company.entries("escalation.reminded")
    await company.pass_time(hours=2)
    await company.recorded("escalation.reminded")
    await company.pass_time(hours=118)
    assert not company.entries("escalation.climbed")
    await company.pass_time(hours=2)
    climbed = await company.recorded("escalation.climbed")
    assert climbed.data["to"] == ["bea"]
    await company.pass_time(hours=169)
    await company.recorded("escalation.unanswered", 2)  # the end of the climb, and the product's own record of it
    incidents = await company.ledger.rows("incident", product=company.product)
    assert [row.data["subject"] for row in incidents] == ["An escalation ended unanswered"]
    assert (await company.row("escalation", f"{company.product}/sso/1")).state == "unanswered"


async def test_when_the_blocker_clears_everybody_who_was_told_hears_that_it_is_over(company: Company) -> None:
    await declare(company)
    await block(company)
    now = await company.env.get_current_time()
    await company.send(make(DependencyDelivered, product=company.product, time=now, dependency="sso"))
    stood_down = await company.recorded("escalation.stood_down")
    assert stood_down.data["to"] == ["ivan", "mia", "olga", "omar"]
    hears = sorted(2 * ["ivan", "mia", "olga", "omar"])
    await company.until(lambda: sorted(company.told()) == hears, "everybody who was told hears it")
    await company.pass_time(days=30)
    assert not company.entries("escalation.reminded")
    assert (await company.row("escalation", f"{company.product}/sso/1")).state == "stood_down"


async def test_an_answer_with_authority_ends_the_climb_and_has_its_effect(company: Company) -> None:
    await declare(company)
    await block(company)
    ended = await company.reply("waive")
    assert ended.ended == "answered"
    answered = await company.recorded("escalation.answered")
    assert answered.actor == "olga"
    await company.recorded("escalation.concluded")
    await company.pass_time(days=30)
    assert not company.entries("escalation.reminded")
    roadmap = await company.row("roadmap", company.product)
    assert roadmap.data["dependencies"] == []


async def test_a_promise_that_is_late_escalates_and_an_accepted_delay_silences_it(company: Company) -> None:
    await declare(company)
    now = await company.env.get_current_time()
    late = make(
        DependencyDeclared,
        product=company.product,
        time=now,
        dependency="sso",
        needs="item-9",
        provider="ads",
        needed_by="2030-01-01",
        promised_for="2030-01-11",
    )
    await company.send(late)
    started = await company.recorded("escalation.started")
    assert "10 days after it is needed" in started.data["because"]
    await company.reply("accept_delay", until="2030-02-01T00:00:00Z")
    await company.recorded("escalation.concluded")
    await company.send(late.model_copy(update={"id": "again"}))
    await company.quiet()
    assert len(company.entries("escalation.started")) == 1


async def test_an_answer_that_the_product_cannot_follow_leaves_the_escalation_open(company: Company) -> None:
    await declare(company)
    await block(company)
    with pytest.raises(RefusedError, match="ten years"):
        await company.reply("accept_delay", until="2099-01-01T00:00:00Z")
    assert (await company.row("escalation", f"{company.product}/sso/1")).state == "open"
    assert (await company.reply("handled")).ended == "answered"
    await company.recorded("escalation.concluded")


async def test_whoever_cannot_be_reached_is_an_incident_and_the_others_are_told(company: Company) -> None:
    company.channel.nobody = {"omar"}
    await declare(company)
    await block(company)
    incident = await company.recorded("incident.raised")
    assert "omar" in incident.data["text"]
    assert company.told() == ["olga", "ivan", "mia"]
    assert (await company.row("escalation", f"{company.product}/sso/1")).state == "open"
