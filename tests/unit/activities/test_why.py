"""`tandem why` answers from the ledger alone: event → rule → proposal → decision → effect."""

import pytest

from activities.why import AmbiguousThingError, Explanation, UnknownThingError, explain
from activities.why_chain import MOST_LINKS
from activities.why_summary import _after_verb as after_verb
from domain.record import Entry
from tests import builders
from tests.builders import NOON
from tests.fakes.ledger import FakeLedger
from tests.story import Story


async def told() -> Story:
    """Return a history with an approval, a rejection, a replaced request and an escalation that stood down."""
    story = await Story().begin()
    await story.happens(builders.budget_adjusted(id="b0", source="finance", delta=-100_000, reason="rounding"))
    await story.happens(
        builders.budget_adjusted(id="b1", source="finance", delta=-2_500_000, reason="cut by the board")
    )
    await story.decide("approve", reason="it serves the spring")
    await story.happens(builders.feedback(id="f1", source="shop", theme="login", sentiment=-1, weight=3_000))
    await story.decide("reject", reason="not now")
    declared = builders.dependency_declared(id="d1", source="jira", needs="stock", needed_by="2026-05-01")
    await story.happens(declared, builders.dependency_blocked(id="d2", source="jira"))
    await story.happens(builders.dependency_blocked(id="d3", source="jira", dependency="sso-apy"))
    await story.later(49)
    await story.climb("sso-api", "escalation.reminded")
    await story.happens(builders.dependency_delivered(id="d4", source="jira"))
    await story.happens(builders.budget_adjusted(id="b2", source="finance", delta=2_400_000, reason="back again"))
    await story.happens(builders.budget_adjusted(id="b3", source="finance", delta=-2_400_000, reason="cut once more"))
    await story.happens(builders.item_dropped(id="x1", source="jira", item="checkout"))
    return story


@pytest.fixture(scope="module")
async def ledger() -> FakeLedger:
    return (await told()).ledger


async def why(ledger: FakeLedger, thing: str) -> Explanation:
    return await explain(ledger, "web", thing)


def steps(explanation: Explanation) -> list[tuple[str, str]]:
    return [(step, line.kind) for step, line in explanation.links]


# -- events ------------------------------------------------------------------------------------------------


async def test_an_event_below_its_threshold_ends_with_the_rule_and_its_figures(ledger: FakeLedger) -> None:
    explanation = await why(ledger, "finance/b0")
    assert steps(explanation) == [("event", "budget.adjusted"), ("rule", "budget.adjusted")]
    assert explanation.links[1][1].what.endswith("changed by -1,000 EUR, below the threshold of 5,000 EUR")
    assert explanation.summary.endswith("below the threshold of 5,000 EUR.")


async def test_an_event_leads_to_the_plan_that_came_of_it(ledger: FakeLedger) -> None:
    explanation = await why(ledger, "b1")  # the id alone is enough
    assert explanation.thing == "event:finance/b1"
    assert steps(explanation) == [
        ("event", "budget.adjusted"),
        ("rule", "budget.adjusted"),
        ("rule", "reprioritization.started"),
        ("proposal", "plan.solved"),
        ("proposal", "approval.requested"),
        ("proposal", "approval.asked"),
        ("decision", "decision.given"),
        ("effect", "plan.adopted"),
        ("effect", "approval.concluded"),
    ]
    assert explanation.summary.startswith("The budget of 2026-03 was changed by -25,000 EUR: cut by the board")
    assert "The plan of run 2 is in force" in explanation.summary
    assert explanation.summary.endswith("decided by olga as product owner.")


async def test_a_refused_event_says_why_and_that_nothing_followed(ledger: FakeLedger) -> None:
    explanation = await why(ledger, "jira/d3")
    assert steps(explanation) == [("event", "dependency.blocked"), ("rule", "dependency.blocked")]
    assert "there is no dependency 'sso-apy'; did you mean sso-api?" in explanation.summary


