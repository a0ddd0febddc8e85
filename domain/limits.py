"""How much a role may decide: per decision, and in a period together, so that splitting evades no limit. Pure."""

from datetime import datetime

from domain.periods import period_of
from domain.policy import ROLES, Limits
from domain.product import ProductState, Used
from domain.wording import count, days, listing, money
from events.internal import Change, Role


def used_by(state: ProductState, role: Role, at: datetime) -> Used:
    """Return what a role has decided in the period of an instant."""
    period = period_of(at, state.time_zone)
    used = state.used.get(role)
    return used if used is not None and used.period == period else Used(period=period)


def spend(state: ProductState, role: Role, change: Change, at: datetime) -> dict[str, Used]:
    """Return the used limits after a decision took effect."""
    used = used_by(state, role, at)
    after = Used(
        period=used.period,
        money=used.money + change.money_moved,
        items=used.items + len(change.displaced),
        milestones=used.milestones + len(change.slipped),
        scope_days=round(used.scope_days + change.scope_days, 6),
    )
    return {**state.used, role: after}


def beyond(limits: Limits, used: Used, change: Change, currency: str) -> str:
    """Say which limit a change exceeds, with the figures; empty when none."""
    return _per_decision(limits, change, currency) or _per_period(limits, used, change, currency)


def _per_decision(limits: Limits, change: Change, currency: str) -> str:
    displaced, slipped, scope = len(change.displaced), len(change.slipped), change.scope_days
    if limits.money_per_decision is not None and change.money_moved > limits.money_per_decision:
        moved, limit = money(change.money_moved, currency), money(limits.money_per_decision, currency)
        return f"it moves {moved}, and {limit} is the limit per decision"
    if limits.items_per_decision is not None and displaced > limits.items_per_decision:
        return f"it displaces {count(displaced, 'item')}, and {limits.items_per_decision} is the limit per decision"
    if limits.milestones_per_decision is not None and slipped > limits.milestones_per_decision:
        return f"it lets {listing(change.slipped)} slip, and {limits.milestones_per_decision} is the limit per decision"
    if limits.scope_days_per_decision is not None and scope > limits.scope_days_per_decision:
        return f"it drops {days(scope)} of work, and {limits.scope_days_per_decision:g} is the limit per decision"
    return ""


def _per_period(limits: Limits, used: Used, change: Change, currency: str) -> str:
    spent, period = used.money + change.money_moved, used.period
    if limits.money_per_period is not None and change.money_moved and spent > limits.money_per_period:
        moved, limit = money(spent, currency), money(limits.money_per_period, currency)
        return f"it brings the money moved in {period} to {moved}, and {limit} is the limit per period"
    displaced = used.items + len(change.displaced)
    if limits.items_per_period is not None and change.displaced and displaced > limits.items_per_period:
        total = count(displaced, "item")
        return f"it brings what was displaced in {period} to {total}, and {limits.items_per_period} is the limit"
    slipped = used.milestones + len(change.slipped)
    if limits.milestones_per_period is not None and change.slipped and slipped > limits.milestones_per_period:
        total = count(slipped, "milestone")
        return f"it brings what slips in {period} to {total}, and {limits.milestones_per_period} is the limit"
    scope = round(used.scope_days + change.scope_days, 6)  # as `spend` keeps it: 0.1 and 0.2 are 0.3
    if limits.scope_days_per_period is not None and change.scope_days and scope > limits.scope_days_per_period:
        limit = f"{limits.scope_days_per_period:g}"
        return f"it brings the work dropped in {period} to {days(scope)}, and {limit} is the limit"
    return ""


def beyond_role(state: ProductState, role: Role, change: Change, at: datetime) -> str:
    """Say which limit of a role a change exceeds at this instant; empty when none."""
    return beyond(state.policy.authority.of(role), used_by(state, role, at), change, state.currency)


def required_role(
    state: ProductState, change: Change, at: datetime, lowest: Role = "product_manager"
) -> tuple[Role | None, str]:
    """Return the lowest role, from ``lowest`` on, that may decide a change, and why not the one below it.

    None when nobody may.
    """
    why = ""
    for role in ROLES[ROLES.index(lowest) :]:
        exceeded = beyond_role(state, role, change, at)
        if not exceeded:
            return role, why
        why = exceeded
    return None, why


def next_role(role: Role) -> Role | None:
    """Return the role above, or None above the board."""
    position = ROLES.index(role) + 1
    return ROLES[position] if position < len(ROLES) else None
