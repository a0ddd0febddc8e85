"""What follows from milestones and items."""

from datetime import datetime

from domain.forecasts import finish_of, late_items
from domain.periods import days_between, index_of, period_of
from domain.product import ProductState, promise_of, starts_of
from domain.react_dependencies import and_the_plan, carrier_is_gone, no_longer_waits, promised
from domain.react_market import rescored
from domain.reactions import Reactions, all_told, ask, quiet, reacts
from domain.things import Item, Milestone
from domain.wording import days, due_on, listing, money
from events import model

# -- milestones ------------------------------------------------------------------------------------------


@reacts(model.MilestonePlanned)
def _planned(before: ProductState, after: ProductState, event: model.MilestonePlanned, at: datetime) -> Reactions:
    return _dated(before, after, event.milestone, at)


@reacts(model.MilestoneMoved)
def _moved(before: ProductState, after: ProductState, event: model.MilestoneMoved, at: datetime) -> Reactions:
    return _dated(before, after, event.milestone, at)


def _dated(before: ProductState, after: ProductState, name: str, at: datetime) -> Reactions:
    """React to a date: for the plan, and for the dependencies that the milestone carries."""
    milestone = after.milestones[name]
    if "milestones" not in after.policy.watch:
        said = quiet("the policy does not watch milestones")
    elif milestone.status != "planned":
        said = quiet(f"{name} is already {milestone.status}")
    else:
        said = _for_the_plan(before, after, milestone, at)
    return all_told(said, _carried(before, after, name, at))


def _carried(before: ProductState, after: ProductState, name: str, at: datetime) -> Reactions:
    found: Reactions = ()
    for dependency in after.dependencies.values():
        if dependency.milestone == name and dependency.open:
            gone = after.milestones[name].status == "dropped" and promise_of(after, dependency) is None
            said = carrier_is_gone(after, dependency) if gone else promised(after, dependency, at)
            found += and_the_plan(before, after, dependency, said, at)
    return found


def _for_the_plan(before: ProductState, after: ProductState, milestone: Milestone, at: datetime) -> Reactions:
    """React to a date against the one at the last look: many small steps count as much as a large one."""
    known, threshold = before.milestones.get(milestone.id), after.policy.milestone_slip_days
    then = after.reference.dues.get(milestone.id, milestone.due if known is None else known.due)
    later = days_between(then, milestone.due, after.time_zone)
    date = due_on(milestone.due, after.time_zone)
    said = f"{milestone.id} is due {date}"
    if later:
        direction = "later" if later > 0 else "earlier"
        said = f"{milestone.id} moved {days(round(abs(later), 1))} {direction}, to {date}"
    if later >= threshold:
        because = f"{said}, at or over the threshold of {days(threshold)}"
        return ask(after, f"milestone:{milestone.id}", because, at)
    late = late_items(after, milestone) if after.plan is not None and milestone.committed else ()
    if late:
        because = f"{said}; by the plan in force it would be missed because of {listing(late)}"
        return ask(after, f"milestone:{milestone.id}", because, at)
    if later > 0:
        return quiet(f"{said}, below the threshold of {days(threshold)}")
    return quiet(f"{said}; the plan in force meets it" if after.plan is not None else said)


@reacts(model.MilestoneReached)
def _reached(before: ProductState, after: ProductState, event: model.MilestoneReached, at: datetime) -> Reactions:
    return all_told(quiet(f"{event.milestone} is reached"), _carried(before, after, event.milestone, at))


@reacts(model.MilestoneDropped)
def _dropped(before: ProductState, after: ProductState, event: model.MilestoneDropped, at: datetime) -> Reactions:
    known = before.milestones[event.milestone]
    if "milestones" not in after.policy.watch:
        said = quiet("the policy does not watch milestones")
    else:
        said = _let_go(after, known, at)
    return all_told(said, _carried(before, after, known.id, at))


def _let_go(after: ProductState, known: Milestone, at: datetime) -> Reactions:
    waiting = sorted(item.id for item in after.items.values() if item.milestone == known.id and item.open)
    if known.committed and waiting:
        because = f"{known.id} is dropped and no longer holds {listing(waiting)}"
        return ask(after, f"milestone:{known.id}", because, at)
    return quiet(f"nothing that is open was promised for {known.id}")


