"""GitHub's projects: a project may be a milestone or a dependency, what lies on it an item; named by node ids."""

from typing import Any

from events.webhooks.bindings import Life
from events.webhooks.delivery import dig, instant_at, shown, text_at
from events.webhooks.github_milestones import due_day
from events.webhooks.life import dependency_status, item_status, milestone_status
from events.webhooks.reading import Reading

STATUS_FIELD = "Status"
UPDATES: dict[str, Life] = {  # of a project, GitHub's own; a product's `statuses` come first
    "COMPLETE": "completed",
    "OFF_TRACK": "blocked",
    "ON_TRACK": "started",
}


def projects_v2(r: Reading) -> None:
    """Add that a project ended."""
    types = {"closed": "milestone.reached", "deleted": "milestone.dropped"}
    if r.delivery.action not in types:
        r.unknown_kind()
        return
    body = r.delivery.body
    names = (text_at(body, "projects_v2", "node_id"), shown(dig(body, "projects_v2", "title")))
    if milestone := r.alias("milestones", *filter(None, names)):
        r.add(types[r.delivery.action], instant_at(body, "projects_v2", "updated_at"), milestone=milestone)


def projects_v2_item(r: Reading) -> None:
    """Add that the status of something on a project changed."""
    body = r.delivery.body
    change = dig(body, "changes", "field_value")
    if r.delivery.action != "edited" or change is None:
        r.unknown_kind()
        return
    field, status = dig(change, "field_name"), dig(change, "to", "name")
    if field != STATUS_FIELD or not isinstance(status, str):
        what = repr(shown(field)) if field else "named only by its id"
        r.say(
            f"of a project's fields only {STATUS_FIELD!r} is taken, with its name in the delivery; this one is {what}"
        )
        return
    names = (text_at(body, "projects_v2_item", "content_node_id"), text_at(body, "projects_v2_item", "node_id"))
    item = r.alias("items", *names)
    life = r.status(status)
    if item is None or life is None:
        return
    was = dig(change, "from", "name")
    before = r.bound.aliases.statuses.get(was) if isinstance(was, str) else None
    time = instant_at(body, "projects_v2_item", "updated_at")
    item_status(r, item, names, life, before, time, f"status {shown(status)} on the project")


def projects_v2_status_update(r: Reading) -> None:
    """Add what somebody reported about a project: its new date, that it is complete, that what it provides is late."""
    update: Any = dig(r.delivery.body, "projects_v2_status_update")
    if r.delivery.action not in ("created", "edited"):
        r.unknown_kind()
        return
    node, time = text_at(update, "project_node_id"), instant_at(update, "updated_at")
    status, target = text_at(update, "status"), dig(update, "target_date")
    why = shown(f"{status}: {dig(update, 'body') or ''}".rstrip(": "))
    if r.knows("dependencies", node):
        dependency, life = r.alias("dependencies", node), r.status(status, defaults=UPDATES)
        if dependency and life:  # a report says where things stand, not what changed: on track, it is not blocked
            dependency_status(r, dependency, life, "blocked", time, why)
        if not r.knows("milestones", node):
            return
    milestone = r.alias("milestones", node)
    if milestone is None:
        return
    if isinstance(target, str) and status != "COMPLETE":
        r.add("milestone.moved", time, "date", milestone=milestone, due=_day(target), reason=why)
    elif life := r.status(status, defaults=UPDATES):
        milestone_status(r, milestone, life, time, why)


def _day(target: str) -> str:
    day = due_day({"target_date": target}, "target_date") if "T" in target else None
    return target if day is None else day.isoformat()
