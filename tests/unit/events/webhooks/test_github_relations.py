"""What GitHub's relations, projects and purchases mean to a product, by its aliases."""

from typing import Any

import pytest

from tests.unit.events.webhooks.cases import an_issue, github, made, product, said
from tests.unit.events.webhooks.test_github import WEB


def relation(action: str, event: str = "issue_dependencies") -> Any:
    waiting, provider = an_issue(12), an_issue(7, "acme/api", title="Token API")
    names = ("parent_issue", "sub_issue") if event == "sub_issues" else ("blocked_issue", "blocking_issue")
    return github(event, {"action": action, **dict(zip(names, (waiting, provider), strict=True))})


DECLARED = {
    "type": "dependency.declared",
    "dependency": "sso-needs-api",
    "needs": "sso",
    "provider": "it",
    "needed_by": "2026-04-30T22:00:00Z",
}
BLOCK = "acme/web#12 is blocked by acme/api#7 Token API"


@pytest.mark.parametrize("action", ["blocked_by_added", "blocking_added"])
def test_a_block_between_two_items_is_declared_and_blocked_whoever_tells_it(action: str) -> None:
    found = made(relation(action), product(**WEB))
    blocked = {"type": "dependency.blocked", "dependency": "sso-needs-api", "reason": BLOCK}
    assert said(found.events) == [DECLARED, blocked]
    assert [event.id for event in found.events] == ["d-1/declared", "d-1"]


def test_a_block_by_the_issue_of_a_known_dependency_is_about_that_one() -> None:
    found = made(relation("blocked_by_added"), product(dependencies={"acme/api#7": "sso-api"}))
    assert said(found.events) == [{"type": "dependency.blocked", "dependency": "sso-api", "reason": BLOCK}]


def test_the_end_of_a_block_declares_it_too_since_it_may_arrive_first() -> None:
    found = made(relation("blocking_removed"), product(**WEB))
    assert [event.type for event in found.events] == ["dependency.declared", "dependency.unblocked"]


def test_the_team_of_the_other_repository_provides() -> None:
    found = made(relation("blocked_by_added"), product(**WEB, teams={"acme/api": "data"}))
    assert said(found.events)[0]["provider"] == "data"


def test_a_part_of_an_issue_is_waited_for() -> None:
    assert said(made(relation("sub_issue_added", "sub_issues"), product(**WEB)).events) == [DECLARED]
    removed = made(relation("sub_issue_removed", "sub_issues"), product(**WEB))
    assert (removed.events, removed.reason) == ((), "unmapped")


def purchase(action: str, units: int = 1, **over: Any) -> dict[str, Any]:
    plan = {"id": 435, "name": "Basic Plan", "monthly_price_in_cents": 1000, "yearly_price_in_cents": 9600}
    plan |= {"price_model": "per-unit"} | over
    bought = {"account": {"login": "acme"}, "billing_cycle": "monthly", "unit_count": units, "plan": plan}
    body = {"action": action, "effective_date": "2026-03-01T00:00:00+00:00", "marketplace_purchase": bought}
    return body | {"sender": {"url": "https://api.github.com/users/acme"}}


@pytest.mark.parametrize(
    ("body", "sentiment", "weight"),
    [
        pytest.param(purchase("purchased", 3), 1, 30, id="bought: as much as it pays"),
        pytest.param(purchase("purchased", 3, price_model="flat-rate"), 1, 10, id="a flat rate has no units"),
        pytest.param(
            purchase("changed", 5) | {"previous_marketplace_purchase": purchase("x", 2)["marketplace_purchase"]},
            1,
            50,
            id="more",
        ),
        pytest.param(
            purchase("changed", 1) | {"previous_marketplace_purchase": purchase("x", 2)["marketplace_purchase"]},
            -1,
            20,
            id="less: the weight is what was at stake",
        ),
        pytest.param(purchase("cancelled", price_model="flat-rate"), -1, 10, id="cancelled"),
    ],
)
def test_a_purchase_is_a_vote_with_money(body: dict[str, Any], sentiment: int, weight: int) -> None:
    (event,) = made(github("marketplace_purchase", body), product(**WEB)).events
    assert said([event]) == [
        {
            "type": "feedback.received",
            "theme": "checkout",
            "sentiment": sentiment,
            "weight": weight,
            "channel": "github-marketplace",
        }
    ]
    assert event.source == "https://api.github.com/users"


def test_a_purchase_under_another_delivery_id_is_the_same_statement() -> None:
    one, other = (
        made(github("marketplace_purchase", purchase("purchased"), delivery), product(**WEB)).events[0]
        for delivery in ("d-1", "d-2")
    )
    assert one.id == other.id


def update(status: str, target: str | None = None) -> Any:
    report = {"project_node_id": "PVT_1", "status": status, "body": "the API is late", "target_date": target}
    report |= {"updated_at": "2026-03-01T09:00:00Z"}
    return github("projects_v2_status_update", {"action": "created", "projects_v2_status_update": report})


@pytest.mark.parametrize(
    ("aliases", "status", "target", "events"),
    [
        pytest.param({"milestones": {"PVT_1": "spring"}}, "AT_RISK", "2026-06-01", ["milestone.moved"], id="new date"),
        pytest.param({"milestones": {"PVT_1": "spring"}}, "COMPLETE", None, ["milestone.reached"], id="complete"),
        pytest.param({"dependencies": {"PVT_1": "sso-api"}}, "OFF_TRACK", None, ["dependency.blocked"], id="off track"),
        pytest.param({"dependencies": {"PVT_1": "sso-api"}}, "ON_TRACK", None, ["dependency.unblocked"], id="on track"),
        pytest.param({"dependencies": {"PVT_1": "sso-api"}}, "AT_RISK", None, [], id="at risk: the product must say"),
        pytest.param(
            {"dependencies": {"PVT_1": "sso-api"}, "statuses": {"AT_RISK": "blocked"}},
            "AT_RISK",
            None,
            ["dependency.blocked"],
            id="at risk, mapped",
        ),
    ],
)
def test_reports_about_a_project(aliases: dict[str, Any], status: str, target: str | None, events: list[str]) -> None:
    found = made(update(status, target), product(**aliases))
    assert [event.type for event in found.events] == events
    assert (found.reason == "unmapped") is (events == [])


def on_board(new: str) -> Any:
    item = {"content_node_id": "I_99", "node_id": "PVTI_1", "updated_at": "2026-03-01T09:00:00Z"}
    value = {"field_name": "Status", "from": {"name": "Todo"}, "to": {"name": new}}
    body = {"action": "edited", "projects_v2_item": item, "changes": {"field_value": value}}
    return github("projects_v2_item", body | {"organization": {"url": "https://api.github.com/orgs/acme"}})


def test_a_status_on_a_board_has_its_place_in_the_one_life_cycle() -> None:
    board = product(**WEB, statuses={"Doing": "started", "Todo": "added", "Live": "completed"})
    assert said(made(on_board("Doing"), board).events) == [{"type": "item.started", "item": "sso"}]
    assert made(on_board("Live"), board).events[0].source == "https://api.github.com/orgs/acme"
    unknown = made(on_board("Doin"), board)
    assert (unknown.events, unknown.reason) == ((), "unmapped")
    assert "no alias for the status 'Doin'; did you mean 'Doing'" in unknown.detail
