"""Which event set what is known of an item: the way from a figure back to the ledger. Pure.

What a product file says has no cause here: a large file would bloat the state, and the ledger has the file's entry.
"""

from collections.abc import Iterable

from domain.things import Item

REST = "rest"  # stands for every field that is not named: most are set by the one event that added the item
FIELDS = (
    *("values", "value", "urgency", "profile", "must", "themes", "goals"),
    *("cost", "efforts", "duration", "after", "milestone"),
)  # what value and plan depend on


def caused(before: Item, after: Item, fields: Iterable[str], key: str) -> Item:
    """Return an item whose fields were just set by the event with this ledger key; ``key`` empty: by a product file."""
    causes = {field: cause_of(before, field) for field in FIELDS}
    causes |= {field: key for field in fields if field in causes}
    keys = list(causes.values())
    rest = max(set(keys), key=lambda one: (keys.count(one), one))
    named = {field: one for field, one in causes.items() if one != rest}
    return after.model_copy(update={"causes": {REST: rest, **named} if rest else named})


def by_file(before: Item | None, after: Item) -> Item:
    """Return an item after a product file: what the file changed has no cause among the events any more."""
    if before is None or before is after or not before.causes:
        return after
    changed = (
        field
        for field in FIELDS
        if (getattr(before, field), before.times.get(field)) != (getattr(after, field), after.times.get(field))
    )
    return caused(before, after, changed, "")


def cause_of(item: Item, field: str) -> str:
    """Return the ledger key of the event that set a field last; empty: the product file did, or nobody."""
    return item.causes.get(field, item.causes.get(REST, ""))
