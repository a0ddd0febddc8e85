"""How milestones, items and dependencies change a product."""

from datetime import datetime
from typing import Any

from domain.causes import caused
from domain.definition import MAX_DEPENDENCIES, MAX_ITEMS, MAX_MILESTONES, find_cycle, unknown
from domain.evolve import APPLIED, Step, event_key, handles, refused, superseded
from domain.facts import forget_ended, newer, put, with_facts
from domain.lead_times import asked_at, with_delivery
from domain.observed import promised_end, with_item, with_milestone
from domain.periods import falls_due, period_of
from domain.product import DEBT_SUBJECT, ProductState
from domain.things import Dependency, Item, Milestone
from events import internal, model

ITEM_FIELDS = (
    *("title", "cost", "efforts", "duration", "after", "milestone", "themes", "goals", "values", "value", "urgency"),
    *("profile", "must"),
)


# -- milestones ------------------------------------------------------------------------------------------


@handles(model.MilestonePlanned)
def _planned(state: ProductState, event: model.MilestonePlanned, at: datetime) -> Step:
    due = falls_due(event.due, state.time_zone)
    known = state.milestones.get(event.milestone)
    opens = known is None or known.status == "reached"  # what was reached may be opened again
    if opens and sum(one.status == "planned" for one in state.milestones.values()) >= MAX_MILESTONES:
        return refused(state, f"the product already has {MAX_MILESTONES} planned milestones")
    facts: dict[str, Any] = {"due": due, "committed": event.committed, "status": "planned", "ended_at": None}
    if event.title:
        facts["title"] = event.title
    return _milestone(state, known or Milestone(id=event.milestone, due=due), facts, event)


@handles(model.MilestoneMoved)
def _moved(state: ProductState, event: model.MilestoneMoved, at: datetime) -> Step:
    known = state.milestones.get(event.milestone)
    if known is None:
        return refused(state, unknown("milestone", event.milestone, state.milestones))
    return _milestone(state, known, {"due": falls_due(event.due, state.time_zone)}, event)


@handles(model.MilestoneReached)
def _reached(state: ProductState, event: model.MilestoneReached, at: datetime) -> Step:
    known = state.milestones.get(event.milestone)
    if known is None:
        return refused(state, unknown("milestone", event.milestone, state.milestones))
    return _milestone(state, known, {"status": "reached", "ended_at": at}, event)


@handles(model.MilestoneDropped)
def _dropped(state: ProductState, event: model.MilestoneDropped, at: datetime) -> Step:
    known = state.milestones.get(event.milestone)
    if known is None:
        return refused(state, unknown("milestone", event.milestone, state.milestones))
    if known.status == "dropped":
        return superseded(state, f"{event.milestone} is already dropped")
    gone = known.model_copy(update={"status": "dropped", "ended_at": at})  # final: whatever its time says
    milestones = forget_ended(put(state.milestones, gone.id, gone), gone.id)
    return state.model_copy(update={"milestones": milestones}), APPLIED


@handles(internal.ForecastPastDue)
def _past_due(state: ProductState, event: internal.ForecastPastDue, at: datetime) -> Step:
    known = state.milestones.get(event.milestone)
    if known is None or known.status != "planned" or known.due != event.due:
        return superseded(state, f"{event.milestone} no longer waits for that date")
    if known.warned == event.due:
        return superseded(state, f"this date of {event.milestone} was warned of before")
    warned = known.model_copy(update={"warned": event.due})
    return state.model_copy(update={"milestones": put(state.milestones, known.id, warned)}), APPLIED


def _milestone(state: ProductState, known: Milestone, facts: dict[str, Any], event: model.Event) -> Step:
    if known.status == "dropped":
        return superseded(state, f"{known.id} was dropped, which is final")
    after, old = with_facts(known, facts, event.time)
    if len(old) == len(facts):
        return superseded(state, f"a newer {old[0].replace('_', ' ')} of {known.id} is known")
    if after.status == "planned" and (known.promised is None or known.status == "reached"):  # promised first, or anew
        after = after.model_copy(update={"promised": after.due, "promised_at": event.time, "warned": None})
    milestones = forget_ended(put(state.milestones, known.id, after), known.id)
    slips = with_milestone(state.slips, known, after, state.time_zone)
    return state.model_copy(update={"milestones": milestones, "slips": slips}), APPLIED


