"""How entries are linked, and how a link is checked. Pure: the same rules for the database and for the fake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from activities.ports import LedgerConflictError
from domain.record import FIRST_PREV_HASH, Entry, Recorded, ViewRow, canonical, chain_hash

Head = tuple[int, str]  # seq and hash of the last entry of a stream
START: Head = (0, FIRST_PREV_HASH)


@dataclass
class Linked:
    """What appending a batch comes to."""

    heads: dict[str, Head]  # of the products that grew
    answers: list[Recorded] = field(default_factory=list)  # one per entry, in order
    fresh: list[Recorded] = field(default_factory=list)  # the ones to write
    rows: dict[tuple[str, str], tuple[ViewRow, int]] = field(default_factory=dict)  # with the seq they came with


def link(
    entries: Sequence[Entry],
    heads: Mapping[str, Head],
    known: Mapping[tuple[str, str], Recorded],  # by product and key
    events: Mapping[tuple[str, str, str], str],  # product, source and id -> key of the entry that records it
) -> Linked:
    """Number and chain the new ones among ``entries``. Raises LedgerConflictError."""
    done = Linked(heads={})
    seen, taken = dict(known), dict(events)
    for entry in entries:
        content = entry.content()
        name = (entry.product, entry.key)
        if (old := seen.get(name)) is not None:
            refuse_other_content(old.entry, content)
            done.answers.append(old)
            continue  # its rows are not refreshed either: an old retry must not overwrite newer ones
        if entry.event is not None:
            holder = taken.setdefault((entry.product, *entry.event), entry.key)
            if holder != entry.key:
                raise LedgerConflictError(
                    f"product {entry.product!r}, key {entry.key!r}: event {entry.event[1]!r} of source "
                    f"{entry.event[0]!r} is already recorded under key {holder!r}"
                )
        seq, prev_hash = done.heads.get(entry.product) or heads.get(entry.product, START)
        recorded = Recorded(
            entry=entry.model_copy(update={"data": content["data"], "rows": ()}),  # as it will be read back
            seq=seq + 1,
            prev_hash=prev_hash,
            hash=chain_hash(prev_hash, seq + 1, content),
        )
        done.heads[entry.product] = (recorded.seq, recorded.hash)
        seen[name] = recorded
        done.answers.append(recorded)
        done.fresh.append(recorded)
        for row in entry.rows:
            done.rows[row.kind, row.id] = (row, recorded.seq)
    return done


def refuse_other_content(old: Entry, content: dict[str, Any]) -> None:
    """Raise LedgerConflictError, with the fields that differ, unless ``old`` has this content."""
    before = old.content()
    if canonical(before) != canonical(content):  # not !=: 1, 1.0 and True are spelled, and hashed, differently
        raise LedgerConflictError(
            f"product {old.product!r}, key {old.key!r}: already recorded with other content; "
            f"different: {', '.join(_differing(before, content))}"
        )


def _differing(old: Mapping[str, Any], new: Mapping[str, Any], within: str = "") -> list[str]:
    """Return the names of the fields that are spelled differently, with a step into ``data``."""
    names = []
    for name in sorted({*old, *new}):
        if name in old and name in new and canonical(old[name]) == canonical(new[name]):
            continue
        if name == "data" and not within:
            names += _differing(old[name], new[name], within="data.")
        else:
            names.append(within + name)
    return names


def fault(recorded: Recorded, before: Head) -> str:
    """Return why this entry does not follow from the one before it; empty when it does."""
    seq, prev_hash = before
    if recorded.seq != seq + 1:
        return f"entry {seq + 1} is missing"
    if recorded.prev_hash != prev_hash:
        return f"entry {recorded.seq} does not follow from entry {seq}"
    if recorded.hash != chain_hash(prev_hash, recorded.seq, recorded.entry.content()):
        return f"the content of entry {recorded.seq} is not what was recorded"
    return ""


def end_fault(last: Head, end: Head | None) -> str:
    """Return why a stream whose links hold up to ``last`` does not end there; empty when it does."""
    if last == (end or START):
        return ""
    if end is not None and last[0] < end[0]:
        return f"entry {last[0] + 1} is missing"
    return f"entry {last[0]} is not the one that the stream's head names"
