"""What GitHub's deliveries mean to a product, by its aliases."""

from typing import Any

import pytest

from tests.unit.events.webhooks.cases import an_issue, github, issue, made, milestone, product, said

WEB: dict[str, Any] = {
    "milestones": {"Spring launch": "spring"},
    "items": {"acme/web#12": "sso", "acme/api#7": "api", "I_99": "sso", "acme/web#500": None},
    "labels": {"blocked": "*", "legal": "sso-api", "bug": None},
    "themes": {"Basic Plan": "checkout"},
}
PLANNED = {"type": "milestone.planned", "milestone": "spring", "title": "Spring launch", "committed": False}


@pytest.mark.parametrize(
    ("body", "events"),
    [
        pytest.param(milestone("created"), [PLANNED | {"due": "2026-05-15"}], id="created: planned"),
        pytest.param(milestone("opened"), [PLANNED | {"due": "2026-05-15"}], id="opened again: planned"),
        pytest.param(
            milestone("edited", changes={"due_on": {"from": "2026-04-30T07:00:00Z"}}),
            [{"type": "milestone.moved", "milestone": "spring", "due": "2026-05-15"}],
            id="edited: moved",
        ),
        pytest.param(
            milestone("edited", title="Summer", changes={"title": {"from": "Spring launch"}}),
            [PLANNED | {"due": "2026-05-15", "title": "Summer"}],
            id="renamed: its old name counts once more",
        ),
        pytest.param(milestone("closed"), [{"type": "milestone.reached", "milestone": "spring"}], id="closed: reached"),
        pytest.param(
            milestone("deleted", due_on=None),
            [{"type": "milestone.dropped", "milestone": "spring", "reason": "deleted on GitHub"}],
            id="deleted: dropped",
        ),
    ],
)
def test_milestones(body: dict[str, Any], events: list[dict[str, Any]]) -> None:
    found = made(github("milestone", body), product(**WEB))
    assert said(found.events) == events
    assert found.reason is None


@pytest.mark.parametrize(
    "due",
    [
        "2025-11-30T00:00:00Z",
        "2025-11-30T07:00:00Z",
        "2025-11-30T08:00:00Z",
        "2025-11-30T01:00:00.000+01:00",
        "2025-11-29T17:00:00-07:00",
    ],
)
def test_every_spelling_of_a_due_date_means_the_same_day(due: str) -> None:
    found = made(github("milestone", milestone("edited", due_on=due)), product(**WEB))
    assert [event["due"] for event in said(found.events)] == ["2025-11-30"]


def test_a_milestone_without_a_due_date_promises_nothing_and_is_said() -> None:
    found = made(github("milestone", milestone("created", due_on=None)), product(**WEB))
    assert (found.events, found.reason) == ((), "unmapped")
    assert "has no due date" in found.detail


def test_a_bare_number_names_a_milestone_only_where_it_can_mean_one() -> None:
    body = github("milestone", milestone("closed"))
    assert made(body, product(milestones={"7": "spring"})).events == ()
    assert made(body, product(binding={"repositories": ["Acme/Web"]}, milestones={"7": "spring"})).events
    assert made(body, product(milestones={"acme/web/7": "spring"})).events


@pytest.mark.parametrize(
    ("body", "events"),
    [
        pytest.param(
            issue("opened"), [{"type": "item.changed", "item": "sso", "title": "Sign in once"}], id="opened: its title"
        ),
        pytest.param(
            issue("edited", title="SSO"), [{"type": "item.changed", "item": "sso", "title": "SSO"}], id="edited"
        ),
        pytest.param(
            issue("closed", state_reason="completed"), [{"type": "item.completed", "item": "sso"}], id="completed"
        ),
        pytest.param(issue("closed"), [{"type": "item.completed", "item": "sso"}], id="closed, without a reason"),
        pytest.param(
            issue("closed", state_reason="not_planned"),
            [{"type": "item.dropped", "item": "sso", "reason": "acme/web#12 was closed on GitHub"}],
            id="not planned: dropped",
        ),
        pytest.param(
            issue("reopened", state_reason="reopened"), [{"type": "item.started", "item": "sso"}], id="reopened"
        ),
        pytest.param(
            issue("deleted"), [{"type": "item.dropped", "item": "sso", "reason": "deleted on GitHub"}], id="deleted"
        ),
        pytest.param(
            issue("milestoned", more={"milestone": {"number": 7, "title": "Spring launch"}}),
            [{"type": "item.changed", "item": "sso", "milestone": "spring"}],
            id="milestoned",
        ),
        pytest.param(
            issue("labeled", more={"label": {"name": "blocked: waiting for legal"}}),
            [
                {
                    "type": "dependency.blocked",
                    "dependency": "sso-api",
                    "reason": "waiting for legal (acme/web#12 Sign in once)",
                }
            ],
            id="labeled as blocked: what its item waits for, with the reason in the label",
        ),
        pytest.param(
            issue("labeled", number=13, more={"label": {"name": "legal"}}),
            [{"type": "dependency.blocked", "dependency": "sso-api", "reason": "legal (acme/web#13 Sign in once)"}],
            id="a label of one dependency needs no item",
        ),
        pytest.param(
            issue("unlabeled", more={"label": {"name": "blocked"}}),
            [
                {
                    "type": "dependency.unblocked",
                    "dependency": "sso-api",
                    "reason": "label 'blocked' removed from acme/web#12 Sign in once",
                }
            ],
            id="unlabeled",
        ),
    ],
)
def test_issues(body: dict[str, Any], events: list[dict[str, Any]]) -> None:
    found = made(github("issues", body), product(**WEB))
    assert said(found.events) == events
    assert found.reason is None