# -- items -----------------------------------------------------------------------------------------------


@reacts(model.ItemAdded, "items")
def _added(before: ProductState, after: ProductState, event: model.ItemAdded, at: datetime) -> Reactions:
    return _described(before, after, event.item, at)


@reacts(model.ItemChanged, "items")
def _changed(before: ProductState, after: ProductState, event: model.ItemChanged, at: datetime) -> Reactions:
    return _described(before, after, event.item, at)


def _described(before: ProductState, after: ProductState, name: str, at: datetime) -> Reactions:
    item, known = after.items[name], before.items.get(name)
    if not item.open:
        return quiet(f"{name} is already {item.status}")
    decided = f"somebody decided about {name}: every plan funds it" if item.must == "in" else ""
    because = decided if known is None else _reshaped(after, known, item)
    return ask(after, f"item:{name}", because, at) if because else rescored(before, after, f"item:{name}", [item], at)


def _reshaped(after: ProductState, known: Item, item: Item) -> str:
    """Say what plans depend on that has changed since the last look; empty when it is not material."""
    if (known.after, known.milestone, known.duration) != (item.after, item.milestone, item.duration):
        return f"what {item.id} waits for, belongs to or takes in time has changed"
    if known.must != item.must:
        wanted = {"in": "every plan funds it", "out": "no plan funds it", "free": "the planner decides again"}
        return f"somebody decided about {item.id}: {wanted[item.must]}"
    if known.profile != item.profile:
        return f"how the value of {item.id} depends on its date has changed"
    reference, threshold = after.reference, after.policy.capacity_change_days
    then = reference.efforts.get(item.id, known.efforts)
    most = max((abs(item.efforts.get(t, 0) - then.get(t, 0)) for t in (*item.efforts, *then)), default=0.0)
    if item.efforts != known.efforts and most >= threshold:
        said = f"{item.id} takes {days(round(most, 2))} more or fewer of a team"
        return f"{said}, at or over the threshold of {days(threshold)}"
    moved, limit = item.cost - reference.costs.get(item.id, known.cost), max(1, after.policy.reforecast_change)
    if item.cost != known.cost and abs(moved) >= limit:
        said = f"the cost of {item.id} changed by {money(moved, after.currency)}"
        return f"{said}, at or over the threshold of {money(limit, after.currency)}"
    return ""


@reacts(model.ItemStarted, "items")
def _started(before: ProductState, after: ProductState, event: model.ItemStarted, at: datetime) -> Reactions:
    if after.plan is not None and event.item not in starts_of(after):
        return ask(after, f"item:{event.item}", f"{event.item} was started without being in the plan", at)
    return quiet(f"{event.item} is in the plan" if after.plan is not None else "there is no plan yet")


@reacts(model.ItemCompleted)
def _completed(before: ProductState, after: ProductState, event: model.ItemCompleted, at: datetime) -> Reactions:
    finish = finish_of(before, before.items[event.item])
    now = period_of(at, after.time_zone)
    if "items" not in after.policy.watch:
        said = quiet("the policy does not watch items")
    elif finish is not None and index_of(finish, now) > 0:
        because = f"{event.item} is finished ahead of {finish}: its people and money are free"
        said = ask(after, f"item:{event.item}", because, at)
    else:
        said = quiet(f"{event.item} is finished, as planned" if finish is not None else f"{event.item} is finished")
    return all_told(said, no_longer_waits(after, event.item))


@reacts(model.ItemDropped)
def _item_dropped(before: ProductState, after: ProductState, event: model.ItemDropped, at: datetime) -> Reactions:
    if "items" not in after.policy.watch:
        said = quiet("the policy does not watch items")
    elif event.item in starts_of(before) and before.items[event.item].open:
        because = f"{event.item} is dropped: its people and money are free"
        said = ask(after, f"item:{event.item}", because, at)
    else:
        said = quiet(f"{event.item} was not in the plan")
    return all_told(said, no_longer_waits(after, event.item))
