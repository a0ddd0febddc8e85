"""Why a product's plan changes, or does not, as a person reads it."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.cli.shown import at
from domain.wording import count, hours, percent, points

FOUND = {"first": "a first plan", "better": "a better plan", "none": "no plan", "unusable": "a plan that came too late"}


def thrash_guard(data: Mapping[str, Any], zone: str) -> Iterator[tuple[str, str]]:
    """Yield names and values: the debt, what is kept as it is, and what keeps plans from changing for nothing."""
    thrash = data["thrash"]
    yield "a better plan waits", "; ".join(part for part in (data["debt_said"], data["debt_held_by"]) if part)
    yield "the plan is", data["kept"]
    yield "the last look found", _found(thrash["found"], zone)
    better = f"one that is {percent(thrash['margin'])} better" if thrash["margin"] else "any better one"
    yield "a plan gives way to", f"{better}{_prices(thrash)}"
    yield "between two looks", f"{hours(thrash['dwell_hours'])} after a proposal or a new plan{_paced(thrash, zone)}"
    yield "moves this period", _moves(thrash)


def _found(found: Mapping[str, Any] | None, zone: str) -> str:
    if found is None:
        return ""
    what = FOUND.get(found["finding"], "nothing to change")
    return f"{what} (run {found['run']}, {at(found['at'], zone)}): {found['because']}"


def _prices(thrash: Mapping[str, Any]) -> str:
    share, price = thrash["switching_cost_share"], thrash["move_price"]
    parts = [f"{percent(share)} of its value to stop an item in flight"] if share else []
    parts += [f"{points(price)} to move a planned one"] if price else []
    return f", when the price of its moves is paid: {', '.join(parts)}" if parts else ""


def _paced(thrash: Mapping[str, Any], zone: str) -> str:
    until = thrash["paced_until"]
    return f"; the next is not before {at(until, zone)}, unless the plan becomes impossible" if until else ""


def _moves(thrash: Mapping[str, Any]) -> str:
    used, most, period = thrash["churn_used"], thrash["churn_per_period"], thrash["churn_period"]
    if most is None:
        return f"{count(used, 'planned item')} moved or displaced in {period}; the policy sets no limit"
    return f"{used} of {most} used in {period}"
