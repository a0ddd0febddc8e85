"""Decisions of several people: quorum, stand-ins, alternatives, changes, going back, remarks."""

from datetime import timedelta
from typing import Any

import pytest

from events.model import BudgetAdjusted
from tests.builders import make
from tests.integration.company import PEOPLE, Company, web_shop
from tests.integration.test_approval import cut
from workflows.client import RefusedError
from workflows.messages import DelegationRequest, Remark, ReversalRequest, RevocationRequest

TWO_OWNERS = {"authority": {"product_owner": {"quorum": 2}}}
CALM = {"debt_escalate_days": 1000, "review_every_days": 1000}


async def asked(company: Company, **over: Any) -> None:
    """Declare a product and ask its owners about a cut."""
    policy = CALM | over.pop("policy", {})
    await company.declare(policy=policy, **over)
    await cut(company)
    await company.recorded("approval.asked")


async def lend(company: Company, person: str, delegate: str, role: str = "product_owner", **over: Any) -> int:
    """Let somebody stand in for a day."""
    now = await company.env.get_current_time()
    given = {"person": person, "delegate": delegate, "role": role, "end": now + timedelta(days=1), "reason": "away"}
    return await company.engine.delegate(company.product, DelegationRequest.model_validate(given | over))


async def test_a_quorum_needs_two_people_and_takes_effect_with_the_second(company: Company) -> None:
    await asked(company, policy=TWO_OWNERS)
    first = await company.answer("approve", actor="olga")
    assert (first.effect, "1 more approval" in first.because) == ("counted", True)
    with pytest.raises(RefusedError, match="olga has approved this already"):
        await company.answer("approve", actor="olga")
    row = await company.row("approval", f"{company.product}/1")
    assert (row.state, row.data["votes"]) == ("open", ["olga"])
    assert len(company.entries("plan.adopted")) == 1
    assert (await company.answer("approve", actor="omar")).effect == "adopted"
    adopted = await company.recorded("plan.adopted", 2)
    assert adopted.data["event"]["by"] == "olga and omar"


async def test_an_approval_may_be_taken_back_until_it_takes_effect(company: Company) -> None:
    await asked(company, policy=TWO_OWNERS)
    await company.answer("approve", actor="olga")
    assert (await company.answer("withdraw", actor="olga")).effect == "uncounted"
    assert (await company.answer("approve", actor="omar")).effect == "counted"
    assert len(company.entries("plan.adopted")) == 1
    assert (await company.answer("approve", actor="olga")).effect == "adopted"


async def test_a_stand_in_decides_with_both_names_on_the_record_until_the_end(company: Company) -> None:
    await company.declare(policy=CALM)
    number = await lend(company, "olga", "petra")
    await cut(company)
    await company.recorded("approval.asked")
    assert (await company.recorded("approval.asked")).data["to"] == ["olga", "omar", "petra"]
    with pytest.raises(RefusedError, match="petra does not stand in for omar"):
        await company.answer("approve", actor="petra", acting_for="omar")
    assert (await company.answer("approve", actor="petra", acting_for="olga")).effect == "adopted"
    adopted = await company.recorded("plan.adopted", 2)
    given = await company.recorded("decision.given")
    assert (number, adopted.data["event"]["by"], given.data["event"]["via"]) == (1, "petra for olga", ["olga", "petra"])


async def test_a_delegation_that_is_over_or_revoked_or_a_circle_lets_nobody_decide(company: Company) -> None:
    await asked(company)
    await lend(company, "olga", "petra")
    await company.recorded("approval.asked", 2)  # petra was asked as well, at once
    soon = await company.env.get_current_time() + timedelta(hours=1)
    with pytest.raises(RefusedError, match="would be a circle"):
        await lend(company, "petra", "olga", end=soon)
    given = {"delegation": 1, "actor": "olga", "reason": "back again"}
    await company.engine.revoke(company.product, RevocationRequest.model_validate(given))
    await company.recorded("delegation.revoked")
    await company.quiet()
    with pytest.raises(RefusedError, match="petra does not hold the role product owner"):
        await company.answer("approve", actor="petra")
    await lend(company, "omar", "petra")
    await company.pass_time(days=1, hours=1)
    with pytest.raises(RefusedError, match="petra does not hold the role product owner"):
        await company.answer("approve", actor="petra")
    assert len(company.entries("plan.adopted")) == 1


async def test_an_alternative_is_approved_on_its_own_hash(company: Company) -> None:
    await asked(company)
    row = await company.row("approval", f"{company.product}/1")
    offers = row.data["brief"]["alternatives"]
    assert offers, "the proposal has no alternative to choose"
    chosen = offers[0]["hash"]
    assert {chosen, row.data["proposal"]} <= set(row.data["may_approve"])
    document = await company.ledger.document(chosen)
    assert document is not None
    assert (await company.answer("approve", proposal=chosen)).effect == "adopted"
    adopted = await company.recorded("plan.adopted", 2)
    event = adopted.data["event"]
    assert (event["proposal"], event["starts"]) == (chosen, document["starts"])
    assert event["change"] == document["change"]


