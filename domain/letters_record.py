"""What the ledger keeps of dead letters: who redrove or discarded one, what came of it, which had to go. Pure."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from domain.entries import incident_row, workflow_id
from domain.letters import Candidate, Kept, Link, Try
from domain.record import SYSTEM_STREAM, Entry, Identity, ViewRow
from domain.wording import count


def redriven_about(source: str, event_id: str) -> str:
    """Return what finds the redrives of an event by the source and id that its sender gave."""
    return f"redriven:{source}/{event_id}"


def redriven_entry(
    kept: Kept,
    done: Try,
    links: Sequence[Link],
    stream: str,
    times: tuple[datetime, datetime],
    *,
    of: Kept | None = None,
    late: bool = False,
) -> Entry:
    """Return the entry of one redrive; ``times``: real, and by the product's clock; ``of``: what a copy was made of.

    ``late``: that it was redriven is recorded already, and this is what came of it.
    """
    about = [f"letter:{kept.letter.id}", *_events_about(kept)]
    about += [one for one in _events_about(of) if one not in about]
    data = _named(kept) | {
        "of": None if of is None else {"source": of.letter.source, "id": of.letter.event_id},
        "number": done.number,
        "why": done.reason,
        "came": done.came,
        "late": late,
        "events": [link.model_dump(mode="json") for link in links],
    }
    key = f"{_key(kept)}/redriven/{done.number}{'/came' if late else ''}"
    return _entry(stream, key, "dead_letter.redriven", done.actor, times, data, about, done.identity)


def resent_entry(kept: Kept, done: Try, links: Sequence[Link], stream: str, times: tuple[datetime, datetime]) -> Entry:
    """Return the entry of a letter whose sender sent the same again, and it was taken."""
    data = _named(kept) | {"came": done.came, "events": [link.model_dump(mode="json") for link in links]}
    about = [f"letter:{kept.letter.id}", *_events_about(kept)]
    entry = _entry(stream, f"{_key(kept)}/resent", "dead_letter.resent", done.actor, times, data, about, done.identity)
    return entry.model_copy(update={"identity": "engine"})


def discarded_entry(kept: Kept, done: Try, stream: str, times: tuple[datetime, datetime]) -> Entry:
    """Return the entry of a letter that was given up."""
    data = _named(kept) | {"why": done.reason}
    about = [f"letter:{kept.letter.id}"]
    return _entry(
        stream, f"{_key(kept)}/discarded", "dead_letter.discarded", done.actor, times, data, about, done.identity
    )


def pruned_entry(gone: Sequence[Candidate], now: datetime) -> Entry:
    """Return the entry of letters that had to go; with an incident when somebody should have looked at them."""
    names = hashlib.sha256("\n".join(one.id for one in gone).encode()).hexdigest()[:16]
    key = f"dead-letters/pruned/{now.isoformat()}/{names}"
    waited = sum(one.waits for one in gone)
    text = f"{count(waited, 'dead letter')} that nobody had looked at had to make room; the ledger names each"
    row = incident_row(SYSTEM_STREAM, key, "Dead letters had to make room", text, now)
    rows: tuple[ViewRow, ...] = (row,) if waited else ()
    data: dict[str, Any] = {
        "count": len(gone),
        "waited": waited,
        "letters": [{"id": one.id, "state": one.state, "digest": one.digest} for one in gone],
    }
    entry = _entry(SYSTEM_STREAM, key, "dead_letters.pruned", "tandem", (now, now), data, [])
    return entry.model_copy(update={"rows": rows, "identity": "engine"})


def _events_about(kept: Kept | None) -> list[str]:
    """Return what finds the redrives of the event that a letter names; empty when it names none."""
    if kept is None or not kept.letter.source or not kept.letter.event_id:
        return []
    return [redriven_about(kept.letter.source, kept.letter.event_id)]


def _key(kept: Kept) -> str:
    return f"dead-letter/{quote(kept.letter.id, safe='')}"


def _named(kept: Kept) -> dict[str, Any]:
    letter = kept.letter
    return {
        "letter": letter.id,
        "way": letter.way,
        "reason": letter.reason,
        "source": letter.source,
        "id": letter.event_id,
        "copy_of": kept.copy_of,
        "digest": letter.digest,
    }


def _entry(
    stream: str,
    key: str,
    kind: str,
    actor: str,
    times: tuple[datetime, datetime],
    data: dict[str, Any],
    about: Sequence[str],
    identity: Identity = "asserted",
) -> Entry:
    return Entry(
        product=stream,
        key=key,
        at=times[0],
        clock_at=times[1],
        kind=kind,
        actor=actor,
        identity=identity,
        workflow="" if stream == SYSTEM_STREAM else workflow_id("product", stream),
        about=tuple(about),
        data=data,
    )
