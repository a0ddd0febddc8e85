"""The texts of a product whose theme their senders gave, opened for training; erased ones cannot be."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from activities.feedback.training import MAX_CHARACTERS, MAX_EXAMPLES, Example
from activities.ports import LedgerQuery, LedgerReader, Vault
from domain.record import Recorded
from events.statement import UNSORTED

PAGE = 500
TOGETHER = 16  # texts opened at the same time


@dataclass(slots=True)
class Labelled:
    """Examples from a product's own ledger, the newest first."""

    examples: list[Example] = field(default_factory=list)
    erased: int = 0
    characters: int = 0

    @property
    def full(self) -> bool:
        """Tell whether no more examples are taken."""
        return len(self.examples) >= MAX_EXAMPLES or self.characters >= MAX_CHARACTERS


async def labelled(reader: LedgerReader, vault: Vault, product: str) -> Labelled:
    """Return a product's newest labelled texts. Raises VaultUnavailableError and BrokenSealError."""
    found, before = Labelled(), 0
    while not found.full:
        query = LedgerQuery(product=product, kind="feedback.received", newest_first=True, after_seq=before, limit=PAGE)
        page = await reader.entries(query)
        usable = [kept for kept in page if _labelled(kept.entry.data)]
        for start in range(0, len(usable), TOGETHER):
            some = usable[start : start + TOGETHER]
            texts = await asyncio.gather(*(_opened(vault, kept) for kept in some))
            for kept, text in zip(some, texts, strict=True):
                _take(found, str(kept.entry.data["event"]["theme"]), text)
        if len(page) < PAGE:
            break
        before = page[-1].seq
    return found


def _take(found: Labelled, theme: str, text: str | None) -> None:
    if text is None:
        found.erased += 1
    elif text.strip() and not found.full:
        found.examples.append(Example(theme, text))
        found.characters += len(text)


def _labelled(data: dict[str, Any]) -> bool:
    event = data["event"]
    inferred = (event.get("inferred") or {}).get("fields", ())
    theme = event.get("theme")
    return bool(data["outcome"] == "applied" and event.get("text") and theme and theme != UNSORTED) and (
        "theme" not in inferred
    )


async def _opened(vault: Vault, kept: Recorded) -> str | None:
    source, event_id = kept.entry.event or ("", "")
    return await vault.open(kept.entry.product, source, event_id, str(kept.entry.data["event"]["text"]))
