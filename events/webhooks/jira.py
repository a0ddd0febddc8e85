"""Jira: which deliveries mean what. There is no CloudEvents adapter for Jira: `source` is the registered source."""

from collections.abc import Callable

from events.errors import EventError
from events.webhooks.delivery import Delivery, dig, number_at, since_1970
from events.webhooks.jira_issues import issue_created, issue_deleted, issue_updated
from events.webhooks.life import waits_for
from events.webhooks.reading import Reading

BLOCKS = "blocks"  # the type of link that Jira comes with


def issue_link(r: Reading) -> None:
    """Add that an issue is, or is no longer, blocked by another; they are named by their numbers alone."""
    link = dig(r.delivery.body, "issueLink")
    kind = dig(link, "issueLinkType", "name")
    if not isinstance(kind, str) or kind.lower() != BLOCKS:
        r.say(f"links of the type {kind!r} mean nothing here, only {BLOCKS.capitalize()!r}")
        return
    stamp = dig(r.delivery.body, "timestamp")
    if not isinstance(stamp, int):
        raise EventError.at(("timestamp",), "must be milliseconds since 1970; a link has no other time")
    try:
        time = since_1970(stamp)
    except ValueError as exc:
        raise EventError.at(("timestamp",), str(exc)) from None
    provider, waiting = str(number_at(link, "sourceIssueId")), str(number_at(link, "destinationIssueId"))
    state = "blocked" if r.delivery.event == "issuelink_created" else "unblocked"
    verb = "is blocked by" if state == "blocked" else "is no longer blocked by"
    waits_for(r, (waiting,), (provider,), (provider,), time, state, f"Jira issue {waiting} {verb} issue {provider}")


HANDLERS: dict[str, Callable[[Reading], None]] = {
    "issue_created": issue_created,
    "issue_updated": issue_updated,
    "issue_deleted": issue_deleted,
    "issuelink_created": issue_link,
    "issuelink_deleted": issue_link,
}


def translate(r: Reading) -> None:
    """Add what a Jira delivery means to one product."""
    wanted = r.bound.binding.projects
    project = dig(r.delivery.body, "issue", "fields", "project", "key")
    if wanted and isinstance(project, str) and project not in wanted:
        r.elsewhere = f"takes nothing of the project {project}, only of {', '.join(wanted)}"
        return
    handler = HANDLERS.get(r.delivery.event)
    if handler is None:
        r.unknown_kind()
    else:
        handler(r)


def origin(delivery: Delivery) -> tuple[str, str, str]:
    """Return source, type and subject of the delivery, named in the manner of the GitHub adapter."""
    subject = dig(delivery.body, "issue", "key") or dig(delivery.body, "issueLink", "id")
    kind = ".".join(("com.atlassian.jira", *filter(None, (delivery.event, delivery.action))))
    return "", kind, "" if subject is None else str(subject)
