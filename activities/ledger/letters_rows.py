"""Dead letters as rows of their table, and back."""

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, literal, select, tuple_

from activities.ledger.tables_intake import dead_letter
from activities.ports_letters import LetterQuery
from domain.letters import Kept, Result, without_secrets
from events.letters import Letter

LONGEST_WORD = 500  # characters of a name that nobody checked; PostgreSQL's indexes take 2,700 bytes
LONGEST_DETAIL = 4_000
MOST = 1_000  # letters in one answer
COLUMNS = [column for column in dead_letter.columns if column.name != "body"]


def storable(letter: Letter) -> Letter:
    """Return a letter that every database takes: no secrets, no lone surrogates, no NUL, no names without end."""
    return replace(
        letter,
        id=_clean(letter.id),
        detail=_clean(letter.detail)[:LONGEST_DETAIL],
        headers={_clean(name): _clean(value) for name, value in without_secrets(letter.headers).items()},
        content_type=_word(letter.content_type),
        product=_word(letter.product),
        source=_word(letter.source),
        event_id=_word(letter.event_id),
        type=_word(letter.type),
    )


def _word(text: str | None) -> str | None:
    return None if text is None else _clean(text)[:LONGEST_WORD]


def _clean(text: str) -> str:
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def new_row(letter: Letter, sealed: str, copy_of: str | None) -> dict[str, Any]:
    """Return the row of a letter that nobody has looked at."""
    return {
        "id": letter.id,
        "way": letter.way,
        "state": "open",
        "reason": letter.reason,
        "detail": letter.detail,
        "product": letter.product,
        "source": letter.source,
        "event_id": letter.event_id,
        "type": letter.type,
        "content_type": letter.content_type,
        "headers": json.dumps(dict(letter.headers)),
        "body": sealed,
        "size": letter.size,
        "digest": letter.digest,
        "at": letter.at,
        "changed_at": letter.at,
        "attempts": 0,
        "copy_of": copy_of,
        "result": "{}",
    }


def kept_of(row: Row[Any]) -> Kept:
    """Return the letter of a row of ``COLUMNS``."""
    letter = Letter(
        id=row.id,
        way=row.way,
        at=row.at,
        reason=row.reason,
        detail=row.detail,
        body=b"",
        size=row.size,
        digest=row.digest,
        content_type=row.content_type,
        headers=json.loads(row.headers),
        product=row.product,
        source=row.source,
        event_id=row.event_id,
        type=row.type,
    )
    result = Result.model_validate_json(row.result)
    return Kept(letter, row.state, row.changed_at, row.attempts, row.copy_of, result)


def selected(query: LetterQuery) -> Select[Any]:
    """Return the statement of a query."""
    table = dead_letter.c
    order = (table.at, table.id) if query.oldest_first else (table.at.desc(), table.id.desc())
    chosen = select(*COLUMNS).order_by(*order).limit(clamp(query.limit))
    for name in ("product", "reason", "way", "state"):
        if (value := getattr(query, name)) is not None:
            chosen = chosen.where(table[name] == value)
    if query.source is not None:
        registered = table.id.startswith(webhook_prefix(query.source), autoescape=True)
        chosen = chosen.where((table.source == query.source) | registered)
    if query.ending is not None:
        chosen = chosen.where(table.id.endswith(query.ending, autoescape=True))
    if query.since is not None:
        chosen = chosen.where(table.at >= query.since)
    if query.until is not None:
        chosen = chosen.where(table.at < query.until)
    if query.after is not None:
        at, letter_id = query.after
        here, there = tuple_(table.at, table.id), tuple_(literal(at, table.at.type), letter_id)
        chosen = chosen.where(here > there if query.oldest_first else here < there)
    return chosen


def webhook_prefix(source: str) -> str:
    """Return how the ids of the letters of a registered source begin (see ``events.webhooks.parking``)."""
    return f"webhook/{source}/"


def clamp(limit: int) -> int:
    return max(1, min(limit, MOST))
