"""What the real workflows write explains itself, and reads well."""

from activities.why import explain
from domain.narrative import line_of
from events.model import DependencyDelivered
from tests.builders import make
from tests.integration.company import Company
from tests.integration.test_approval import cut
from tests.integration.test_escalation import block
from tests.plain_words import faults


async def test_a_history_of_real_workflows_explains_itself(company: Company) -> None:
    await company.declare()
    await cut(company)
    await company.recorded("approval.asked")
    await company.answer("approve")
    await company.recorded("approval.concluded")
    await block(company)
    await company.pass_time(hours=49)
    await company.recorded("escalation.reminded")
    now = await company.env.get_current_time()
    await company.send(make(DependencyDelivered, product=company.product, time=now, dependency="sso"))
    await company.recorded("escalation.stood_down")
    await company.quiet()

    lines = [line_of(recorded) for recorded in company.ledger.by_product[company.product]]
    assert [(line, faults(line)) for line in lines if faults(line)] == []

    approval = await explain(company.ledger, company.product, "approval/1")
    steps = [step for step, _ in approval.links]
    assert list(dict.fromkeys(steps)) == ["event", "rule", "proposal", "decision", "effect"]
    moved = next(r for r in company.entries("plan.adopted")[1].data["event"]["change"]["displaced"])
    item = await explain(company.ledger, company.product, moved)
    assert item.summary.startswith(f"{moved} gave way")
    assert "decided by olga as product owner (asserted)" in item.summary

    escalation = await explain(company.ledger, company.product, "escalation/sso")
    kinds = list(dict.fromkeys(line.kind for _, line in escalation.links))
    assert [kind for kind in kinds if kind.startswith(("dependency.", "escalation."))] == [
        *("dependency.blocked", "escalation.started", "escalation.reminded"),
        *("dependency.delivered", "escalation.stood_down"),
    ]


async def test_silence_is_told_as_it_is(company: Company) -> None:
    await company.declare(policy={"on_expiry": "lapse"})
    await cut(company)
    await company.recorded("approval.asked")
    await company.pass_time(hours=80)
    await company.recorded("approval.expired")
    await block(company)
    await company.pass_time(hours=24 * 15)
    await company.recorded("incident.raised")
    await company.quiet()

    lines = [line_of(recorded) for recorded in company.ledger.by_product[company.product]]
    assert [(line, faults(line)) for line in lines if faults(line)] == []
    approval = await explain(company.ledger, company.product, "1")
    assert any(line.what == "Decision 1 was not answered by the product owner in time" for _, line in approval.links)
    escalation = await explain(company.ledger, company.product, "escalation/sso/1")
    assert any("nobody with authority answered" in line.what for _, line in escalation.links)
