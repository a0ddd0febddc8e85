"""How a dead letter becomes events again, for the ways in that need nothing but the letter or the ledger."""

import json

from activities.ports import LedgerReader, Vault
from activities.ports_letters import StillUnreadableError
from events.codec import EXTERNAL_TYPES, decode_json
from events.errors import EventError
from events.kafka_binding import read_record
from events.letters import Letter
from events.model import FeedbackReceived
from events.stream_letters import KAFKA_BROKEN, KAFKA_KEY, TOMBSTONE
from events.union import EXTERNAL, External


async def from_copy(letter: Letter) -> list[External]:
    """Return the event of an edited copy. Raises EventError."""
    return [decode_json(letter.body)]


async def from_kafka(letter: Letter) -> list[External]:
    """Return the event of a record. Raises EventError, StillUnreadableError."""
    if letter.detail == TOMBSTONE:
        raise StillUnreadableError("invalid", f"{TOMBSTONE}; discard it")
    if broken := letter.headers.get(KAFKA_BROKEN):
        raise EventError.at(("headers",), f"given twice, or no UTF-8 text: {broken}; redrive an edited copy")
    key = letter.headers.get(KAFKA_KEY)
    headers = [(name, value.encode()) for name, value in letter.headers.items() if name != KAFKA_KEY]
    return [read_record(None if key is None else key.encode(), headers, letter.body)]


class Refused:
    """Events that their products refused: the ledger has them, and the vault what customers wrote."""

    def __init__(self, reader: LedgerReader, vault: Vault) -> None:
        self._reader, self._vault = reader, vault

    async def again(self, letter: Letter) -> list[External]:
        """Return the event; an erased text stays empty. Raises StillUnreadableError, VaultUnavailableError."""
        event, _ = await self.read(letter)
        return [event]

    async def read(self, letter: Letter) -> tuple[External, bool]:
        """Return the event, and whether its text is erased."""
        found = await self._reader.event(letter.source or "", letter.event_id or "")
        kept = next((one.entry.data["event"] for one in found if one.entry.product == letter.product), None)
        if kept is None or kept.get("type") not in EXTERNAL_TYPES:
            why = "the ledger has no such event" if kept is None else "Tandem raised this event itself"
            raise StillUnreadableError("refused", why)
        event = EXTERNAL.validate_json(json.dumps(kept))
        if not isinstance(event, FeedbackReceived) or not event.text:
            return event, False
        text = await self._vault.open(event.product, event.source, event.id, event.text)
        return event.model_copy(update={"text": text or ""}), text is None
