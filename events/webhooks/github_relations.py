"""Which GitHub issue waits for which. These deliveries carry no time of their own, and adding or removing a relation
does not touch the issues' `updated_at`: their time is that of their arrival, as the CloudEvents adapter does it.
"""

from events.webhooks.delivery import dig, shown
from events.webhooks.github_issues import issue_names
from events.webhooks.life import waits_for
from events.webhooks.reading import Reading

_STATES = {
    "blocked_by_added": "blocked",
    "blocking_added": "blocked",
    "blocked_by_removed": "unblocked",
    "blocking_removed": "unblocked",
}


def issue_dependencies(r: Reading) -> None:
    """Add that an issue is, or is no longer, blocked by another; both repositories tell it, which is the same twice."""
    state = _STATES.get(r.delivery.action)
    if state is None:
        r.unknown_kind()
        return
    blocked, blocking = dig(r.delivery.body, "blocked_issue"), dig(r.delivery.body, "blocking_issue")
    waiting, provider = issue_names(blocked), issue_names(blocking)
    verb = "is blocked by" if state == "blocked" else "is no longer blocked by"
    why = f"{waiting[0]} {verb} {provider[0]} {shown(dig(blocking, 'title'))}"
    waits_for(r, waiting, provider, (_repository(provider),), r.delivery.at, state, why)


def sub_issues(r: Reading) -> None:
    """Add that an issue waits for a part of it."""
    action = r.delivery.action
    if action not in ("sub_issue_added", "parent_issue_added", "sub_issue_removed", "parent_issue_removed"):
        r.unknown_kind()
        return
    waiting = issue_names(dig(r.delivery.body, "parent_issue"))
    provider = issue_names(dig(r.delivery.body, "sub_issue"))
    if action.endswith("removed"):
        r.say(
            f"{provider[0]} is no longer a part of {waiting[0]}; whether it is still waited for is for a person to "
            "decide, in the product file"
        )
        return
    waits_for(r, waiting, provider, (_repository(provider),), r.delivery.at, "", "")


def _repository(names: tuple[str, ...]) -> str:
    return names[0].rpartition("#")[0]
