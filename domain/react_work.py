"""What follows from milestones, items and dependencies."""

from datetime import datetime, timedelta

from domain.forecasts import finish_of, late_items, plan_became_impossible
from domain.periods import index_of, period_of
from domain.product import Dependency, Milestone, ProductState, promise_of, starts_of
from domain.react_market import rescored
from domain.reactions import Escalate, NoReaction, Reactions, StandDown, ask, quiet, reacts
from domain.snapshot import earliest_start
from domain.wording import days, listing, money, when
from events import model

DAY = timedelta(days=1)


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
    carried: Reactions = ()
    for dependency in after.dependencies.values():
        if dependency.milestone == name and dependency.open:
            carried += promised(after, dependency, at)
    if "milestones" not in after.policy.watch:
        said: Reactions = quiet("the policy does not watch milestones")
    else:
        said = _for_the_plan(before, after, milestone, at)
    loud = tuple(reaction for reaction in (*said, *carried) if not isinstance(reaction, NoReaction))
    return loud or (*said, *carried)


def _for_the_plan(before: ProductState, after: ProductState, milestone: Milestone, at: datetime) -> Reactions:
    known = before.milestones.get(milestone.id)
    then = milestone.due if known is None else known.due
    later, threshold = (milestone.due - then) / DAY, after.policy.milestone_slip_days
    said = f"{milestone.id} is due {when(milestone.due, after.time_zone)}"
    if later > 0:
        said = f"{milestone.id} moved {days(round(later, 1))} later, to {when(milestone.due, after.time_zone)}"
    elif later < 0:
        said = f"{milestone.id} moved {days(round(-later, 1))} earlier, to {when(milestone.due, after.time_zone)}"
    if later >= threshold:
        because = f"{said}, at or over the threshold of {days(threshold)}"
        return ask(before, after, f"milestone:{milestone.id}", because, at)
    if reactions := _past_due(before, after, milestone, said, at):
        return reactions
    if later > 0:
        return quiet(f"{said}, below the threshold of {days(threshold)}")
    return quiet(f"{said}; the plan in force meets it")


def _past_due(before: ProductState, after: ProductState, milestone: Milestone, said: str, at: datetime) -> Reactions:
    """React when the plan in force would miss a committed date."""
    late = late_items(after, milestone) if after.plan is not None and milestone.committed else ()
    if not late:
        return ()
    because = f"{said}; by the plan in force it would be missed because of {listing(late)}"
    return ask(before, after, f"milestone:{milestone.id}", because, at)


@reacts(model.MilestoneReached, "milestones")
def _reached(before: ProductState, after: ProductState, event: model.MilestoneReached, at: datetime) -> Reactions:
    return quiet(f"{event.milestone} is reached")


@reacts(model.MilestoneDropped, "milestones")
def _dropped(before: ProductState, after: ProductState, event: model.MilestoneDropped, at: datetime) -> Reactions:
    known = before.milestones[event.milestone]
    waiting = sorted(item.id for item in after.items.values() if item.milestone == known.id and item.open)
    if known.committed and waiting:
        because = f"{known.id} is dropped and no longer holds {listing(waiting)}"
        return ask(before, after, f"milestone:{known.id}", because, at)
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
    if known is not None:
        topic = f"item:{name}"
        if (known.after, known.milestone, known.duration) != (item.after, item.milestone, item.duration):
            return ask(before, after, topic, f"what {name} waits for, belongs to or takes in time has changed", at)
        if known.efforts != item.efforts:
            most = max(abs(item.efforts.get(t, 0) - known.efforts.get(t, 0)) for t in (*item.efforts, *known.efforts))
            threshold = after.policy.capacity_change_days
            if most >= threshold:
                said = f"{name} takes {days(round(most, 2))} more or fewer of a team"
                return ask(before, after, topic, f"{said}, at or over the threshold of {days(threshold)}", at)
        moved, limit = abs(item.cost - known.cost), after.policy.reforecast_change
        if moved and moved >= limit:
            said = f"the cost of {name} changed by {money(item.cost - known.cost, after.currency)}"
            return ask(before, after, topic, f"{said}, at or over the threshold of {money(limit, after.currency)}", at)
    return rescored(before, after, f"item:{name}", [item], at)


@reacts(model.ItemStarted, "items")
def _started(before: ProductState, after: ProductState, event: model.ItemStarted, at: datetime) -> Reactions:
    if after.plan is not None and event.item not in starts_of(after):
        return ask(before, after, f"item:{event.item}", f"{event.item} was started without being in the plan", at)
    return quiet(f"{event.item} is in the plan" if after.plan is not None else "there is no plan yet")


@reacts(model.ItemCompleted, "items")
def _completed(before: ProductState, after: ProductState, event: model.ItemCompleted, at: datetime) -> Reactions:
    finish = finish_of(before, before.items[event.item])
    now = period_of(at, after.time_zone)
    if finish is not None and index_of(finish, now) > 0:
        because = f"{event.item} is finished ahead of {finish}: its people and money are free"
        return ask(before, after, f"item:{event.item}", because, at)
    return quiet(f"{event.item} is finished, as planned" if finish is not None else f"{event.item} is finished")