async def test_an_event_whose_reason_was_gathered_under_another_one_leads_to_the_run_that_answers_it() -> None:
    story = Story()
    policy = story.definition.policy.model_copy(update={"dwell_hours": 72})
    story = await Story(story.definition.model_copy(update={"policy": policy})).begin()
    await story.happens(builders.feedback(id="f1", theme="login", sentiment=-1, weight=3_000))
    await story.happens(builders.feedback(id="f2", theme="login", sentiment=-1, weight=3_000))
    await story.later(80)
    explanation = await explain(story.ledger, "web", "f2")
    assert ("rule", "reprioritization.started") in steps(explanation)


async def test_an_event_whose_id_looks_like_the_key_of_another_entry_is_found() -> None:
    story = await Story().begin()
    await story.happens(builders.budget_adjusted(id="x", source="jira", delta=-100_000))
    await story.happens(builders.budget_adjusted(id="x/told/1", source="jira", delta=-200_000))
    for thing in ("jira/x/told/1", "event:jira/x/told/1", "x/told/1"):
        explanation = await explain(story.ledger, "web", thing)
        assert explanation.thing == "event:jira/x/told/1"
        assert "-2,000 EUR" in explanation.summary


async def test_an_entry_is_found_by_its_number(ledger: FakeLedger) -> None:
    number = (await ledger.event("finance", "b1"))[0].seq
    assert (await why(ledger, f"#{number}")).links == (await why(ledger, "b1")).links


# -- items -------------------------------------------------------------------------------------------------


async def test_an_item_that_moved_says_why_and_on_whose_authority(ledger: FakeLedger) -> None:
    explanation = await why(ledger, "stock")
    assert explanation.summary.startswith("stock moved from 2026-03 to 2026-04, because ")
    assert "decided by olga as product owner (asserted)." in explanation.summary
    assert "the budget of 2026-03 changed by -26,000 EUR" in explanation.summary
    assert [step for step in steps(explanation) if step[1] in ("decision.given", "plan.adopted")] == [
        ("decision", "decision.given"),
        ("effect", "plan.adopted"),
    ]


async def test_an_item_that_gave_way_says_so(ledger: FakeLedger) -> None:
    assert (await why(ledger, "item:wishlist")).summary.startswith("wishlist gave way and left 2026-04, because ")


async def test_an_item_moved_by_tandem_names_the_limits_it_acted_within(ledger: FakeLedger) -> None:
    explanation = await why(ledger, "sso")
    assert explanation.summary.startswith(
        "sso entered the plan in 2026-04, because it is worth 27.5 points for 9,000 EUR"
    )
    assert "decided by Tandem within the limits of the product manager" in explanation.summary
    assert ("event", "item.dropped") in steps(explanation)
    assert "decision.given" not in [kind for _, kind in steps(explanation)]


async def test_an_item_that_never_moved_says_what_keeps_it_out(ledger: FakeLedger) -> None:
    explanation = await why(ledger, "basket")
    assert explanation.summary.startswith("basket is not funded, because ")
    assert explanation.summary.endswith("it is worth 7.5 points for 9,000 EUR.")


async def test_an_open_decision_about_an_item_is_mentioned() -> None:
    story = await Story().begin()
    await story.happens(builders.budget_adjusted(delta=-2_500_000))
    summary = (await explain(story.ledger, "web", "wishlist")).summary
    assert summary.startswith("wishlist entered the plan in ")
    assert summary.endswith("Decision 1, which waits for the product owner, would take it out of the plan.")


# -- decisions and escalations -----------------------------------------------------------------------------


@pytest.mark.parametrize("thing", ["approval/2", "approval/web/2", "approval:2", "decision/2", "2"])
async def test_a_rejection_names_who_and_why_and_that_the_plan_stays(ledger: FakeLedger, thing: str) -> None:
    explanation = await why(ledger, thing)
    assert explanation.thing == "approval:2"
    assert explanation.summary.endswith(
        "rejected by olga as product owner; the plan in force stays; olga says: not now."
    )
    assert steps(explanation)[0] == ("event", "feedback.received")


async def test_a_replaced_request_names_what_replaced_it(ledger: FakeLedger) -> None:
    explanation = await why(ledger, "approval/3")
    assert ("effect", "approval.superseded") in steps(explanation)
    assert "Decision 3 is no longer needed, because " in explanation.summary
    assert [line.what for _, line in explanation.links if line.kind == "plan.solved"][-1].startswith("Run 5 ")


