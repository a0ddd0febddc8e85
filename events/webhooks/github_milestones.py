"""GitHub's milestones."""

from datetime import UTC, date

from events.webhooks.delivery import dig, instant_at, number_at, shown, text_at
from events.webhooks.reading import Reading


def milestone(r: Reading) -> None:
    """Add what a `milestone` delivery means; its time is the milestone's own, so that the latest word counts."""
    body, action = r.delivery.body, r.delivery.action
    if action not in ("created", "opened", "edited", "closed", "deleted"):
        r.unknown_kind()
        return
    name = r.alias("milestones", *milestone_names(r, body.get("milestone")))
    if name is None:
        return
    time, title = instant_at(body, "milestone", "updated_at"), shown(text_at(body, "milestone", "title"))
    if action == "closed":
        r.add("milestone.reached", time, milestone=name)
        return
    if action == "deleted":
        r.add("milestone.dropped", time, milestone=name, reason="deleted on GitHub")
        return
    due = due_day(body, "milestone", "due_on")
    if due is None:
        r.say(f"the milestone {title!r} has no due date on GitHub, so that nothing is promised; give it one")
    elif action == "edited" and (
        dig(body, "changes", "title") is None or dig(body, "milestone", "state") == "closed"  # planned would reopen it
    ):
        r.add("milestone.moved", time, milestone=name, due=due.isoformat())
    else:
        known = r.bound.milestones.get(name)  # GitHub knows no commitment: what the product has stays
        committed = known is None or known.committed
        r.add("milestone.planned", time, milestone=name, due=due.isoformat(), title=title, committed=committed)


def milestone_names(r: Reading, found: object) -> tuple[str, ...]:
    """Return what aliases may call a milestone: `acme/web/7`, its title, `7` when only one repository is bound."""
    number, title = number_at(found, "number"), text_at(found, "title")
    repository = dig(r.delivery.body, "repository", "full_name")
    before = dig(r.delivery.body, "changes", "title", "from")
    names = [f"{repository}/{number}", title, before if isinstance(before, str) and before else title]
    if len(r.bound.binding.repositories) == 1:
        names.insert(1, str(number))
    return tuple(names)


def due_day(body: object, *path: str) -> date | None:
    """Return the day that GitHub means: it writes one day as 00:00, 07:00 or 08:00 UTC, or with another offset."""
    return None if dig(body, *path) is None else instant_at(body, *path).astimezone(UTC).date()