@pytest.mark.parametrize(
    ("event", "body", "words"),
    [
        pytest.param(
            "issues", issue("opened", number=13), ["'acme/web#13' or 'I_13'", "'acme/web#12'"], id="an unknown issue"
        ),
        pytest.param(
            "issues",
            issue("labeled", more={"label": {"name": "Blocked"}}),
            ["the label 'Blocked'", "did you mean 'blocked'", "aliases: {outside: {labels: {Blocked: "],
            id="an unknown label",
        ),
        pytest.param(
            "issues",
            issue("labeled", number=7, repository="acme/api", more={"label": {"name": "blocked"}}),
            ["which dependency is meant", "waits for nothing"],
            id="a block of what waits for nothing",
        ),
        pytest.param(
            "issues", issue("demilestoned"), ["left its milestone", "product file"], id="what no event can say"
        ),
        pytest.param(
            "issues",
            issue("transferred", more={"changes": {"new_issue": an_issue(3, "acme/shop")}}),
            ["acme/web#12 is acme/shop#3 now"],
            id="an issue that moved",
        ),
        pytest.param(
            "issues", issue("assigned"), ["issues.assigned", "sources.outside.ignore"], id="an action without meaning"
        ),
        pytest.param("label", {"action": "created"}, ["label.created"], id="an event without meaning"),
        pytest.param(
            "milestone",
            milestone("closed", title="Sprong"),
            [
                "'acme/web/7' or 'Sprong'",
                "did you mean spring?",
                "`aliases: {outside: {milestones: {Sprong: spring}}}`",
            ],
            id="a title like an id",
        ),
        pytest.param(
            "projects_v2_item",
            {
                "action": "edited",
                "projects_v2_item": {"content_node_id": "I_99", "node_id": "P", "updated_at": "2026-03-01T09:00:00Z"},
                "changes": {"field_value": {"field_node_id": "F", "field_type": "single_select"}},
            },
            ["named only by its id"],
            id="a project's field without its name",
        ),
    ],
)
def test_what_is_not_mapped_is_said_in_words(event: str, body: dict[str, Any], words: list[str]) -> None:
    found = made(github(event, body), product(**WEB))
    assert (found.events, found.reason) == ((), "unmapped")
    for word in words:
        assert word in found.detail


def test_a_broken_payload_names_its_place() -> None:
    found = made(github("milestone", milestone("closed", updated_at="yesterday")), product(**WEB))
    assert (found.events, found.reason) == ((), "invalid")
    assert "milestone.updated_at" in found.detail


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(issue("closed", number=500), id="an alias that is null"),
        pytest.param(issue("labeled", more={"label": {"name": "bug"}}), id="a label that is null"),
        pytest.param(issue("assigned"), id="an ignored action"),
        pytest.param(issue("pinned"), id="another one"),
    ],
)
def test_what_is_left_out_on_purpose_is_not_parked(body: dict[str, Any]) -> None:
    found = made(github("issues", body), product(binding={"ignore": ["issues.assigned", "issues.pinned"]}, **WEB))
    assert (found.events, found.reason) == ((), None)
    assert found.left_out


def test_a_star_leaves_out_all_other_names() -> None:
    assert made(github("issues", issue("closed", number=13)), product(items={"*": None})).reason is None


def test_events_are_named_as_the_cloudevents_adapter_names_them() -> None:
    (event,) = made(github("issues", issue("closed"), "7d2f"), product(**WEB)).events
    assert (event.source, event.id) == ("https://api.github.com/repos/acme/web", "7d2f")
    assert event.time.isoformat() == "2026-03-01T09:00:00+00:00"
    assert event.extensions == {
        "webhook": "outside",
        "origintype": "com.github.issue.closed",
        "originsubject": "12",
        "delivery": "7d2f",
    }


def test_each_product_translates_with_its_own_aliases_and_one_that_does_not_know_a_name_is_normal() -> None:
    shop = product("shop", items={"acme/web#12": "sso"})
    found = made(github("issues", issue("closed")), product(**WEB), shop, product("other"))
    assert [event.product for event in found.events] == ["web", "shop"]
    assert found.reason is None


def test_nobody_who_knows_a_name_is_one_letter_with_the_closest_names_of_each_product() -> None:
    shop = product("shop", items={"acme/web#120": "sso"})
    found = made(github("issues", issue("closed", number=121)), product(**WEB), shop)
    assert (found.events, found.reason) == ((), "unmapped")
    assert "web: no alias" in found.detail
    assert "shop: no alias for the item 'acme/web#121' or 'I_121'; did you mean 'acme/web#120'" in found.detail


def test_a_repository_that_no_product_wants_is_said() -> None:
    found = made(github("issues", issue("closed")), product(binding={"repositories": ["acme/shop"]}, **WEB))
    assert (found.events, found.reason) == ((), "unmapped")
    assert "takes nothing of acme/web, only of acme/shop" in found.detail


def test_a_source_that_no_product_binds_is_said() -> None:
    found = made(github("issues", issue("closed")))
    assert (found.events, found.reason) == ((), "unmapped")
    assert "no product takes anything from outside" in found.detail
