"""Counts what senders were refused before there was an event to count.

Nothing that an unreadable request says about itself is counted by: such names would have no end.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from starlette.requests import Request
from starlette.types import Scope

from events.letters import Way

EVENTS, WEBHOOKS = "/api/v1/events", "/api/v1/webhooks/"
Tally = Callable[[Mapping[tuple[str, str, str, str], int], Way], None]  # by product, source, type and status
Refused = Literal["invalid", "too-large", "not-signed", "parked", "ignored"]


def count_refused(request: Request, way: Way, status: Refused, source: str = "", events: int = 1) -> None:
    """Count events or deliveries; ``source`` is a registered one or empty."""
    _tally(request.app)({("", source, "", status): events}, way)


def count_unread(scope: Scope, kind: str) -> None:
    """Count a body that was refused for its announced length, before any route saw it."""
    path: str = scope["path"]
    if kind != "too-large" or scope["method"] != "POST":
        return
    way: Way | None = "http" if path == EVENTS else "webhook" if path.startswith(WEBHOOKS) else None
    if way is not None:
        _tally(scope["app"])({("", "", "", "too-large"): 1}, way)


def _tally(app: Any) -> Tally:
    """Return where the application counts: ``app.state.tally``, which the composition root sets."""
    found: Tally = getattr(app.state, "tally", _uncounted)
    return found


def _uncounted(_: Mapping[tuple[str, str, str, str], int], __: Way) -> None:
    """Count nothing."""
