"""What a product file would change in a product: what ends with it first, then what differs, in plain words. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from domain.definition import ProductDefinition
from domain.product import ProductState
from domain.wording import listing, money
from events.errors import shorten

MOST_DIFFERENCES = 50  # of one file that are told one by one; the rest is counted
DROPPED = "not in the file: dropped for good"
WAIVED = "not in the file: waived; what is under way for it ends"
_MONEY = frozenset({"cost", "per_period", "budget_change", "reforecast_change", "overrun", "point_price"})
_ADDED = {"sources": "new; its events reach this product from now on"}
_REMOVED = {
    "teams": "not in the file: gives nothing from now on",
    "sources": "not in the file: its events no longer reach this product",
}
_PLAIN = (
    *("title", "time_zone", "people", "calendar", "calendars", "contacts", "words"),
    *("budget", "goals", "policy", "aliases"),
)
_ENDING = ("items", "milestones", "dependencies")  # what ends when a file no longer lists it
_ORDER = ("dropped", "removed", "changed", "added")


class Difference(BaseModel):
    """One difference between a product file and the product; ``dropped`` is what no later file takes back."""

    model_config = ConfigDict(frozen=True)

    place: str  # as the file names it: ``items.search.cost``
    change: Literal["dropped", "removed", "changed", "added"]
    text: str  # fit for both before and after


class Differences(BaseModel):
    """The differences that are told one by one, what is dropped first, and how many there are besides."""

    model_config = ConfigDict(frozen=True)

    listed: tuple[Difference, ...] = ()
    more: int = 0


def differences(state: ProductState, definition: ProductDefinition) -> Differences:
    """Return what a file changes in what the last one declared; what events have set since is no difference."""
    old, drops = state.declared, drops_of(state, definition)
    found = [*drops, *_fields(old, definition)]
    for part in (*_ENDING, "teams", "sources"):
        found += _things(part, getattr(old, part), getattr(definition, part), old.currency)
    dropped = {one.place for one in drops}
    found = [one for one in found if one.change == "dropped" or one.place not in dropped]
    found.sort(key=lambda one: (_ORDER.index(one.change), one.place))
    return Differences(listed=tuple(found[:MOST_DIFFERENCES]), more=max(0, len(found) - MOST_DIFFERENCES))


def drops_of(state: ProductState, definition: ProductDefinition) -> list[Difference]:
    """Return what a file ends because it no longer lists it: open items, planned milestones, open dependencies."""
    open_ones = {
        "items": {name for name, item in state.items.items() if item.open},
        "milestones": {name for name, one in state.milestones.items() if one.status == "planned"},
        "dependencies": {name for name, one in state.dependencies.items() if one.open},
    }
    return [
        Difference(place=_place((part, name)), change="dropped", text=WAIVED if part == "dependencies" else DROPPED)
        for part in _ENDING
        for name in sorted(set(getattr(state.declared, part)) - set(getattr(definition, part)))
        if name in open_ones[part]
    ]


def unasked_drops(drops: Iterable[Difference]) -> str:
    """Say that a file ends things although nobody said that it should."""
    places = listing([one.place for one in drops], 20)
    return (
        f"the file no longer lists {places}; applying it would end that for good. If the file is older than the "
        "product, put it back; if you mean it, apply the file with drop=true (`tandem apply --drop`)"
    )


def _fields(old: ProductDefinition, new: ProductDefinition) -> Iterator[Difference]:
    """Yield the differences outside the things that have a life of their own."""
    for field in _PLAIN:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            include = {field}
            yield from _compared(
                (field,),
                old.model_dump(mode="json", include=include)[field],
                new.model_dump(mode="json", include=include)[field],
                old.currency,
            )


def _things(
    part: str, old: Mapping[str, BaseModel], new: Mapping[str, BaseModel], currency: str
) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        before, after, place = old.get(name), new.get(name), (part, name)
        if after is None:
            text = _REMOVED.get(part, "not in the file: had ended already")
            yield Difference(place=_place(place), change="removed", text=text)
        elif before is None:
            yield Difference(place=_place(place), change="added", text=_ADDED.get(part, "new"))
        elif before != after:
            yield from _compared(place, before.model_dump(mode="json"), after.model_dump(mode="json"), currency)


def _compared(path: tuple[str, ...], old: Any, new: Any, currency: str) -> Iterator[Difference]:
    """Yield the differences of two JSON values, down to single fields."""
    if old == new:
        return
    if isinstance(old, dict) or isinstance(new, dict):
        old, new = old or {}, new or {}
        for name in sorted({*old, *new}):
            yield from _compared((*path, name), old.get(name), new.get(name), currency)
        return
    before, after = _shown(path, old, currency), _shown(path, new, currency)
    text = f"{before} → {after}" if before != after else f"changed; it starts as before: {after}"
    yield Difference(place=_place(path), change="changed", text=text)


def _shown(path: tuple[str, ...], value: Any, currency: str) -> str:
    if value in (None, "", []):
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and (path[-1] in _MONEY or path[-1].startswith("money_") or "periods" in path[:2]):
        return money(value, currency)
    if isinstance(value, float):
        return f"{value:,.10g}"
    if isinstance(value, list):
        return shorten(", ".join(_one(one) for one in value))
    return shorten(str(value))


def _one(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"first", "last"}:
        return f"{value['first']} to {value['last']}"
    return value if isinstance(value, str) else json.dumps(value)


def _place(path: tuple[str, ...]) -> str:
    return ".".join(shorten(part) for part in path)
