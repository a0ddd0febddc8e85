"""How long decisions take, read from what the workflows really write."""

from domain.latency import Course, lengths_of
from tests.integration.company import Company
from tests.integration.test_approval import cut
from tests.integration.test_escalation import block, declare
from web.latencies import Latencies


async def courses(company: Company, kind: str) -> list[Course]:
    found = await Latencies(company.ledger).courses(company.product)
    return [course for course in found if course.kind == kind]


async def test_a_decision_and_what_the_engine_adopts_are_followed_to_their_events(company: Company) -> None:
    await company.declare()
    await cut(company)
    await company.recorded("approval.asked")
    await company.pass_time(hours=5)
    (waiting,) = await courses(company, "decision")
    assert (waiting.ended, waiting.role) == ("", "product_owner")
    await company.answer("approve")
    await company.recorded("approval.concluded")
    (first,) = await courses(company, "engine")
    assert first.event is not None
    assert (first.event.kind, first.role) == ("product.applied", "product_manager")
    (decided,) = await courses(company, "decision")
    assert decided.event is not None
    assert decided.effect is not None
    assert (decided.event.kind, decided.effect.kind, decided.ended) == ("budget.adjusted", "plan.adopted", "answered")
    lengths = {stage: real for stage, (_, real) in lengths_of(decided).items()}
    assert len(lengths) == 6
    assert 5 <= lengths["question to answer"] / 3_600 < 5.1


async def test_an_escalation_is_followed_from_its_event_to_its_end(company: Company) -> None:
    await declare(company)
    await block(company)
    await company.pass_time(hours=3)
    await company.reply("handled")
    await company.recorded("escalation.concluded")
    (found,) = await courses(company, "escalation")
    assert found.event is not None
    assert (found.event.kind, found.ended, found.role, found.final) == (
        "dependency.blocked",
        "answered",
        "product_owner",
        True,
    )
    assert 3 <= lengths_of(found)["question to answer"][1] / 3_600 < 3.1
