"""What the ledger keeps of webhook sources: who registered, changed or removed one; never a secret. Pure."""

from datetime import datetime
from typing import Literal

from domain.record import SYSTEM_STREAM, Entry, Identity
from events.webhooks.bindings import Kind

What = Literal["source.added", "source.rotated", "source.retired", "source.removed"]


def source_entry(
    what: What,
    name: str,
    kind: Kind,
    actor: str,
    at: datetime,
    ends_at: datetime | None = None,
    identity: Identity = "asserted",
) -> Entry:
    """Return the entry of what somebody did with a source. ``ends_at``: of the old secret."""
    return Entry(
        product=SYSTEM_STREAM,
        key=f"source/{name}/{what}/{at.isoformat()}",
        at=at,
        clock_at=at,
        kind=what,
        actor=actor,
        identity=identity,
        about=(f"source:{name}",),
        data={"source": name, "kind": kind, "ends_at": None if ends_at is None else ends_at.isoformat()},
    )