@pytest.mark.parametrize("thing", ["escalation/sso-api/1", "escalation/web/sso-api/1", "escalation/sso-api"])
async def test_an_escalation_begins_with_its_blocker_and_ends_with_what_cleared_it(
    ledger: FakeLedger, thing: str
) -> None:
    explanation = await why(ledger, thing)
    assert [kind for _, kind in steps(explanation)] == [
        *("dependency.blocked", "dependency.blocked", "escalation.started", "escalation.reminded"),
        *("dependency.delivered", "dependency.delivered", "escalation.stood_down"),
    ]
    assert explanation.summary.endswith(
        "Escalation 1 of sso-api stands down, because sso-api is delivered; ivo and olga were told."
    )


async def test_a_dependency_tells_what_happened_to_it(ledger: FakeLedger) -> None:
    kinds = [kind for _, kind in steps(await why(ledger, "sso-api"))]
    assert list(dict.fromkeys(kinds)) == [
        *("dependency.declared", "dependency.blocked", "escalation.started", "escalation.reminded"),
        *("dependency.delivered", "escalation.stood_down"),
    ]


# -- names -------------------------------------------------------------------------------------------------


async def test_an_unknown_name_suggests_the_closest_ones(ledger: FakeLedger) -> None:
    with pytest.raises(UnknownThingError, match=r"nothing called 'stok'; did you mean item:stock") as refused:
        await why(ledger, "stok")
    assert "item:stock" in refused.value.closest


async def test_an_unknown_product_is_named(ledger: FakeLedger) -> None:
    with pytest.raises(UnknownThingError, match=r"no product 'wev'; did you mean web\?"):
        await explain(ledger, "wev", "stock")


async def test_a_name_of_several_things_lists_them_all() -> None:
    story = await Story().begin()
    await story.happens(
        builders.dependency_declared(id="d1", dependency="sso", needs="stock"),
        builders.feedback(id="f1", source="shop", theme="sso"),
    )
    with pytest.raises(AmbiguousThingError) as refused:
        await explain(story.ledger, "web", "sso")
    assert refused.value.candidates == ("item:sso", "dependency:sso", "theme:sso")
    assert (await explain(story.ledger, "web", "dependency:sso")).kind == "dependency"


# -- bounds ------------------------------------------------------------------------------------------------


async def test_a_circle_of_causes_ends() -> None:
    ledger = FakeLedger()
    for key, cause in (("a", "b"), ("b", "a")):
        data = {"role": "product_owner", "to": ["olga"], "subject": "x", "text": "y"}
        entry = Entry(product="web", key=key, at=NOON, clock_at=NOON, kind="notification.sent", cause=cause, data=data)
        await ledger.append([entry])
    assert [line.key for _, line in (await explain(ledger, "web", "a")).links] == ["a", "b"]


async def test_an_explanation_is_never_longer_than_anybody_reads() -> None:
    ledger = FakeLedger()
    data = {"role": "product_owner", "to": ["olga"], "subject": "x", "text": "y"}
    for number in range(3 * MOST_LINKS):
        cause = None if number == 0 else "told/0"
        entry = Entry(
            product="web",
            key=f"told/{number}",
            at=NOON,
            clock_at=NOON,
            kind="notification.sent",
            cause=cause,
            data=data,
        )
        await ledger.append([entry])
    assert len((await explain(ledger, "web", "told/0")).links) == MOST_LINKS


@pytest.mark.parametrize(
    ("why", "because"),
    [
        ("stays out, worth 5.0 points for 1 EUR: fits with 2 EUR more", "it would take 2 EUR more"),
        ("stays out, worth 5.0 points for 1 EUR: fits only without b", "it would fit only without b"),
        ("gives way, worth 5.0 points for 1 EUR: 2026-04 costs 2 EUR more", "with it 2026-04 costs 2 EUR more"),
    ],
)
def test_a_proposals_reason_becomes_the_end_of_a_sentence(why: str, because: str) -> None:
    assert after_verb(why) == f"{because}; it is worth 5.0 points for 1 EUR"