@reacts(model.ItemDropped, "items")
def _item_dropped(before: ProductState, after: ProductState, event: model.ItemDropped, at: datetime) -> Reactions:
    if event.item in starts_of(before) and before.items[event.item].open:
        because = f"{event.item} is dropped: its people and money are free"
        return ask(before, after, f"item:{event.item}", because, at)
    return quiet(f"{event.item} was not in the plan")


# -- dependencies ----------------------------------------------------------------------------------------


@reacts(model.DependencyDeclared)
def _declared(before: ProductState, after: ProductState, event: model.DependencyDeclared, at: datetime) -> Reactions:
    dependency = after.dependencies[event.dependency]
    return _and_the_plan(before, after, dependency, promised(after, dependency, at), at)


@reacts(model.DependencyBlocked)
def _blocked(before: ProductState, after: ProductState, event: model.DependencyBlocked, at: datetime) -> Reactions:
    dependency = after.dependencies[event.dependency]
    if "dependency_blocked" not in after.policy.watch:
        said = quiet("the policy does not watch blocked dependencies")
    elif dependency.status != "blocked":
        said = quiet(f"{dependency.id} is {dependency.status}")
    else:
        said = escalate(after, dependency, f"{dependency.id} is blocked: {dependency.reason}")
    return _and_the_plan(before, after, dependency, said, at)


@reacts(model.DependencyUnblocked)
def _unblocked(before: ProductState, after: ProductState, event: model.DependencyUnblocked, at: datetime) -> Reactions:
    dependency = after.dependencies[event.dependency]
    return _and_the_plan(before, after, dependency, promised(after, dependency, at), at)


@reacts(model.DependencyDelivered)
def _delivered(before: ProductState, after: ProductState, event: model.DependencyDelivered, at: datetime) -> Reactions:
    dependency = after.dependencies[event.dependency]
    said = stand_down(after, dependency, f"{dependency.id} is delivered")
    return _and_the_plan(before, after, dependency, said, at)


def _and_the_plan(
    before: ProductState, after: ProductState, dependency: Dependency, said: Reactions, at: datetime
) -> Reactions:
    """Add a look at the priorities when the plan in force cannot hold now, or a waiting item could enter it."""
    if after.plan is None or "dependency_plans" not in after.policy.watch:
        return said
    first = period_of(at, after.time_zone)
    then, now = earliest_start(before, dependency.needs, first), earliest_start(after, dependency.needs, first)
    item, topic = after.items.get(dependency.needs), f"dependency:{dependency.id}"
    if item is None or not item.open or then == now:
        return said
    if plan_became_impossible(before, after, at):
        asked = ask(before, after, topic, f"{item.id} waits for {dependency.id}", at)
    elif now < then and item.id not in starts_of(after):
        asked = ask(before, after, topic, f"{item.id} no longer waits for {dependency.id} and is not in the plan", at)
    else:
        return said
    loud = tuple(reaction for reaction in (*said, *asked) if not isinstance(reaction, NoReaction))
    return loud or (*said, *asked)


def promised(state: ProductState, dependency: Dependency, at: datetime) -> Reactions:
    """React to what a dependency is promised for, against when it is needed."""
    if dependency.status == "blocked":
        return quiet(f"{dependency.id} is blocked")
    promise = promise_of(state, dependency)
    if promise is None:
        return stand_down(state, dependency, f"{dependency.id} is no longer blocked; no date is promised")
    late, threshold = (promise - dependency.needed_by) / DAY, state.policy.dependency_late_days
    if late <= 0:
        return stand_down(state, dependency, f"{dependency.id} is promised in time")
    said = f"{dependency.id} is promised {days(round(late, 1))} after it is needed"
    if late < threshold:
        return stand_down(state, dependency, f"{said}, below the threshold of {days(threshold)}")
    if dependency.accepted_until is not None and promise <= dependency.accepted_until:
        accepted = when(dependency.accepted_until, state.time_zone)
        return stand_down(state, dependency, f"{said}; a delay until {accepted} is accepted")
    if "dependency_late" not in state.policy.watch:
        return quiet("the policy does not watch late dependencies")
    return escalate(state, dependency, f"{said}, at or over the threshold of {days(threshold)}")


def escalate(state: ProductState, dependency: Dependency, because: str) -> Reactions:
    """Return that a dependency has to be brought to the product owner, unless it already is."""
    number = state.escalations.get(dependency.id)
    if number is not None:
        return quiet(f"{because}; escalation {number} is already open")
    return (Escalate(dependency.id, because),)


def stand_down(state: ProductState, dependency: Dependency, because: str) -> Reactions:
    """Return that an open escalation ends, or that nothing follows."""
    number = state.escalations.get(dependency.id)
    if number is not None:
        return (StandDown(dependency.id, number, because),)
    return quiet(because)
