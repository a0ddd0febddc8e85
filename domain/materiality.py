"""Whether a plan that was found is worth a switch, and whether two findings are materially the same. Pure."""

from datetime import datetime
from typing import Literal

from domain.churn import over_churn
from domain.forecasts import impossible
from domain.periods import period_of
from domain.product import Outcome, ProductState, starts_of
from domain.snapshot import index_in_force
from domain.wording import count, percent, points, when
from events.internal import PlanSolved

Finding = Literal["none", "first", "same", "below_margin", "kept", "rejected_before", "churned", "better", "wanted"]


def outcome_of(event: PlanSolved) -> Outcome:
    """Return what a run found. Only for a run that found a plan and wrote a proposal."""
    return Outcome(
        run=event.run,
        plan=event.plan or "",
        proposal=event.proposal or "",
        starts=event.starts,
        value=event.value,
        value_in_force=event.value_in_force,
        change=event.change,
        in_force_feasible=event.in_force_feasible,
        variants=event.variants,
        wanted_by=event.wanted_by,
    )


def gain_share(outcome: Outcome) -> float:
    """Return by what share of the plan in force's value the new plan is better."""
    return (outcome.value - outcome.value_in_force) / max(abs(outcome.value_in_force), 1.0)


def finding_of(state: ProductState, event: PlanSolved, at: datetime) -> tuple[Finding, str]:
    """Return what a run's result means for the product, and why."""
    if event.plan is None or event.proposal is None:
        return "none", f"no plan was found ({event.why_infeasible or 'the limits were reached'})"
    outcome = outcome_of(event)
    if state.plan is None:
        return _first(state, outcome, at)
    if not event.in_force_feasible:
        return "better", f"the plan in force is no longer possible: {event.why_infeasible}"
    change = outcome.change
    if not (change.entered or change.displaced or change.moved):
        return "same", "the best plan is the plan in force"
    if event.wanted_by is not None:
        return "wanted", f"{event.wanted_by} asks to go back to the plan before"
    share, margin = gain_share(outcome), state.policy.margin
    if share < margin or share <= 0:  # with a margin of 0, a plan that is worth the same is no reason to switch
        said = f"the best plan is {percent(share)} better, below the margin of {percent(margin)}"
        said = f"{said}{_priced(state, outcome, at)}"
        if share >= margin:
            said = "the best plan is worth no more than the plan in force"
        if state.wishes and not _rejected(state, outcome):
            return "wanted", f"{state.wished_by} asks for it, although {said}"
        return "below_margin", said
    gain = f"the best plan is {percent(share)} better ({points(outcome.value - outcome.value_in_force)})"
    if state.kept is not None and at < state.kept.until:
        until = when(state.kept.until, state.time_zone)
        return "kept", f"{gain}, but {state.kept.by} decided to keep the plan as it is until {until}"
    if _rejected(state, outcome):
        return "rejected_before", f"{gain}, but materially the same proposal was rejected"
    if over := over_churn(state, change, at):
        return "churned", f"{gain}, but {over}"
    return "better", f"{gain}, at or over the margin of {percent(margin)}"


def _priced(state: ProductState, outcome: Outcome, at: datetime) -> str:
    """Say so when it is the price of its moves that keeps a plan below the margin."""
    first, starts = period_of(at, state.time_zone), starts_of(state)
    moved = (state.items.get(name) for name in (*outcome.change.displaced, *outcome.change.moved))
    number = sum(
        item is not None
        and item.status == "planned"
        and item.id in starts
        and index_in_force(item, starts[item.id], first) < state.policy.horizon_periods
        for item in moved
    )
    price = number * state.policy.move_price
    free = outcome.model_copy(update={"value": outcome.value + price})
    if not price or gain_share(free) < state.policy.margin:
        return ""
    return f"; without the price of its {count(number, 'move')}, {points(price)}, it would not be"


def _first(state: ProductState, outcome: Outcome, at: datetime) -> tuple[Finding, str]:
    said = "there is no plan in force"
    if state.kept is not None and at < state.kept.until:
        until = when(state.kept.until, state.time_zone)
        return "kept", f"{said}, and {state.kept.by} decided to leave it so until {until}"
    if _rejected(state, outcome):
        return "rejected_before", f"{said}, but materially the same proposal was rejected"
    return "first", said


def _rejected(state: ProductState, outcome: Outcome) -> bool:
    """Tell whether materially the same was rejected; what moves elsewhere than before has not been."""
    rejected = state.rejected
    return (
        rejected is not None
        and immaterial(state, rejected, outcome)
        and all(rejected.starts.get(name) == outcome.starts.get(name) for name in outcome.change.moved)
    )


def unusable(state: ProductState, finding: Finding, outcome: Outcome, at: datetime) -> str:
    """Say why a plan that was found has become impossible while it was looked for; empty when it may be followed."""
    if finding not in ("first", "better", "wanted"):
        return ""
    broken = impossible(state, outcome.starts, at, proposed=True)
    return broken[0] if broken else ""


def immaterial(state: ProductState, one: Outcome, other: Outcome) -> bool:
    """Tell whether two findings ask for materially the same: the same items in, out and moved, at like figures.

    Where a moved item goes does not count: plans of the same value may differ in that by a tie.
    """
    same_items = all(
        set(getattr(one.change, part)) == set(getattr(other.change, part)) for part in ("entered", "displaced", "moved")
    )
    money = abs(one.change.money_moved - other.change.money_moved)
    value = abs((one.value - one.value_in_force) - (other.value - other.value_in_force))
    scale = max(abs(one.value_in_force), 1.0)
    return (
        same_items
        and money < max(1, state.policy.budget_change)
        and value < max(state.policy.margin, 1e-9) * scale
        and one.in_force_feasible == other.in_force_feasible
    )


def differences(one: Outcome, other: Outcome) -> tuple[str, ...]:
    """Return what is different between two proposals, in words."""
    found = []
    for name, old, new in (
        ("funds", one.change.entered, other.change.entered),
        ("displaces", one.change.displaced, other.change.displaced),
        ("moves", one.change.moved, other.change.moved),
    ):
        found += [f"now also {name} {item}" for item in new if item not in old]
        found += [f"no longer {name} {item}" for item in old if item not in new]
    later = [
        f"starts {item} in {other.starts[item]} instead of {start}"
        for item, start in sorted(one.starts.items())
        if item in other.starts and other.starts[item] != start
    ]
    if abs(one.value - other.value) > 1e-6:
        found.append(f"is worth {points(other.value)} instead of {points(one.value)}")
    return tuple(found + later)


def undone(outcome: Outcome) -> tuple[str, ...]:
    """Return what a proposal that is no longer needed would have changed, in words."""
    change = outcome.change
    return (
        *(f"no longer funds {item}" for item in change.entered),
        *(f"no longer displaces {item}" for item in change.displaced),
        *(f"no longer moves {item}" for item in change.moved),
    )