# -- items -----------------------------------------------------------------------------------------------

FULL = f"the product already has {MAX_ITEMS} open items"


def _full(state: ProductState) -> bool:
    return sum(item.open for item in state.items.values()) >= MAX_ITEMS


def with_items(state: ProductState, items: dict[str, Item], keep: str = "") -> ProductState:
    """Return the state with these items; with an ended item that is forgotten, what only it waited for is too."""
    kept = forget_ended(items, keep)
    dependencies = state.dependencies
    if len(kept) < len(items):
        dependencies = {name: one for name, one in dependencies.items() if one.needs in kept}
    return state.model_copy(update={"items": kept, "dependencies": dependencies})


@handles(model.ItemAdded)
def _added(state: ProductState, event: model.ItemAdded, at: datetime) -> Step:
    known = state.items.get(event.item)
    if known is None and _full(state):
        return refused(state, FULL)
    facts = {field: getattr(event, field) for field in ITEM_FIELDS}
    return _item(state, known or Item(id=event.item), facts, event)


@handles(model.ItemChanged)
def _changed(state: ProductState, event: model.ItemChanged, at: datetime) -> Step:
    known = state.items.get(event.item)
    if known is None:
        return refused(state, unknown("item", event.item, state.items))
    facts = {field: value for field in ITEM_FIELDS if (value := getattr(event, field)) is not None}
    return _item(state, known, facts, event)


def _item(state: ProductState, known: Item, facts: dict[str, Any], event: model.Event) -> Step:
    if known.status == "dropped":
        return superseded(state, f"{known.id} was dropped, which is final")
    after, old = with_facts(known, facts, event.time)
    if facts and len(old) == len(facts):
        return superseded(state, f"what is known of {known.id} is newer")
    if because := _unknown_names(state, known.id, {name: facts[name] for name in facts if name not in old}):
        return refused(state, because)
    after = caused(known, after, (name for name in facts if name not in old), event_key(event.source, event.id))
    return state.model_copy(update={"items": put(state.items, known.id, after)}), APPLIED


def _unknown_names(state: ProductState, item: str, facts: dict[str, Any]) -> str:
    for team in facts.get("efforts") or ():
        if team not in state.teams:
            return unknown("team", team, state.teams)
    for other in facts.get("after") or ():
        if other not in state.items:
            return unknown("item", other, state.items)
    milestone = facts.get("milestone")
    if milestone is not None and milestone not in state.milestones:
        return unknown("milestone", milestone, state.milestones)
    if facts.get("after"):
        # Finished items count too: work on them may begin again.
        waits = {other.id: other.after for other in state.items.values() if other.status != "dropped"}
        if cycle := find_cycle({**waits, item: facts["after"]}):
            return f"the items would wait for each other in a circle: {' → '.join(cycle)}"
    return ""


@handles(model.ItemStarted)
def _started(state: ProductState, event: model.ItemStarted, at: datetime) -> Step:
    known = state.items.get(event.item)
    if known is not None and known.status == "completed" and _full(state):
        return refused(state, FULL)
    facts: dict[str, Any] = {"status": "started", "started_in": period_of(at, state.time_zone), "ended_at": None}
    if known is not None and known.status == "started":
        facts["started_in"] = known.started_in or facts["started_in"]  # said again: work goes on, it begins not anew
    elif known is not None:
        facts["promised_end"] = known.promised_end or promised_end(state, known)
    return _item_status(state, event.item, facts, event)


@handles(model.ItemCompleted)
def _completed(state: ProductState, event: model.ItemCompleted, at: datetime) -> Step:
    facts: dict[str, Any] = {"status": "completed", "ended_at": at}
    if (known := state.items.get(event.item)) is not None and known.status == "planned":  # nobody said that it began
        facts["promised_end"] = promised_end(state, known)
    return _item_status(state, event.item, facts, event)


