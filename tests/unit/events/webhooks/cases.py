"""Deliveries for tests, valid as they are, and products that take them."""

import json
from datetime import UTC, datetime
from typing import Any

from events.model import Event
from events.webhooks.bindings import Aliases, Bound, Kind, KnownDependency, KnownItem, KnownMilestone, SourceBinding
from events.webhooks.delivery import Delivery, read
from events.webhooks.translate import Translated, translate

ARRIVED = datetime(2026, 3, 2, 12, tzinfo=UTC)
REPOSITORY = {"full_name": "acme/web", "url": "https://api.github.com/repos/acme/web"}
DUE = datetime(2026, 4, 30, 22, tzinfo=UTC)


def product(product: str = "web", binding: dict[str, Any] | None = None, **aliases: Any) -> Bound:
    """Return a product with two items, a milestone and a dependency, and these aliases."""
    return Bound(
        product=product,
        binding=SourceBinding.model_validate(binding or {}),
        aliases=Aliases.model_validate(aliases),
        items={"sso": KnownItem(("marketing",), "spring"), "api": KnownItem(("it",), None)},
        milestones={"spring": KnownMilestone(DUE, committed=False)},
        dependencies={"sso-api": KnownDependency("sso", "it", DUE)},
    )


def github(event: str, body: dict[str, Any], delivery: str = "d-1") -> Delivery:
    """Return a delivery of GitHub."""
    return _read("github", body, {"x-github-event": event, "x-github-delivery": delivery})


def jira(body: dict[str, Any], delivery: str = "d-1") -> Delivery:
    """Return a delivery of Jira."""
    return _read("jira", body, {"x-atlassian-webhook-identifier": delivery})


def standard(body: dict[str, Any], delivery: str = "msg_1") -> Delivery:
    """Return a delivery of Standard Webhooks."""
    return _read("standard", body, {"webhook-id": delivery})


def _read(kind: Kind, body: dict[str, Any], headers: dict[str, str]) -> Delivery:
    return read(kind, "outside", headers, json.dumps(body).encode(), "application/json", ARRIVED)


def milestone(action: str, **over: Any) -> dict[str, Any]:
    """Return the body of a `milestone` delivery."""
    found = {
        "number": 7,
        "title": "Spring launch",
        "due_on": "2026-05-15T07:00:00Z",
        "created_at": "2026-03-01T08:00:00Z",
        "updated_at": "2026-03-01T09:00:00Z",
    }
    changes = over.pop("changes", None)
    body = {"action": action, "milestone": found | over, "repository": REPOSITORY}
    return body if changes is None else body | {"changes": changes}


def an_issue(number: int = 12, repository: str = "acme/web", **over: Any) -> dict[str, Any]:
    return {
        "number": number,
        "node_id": f"I_{number}",
        "title": "Sign in once",
        "repository_url": f"https://api.github.com/repos/{repository}",
        "html_url": f"https://github.com/{repository}/issues/{number}",
        "updated_at": "2026-03-01T09:00:00Z",
        "state": "open",
        **over,
    }


def issue(action: str, *, more: dict[str, Any] | None = None, **over: Any) -> dict[str, Any]:
    """Return the body of an `issues` delivery."""
    return {"action": action, "issue": an_issue(**over), "repository": REPOSITORY, **(more or {})}


def jira_issue(event: str, changes: dict[str, tuple[str, str]] | None = None, **over: Any) -> dict[str, Any]:
    """Return the body of a `jira:issue_*` delivery; ``changes``: field -> from, to."""
    items = [
        {"field": field, "fromString": old, "toString": new, "from": old, "to": new}
        for field, (old, new) in (changes or {}).items()
    ]
    fields = {
        "summary": "Sign in once",
        "status": {"name": "To Do"},
        "project": {"key": "WEB"},
        "updated": "2026-03-01T12:00:00.000+0300",
    }
    stamp = over.pop("timestamp", 1772355600000)
    key, number = over.pop("key", "WEB-118"), over.pop("id", "30118")
    return {
        "webhookEvent": f"jira:{event}",
        "issue_event_type_name": "issue_generic",
        "timestamp": stamp,
        "issue": {"key": key, "id": number, "fields": fields | over},
        "changelog": {"items": items},
    }


def jira_link(event: str, source: int, destination: int, kind: str = "Blocks", **over: Any) -> dict[str, Any]:
    """Return the body of an `issuelink_*` delivery: the source blocks the destination."""
    link = {
        "id": 1,
        "sourceIssueId": source,
        "destinationIssueId": destination,
        "issueLinkType": {"name": kind, "outwardName": "blocks", "inwardName": "is blocked by"},
    }
    return {"webhookEvent": event, "timestamp": 1772355600000, "issueLink": link} | over


def made(delivery: Delivery, *bounds: Bound) -> Translated:
    return translate(delivery, bounds)


def said(events: Any) -> list[dict[str, Any]]:
    """Return what events say: their type, and their data without what is absent."""
    found = []
    for event in events:
        data = event.model_dump(mode="json", exclude=set(Event.model_fields), exclude_defaults=True)
        found.append({"type": event.type, **data})
    return found
