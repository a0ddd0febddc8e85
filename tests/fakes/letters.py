"""Dead letters in a dictionary, held to the same contract as those in the database."""

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from activities.ledger.letters_rows import clamp, storable, webhook_prefix
from activities.ledger.rows import letter_values
from activities.ports import Vault
from activities.ports_letters import Counted, LetterQuery
from domain.letters import Kept, Result, State
from domain.record import SYSTEM_STREAM
from events.letters import Letter, ParkingUnavailableError
from tests.fakes.ledger import FakeLedger

SEALED_AS = (SYSTEM_STREAM, "dead-letter")


class FakeLetters:
    """The port ``Letters``; what products refuse appears as their ledger's rows do."""

    def __init__(self, ledger: FakeLedger, vault: Vault) -> None:
        self.ledger, self.vault = ledger, vault
        self.kept: dict[str, Kept] = {}
        self.bodies: dict[str, str] = {}  # sealed
        self.reachable = True

    async def park(self, letters: Sequence[Letter]) -> None:
        for one in letters:
            await self._keep(one, None)

    async def copy(self, letter: Letter, of: str) -> None:
        await self._keep(letter, of)

    async def _keep(self, given: Letter, copy_of: str | None) -> None:
        if not self.reachable:
            raise ParkingUnavailableError("dead letters cannot be kept at the moment")
        letter = storable(given)
        if letter.id in self.kept:
            return
        (sealed,) = await self.vault.seal([(*SEALED_AS, letter.id, base64.b64encode(letter.body).decode())])
        self.bodies[letter.id] = sealed
        self.kept[letter.id] = Kept(replace(letter, body=b""), "open", letter.at, 0, copy_of, Result())

    async def letters(self, query: LetterQuery) -> list[Kept]:
        def matches(kept: Kept) -> bool:
            letter, here = kept.letter, (kept.letter.at, kept.letter.id)
            after = query.after or here
            return (
                all(getattr(query, name) in (None, getattr(letter, name)) for name in ("product", "reason", "way"))
                and (query.source in (None, letter.source) or letter.id.startswith(webhook_prefix(query.source or "")))
                and letter.id.endswith(query.ending or "")
                and query.state in (None, kept.state)
                and (query.since is None or letter.at >= query.since)
                and (query.until is None or letter.at < query.until)
                and (query.after is None or (here > after if query.oldest_first else here < after))
            )

        found = sorted(filter(matches, self._all()), key=lambda kept: (kept.letter.at, kept.letter.id))
        return (found if query.oldest_first else found[::-1])[: clamp(query.limit)]

    async def letter(self, letter_id: str) -> Kept | None:
        self._all()
        return self.kept.get(letter_id)

    async def of_event(self, source: str, event_id: str) -> list[Kept]:
        return [kept for kept in self._all() if (kept.letter.source, kept.letter.event_id) == (source, event_id)]

    async def body(self, letter_id: str) -> bytes | None:
        sealed = self.bodies.get(letter_id)
        opened = None if sealed is None else await self.vault.open(*SEALED_AS, letter_id, sealed)
        return None if opened is None else base64.b64decode(opened)

    async def move(
        self, kept: Kept, at: datetime, *, state: State, result: Result, attempts: int | None = None
    ) -> Kept | None:
        present = self.kept.get(kept.letter.id)
        if present is None or present.changed_at != kept.changed_at:
            return None
        moved = replace(
            present,
            state=state,
            result=result,
            attempts=present.attempts if attempts is None else attempts,
            changed_at=max(at, present.changed_at + timedelta(microseconds=1)),
        )
        self.kept[kept.letter.id] = moved
        return moved

    async def erase(self, ids: Sequence[str]) -> int:
        return sum([await self.vault.erase(*SEALED_AS, letter_id) for letter_id in ids])

    async def counts(self) -> list[Counted]:
        found = Counter((kept.letter.reason, kept.letter.way, kept.state) for kept in self._all())
        return [Counted(*name, count) for name, count in sorted(found.items())]

    def _all(self) -> list[Kept]:
        """Return all letters, those that the ledger has taken in since among them."""
        for (kind, name), row in self.ledger.views.items():
            if kind == "dead_letter" and name not in self.kept:
                at = next(
                    one.entry.at
                    for one in self.ledger.by_product[row.product]
                    if one.entry.event == (row.data["event"]["source"], row.data["event"]["id"])
                )
                values = letter_values(row, at)
                fields = {field: values[field] for field in Letter.__dataclass_fields__}
                letter = Letter(**fields | {"body": b"", "headers": {}})
                self.kept[name] = Kept(letter, "open", at, 0, None, Result())
        return list(self.kept.values())
