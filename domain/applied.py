"""How a product file becomes state, and how a later file changes it: only what differs between the two files. Pure."""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from domain.definition import DependencyDefinition, MilestoneDefinition, ProductDefinition, find_cycle
from domain.evolve import RULES
from domain.facts import forget_ended, newer, with_facts
from domain.periods import falls_due
from domain.product import Dependency, Envelope, Goal, Item, Milestone, ProductState, Team

Model = TypeVar("Model", bound=BaseModel)


def first_state(definition: ProductDefinition, at: datetime) -> ProductState:
    """Return the state of a product that was just declared."""
    nothing = definition.model_copy(
        update={"teams": {}, "items": {}, "milestones": {}, "dependencies": {}, "goals": {}}
    )
    empty = ProductState(
        product=definition.product,
        title=definition.title,
        currency=definition.currency,
        time_zone=definition.time_zone,
        people=definition.people,
        policy=definition.policy,
        clock=definition.clock,
        rules=RULES,
        declared=nothing,
        declared_at=at,
        at=at,
        struck_at=at,
        reviewed_at=at,
    )
    return merged(empty, definition, at, at)


def refusal_of(state: ProductState, definition: ProductDefinition) -> str:
    """Say why a file cannot be applied to a product as it stands; empty when it can."""
    if definition.product != state.product:
        return f"product: the file declares {definition.product!r}, not {state.product!r}; ids never change"
    if definition.currency != state.currency:
        return f"currency: {state.currency} cannot become {definition.currency}; amounts would change their meaning"
    if definition.clock != state.clock:
        return "clock: a running product keeps its clock"
    if state.status == "archived":
        return "the product is archived"
    after = merged(state, definition, state.at, state.at)
    cycle = find_cycle({item.id: item.after for item in after.items.values() if item.open})
    if cycle:
        return f"items.{cycle[0]}.after: with what events have added, items wait for each other: {' → '.join(cycle)}"
    return ""


def merged(state: ProductState, definition: ProductDefinition, time: datetime, at: datetime) -> ProductState:
    """Return the state after a file; facts that events set since the last file stay unless the file changed them."""
    old = state.declared
    return state.model_copy(
        update={
            "title": definition.title,
            "time_zone": definition.time_zone,
            "people": definition.people,
            "policy": definition.policy,
            "declared": definition,
            "declared_at": at,
            "teams": _teams(state, definition),
            "goals": state.goals | _goals(state, definition, time),
            "budget_per_period": definition.budget.per_period,
            "budgets": _budgets(state, definition, time),
            "milestones": _milestones(state, old, definition, time, at),
            "items": _items(state, old, definition, time, at),
            "dependencies": _dependencies(state, old, definition, time, at),
        }
    )


def _changed_fields(before: BaseModel | None, after: BaseModel) -> dict[str, Any]:
    """Return the fields of a declared thing that are new or different in the new file."""
    fields = {name: getattr(after, name) for name in type(after).model_fields}
    if before is None:
        return fields
    return {name: value for name, value in fields.items() if value != getattr(before, name)}


def _teams(state: ProductState, new: ProductDefinition) -> dict[str, Team]:
    teams = {name: team.model_copy(update={"allotment": 0.0}) for name, team in state.teams.items()}
    for name, declared in new.teams.items():
        known = teams.get(name) or Team(function=declared.function, lead=declared.lead, allotment=0)
        teams[name] = known.model_copy(
            update={"function": declared.function, "lead": declared.lead, "allotment": declared.allotment}
        )
    return teams


def _goals(state: ProductState, new: ProductDefinition, time: datetime) -> dict[str, Goal]:
    old = state.declared.goals
    changed = {name: weight for name, weight in new.goals.items() if old.get(name) != weight}
    return {
        name: Goal(weight=weight, time=time)
        for name, weight in changed.items()
        if (known := state.goals.get(name)) is None or time >= known.time
    }


def _budgets(state: ProductState, new: ProductDefinition, time: datetime) -> dict[str, Envelope]:
    old = state.declared.budget.periods if state.teams else {}
    budgets = dict(state.budgets)
    for period, total in new.budget.periods.items():
        known = budgets.get(period, Envelope())
        if old.get(period) != total and (known.total_time is None or time >= known.total_time):
            budgets[period] = Envelope(total=total, total_time=time)
    for period in set(old) - set(new.budget.periods):
        budgets[period] = budgets.get(period, Envelope()).model_copy(update={"total": None})
    return budgets


def _milestone_facts(fields: dict[str, Any], time_zone: str) -> dict[str, Any]:
    return {name: falls_due(value, time_zone) if name == "due" else value for name, value in fields.items()}


def _milestones(
    state: ProductState, old: ProductDefinition, new: ProductDefinition, time: datetime, at: datetime
) -> dict[str, Milestone]:
    known = dict(state.milestones)

    def fresh(name: str, declared: MilestoneDefinition) -> Milestone:
        return Milestone(id=name, due=falls_due(declared.due, new.time_zone))

    for name, declared in new.milestones.items():
        facts = _milestone_facts(_changed_fields(old.milestones.get(name), declared), new.time_zone)
        known[name] = with_facts(known.get(name) or fresh(name, declared), facts, time)[0]
    for name in set(old.milestones) - set(new.milestones):
        known[name] = known[name].model_copy(update={"status": "dropped", "ended_at": at})
    return forget_ended(known)


def _items(
    state: ProductState, old: ProductDefinition, new: ProductDefinition, time: datetime, at: datetime
) -> dict[str, Item]:
    known = dict(state.items)
    for name, declared in new.items.items():
        facts = _changed_fields(old.items.get(name), declared)
        known[name] = with_facts(known.get(name) or Item(id=name), facts, time)[0]
    for name in set(old.items) - set(new.items):
        known[name] = known[name].model_copy(update={"status": "dropped", "ended_at": at})
    return forget_ended(known)


def _dependency_facts(fields: dict[str, Any], time_zone: str) -> dict[str, Any]:
    dated = ("needed_by", "promised_for")
    return {
        name: falls_due(value, time_zone) if name in dated and value is not None else value
        for name, value in fields.items()
    }


def _dependencies(
    state: ProductState, old: ProductDefinition, new: ProductDefinition, time: datetime, at: datetime
) -> dict[str, Dependency]:
    known = dict(state.dependencies)

    def fresh(name: str, declared: DependencyDefinition) -> Dependency:
        needed_by = falls_due(declared.needed_by, new.time_zone)
        return Dependency(id=name, needs=declared.needs, provider=declared.provider, needed_by=needed_by)

    for name, declared in new.dependencies.items():
        facts = _dependency_facts(_changed_fields(old.dependencies.get(name), declared), new.time_zone)
        known[name] = with_facts(known.get(name) or fresh(name, declared), facts, time)[0]
    for name in set(old.dependencies) - set(new.dependencies):
        if newer(known[name].times, "status", time):
            gone = {"status": "waived", "reason": "no longer in the product file", "ended_at": at}
            known[name] = known[name].model_copy(update=gone)
    return forget_ended(known)
