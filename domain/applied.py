"""How a product file becomes state, and how a later file changes it: only what differs between the two files. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from domain.causes import by_file
from domain.definition import (
    MAX_DEPENDENCIES,
    MAX_ITEMS,
    MAX_MILESTONES,
    BudgetDefinition,
    ProductDefinition,
    find_cycle,
)
from domain.envelope import Envelope
from domain.evolve import RULES
from domain.evolve_work import with_items
from domain.facts import bounded, forget_ended, newer, with_facts
from domain.lead_times import asked_at, with_delivery
from domain.periods import falls_due, period_of, shift
from domain.product import PAST_PERIODS, ProductState
from domain.things import Dependency, Goal, Item, Milestone, Team
from events.fields import Proof
from events.internal import SOURCE, ProductApplied

TEAM_FACTS = ("function", "lead", "allotment", "cadence", "calendar")

Known = TypeVar("Known", Item, Milestone, Dependency)
Facts = dict[str, dict[str, Any]]  # name -> field -> value


def first_state(definition: ProductDefinition, at: datetime) -> ProductState:
    """Return the state of a product that was just declared."""
    nothing = definition.model_copy(
        update={
            "teams": {},
            "items": {},
            "milestones": {},
            "dependencies": {},
            "goals": {},
            "budget": BudgetDefinition(),
            "sources": {},
            "aliases": {},
        }
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


def declared(
    definition: ProductDefinition,
    actor: str,
    call: str,
    at: datetime,
    identity: Proof = "asserted",
) -> ProductApplied:
    """Return the event of a product file that a person applies; ``call`` tells one call from another."""
    return ProductApplied(
        id=f"applied/{call}",
        source=SOURCE,
        product=definition.product,
        time=at,
        definition=definition.model_dump(mode="json"),
        actor=actor,
        identity=identity,
    )


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
    return _dropped_again(state, definition) or _beyond(merged(state, definition, state.at, state.at))


def _dropped_again(state: ProductState, definition: ProductDefinition) -> str:
    """Say which id a file declares anew although it was dropped, which is final."""
    old = state.declared
    for part, known, new in (
        ("items", state.items, set(definition.items) - set(old.items)),
        ("milestones", state.milestones, set(definition.milestones) - set(old.milestones)),
    ):
        for name in sorted(new):
            if name in known and known[name].status == "dropped":
                return f"{part}.{name}: was dropped, which is final; declare it under another id"
    return ""


def _beyond(after: ProductState) -> str:
    """Say what would be too much, or a circle, together with what events have added."""
    for part, count, most in (
        ("items", sum(item.open for item in after.items.values()), MAX_ITEMS),
        ("milestones", sum(one.status == "planned" for one in after.milestones.values()), MAX_MILESTONES),
        ("dependencies", sum(one.open for one in after.dependencies.values()), MAX_DEPENDENCIES),
    ):
        if count > most:
            return f"{part}: with what events have added there would be {count:,} open ones; {most:,} are the most"
    cycle = find_cycle({item.id: item.after for item in after.items.values() if item.status != "dropped"})
    if cycle:
        return f"items.{cycle[0]}.after: with what events have added, items wait for each other: {' → '.join(cycle)}"
    return ""


def merged(state: ProductState, definition: ProductDefinition, time: datetime, at: datetime) -> ProductState:
    """Return the state after a file; facts that events set since the last file stay unless the file changed them."""
    old = state.declared
    with_rest = state.model_copy(
        update={
            "title": definition.title,
            "time_zone": definition.time_zone,
            "people": definition.people,
            "policy": definition.policy,
            "declared": definition,
            "declared_at": at,
            "goals": _goals(state, definition, time),
            "budget_per_period": definition.budget.per_period,
            "budgets": _budgets(state, definition, time, at),
            "milestones": forget_ended(_milestones(state, old, definition, time, at)),
            "dependencies": forget_ended(_dependencies(state, old, definition, time, at)),
        }
    )
    after = with_items(with_rest, _items(state, old, definition, time, at))
    teams = _teams(after, old, definition)
    for name, known in state.dependencies.items():
        if known.status == "delivered" and name in after.dependencies:  # and maybe declared again
            teams = with_delivery(teams, known, after.dependencies[name], state.time_zone)
    return after.model_copy(update={"teams": teams})


def _facts(things: Mapping[str, BaseModel], time_zone: str) -> Facts:
    """Return what a file says of each thing; dates as the instants at which they fall due there."""
    return {
        name: {
            field: falls_due(value, time_zone) if isinstance(value := getattr(thing, field), date) else value
            for field in type(thing).model_fields
        }
        for name, thing in things.items()
    }


def _changed(known: Mapping[str, Known], old: Facts, new: Facts, time: datetime) -> dict[str, Known]:
    """Return the known things with the fields in which the two files differ.

    What both files declare and the product no longer knows ended long ago and was forgotten: it stays so.
    """
    after = dict(known)
    for name, facts in new.items():
        before = old.get(name, {})
        if name in known:
            differing = {
                field: value for field, value in facts.items() if field not in before or value != before[field]
            }
            after[name] = with_facts(known[name], differing, time)[0]
    return after


def _teams(state: ProductState, old: ProductDefinition, new: ProductDefinition) -> dict[str, Team]:
    """Return the teams of the file; a team that is gone stays, with nothing to give, while open work names it."""
    named = {team for item in state.items.values() if item.open for team in item.efforts}
    named |= {one.provider for one in state.dependencies.values() if one.open}
    teams = {
        name: team.model_copy(update={"allotment": 0.0, "capacity": {}, "times": {}})
        for name, team in state.teams.items()
        if name in named and name not in new.teams
    }
    for name, declared in new.teams.items():
        known = state.teams.get(name) or Team(function=declared.function, lead=declared.lead, allotment=0)
        teams[name] = known.model_copy(update={field: getattr(declared, field) for field in TEAM_FACTS})
    return teams


def _goals(state: ProductState, new: ProductDefinition, time: datetime) -> dict[str, Goal]:
    old, goals = state.declared.goals, dict(state.goals)

    def as_new(name: str) -> bool:
        return name not in goals or time >= goals[name].time

    for name, weight in new.goals.items():
        if old.get(name) != weight and as_new(name):
            goals[name] = Goal(weight=weight, time=time)
    for name in set(old) - set(new.goals):
        if name in goals and as_new(name):
            del goals[name]
    return bounded(goals)


def _budgets(state: ProductState, new: ProductDefinition, time: datetime, at: datetime) -> dict[str, Envelope]:
    old, budgets = state.declared.budget.periods, dict(state.budgets)
    for period in sorted({*old, *new.budget.periods}):
        total, known = new.budget.periods.get(period), budgets.get(period, Envelope())
        if old.get(period) != total and (known.total_time is None or time >= known.total_time):
            budgets[period] = known.with_total(total, time)
    if state.declared.teams and new.budget.per_period != state.budget_per_period:  # not the first file
        _keep_past(budgets, state.budget_per_period, period_of(at, new.time_zone))
    return budgets


def _keep_past(budgets: dict[str, Envelope], usual: int, now: str) -> None:
    """Let past periods keep the usual envelope that they had: what they left over must not change afterwards."""
    for back in range(1, PAST_PERIODS + 1):
        period = shift(now, -back)
        known = budgets.get(period, Envelope())
        if known.total is None:
            budgets[period] = known.model_copy(update={"total": usual})


def _milestones(
    state: ProductState, old: ProductDefinition, new: ProductDefinition, time: datetime, at: datetime
) -> dict[str, Milestone]:
    before, facts = _facts(old.milestones, state.time_zone), _facts(new.milestones, new.time_zone)
    fresh = {
        name: Milestone(id=name, due=facts[name]["due"], promised=facts[name]["due"], promised_at=time)
        for name in facts
        if name not in state.milestones and name not in before
    }
    known = _changed({**state.milestones, **fresh}, before, facts, time)
    for name in set(before) - set(facts):
        if name in known and known[name].status == "planned":
            known[name] = known[name].model_copy(update={"status": "dropped", "ended_at": at})
    return known


def _items(
    state: ProductState, old: ProductDefinition, new: ProductDefinition, time: datetime, at: datetime
) -> dict[str, Item]:
    before, facts = _facts(old.items, state.time_zone), _facts(new.items, new.time_zone)
    fresh = {name: Item(id=name) for name in facts if name not in state.items and name not in before}
    changed = _changed({**state.items, **fresh}, before, facts, time)
    known = {name: by_file(state.items.get(name), item) for name, item in changed.items()}
    for name in set(before) - set(facts):
        if name in known and known[name].open:
            known[name] = known[name].model_copy(update={"status": "dropped", "ended_at": at})
    return known


def _dependencies(
    state: ProductState, old: ProductDefinition, new: ProductDefinition, time: datetime, at: datetime
) -> dict[str, Dependency]:
    before, facts = _facts(old.dependencies, state.time_zone), _facts(new.dependencies, new.time_zone)
    fresh = {
        name: Dependency(**{field: facts[name][field] for field in ("needs", "provider", "needed_by")}, id=name)
        for name in facts
        if name not in state.dependencies and name not in before
    }
    known = _changed({**state.dependencies, **fresh}, before, facts, time)
    for name in set(before) - set(facts):
        if name in known and known[name].open and newer(known[name].times, "status", time):
            known[name] = _with_status(known[name], "waived", time, at, "no longer in the product file")
    for name in set(facts) - set(before):
        if not known[name].open and newer(known[name].times, "status", time):
            known[name] = _with_status(known[name], "declared", time, None, known[name].reason)
    return {name: asked_at(state.dependencies.get(name), one, time) for name, one in known.items()}


def _with_status(known: Dependency, status: str, time: datetime, ended_at: datetime | None, why: str) -> Dependency:
    times = {**known.times, **dict.fromkeys(("status", "ended_at", "reason"), time)}
    return known.model_copy(update={"status": status, "reason": why, "ended_at": ended_at, "times": times})
