"""What changed of an item since priorities were last set, by how much, and which events are behind it. Pure."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.causes import cause_of
from domain.product import ProductState
from domain.scoring import demand_of, values_of
from domain.things import Item

MOST_CHANGED = 100  # items, those first whose value changed most
LEAST_POINTS = 0.05  # a change of value that one shows
OF_VALUE = ("values", "value", "urgency", "themes", "goals")  # fields of an item
MOST_CAUSES = 5


class Changed(BaseModel):
    """One item's figures, then and now."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    item: str
    value_before: float | None = None  # None: it was not known then
    value_after: float
    cost_before: int | None = None  # minor units
    cost_after: int
    because: tuple[str, ...] = ()  # in words
    causes: tuple[str, ...] = ()  # ledger keys of events


def changed_inputs(state: ProductState, at: datetime) -> tuple[Changed, ...]:
    """Return the open items whose value or cost is not what it was when priorities were last set; none before that."""
    reference = state.reference
    if reference.at is None:
        return ()
    values = values_of(state, at)
    found = []
    for name, value in values.items():
        item, old = state.items[name], reference.values.get(name)
        by = abs(value - old) if old is not None else value
        if by > LEAST_POINTS or item.cost != reference.costs.get(name):
            found.append((-by, name))
    return tuple(_changed(state, state.items[name], values[name], at) for _, name in sorted(found)[:MOST_CHANGED])


def _changed(state: ProductState, item: Item, value: float, at: datetime) -> Changed:
    reference = state.reference
    old, cost = reference.values.get(item.id), reference.costs.get(item.id)
    because: dict[str, str] = {}  # words -> ledger key
    if item.cost != cost:
        _note(state, because, "its cost", cause_of(item, "cost"), item.times.get("cost"))
    if old is None or abs(value - old) > LEAST_POINTS:
        for field in OF_VALUE:
            _note(state, because, f"its {field}", cause_of(item, field), item.times.get(field))
        for theme in item.themes:
            for signals, who in ((state.market, "the market"), (state.competitors, "a competitor")):
                if theme in signals:
                    _note(state, because, f"{who} on {theme}", signals[theme].cause, signals[theme].time)
            if abs(demand_of(state, theme, at) - reference.demand.get(theme, 0.0)) > LEAST_POINTS:
                because[f"feedback on {theme}"] = ""
        for name in item.goals:
            if name in state.goals:
                _note(state, because, f"goal {name}", state.goals[name].cause, state.goals[name].time)
    return Changed(
        item=item.id,
        value_before=old,
        value_after=value,
        cost_before=cost,
        cost_after=item.cost,
        because=tuple(because)[:MOST_CAUSES],
        causes=tuple(dict.fromkeys(key for key in because.values() if key))[:MOST_CAUSES],
    )


def _note(state: ProductState, because: dict[str, str], words: str, cause: str, time: datetime | None) -> None:
    """Name a fact that came since priorities were last set: by its time, or because it asked for this look."""
    since = state.reference.at
    asked = any(trigger.cause == cause for trigger in state.triggers)
    if asked or (time is not None and since is not None and time > since):
        because[words] = cause
