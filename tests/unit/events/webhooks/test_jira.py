"""What Jira's deliveries mean to a product, by its aliases."""

from typing import Any

import pytest

from tests.unit.events.webhooks.cases import jira, jira_issue, jira_link, made, product, said

WEB: dict[str, Any] = {
    "items": {"WEB-118": "sso", "30118": "sso", "API-7": "api", "30007": "api"},
    "milestones": {"WEB-200": "spring"},
    "dependencies": {"API-9": "sso-api"},
    "statuses": {
        "To Do": "added",
        "In Progress": "started",
        "Blocked": "blocked",
        "Done": "completed",
        "Live": "reached",
        "Won't do": "dropped",
    },
}
WHY = "status {} of WEB-118"


def moved(old: str, new: str, **over: Any) -> dict[str, Any]:
    return jira_issue("issue_updated", {"status": (old, new)}, **over)


@pytest.mark.parametrize(
    ("body", "events"),
    [
        pytest.param(
            jira_issue("issue_created"),
            [{"type": "item.changed", "item": "sso", "title": "Sign in once"}],
            id="created",
        ),
        pytest.param(
            jira_issue("issue_created", status={"name": "Done"}),
            [
                {"type": "item.changed", "item": "sso", "title": "Sign in once"},
                {"type": "item.completed", "item": "sso"},
            ],
            id="created as done",
        ),
        pytest.param(moved("To Do", "In Progress"), [{"type": "item.started", "item": "sso"}], id="started"),
        pytest.param(moved("In Progress", "Done"), [{"type": "item.completed", "item": "sso"}], id="completed"),
        pytest.param(
            moved("To Do", "Won't do"),
            [{"type": "item.dropped", "item": "sso", "reason": WHY.format("Won't do")}],
            id="dropped",
        ),
        pytest.param(
            moved("In Progress", "Blocked"),
            [{"type": "dependency.blocked", "dependency": "sso-api", "reason": WHY.format("Blocked")}],
            id="blocked: by the only thing that its item waits for",
        ),
        pytest.param(
            moved("Blocked", "In Progress"),
            [
                {"type": "item.started", "item": "sso"},
                {"type": "dependency.unblocked", "dependency": "sso-api", "reason": WHY.format("In Progress")},
            ],
            id="no longer blocked",
        ),
        pytest.param(
            jira_issue("issue_updated", {"summary": ("a", "Single sign-on")}),
            [{"type": "item.changed", "item": "sso", "title": "Single sign-on"}],
            id="renamed",
        ),
        pytest.param(
            jira_issue("issue_deleted"),
            [{"type": "item.dropped", "item": "sso", "reason": "deleted in Jira"}],
            id="deleted",
        ),
        pytest.param(
            jira_issue("issue_updated", {"Flagged": ("", "Impediment")}),
            [
                {
                    "type": "dependency.blocked",
                    "dependency": "sso-api",
                    "reason": "WEB-118 Sign in once is flagged: Impediment",
                }
            ],
            id="flagged",
        ),
        pytest.param(
            jira_issue("issue_updated", {"Flagged": ("Impediment", "")}),
            [{"type": "dependency.unblocked", "dependency": "sso-api", "reason": "the flag was taken away"}],
            id="no longer flagged",
        ),
        pytest.param(
            jira_issue("issue_updated", {"duedate": ("", "2026-05-15")}, key="WEB-200", id="30200"),
            [{"type": "milestone.moved", "milestone": "spring", "due": "2026-05-15"}],
            id="the date of a milestone",
        ),
        pytest.param(
            jira_issue("issue_updated", {"End date": ("", "2026-05-15")}, key="WEB-200", id="30200"),
            [{"type": "milestone.moved", "milestone": "spring", "due": "2026-05-15"}],
            id="the end date of a milestone",
        ),
        pytest.param(
            jira_issue("issue_created", key="WEB-200", id="30200", duedate="2026-05-15"),
            [
                {
                    "type": "milestone.planned",
                    "milestone": "spring",
                    "due": "2026-05-15",
                    "title": "Sign in once",
                    "committed": False,
                }
            ],
            id="a milestone is created",
        ),
        pytest.param(
            moved("In Progress", "Live", key="WEB-200", id="30200"),
            [{"type": "milestone.reached", "milestone": "spring"}],
            id="a milestone is reached",
        ),
        pytest.param(
            jira_issue("issue_updated", {"duedate": ("", "2026-05-15")}, key="API-9", id="30009"),
            [
                {
                    "type": "dependency.declared",
                    "dependency": "sso-api",
                    "needs": "sso",
                    "provider": "it",
                    "needed_by": "2026-04-30T22:00:00Z",
                    "promised_for": "2026-05-15",
                }
            ],
            id="the date of a dependency is the provider's promise",
        ),
        pytest.param(
            moved("In Progress", "Done", key="API-9", id="30009"),
            [{"type": "dependency.delivered", "dependency": "sso-api"}],
            id="a dependency is delivered",
        ),
    ],
)
def test_issues(body: dict[str, Any], events: list[dict[str, Any]]) -> None:
    found = made(jira(body), product(**WEB))
    assert said(found.events) == events
    assert found.reason is None


