"""Counts what senders were refused before there was an event to count.

Nothing that an unreadable request says about itself is counted by: such names would have no end.
"""

from typing import Literal

from starlette.requests import Request
from starlette.types import Scope

from events.letters import Way
from web.services import Services, services_of

EVENTS, WEBHOOKS = "/api/v1/events", "/api/v1/webhooks/"
Refused = Literal["invalid", "too-large", "not-signed", "parked", "ignored"]


def count_refused(request: Request, way: Way, status: Refused, source: str = "", events: int = 1) -> None:
    """Count events or deliveries; ``source`` is a registered one or empty."""
    services_of(request).tally({("", source, "", status): events}, way)


def count_unread(scope: Scope, kind: str) -> None:
    """Count a body that was refused for its announced length, before any route saw it."""
    path: str = scope["path"]
    if kind != "too-large" or scope["method"] != "POST":
        return
    way: Way | None = "http" if path == EVENTS else "webhook" if path.startswith(WEBHOOKS) else None
    if way is not None:
        services: Services = scope["app"].state.services
        services.tally({("", "", "", "too-large"): 1}, way)
