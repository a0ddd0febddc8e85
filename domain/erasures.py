"""What the ledger keeps of an erasure: who made a customer's text unreadable, and why. Pure."""

from datetime import datetime, timedelta
from urllib.parse import quote

from domain.clock import LAST
from domain.entries import workflow_id
from domain.evolve import event_key
from domain.record import Entry, Identity


def erasure_key(source: str, event_id: str) -> str:
    """Return the ledger key; both are percent-encoded, as either may hold slashes."""
    return f"erased/{quote(source, safe='')}/{quote(event_id, safe='')}"


def erasure_entry(
    product: str,
    event: tuple[str, str],
    actor: str,
    reason: str,
    at: datetime,
    clock_at: datetime,
    identity: Identity = "asserted",
) -> Entry:
    """Return the entry of an erasure; ``event``: source and id of the feedback."""
    source, event_id = event
    return Entry(
        product=product,
        key=erasure_key(source, event_id),
        at=at,
        clock_at=clock_at,
        kind="feedback.erased",
        cause=event_key(source, event_id),
        actor=actor,
        identity=identity,
        workflow=workflow_id("product", product),
        data={"source": source, "id": event_id, "reason": reason},
    )


def clock_since(last: Entry, rate: float, now: datetime, until: datetime | None = None) -> datetime:
    """Return what a product's simulated clock shows at the real instant ``now``, from an entry before it.

    From ``until`` on, by that clock, it runs as fast as any other.
    """
    passed = (now - last.at).total_seconds()
    fast = passed if until is None else min(passed, max(0.0, (until - last.clock_at).total_seconds()) / rate)
    ahead = fast * rate + (passed - fast)
    return last.clock_at + timedelta(seconds=min(ahead, (LAST - last.clock_at).total_seconds()))