@pytest.mark.parametrize(
    ("event", "state"), [("issuelink_created", "blocked"), ("issuelink_deleted", "unblocked")], ids=["added", "removed"]
)
def test_a_link_declares_what_waits_for_what(event: str, state: str) -> None:
    declared, told = said(made(jira(jira_link(event, 30007, 30118)), product(**WEB)).events)
    assert (declared["dependency"], declared["needs"], declared["provider"]) == ("sso-needs-api", "sso", "it")
    assert told["type"] == f"dependency.{state}"


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        pytest.param(moved("To Do", "In Progres"), "unmapped", ["'In Progres'", "'In Progress'"], id="unknown status"),
        pytest.param(
            moved("To Do", "Done", key="WEB-119", id="1"), "unmapped", ["'WEB-119'", "'WEB-118'"], id="unknown issue"
        ),
        pytest.param(
            moved("In Progress", "To Do"), "unmapped", ["cannot go back to planned"], id="back to where no event leads"
        ),
        pytest.param(
            jira_issue("issue_updated", {"assignee": ("ada", "bob")}),
            "unmapped",
            ["nothing is made of this update (assignee)", "issue_updated.issue_generic"],
            id="a change without meaning",
        ),
        pytest.param(
            jira_issue("issue_updated", {"duedate": ("", "2026-05-15")}), "unmapped", ["no date of its own"], id="due"
        ),
        pytest.param(jira_link("issuelink_created", 1, 2, "Relates"), "unmapped", ["'Relates'"], id="another link"),
        pytest.param(
            jira_link("issuelink_created", 30007, 30118, timestamp="2018-12-18 11:57:24,746"),
            "invalid",
            ["timestamp: must be milliseconds"],
            id="a link without a time",
        ),
        pytest.param({"webhookEvent": "sprint_closed"}, "unmapped", ["sprint_closed"], id="an event without meaning"),
        pytest.param({}, "unmapped", ["unnamed"], id="no event at all"),
        pytest.param(
            moved("To Do", "Done", timestamp="13:08", updated="then"), "invalid", ["issue.fields.updated"], id="no time"
        ),
    ],
)
def test_what_is_not_mapped_is_said_in_words(body: dict[str, Any], reason: str, words: list[str]) -> None:
    found = made(jira(body), product(**WEB))
    assert (found.events, found.reason) == ((), reason)
    for word in words:
        assert word in found.detail


def test_a_timestamp_that_is_text_gives_way_to_the_issues_own_time() -> None:
    body = moved("To Do", "Done", timestamp="2019-1-30 15:51:34,870")
    (event,) = made(jira(body), product(**WEB)).events
    assert event.time.isoformat() == "2026-03-01T09:00:00+00:00"


def test_a_date_of_an_item_can_be_left_out() -> None:
    body = jira_issue("issue_updated", {"duedate": ("", "2026-05-15")})
    found = made(jira(body), product(binding={"ignore": ["issue_updated.duedate"]}, **WEB))
    assert (found.events, found.reason) == ((), None)


def test_what_is_known_in_part_is_taken_in_part_and_the_rest_is_said() -> None:
    body = jira_issue("issue_updated", {"summary": ("a", "SSO"), "status": ("To Do", "Parked")})
    found = made(jira(body), product(**WEB))
    assert [event.type for event in found.events] == ["item.changed"]
    assert found.reason == "unmapped"
    assert "no alias for the status 'Parked'" in found.detail


def test_events_are_named_after_the_source_and_the_delivery() -> None:
    (event,) = made(jira(moved("To Do", "Done"), "77"), product(**WEB)).events
    assert (event.source, event.id) == ("/webhooks/outside", "77")
    assert event.extensions["origintype"] == "com.atlassian.jira.issue_updated.issue_generic"


def test_a_project_that_no_product_wants_is_said() -> None:
    found = made(jira(moved("To Do", "Done")), product(binding={"projects": ["SHOP"]}, **WEB))
    assert (found.events, found.reason) == ((), "unmapped")
    assert "takes nothing of the project WEB" in found.detail
