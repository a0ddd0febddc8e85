"""Decisions: taken, refused, expired, replaced. Silence is never consent."""

import asyncio
from datetime import timedelta

import pytest

from events.model import BudgetAdjusted
from tests.builders import make
from tests.integration.company import Company
from tests.integration.test_product import feedback
from workflows.client import NotOpenError, RefusedError


async def cut(company: Company, delta: int = -2_500_000) -> None:
    """Cut the budget of this period: what is funded in it no longer fits."""
    now = await company.env.get_current_time()
    await company.send(
        make(BudgetAdjusted, product=company.product, time=now, period=f"{now:%Y-%m}", delta=delta, reason="cut")
    )


async def test_a_change_beyond_the_managers_limit_waits_for_the_owner_and_takes_effect_when_approved(
    company: Company,
) -> None:
    await company.declare()
    await cut(company)
    asked = await company.recorded("approval.asked")
    assert asked.data["to"] == ["olga", "omar"]
    assert len(company.entries("plan.adopted")) == 1
    effect = await company.answer("approve")
    assert effect.effect == "adopted"
    adopted = await company.recorded("plan.adopted", 2)
    assert adopted.data["event"]["by"] == "olga"
    assert adopted.cause == "event/tandem/approval/1/decision/1"
    concluded = await company.recorded("approval.concluded")
    assert concluded.data["by"] == "olga"
    assert (await company.row("approval", f"{company.product}/1")).state == "adopted"


async def test_after_a_rejection_the_old_plan_stays_and_the_same_proposal_is_not_asked_again(company: Company) -> None:
    await company.declare(policy={"margin": 0.0})
    before = (await company.row("product", company.product)).data["plan"]
    now = await company.env.get_current_time()
    more = make(
        BudgetAdjusted, product=company.product, time=now, period=f"{now:%Y-%m}", delta=4_000_000, reason="a gift"
    )
    await company.send(more)
    await company.recorded("approval.asked")
    effect = await company.answer("reject")
    assert effect.effect == "rejected"
    await company.recorded("approval.concluded")
    again = more.model_copy(update={"id": "again", "delta": 500_000})
    await company.send(again)
    solved = await company.recorded("plan.solved", 3)
    assert "rejected" in solved.data["reactions"][0]["because"]
    assert (await company.row("product", company.product)).data["plan"] == before
    assert len(company.entries("approval.requested")) == 1


async def test_a_decision_is_refused_without_the_role_the_hash_or_the_request(company: Company) -> None:
    await company.declare()
    await cut(company)
    await company.recorded("approval.asked")
    with pytest.raises(RefusedError, match="mara does not hold the role product owner"):
        await company.answer("approve", actor="mara")
    with pytest.raises(RefusedError, match="this needs the product owner; mara answers as product manager"):
        await company.answer("approve", actor="mara", role="product_manager")
    with pytest.raises(RefusedError, match="changed since you looked"):
        await company.answer("approve", proposal="0" * 64)
    assert not company.entries("decision.given")
    await company.answer("approve")
    with pytest.raises((RefusedError, NotOpenError)):
        await company.answer("approve", actor="omar")
    await company.quiet()
    assert len(company.entries("plan.adopted")) == 2


@pytest.mark.parametrize(
    ("on_expiry", "then"),
    [
        pytest.param("reject", [], id="rejects"),
        pytest.param("lapse", [], id="lapses"),
        pytest.param("escalate", ["executive_board"], id="goes to the next role"),
    ],
)
async def test_silence_reminds_expires_and_never_approves(company: Company, on_expiry: str, then: list[str]) -> None:
    await company.declare(policy={"on_expiry": on_expiry, "debt_escalate_days": 1000, "review_every_days": 1000})
    await cut(company)
    await company.recorded("approval.asked")
    await company.pass_time(hours=23)
    assert not company.entries("approval.reminded")
    await company.pass_time(hours=2)
    await company.recorded("approval.reminded", 1)
    await company.pass_time(hours=24)
    await company.recorded("approval.reminded", 2)
    await company.pass_time(hours=24)
    await company.recorded("approval.expired")
    await company.quiet()
    assert [entry.data["role"] for entry in company.entries("approval.requested")[1:]] == then
    assert len(company.entries("plan.adopted")) == 1


