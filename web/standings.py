"""What a proposal said of its items when it was made, for pages that look back over many plans.

Documents never change, so what was read once is kept: fifty plans of five hundred items take 200 ms to read anew.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

from activities.ports import LedgerReader

MOST = 500  # proposals; some 50 kB each with 500 items


class Standing(NamedTuple):
    """What is known of a proposal."""

    values: Mapping[str, float] | None  # by item; None: the snapshot is not on record
    because: tuple[str, ...]  # why priorities were looked at


class Standings:
    """Reads proposals and their snapshots from the ledger."""

    def __init__(self, reader: LedgerReader) -> None:
        self._reader = reader
        self._known: OrderedDict[str, Standing] = OrderedDict()

    async def of(self, proposal: str) -> Standing:
        """Return what a proposal said, by its hash; nothing when it is not on record."""
        known = self._known.get(proposal)
        if known is None:
            known = await self._read(proposal)
            if known.values is not None:  # what is missing may still be written
                self._known[proposal] = known
                if len(self._known) > MOST:
                    self._known.popitem(last=False)
        return known

    async def _read(self, proposal: str) -> Standing:
        document: Any = await self._reader.document(proposal)
        if document is None:
            return Standing(None, ())
        snapshot: Any = await self._reader.document(document["snapshot"])
        values = None if snapshot is None else {task["id"]: task["value"] for task in snapshot["tasks"]}
        return Standing(values, tuple(document["reasons"]))
