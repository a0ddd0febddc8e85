"""Unspent money that stays with the product: what the policy's ``carry_over`` and ``year_begins`` mean. Pure.

Only what was reported counts: of a period without any reported spending nobody knows what is left, so nothing is
carried over from it. Overspending is carried over too, as money that is gone.
"""

from domain.periods import shift
from domain.policy import Policy
from domain.product import PAST_PERIODS, ProductState, envelope_of


def carried_in(state: ProductState, first: str) -> int:
    """Return what earlier periods leave to ``first``, minor units; negative: more was spent than there was."""
    left = 0
    for back in range(1, PAST_PERIODS + 1):
        period = shift(first, -back)
        if not shares(state.policy, period, first):
            break
        if period in state.spent:
            left += envelope_of(state, period) - state.spent[period]
    return left


def room_of(state: ProductState, period: str) -> int:
    """Return a period's budget with what earlier ones leave to it, minor units (≥ 0)."""
    return envelope_of(state, period) + max(0, carried_in(state, period))


def shares(policy: Policy, period: str, later: str) -> bool:
    """Tell whether a period may use what an earlier one has not spent."""
    if policy.carry_over == "year":
        return budget_year(period, policy.year_begins) == budget_year(later, policy.year_begins)
    return policy.carry_over == "always" or period == later


def budget_year(period: str, begins: int) -> int:
    """Return the calendar year in which a period's budget year begins (in month ``begins``, 1–12)."""
    year, month = int(period[:4]), int(period[5:])
    return year if month >= begins else year - 1


def segments(policy: Policy, periods: tuple[str, ...]) -> tuple[int, ...]:
    """Return, for each of consecutive periods, the first whose unspent money it may use; empty: its own alone."""
    if policy.carry_over == "none":
        return ()
    first, found = 0, []
    for index, period in enumerate(periods):
        if not shares(policy, periods[first], period):
            first = index
        found.append(first)
    return tuple(found)


def budgets_of(state: ProductState, periods: tuple[str, ...]) -> list[int]:
    """Return what may still be spent of each period's budget from ``periods[0]``, the present one, on; minor units ≥ 0.

    What earlier periods left comes with the present one. What they overspent is taken off; what is missing even then
    is taken off the next ones that share their money with it.
    """
    found = [envelope_of(state, period) for period in periods]
    found[0] -= state.spent.get(periods[0], 0)
    if state.policy.carry_over == "none":
        found[0] = max(0, found[0])
        return found
    found[0] += carried_in(state, periods[0])
    missing = 0
    for index, period in enumerate(periods):
        if not shares(state.policy, periods[0], period):
            break
        found[index] -= missing
        missing = max(0, -found[index])
        found[index] = max(0, found[index])
    return found
