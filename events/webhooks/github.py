"""GitHub: which deliveries mean what. `source`, `id` and `type` as CloudEvents' GitHub adapter names them.

Source: cloudevents/spec, `cloudevents/adapters/github.md`; the types are ours, the adapter's is kept as `origintype`.
"""

from collections.abc import Callable

from events.webhooks.delivery import Delivery, dig
from events.webhooks.github_issues import issues
from events.webhooks.github_market import marketplace_purchase
from events.webhooks.github_milestones import milestone
from events.webhooks.github_projects import projects_v2, projects_v2_item, projects_v2_status_update
from events.webhooks.github_relations import issue_dependencies, sub_issues
from events.webhooks.reading import Reading

HANDLERS: dict[str, Callable[[Reading], None]] = {
    "milestone": milestone,
    "issues": issues,
    "issue_dependencies": issue_dependencies,
    "sub_issues": sub_issues,
    "projects_v2": projects_v2,
    "projects_v2_item": projects_v2_item,
    "projects_v2_status_update": projects_v2_status_update,
    "marketplace_purchase": marketplace_purchase,
}
PING = "ping"
_ADAPTER_NAMES = {"issues": "issue"}  # the adapter's spelling where it is not the header's
_SUBJECTS = {
    "milestone": ("milestone", "number"),
    "issues": ("issue", "number"),
    "marketplace_purchase": ("marketplace_purchase", "account", "login"),
}


def translate(r: Reading) -> None:
    """Add what a GitHub delivery means to one product."""
    wanted = [name.lower() for name in r.bound.binding.repositories]
    repository = dig(r.delivery.body, "repository", "full_name")
    if wanted and isinstance(repository, str) and repository.lower() not in wanted:
        r.elsewhere = f"takes nothing of {repository}, only of {', '.join(r.bound.binding.repositories)}"
        return
    handler = HANDLERS.get(r.delivery.event)
    if handler is None:
        r.unknown_kind()
    else:
        handler(r)


def origin(delivery: Delivery) -> tuple[str, str, str]:
    """Return source, type and subject of the delivery as the adapter names them; the subject may be empty."""
    body = delivery.body
    if delivery.event == "marketplace_purchase":
        source = str(dig(body, "sender", "url") or "").rpartition("/")[0]
    else:
        source = dig(body, "repository", "url") or dig(body, "organization", "url") or ""
    named = _ADAPTER_NAMES.get(delivery.event, delivery.event)
    subject = dig(body, *_SUBJECTS.get(delivery.event, ("",)))
    kind = f"com.github.{named}.{delivery.action}" if delivery.action else f"com.github.{named}"
    return (source if isinstance(source, str) else ""), kind, "" if subject is None else str(subject)
