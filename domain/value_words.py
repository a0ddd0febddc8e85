"""What pulls at a value, in words. Pure."""

from collections.abc import Mapping
from datetime import datetime

from domain.decay import DAY
from domain.product import ProductState
from domain.things import Signal, Theme
from domain.wording import count, days, when


def of_goal(state: ProductState, name: str) -> str:
    """Return a goal's weight, and since when."""
    goal = state.goals[name]
    return f"the goal {name} weighs {goal.weight:.4g} of 100 since {when(goal.time, state.time_zone)}"


def of_signal(state: ProductState, theme: str, kind: str, signal: Signal, left: float, at: datetime) -> str:
    """Return a signal's strength, its age and what is left of it."""
    who = "the market asked for" if kind == "market" else "a competitor moved on"
    age = days(round(max(0.0, (at - signal.time) / DAY), 1))
    fades = f"{age} ago; half fades in {days(state.policy.signal_half_life_days)}, {left:.4g} are left"
    return f"{who} {theme} with {signal.strength:.4g} of 100, {fades}"


def of_demand(state: ProductState, theme: str, pressure: float, accounts: Mapping[str, float], at: datetime) -> str:
    """Return how strongly customers press, how many of them, and since when."""
    known = state.themes[theme]
    since = known.as_of if known.rates is None else known.rates.since
    said = [
        f"customers press for {theme} with {pressure:.4g} ({state.policy.feedback_saturation:.4g} would be demand 50)",
        f"{count(known.statements, 'statement')} since {when(since, state.time_zone)}",
        f"half fades in {days(state.policy.feedback_half_life_days)}",
        _accounts(known, pressure, accounts),
    ]
    return "; ".join(said)


def _accounts(theme: Theme, pressure: float, accounts: Mapping[str, float]) -> str:
    named = sum(accounts.values())
    if not accounts:
        return "no account is known, so each statement counts by itself"
    said = f"{count(len(accounts), 'account')} with {named:.4g} of it, each counted once"
    rest = pressure - named
    if rest > 1e-3 * max(1.0, pressure):
        said += f"; {rest:.4g} without an account" + (" or of forgotten ones" if theme.forgotten else "")
    if theme.forgotten:
        said += f"; {count(theme.forgotten, 'account')} had to make room"
    return said
