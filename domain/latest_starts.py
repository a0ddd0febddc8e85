"""By when work has to begin so that committed milestones are met: the clock that a forecast runs against. Pure.

Work may begin in the last period from which it is still delivered in time; earlier by as much as half of what was
completed came late, once that is known. What would take the last period before its milestone has to have begun when
the milestone comes into its risk window: the plan's grain is a whole period, and that would be too late to do anything.

Asked for every batch of events, so it looks at no plan and no values: only at what is open, how long it takes, what it
needs, and when its teams release. The answer is remembered, one per product, for as long as all of that is the same.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from domain.cadence import Cadence, delivers_row
from domain.periods import index_of, last_period, period_of, shift, start_of
from domain.policy import Policy
from domain.product import ProductState
from domain.slips import late_quantiles
from domain.things import Item, Milestone

AGAIN = timedelta(hours=1)  # by the product's clock: until the next look when more is past due than one look tells
MOST_AHEAD = 240  # periods: what is due later waits for a later look
MOST_REMEMBERED = 256  # products of one process

_last_period = lru_cache(maxsize=4096)(last_period)
_remembered: dict[str, tuple[tuple[Any, ...], datetime | None]] = {}


def warned_at(state: ProductState, policy: Policy) -> datetime | None:
    """Return when the next forecast turns past due if nothing happens until then; None: none does, or none is watched.

    Always after the instant up to which the product has looked.
    """
    if "forecasts" not in policy.watch:
        return None
    parts = (state.items, state.milestones, state.teams, state.slips, policy, state.time_zone, state.struck_at)
    known = _remembered.get(state.product)
    if known is not None and all(new is old for new, old in zip(parts, known[0], strict=True)):
        return known[1]
    found = _next_turn(state, policy)
    if state.product not in _remembered and len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[state.product] = (parts, found)
    return found


def _next_turn(state: ProductState, policy: Policy) -> datetime | None:
    waiting = {one.id: one for one in awaited(state, state.struck_at)}
    if not waiting:
        return None
    first, items = period_of(state.struck_at, state.time_zone), state.items
    latest = latest_starts(state, waiting.values(), first)
    if not latest:
        return None
    soonest = min(
        (waiting[name].due for item in latest if (name := items[item].milestone) in waiting and items[item].duration),
        default=None,
    )
    turn = _turns_at(state, min(latest.values()), first)
    if soonest is not None:
        turn = min(turn, soonest - timedelta(days=policy.milestone_risk_days))
    return turn if turn > state.struck_at else state.struck_at + AGAIN


def begin_by(
    state: ProductState, policy: Policy, milestones: Iterable[Milestone], at: datetime, items: Mapping[str, Item]
) -> dict[str, datetime]:
    """Return until when open work that has not begun must begin so that the milestones are met; of these items."""
    waiting, first = {one.id: one for one in milestones}, period_of(at, state.time_zone)
    latest = latest_starts(state, waiting.values(), first, items)
    turns = {index: _turns_at(state, index, first) for index in set(latest.values())}
    found = {name: turns[index] for name, index in latest.items()}
    for name in found:
        milestone = waiting.get(items[name].milestone or "")
        if milestone is not None and items[name].duration:
            found[name] = min(found[name], milestone.due - timedelta(days=policy.milestone_risk_days))
    return found


def missed(state: ProductState, policy: Policy, milestones: Iterable[Milestone], at: datetime) -> set[str]:
    """Return those that are missed even if all that has not begun begins now: what `begin_by` says, all at once."""
    waiting, first, items = {one.id: one for one in milestones}, period_of(at, state.time_zone), state.items
    dues = {name: index_of(_last_period(one.due, state.time_zone), first) for name, one in waiting.items()}
    usual = late_quantiles(state.slips.items)
    lead = timedelta(days=max(0.0, usual[0])) if usual is not None else timedelta()
    soonest = index_of(period_of(at + lead, state.time_zone), first)
    roots = [
        one
        for one in items.values()
        if one.status == "planned" and one.milestone in dues and dues[one.milestone] <= MOST_AHEAD
    ]
    gates = _Gates(state, first, max((dues[one.milestone or ""] for one in roots), default=0))
    done: dict[str, int] = {}
    delivered: dict[str, int] = {}
    for name in reversed(_needed_last(items, (one.id for one in roots))):
        item, begins = items[name], soonest
        teams = {team for team, days in item.efforts.items() if days > 0}
        for other in item.after:
            if other in done:
                own = teams and teams == {team for team, days in items[other].efforts.items() if days > 0}
                ready = done[other] if own else delivered[other]
                begins = max(begins, ready if item.duration == 0 else ready + 1)
        done[name] = begins + max(item.duration, 1) - 1
        delivered[name] = gates.delivered(item, done[name])
    risk = timedelta(days=policy.milestone_risk_days)
    return {
        one.milestone
        for one in roots
        if one.milestone is not None
        and (delivered[one.id] > dues[one.milestone] or (one.duration and waiting[one.milestone].due - risk <= at))
    }


def awaited(state: ProductState, at: datetime) -> list[Milestone]:
    """Return the committed milestones whose date is ahead and was not warned of yet."""
    return [
        one
        for one in state.milestones.values()
        if one.status == "planned" and one.committed and one.warned != one.due and one.due > at
    ]


def _turns_at(state: ProductState, latest: int, first: str) -> datetime:
    """Return when it is too late to begin what must begin in a period at the latest; earlier by the usual lateness."""
    usual = late_quantiles(state.slips.items)
    lead = timedelta(days=max(0.0, usual[0])) if usual is not None else timedelta()
    return start_of(shift(first, max(latest + 1, -MOST_AHEAD)), state.time_zone) - lead


def latest_starts(
    state: ProductState, milestones: Iterable[Milestone], first: str, items: Mapping[str, Item] | None = None
) -> dict[str, int]:
    """Return the last period (index) in which open work that has not begun may begin so that the milestones are met.

    With all that it needs; work that no milestone waits for is left out. Negative: it had to begin before. ``items``:
    those that may be among it, if they are known.
    """
    dues = {one.id: index_of(_last_period(one.due, state.time_zone), first) for one in milestones}
    items = state.items if items is None else items
    ends: dict[str, int] = {}
    for item in items.values():
        if item.milestone in dues and item.status == "planned" and dues[item.milestone] <= MOST_AHEAD:
            ends[item.id] = dues[item.milestone]  # of its delivery
    gates = _Gates(state, first, max(ends.values(), default=0))
    found: dict[str, int] = {}
    for name, end in ends.items():
        found[name] = gates.last_end(items[name], end) - max(items[name].duration, 1) + 1
    if waiting := [name for name in ends if items[name].after]:
        _with_needs(items, waiting, found, gates)
    return found


def _with_needs(items: Mapping[str, Item], waiting: Iterable[str], found: dict[str, int], gates: "_Gates") -> None:
    """Add what the work needs, and what that needs: it must be delivered, or done by the same team, in time."""
    for name in _needed_last(items, waiting):
        item, latest = items[name], found[name]
        if not item.after:
            continue
        ready = latest if item.duration == 0 else latest - 1
        teams = {team for team, days in item.efforts.items() if days > 0}
        for other in item.after:
            need = items.get(other)
            if need is not None and need.status == "planned":
                own = teams and teams == {team for team, days in need.efforts.items() if days > 0}
                begins = (ready if own else gates.last_end(need, ready)) - max(need.duration, 1) + 1
                found[other] = min(begins, found.get(other, begins))


def _needed_last(items: Mapping[str, Item], roots: Iterable[str]) -> list[str]:
    """Return open work such that each comes before what it needs. Depth first, without recursion: chains are long."""
    order: list[str] = []
    seen, done = set[str](), set[str]()
    for root in list(roots):
        stack = [(root, False)]
        while stack:
            name, after = stack.pop()
            if after:
                done.add(name)
                order.append(name)
            elif name not in seen and (item := items.get(name)) is not None and item.status == "planned":
                seen.add(name)
                stack.append((name, True))
                stack += [(other, False) for other in item.after]
    return order[::-1]


class _Gates:
    """When work must be done so that its teams deliver it in time; looks at each cadence once."""

    def __init__(self, state: ProductState, first: str, last: int) -> None:
        self._cadences = {name: team.cadence for name, team in state.teams.items() if not team.cadence.any_day}
        self._periods = tuple(shift(first, index) for index in range(max(0, last) + 1)) if self._cadences else ()
        self._rows: dict[Cadence, tuple[int, ...]] = {}

    def last_end(self, item: Item, due: int) -> int:
        """Return the last period (index) in which work may end and be delivered in ``due``; negative: it had to."""
        return min([due, *(bisect_right(row, due) - 1 for row in self._rows_of(item) if due >= 0)])

    def delivered(self, item: Item, end: int) -> int:
        """Return the period (index) in which work that ends in one is delivered, as far as the periods reach."""
        return max([end, *(row[end] for row in self._rows_of(item) if 0 <= end < len(row))])

    def _rows_of(self, item: Item) -> list[tuple[int, ...]]:
        found = []
        for team, days in item.efforts.items() if self._cadences else ():
            if days > 0 and team in self._cadences:
                cadence = self._cadences[team]
                if cadence not in self._rows:
                    self._rows[cadence] = delivers_row(cadence, self._periods)
                found.append(self._rows[cadence])
        return found
