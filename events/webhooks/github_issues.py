"""GitHub's issues: their state, their title, their labels, their milestone."""

from events.webhooks.bindings import OWN, Life
from events.webhooks.delivery import dig, instant_at, number_at, shown, text_at
from events.webhooks.github_milestones import milestone_names
from events.webhooks.life import dependency_status, item_status
from events.webhooks.reading import Reading, label_meaning

STATES: dict[str, Life] = {  # GitHub's own; a product's `statuses` come first
    "open": "added",
    "reopened": "started",
    "closed": "completed",
    "completed": "completed",
    "not_planned": "dropped",
    "duplicate": "dropped",
}


def issues(r: Reading) -> None:
    """Add what an `issues` delivery means."""
    action = r.delivery.action
    if "comment" in r.delivery.body:  # the header is not signed: a comment's deletion must not pass for the issue's
        r.say("this is a delivery about a comment, whatever its header says")
    elif action in ("labeled", "unlabeled"):
        _label(r)
    elif action == "transferred":
        _transferred(r)
    elif action in ("opened", "edited", "closed", "reopened", "deleted", "milestoned", "demilestoned"):
        _issue(r)
    else:
        r.unknown_kind()


def issue_names(issue: object) -> tuple[str, ...]:
    """Return what aliases may call an issue: `acme/web#12`, its node id. Raises EventError."""
    url = dig(issue, "repository_url")
    if isinstance(url, str) and "/repos/" in url:
        repository = url.partition("/repos/")[2]
    else:  # https://github.com/acme/web/issues/12
        repository = "/".join(text_at(issue, "html_url").split("/")[3:5])
    node = dig(issue, "node_id")
    name = f"{repository}#{number_at(issue, 'number')}"
    return (name, node) if isinstance(node, str) else (name,)


def _issue(r: Reading) -> None:
    body, action = r.delivery.body, r.delivery.action
    issue = dig(body, "issue")
    names, time = issue_names(issue), instant_at(body, "issue", "updated_at")
    if r.knows("dependencies", *names) and action in ("closed", "reopened"):
        dependency, status = r.alias("dependencies", *names), _status(r)
        if dependency and status:
            before: Life | None = "completed" if action == "reopened" else None
            dependency_status(r, dependency, status, before, time, f"{names[0]} was {action} on GitHub")
        if not r.knows("items", *names):
            return
    item = r.alias("items", *names)
    if item is None:
        return
    if action in ("opened", "edited"):
        r.add("item.changed", time, item=item, title=shown(text_at(body, "issue", "title")))
    elif action == "deleted":
        r.add("item.dropped", time, item=item, reason="deleted on GitHub")
    elif action == "milestoned":
        milestone = r.alias("milestones", *milestone_names(r, dig(body, "milestone") or dig(issue, "milestone")))
        if milestone:
            r.add("item.changed", time, item=item, milestone=milestone)
    elif action == "demilestoned":
        r.say(f"{names[0]} left its milestone; an event cannot take {item} out of one, the product file can")
    elif status := _status(r):
        was: Life | None = "completed" if action == "reopened" else None
        item_status(r, item, names, status, was, time, f"{names[0]} was {action} on GitHub")


def _status(r: Reading) -> Life | None:
    """Return where the issue stands now; a reason for closing is looked up before the state itself."""
    state = str(dig(r.delivery.body, "issue", "state_reason") or "")
    own = "reopened" if r.delivery.action == "reopened" else "closed"
    return r.status(*dict.fromkeys((state or own, own)), defaults=STATES)


def _label(r: Reading) -> None:
    body = r.delivery.body
    label, names = text_at(body, "label", "name"), issue_names(dig(body, "issue"))
    known, reason = label_meaning(label)
    dependency = r.alias("labels", *known)
    if dependency == OWN:
        item = r.alias("items", *names) if r.knows("items", *names) else None
        dependency = r.dependency_of(item, *names)
    if dependency is None:
        return
    time = instant_at(body, "issue", "updated_at")
    title = shown(dig(body, "issue", "title"))
    if r.delivery.action == "unlabeled":
        why = shown(f"label {label!r} removed from {names[0]} {title}")
        r.unblock(dependency, time, why)
    else:
        why = shown(f"{reason or label} ({names[0]} {title})")
        r.add("dependency.blocked", time, dependency=dependency, reason=why)


def _transferred(r: Reading) -> None:
    """An issue that moved has another name from now on; whether that has an alias is all there is to see to."""
    old = issue_names(dig(r.delivery.body, "issue"))
    new = issue_names(dig(r.delivery.body, "changes", "new_issue"))
    if not r.knows("items", *old) and not r.knows("dependencies", *old):
        r.missing("items", old[0])
    elif r.knows("items", *new) or r.knows("dependencies", *new):
        r.left_out.append(f"{old[0]} is {new[0]} now, which has an alias")
    else:
        r.say(f"{old[0]} is {new[0]} now; {r.advise('items')} under its new name")