def _item_status(state: ProductState, name: str, facts: dict[str, Any], event: model.Event) -> Step:
    known = state.items.get(name)
    if known is None:
        return refused(state, unknown("item", name, state.items))
    if known.status == "dropped":
        return superseded(state, f"{name} was dropped, which is final")
    if not newer(known.times, "status", event.time):
        return superseded(state, f"a newer status of {name} is known")
    after = known.model_copy(update={**facts, "times": put(known.times, "status", event.time)})
    slips = with_item(state.slips, known, after, state.time_zone)
    state = state if slips is state.slips else state.model_copy(update={"slips": slips})
    return with_items(state, put(state.items, name, after), name), APPLIED


@handles(model.ItemDropped)
def _item_dropped(state: ProductState, event: model.ItemDropped, at: datetime) -> Step:
    known = state.items.get(event.item)
    if known is None:
        return refused(state, unknown("item", event.item, state.items))
    if known.status == "dropped":
        return superseded(state, f"{event.item} is already dropped")
    gone = known.model_copy(update={"status": "dropped", "ended_at": at})  # final: whatever its time says
    return with_items(state, put(state.items, gone.id, gone), gone.id), APPLIED


# -- dependencies ----------------------------------------------------------------------------------------


@handles(model.DependencyDeclared)
def _declared(state: ProductState, event: model.DependencyDeclared, at: datetime) -> Step:
    if event.dependency == DEBT_SUBJECT:
        return refused(state, f"the id {DEBT_SUBJECT} is reserved")
    if event.needs not in state.items:
        return refused(state, unknown("item", event.needs, state.items))
    if event.provider not in state.teams:
        return refused(state, unknown("team", event.provider, state.teams))
    if event.milestone is not None and event.milestone not in state.milestones:
        return refused(state, unknown("milestone", event.milestone, state.milestones))
    needed_by = falls_due(event.needed_by, state.time_zone)
    facts: dict[str, Any] = {"needs": event.needs, "provider": event.provider, "needed_by": needed_by}
    facts |= _promise(state, event.promised_for)
    if event.milestone is not None:
        facts["milestone"] = event.milestone
    if event.reason:
        facts["reason"] = event.reason
    known = state.dependencies.get(event.dependency)
    fresh = Dependency(id=event.dependency, needs=event.needs, provider=event.provider, needed_by=needed_by)
    return _dependency(state, known or fresh, facts, event)


@handles(model.DependencyBlocked)
def _blocked(state: ProductState, event: model.DependencyBlocked, at: datetime) -> Step:
    facts = {"status": "blocked", "reason": event.reason, **_promise(state, event.promised_for)}
    return _dependency_status(state, event.dependency, facts, event)


@handles(model.DependencyUnblocked)
def _unblocked(state: ProductState, event: model.DependencyUnblocked, at: datetime) -> Step:
    facts = {"status": "declared", "reason": event.reason, **_promise(state, event.promised_for)}
    return _dependency_status(state, event.dependency, facts, event)


@handles(model.DependencyDelivered)
def _delivered(state: ProductState, event: model.DependencyDelivered, at: datetime) -> Step:
    return _dependency_status(state, event.dependency, {"status": "delivered", "ended_at": at}, event)


def _promise(state: ProductState, promised_for: Any) -> dict[str, Any]:
    return {} if promised_for is None else {"promised_for": falls_due(promised_for, state.time_zone)}


def _dependency_status(state: ProductState, name: str, facts: dict[str, Any], event: model.Event) -> Step:
    known = state.dependencies.get(name)
    if known is None:
        return refused(state, unknown("dependency", name, state.dependencies))
    return _dependency(state, known, {"ended_at": None, **facts}, event)


def _dependency(state: ProductState, known: Dependency, facts: dict[str, Any], event: model.Event) -> Step:
    after, old = with_facts(known, facts, event.time)
    if len(old) == len(facts):
        return superseded(state, f"what is known of {known.id} is newer")
    before = state.dependencies.get(known.id)
    opens = after.open and (before is None or not before.open)
    if opens and sum(one.open for one in state.dependencies.values()) >= MAX_DEPENDENCIES:
        return refused(state, f"the product already has {MAX_DEPENDENCIES} open dependencies")
    after = asked_at(before, after, event.time)
    dependencies = forget_ended(put(state.dependencies, known.id, after), known.id)
    teams = with_delivery(state.teams, before, after, state.time_zone)
    return state.model_copy(update={"dependencies": dependencies, "teams": teams}), APPLIED