async def test_a_page_that_is_out_of_date_is_refused_with_the_differences(company: Company) -> None:
    await company.declare()
    await cut(company)
    await company.recorded("approval.asked")
    shown = (await company.row("approval", f"{company.product}/1")).data["proposal"]
    await cut(company, delta=2_400_000)  # now one item fits again
    superseded = await company.recorded("approval.superseded")
    assert superseded.data["differences"]
    with pytest.raises((RefusedError, NotOpenError)):
        await company.answer("approve", number=1, proposal=shown)
    await company.quiet()
    assert company.channel.sent[-1].subject != ""
    assert len(company.entries("plan.adopted")) in (1, 2)


async def test_keep_as_is_is_signed_and_asked_again_when_it_ends(company: Company) -> None:
    await company.declare(policy={"margin": 0.0})
    now = await company.env.get_current_time()
    gift = make(
        BudgetAdjusted, product=company.product, time=now, period=f"{now:%Y-%m}", total=7_000_000, reason="gift"
    )
    await company.send(gift)
    await company.recorded("approval.asked")
    until = now + timedelta(days=2)
    assert (await company.answer("keep", until=until)).effect == "kept"
    await company.pass_time(days=3)
    await company.recorded("approval.requested", 2)
    assert len(company.entries("plan.adopted")) == 1


async def test_a_proposal_stays_decidable_through_a_thousand_immaterial_events(company: Company) -> None:
    await company.declare(policy={"budget_change": 100_000})
    await cut(company)
    await company.recorded("approval.asked")
    shown = (await company.row("approval", f"{company.product}/1")).data["proposal"]
    steady = await feedback(company, 990)
    for start in range(0, 990, 330):
        await company.send(*steady[start : start + 330])
    for _ in range(10):  # each asks for a new look at the priorities, and each look finds the same
        await cut(company, delta=-10_000)
        await company.quiet()
    assert len(company.entries("feedback.received")) == 990
    assert len(company.entries("reprioritization.started")) >= 2
    assert not company.entries("approval.superseded")
    assert (await company.answer("approve", proposal=shown)).effect == "adopted"


async def test_after_a_material_cut_the_old_page_is_refused_with_the_differences(company: Company) -> None:
    await company.declare()
    await cut(company, delta=-1_000_000)
    await company.recorded("approval.asked")
    shown = (await company.row("approval", f"{company.product}/1")).data["proposal"]
    await cut(company, delta=-1_500_000)
    superseded = await company.recorded("approval.superseded")
    assert any("displaces" in difference for difference in superseded.data["differences"])
    await company.recorded("approval.asked", 2)
    with pytest.raises((RefusedError, NotOpenError)):
        await company.answer("approve", number=1, proposal=shown)
    await company.quiet()
    assert len(company.entries("plan.adopted")) == 1
    assert (await company.answer("approve", number=2)).effect == "adopted"


async def test_of_two_who_decide_at_once_the_first_wins_and_the_other_is_told(company: Company) -> None:
    await company.declare()
    await cut(company)
    await company.recorded("approval.asked")
    both = await asyncio.gather(
        company.answer("approve", actor="olga"), company.answer("reject", actor="omar"), return_exceptions=True
    )
    refused = [one for one in both if isinstance(one, RefusedError | NotOpenError)]
    assert len(refused) == 1
    await company.quiet()
    assert len(company.entries("approval.concluded")) == 1


async def test_splitting_a_change_does_not_evade_the_limit_of_a_period(company: Company) -> None:
    await company.declare(
        policy={
            "margin": 0.0,
            "authority": {
                "product_manager": {"money_per_decision": 2_000_000, "money_per_period": 2_000_000},
                "product_owner": {},
            },
        }
    )
    now = await company.env.get_current_time()
    for number in range(3):  # each pays for one more item, which the manager's limit for one decision allows
        gift = make(
            BudgetAdjusted, product=company.product, time=now, period=f"{now:%Y-%m}", delta=900_000, reason=f"{number}"
        )
        await company.send(gift)
        await company.recorded("plan.solved", number + 2)
        await company.quiet()
    by = [entry.data["event"]["role"] for entry in company.entries("plan.adopted")]
    assert by.count("product_manager") < 4
    assert company.entries("approval.requested")
    assert "per period" in company.entries("approval.requested")[0].data["because"]