async def test_changes_are_planned_anew_as_they_were_asked_for(company: Company) -> None:
    await asked(company)
    row = await company.row("approval", f"{company.product}/1")
    proposal = await company.ledger.document(row.data["proposal"])
    assert proposal is not None
    kept = proposal["change"]["displaced"][0]
    done = await company.answer("changes", wishes={kept: "in"}, reason=f"{kept} was promised")
    assert done.effect == "changes"
    await company.recorded("approval.asked", 2)
    second = await company.row("approval", f"{company.product}/2")
    again = await company.ledger.document(second.data["proposal"])
    assert again is not None
    assert kept in again["starts"]
    assert (await company.row("approval", f"{company.product}/1")).state == "changes"
    assert "asks for changes" in (await company.recorded("reprioritization.started", 3)).data["reasons"][0]


async def gift(company: Company) -> None:
    """Have the owners asked about a plan that a gift pays for, and olga approve it."""
    await company.declare(policy=CALM | {"margin": 0.0, "authority": {"product_manager": {"money_per_decision": 0}}})
    now = await company.env.get_current_time()
    event = make(BudgetAdjusted, product=company.product, time=now, period=f"{now:%Y-%m}", delta=2_000_000, reason="g")
    await company.send(event)
    await company.recorded("approval.asked")
    await company.answer("approve", actor="olga")
    await company.recorded("plan.adopted", 2)


async def test_going_back_is_proposed_to_somebody_else_and_never_decided_by_who_asked(company: Company) -> None:
    await gift(company)
    first, second = (one.data["event"]["starts"] for one in company.entries("plan.adopted"))
    assert first != second
    wanted = ReversalRequest(approval=1, actor="olga", reason="the gift was a mistake")
    await company.engine.reverse(company.product, wanted)
    asked_again = await company.recorded("approval.asked", 2)
    assert asked_again.data["to"] == ["omar"]
    with pytest.raises(RefusedError, match="olga asked for this, and nobody approves what they asked for"):
        await company.answer("approve", number=2, actor="olga")
    other = ReversalRequest(approval=7, actor="olga", reason="another one")
    with pytest.raises(RefusedError, match="nothing to go back from"):
        await company.engine.reverse(company.product, other)
    assert (await company.answer("approve", number=2, actor="omar")).effect == "adopted"
    await company.recorded("plan.adopted", 3)
    assert (await company.recorded("plan.adopted", 3)).data["event"]["starts"] == first


async def test_who_asked_for_a_way_back_may_withdraw_it(company: Company) -> None:
    await gift(company)
    wanted = ReversalRequest(approval=1, actor="olga", reason="it was too early")
    await company.engine.reverse(company.product, wanted)
    await company.recorded("approval.asked", 2)
    done = await company.answer("withdraw", number=2, actor="olga", reason="never mind")
    assert done.effect == "withdrawn"
    await company.recorded("approval.concluded", 2)
    assert (await company.row("approval", f"{company.product}/2")).state == "withdrawn"
    assert len(company.entries("plan.adopted")) == 2


async def test_remarks_are_kept_and_strangers_are_not_heard(company: Company) -> None:
    await asked(company)
    await company.engine.comment(company.product, 1, Remark(actor="ivan", text="we can start a week earlier"))
    said = await company.recorded("approval.commented")
    assert (said.actor, said.data["text"]) == ("ivan", "we can start a week earlier")
    with pytest.raises(RefusedError, match="eve is not among the people"):
        await company.engine.comment(company.product, 1, Remark(actor="eve", text="hello"))
    assert (await company.row("approval", f"{company.product}/1")).state == "open"


async def test_other_people_hold_the_role_when_it_completes_and_old_votes_no_longer_count(company: Company) -> None:
    await asked(company, policy=TWO_OWNERS)
    await company.answer("approve", actor="olga")
    people = PEOPLE | {"product_owner": ["omar", "otto"]}
    policy = CALM | TWO_OWNERS
    await company.engine.apply(web_shop(company.product, people=people, policy=policy), "mara")
    await company.recorded("approval.asked", 2)
    done = await company.answer("approve", actor="omar")
    assert done.effect == "counted"
    assert (await company.answer("approve", actor="otto")).effect == "adopted"
    assert (await company.recorded("plan.adopted", 2)).data["event"]["by"] == "omar and otto"


async def test_of_an_archived_product_nothing_is_lent_or_gone_back_from(company: Company) -> None:
    await asked(company)
    await company.engine.archive(company.product, "mara", "it is over")
    await company.recorded("approval.superseded")
    with pytest.raises(RefusedError, match="the product is archived"):
        await lend(company, "olga", "petra")
    with pytest.raises(RefusedError, match="the product is archived"):
        await company.engine.reverse(company.product, ReversalRequest(approval=1, actor="olga", reason="back"))
