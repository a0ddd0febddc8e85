"""A document of the ledger in a few sentences: a proposal, a plan, what it was planned from. Pure."""

from typing import Any

from pydantic import ValidationError

from domain.narrative_parts import change_of
from domain.planning import Plan, Snapshot
from domain.proposals import Proposal
from domain.wording import count, listing, money, percent, points


def told(content: Any) -> tuple[str, ...]:
    """Return what a document says; empty when it is of a kind that has no words."""
    fields = set(content) if isinstance(content, dict) else set()
    try:
        if {"value_in_force", "starts"} <= fields:
            return _proposal(Proposal.model_validate(content))
        if {"tasks", "budgets"} <= fields:
            return _snapshot(Snapshot.model_validate(content))
        if {"objective", "starts"} <= fields:
            return _plan(Plan.model_validate(content))
        if {"themes", "terms"} <= fields:
            return _themes(content)
    except (ValidationError, KeyError, TypeError, ValueError):  # of another version
        return ()
    return ()


def _proposal(one: Proposal) -> tuple[str, ...]:
    now = points(one.value_in_force) if one.in_force_feasible else f"no longer possible: {one.why_infeasible}"
    said = [
        f"A plan worth {points(one.value)}; the plan in force: {now}",
        f"It starts {count(len(one.starts), 'item')}; {change_of(one.change.model_dump(), one.currency)}",
    ]
    said += [f"Asked for because {listing(one.reasons, 3)}"] if one.reasons else []
    out = [item.title or item.item for item in one.items if item.after is None]
    said += [f"Stays out: {listing(out)}"] if out else []
    return tuple(said)


def _plan(one: Plan) -> tuple[str, ...]:
    sure = "none is better" if one.proven and not one.gap else f"none is more than {percent(one.gap)} better"
    return (
        f"{count(len(one.starts), 'item')} funded within the horizon, worth {points(one.objective)}; {sure}",
        f"Found by {one.solver}" if one.solver else "Found by a solver that is not named",
    )


def _snapshot(one: Snapshot) -> tuple[str, ...]:
    whole = money(sum(one.budgets), one.currency)
    span = f"{one.periods[0]} to {one.periods[-1]}" if one.periods else "no periods"
    said = [f"{count(len(one.tasks), 'item')} over {count(len(one.periods), 'period')}, {span}, with {whole} in all"]
    said += [f"Teams: {listing(sorted(one.capacity))}"] if one.capacity else []
    said += [f"Milestones: {listing([target.id for target in one.targets])}"] if one.targets else []
    return tuple(said)


def _themes(content: dict[str, Any]) -> tuple[str, ...]:
    right = percent(float(content["accuracy"]))
    examples = count(int(content["examples"]), "example")
    return (
        f"Tells {count(len(content['themes']), 'theme')} apart: {listing(list(map(str, content['themes'])))}",
        f"Learned from {examples}; right for {right} of the texts that it had not seen",
    )
