"""A stream of the ledger as a file: lines of JSON to recompute the chain from, or a table for a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any, Literal

from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from domain.narrative import line_of
from domain.periods import zone
from domain.record import Recorded
from web.ledger_views import Chosen, Stream, matching
from web.services import Services

Format = Literal["jsonl", "csv"]
MEDIA: dict[Format, str] = {"jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8; header=present"}
HEADER = (
    *("seq", "at", "product_time", "who", "identity", "kind", "what", "why", "about"),
    *("event_source", "event_id", "hash"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # some programs take the wide ones as well
TOGETHER = 100  # lines that are sent in one piece


class Exported(BaseModel):
    """One line of an export: `hash` is SHA-256 over the canonical JSON of [prev_hash, seq, entry]."""

    seq: int
    prev_hash: str
    hash: str
    simulated_clock: bool
    entry: dict[str, Any]


def exported(svc: Services, stream: Stream, chosen: Chosen, form: Format) -> StreamingResponse:
    """Return the answer that sends entries, oldest first, while they are read."""
    lines = _json_lines if form == "jsonl" else _csv_lines
    name = f"ledger-{stream.name.strip('_')}.{form}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines(svc, stream, chosen), media_type=MEDIA[form], headers=headers)


async def _json_lines(svc: Services, stream: Stream, chosen: Chosen) -> AsyncIterator[bytes]:
    async for kept in matching(svc, stream, chosen):
        line = kept.model_dump(mode="json", exclude={"entry": {"rows"}})
        yield Exported(simulated_clock=stream.simulated, **line).model_dump_json().encode() + b"\n"


async def _csv_lines(svc: Services, stream: Stream, chosen: Chosen) -> AsyncIterator[bytes]:
    out = io.StringIO()
    table = csv.writer(out)  # its defaults are those of RFC 4180
    table.writerow(HEADER)
    waiting = 0
    async for kept in matching(svc, stream, chosen):
        table.writerow([kept.seq, *map(defused, _cells(kept, stream))])
        waiting += 1
        if waiting == TOGETHER:
            yield _taken(out)
            waiting = 0
    yield _taken(out)


def defused(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, whoever wrote what is in it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cells(kept: Recorded, stream: Stream) -> tuple[str, ...]:
    entry, line = kept.entry, line_of(kept)
    source, event_id = entry.event or ("", "")
    return (
        entry.at.astimezone(UTC).isoformat(),
        entry.clock_at.astimezone(zone(stream.time_zone)).isoformat(),
        line.actor,
        entry.identity,
        entry.kind,
        line.what,
        line.why,
        " ".join(entry.about),
        source,
        event_id,
        kept.hash,
    )


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()
