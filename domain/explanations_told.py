"""Explanations as people read them. Pure."""

from domain.explanations import Alternative, Extra, Risk, Stability, WhyNot
from domain.planning import Snapshot
from domain.wording import count, listing, money, percent, points


def spelled_extra(extra: Extra, currency: str) -> str:
    """Return ``12,000 EUR more in 2026-12``, with how well that is known."""
    known = "about " if extra.known == "about" else ""
    if extra.team is None:
        return f"{known}{money(round(extra.amount), currency)} more in {extra.period}"
    return f"{known}{extra.amount:,.1f} more person-days of {extra.team} in {extra.period}"


def spelled_why_not(found: WhyNot, currency: str) -> str:
    """Return a why-not as one sentence without its end."""
    ways = [spelled_extra(extra, currency) for extra in (found.money, *found.days) if extra is not None]
    fits = ""
    if ways:
        fits = f"fits with {', or with '.join(ways)}"
    elif found.together:
        fits = f"fits only with {' and '.join(spelled_extra(extra, currency) for extra in found.together)} together"
    if fits and found.along:
        fits += f" ({listing(found.along)} {'comes' if len(found.along) == 1 else 'come'} in with it)"
    price = "" if found.loses is None else f" (costs {points(found.loses)})"
    if found.instead:
        swap = f"without {listing(found.instead)}{price}"
    elif found.moved:
        swap = f"if {listing(found.moved)} {'moves' if len(found.moved) == 1 else 'move'}{price}"
    else:
        swap = ""
    if fits and swap:
        return f"{fits}, or {swap}"
    if fits or not swap:
        return fits or found.binding
    if not found.exact:  # more money or days may do, too: nobody knows yet
        return f"fits {swap}; {found.binding}"
    return f"fits only {swap}"


def told_risk(risk: Risk) -> str:
    """Return a risk as the figures that it is counted from."""
    if not risk.promised and not risk.gated:
        return "no item is promised for a date or waits for a gate"
    gated = f"{count(risk.gated, 'item')} {'waits' if risk.gated == 1 else 'wait'} for a gate"
    if not risk.promised:
        return gated
    tight = f"{risk.tight} of {count(risk.promised, 'promised item')} without a spare period"
    return f"{tight}, {gated}" if risk.gated else tight


def told_alternative(found: Alternative, currency: str) -> str:
    """Return an alternative in one line: what it is good for, what it is worth, costs, risks, and how it differs."""
    share = "" if found.share is None else f" ({percent(found.share)} of the proposal)"
    worth = f"{points(found.value)}{share} for {money(found.cost, currency)}"
    return f"{found.purpose}: {worth}; {told_risk(found.risk)}; {'; '.join(found.differs)}"


def differences_of(snapshot: Snapshot, one: dict[str, int], other: dict[str, int]) -> tuple[str, ...]:
    """Return how another plan differs from one, in words."""
    out, new = sorted(set(one) - set(other)), sorted(set(other) - set(one))
    moved = sorted(name for name in set(one) & set(other) if one[name] != other[name])
    found = [f"without {listing(out)}"] if out else []
    found += [f"with {listing([f'{name} in {snapshot.periods[other[name]]}' for name in new])}"] if new else []
    shown = [f"{name} from {snapshot.periods[one[name]]} to {snapshot.periods[other[name]]}" for name in moved]
    found += [f"moves {listing(shown)}"] if shown else []
    return tuple(found)


def told_stability(found: Stability) -> str:
    """Return in a sentence how a plan fares when estimates are off."""
    if not found.draws:
        return "no draw was finished in time: nothing is known"
    most = percent(found.spread)
    funded = [one for one in found.items if one.planned is not None]
    firm = sum(one.funded == 1 for one in funded)
    order = "" if found.order_kept is None else f"; {percent(found.order_kept)} of neighbouring pairs keep their order"
    return (
        f"with cost, effort and value of every item off by up to {most}, in {count(found.draws, 'draw')}: "
        f"{firm} of {count(len(funded), 'funded item')} always stay funded{order}; "
        f"the plan stays as it is in {percent(found.same_plan)}"
    )
