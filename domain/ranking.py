"""Well-known rankings as views beside the plan, each with its known trap. Pure.

No plan is made from them. They use what a product knows: an item's value, urgency and profile, the effort and the
duration that are left of it, and the accounts that were heard on its themes. What is not known is not made up: such an
item has no score, says why, and comes last.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.accounts import MOST_OF_THEME, pressing
from domain.decay import DIGITS
from domain.inherited import inherited, unblocked_by
from domain.periods import period_of
from domain.product import ProductState, starts_of
from domain.profiles import factors_of
from domain.scoring import Pulls
from domain.snapshot import duration_left
from domain.things import Item
from domain.value_sources import inputs_of
from domain.wording import count

By = Literal["plan", "value", "wsjf", "rice", "cd3"]
DAYS_PER_MONTH = 20  # person-days of a person-month
MASSIVE = 3.0  # the impact that RICE gives to what matters most; here to a value of 100
GUESSED, HEARD = 0.5, 1.0  # confidence in a value that somebody declared, and in one that events gave
NO_EFFORT = "no effort is known"
NO_REACH = "no account was heard on its themes"

FORMULAS: dict[By, str] = {
    "plan": "in the order in which the plan in force starts them; the score is the item's own value",
    "value": "own value + the value of all that waits for the item",
    "wsjf": "(value before urgency + time criticality + value of what it unblocks) / person-days left",
    "rice": "accounts heard × impact (3 × value / 100) × confidence / person-months left",
    "cd3": "value points lost per period of delay / periods left (at least 1)",
}
TRAPS: dict[By, str] = {
    "plan": "A plan is no ranking: what is funded depends on money, people, promises and on what fits beside it, so an "
    "item in front is not worth more than one behind.",
    "value": "It does not know what an item costs: one large item may displace several small ones that are worth more "
    "together.",
    "wsjf": "Time criticality is added, not multiplied: an item that is worth nothing scores as soon as it is urgent "
    "or has a date. The plan never funds it for that.",
    "rice": "Reach and confidence are guesses that multiply each other's error; the effort is divided by, so that tiny "
    "items win by being tiny; nothing in it knows a date.",
    "cd3": "It assumes that one team does one item after the other: it knows no second team, no money, no item that "
    "needs another, and no whole plan.",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Ranked(_Frozen):
    """One open item in a ranking."""

    place: int  # 1, 2, 3 …; the same for the same score
    item: str
    title: str
    score: float | None  # None: not known
    unknown: str = ""  # why not
    parts: dict[str, float] = Field(default_factory=dict)  # of the formula, by name
    value: float  # value points of its own
    inherited: float  # value points of what it unblocks
    start: str | None  # period in the plan in force


class Ranking(_Frozen):
    """All open items by one rule, the best first."""

    by: By
    formula: str
    trap: str
    notes: tuple[str, ...]
    rows: tuple[Ranked, ...]


class _Scored(_Frozen):
    parts: dict[str, float]
    score: float | None = None
    unknown: str = ""


def rank(state: ProductState, at: datetime, by: By) -> Ranking:
    """Return the open items by one rule at an instant; those without a score last, by id."""
    items = [item for _, item in sorted(state.items.items()) if item.open]
    pulls, starts, unblocks = Pulls(state, at), starts_of(state), unblocked_by(state.items)
    values = {item.id: pulls.value_of(item) for item in items}
    rows = []
    for item in items:
        more = inherited(values, unblocks[item.id])
        scored = _scored(state, item, pulls, more, by, at)
        rows.append(
            Ranked(
                place=0,
                item=item.id,
                title=item.title,
                score=None if scored.score is None else round(scored.score, DIGITS),
                unknown=scored.unknown,
                parts={name: round(part, DIGITS) for name, part in scored.parts.items()},
                value=values[item.id],
                inherited=round(more, DIGITS),
                start=item.started_in if item.status == "started" else starts.get(item.id),
            )
        )
    if by == "plan":
        rows.sort(key=lambda row: (row.start or "9999-99", -row.value, row.item))
        placed = [row.model_copy(update={"place": place}) for place, row in enumerate(rows, start=1)]
    else:
        placed = _placed(rows)
    return Ranking(by=by, formula=FORMULAS[by], trap=TRAPS[by], notes=_notes(state, rows, by), rows=tuple(placed))


def _placed(rows: list[Ranked]) -> list[Ranked]:
    ordered = sorted(rows, key=lambda row: (row.score is None, -(row.score or 0.0), row.item))
    placed: list[Ranked] = []
    for number, row in enumerate(ordered, start=1):
        alike = bool(placed) and placed[-1].score == row.score
        placed.append(row.model_copy(update={"place": placed[-1].place if alike else number}))
    return placed


def _notes(state: ProductState, rows: list[Ranked], by: By) -> tuple[str, ...]:
    found = []
    if by == "rice" and any(theme.forgotten for theme in state.themes.values()):
        found.append(f"reach is at least as shown: a theme remembers the loudest {MOST_OF_THEME} accounts")
    for why in dict.fromkeys(row.unknown for row in rows if row.unknown):
        found.append(f"{count(sum(row.unknown == why for row in rows), 'item')} without a score: {why}")
    if any(state.items[row.item].value is not None for row in rows):
        found.append("some items carry an explicit value, which need not be on the scale of 0 to 100 of the others")
    return tuple(found)


def _scored(state: ProductState, item: Item, pulls: Pulls, more: float, by: By, at: datetime) -> _Scored:
    value = pulls.value_of(item)
    if by == "plan":
        return _Scored(parts={}, score=value)
    if by == "value":
        return _Scored(parts={"own": value, "inherited": more}, score=value + more)
    if by == "cd3":
        return _cd3(state, item, value, at)
    effort = effort_left(state, item, at)
    if by == "wsjf":
        return _wsjf(state, item, pulls.before_urgency(item), more, effort, at)
    return _rice(state, item, pulls, effort, at)


def _wsjf(state: ProductState, item: Item, value: float, more: float, effort: float, at: datetime) -> _Scored:
    parts = {"value": value, "criticality": criticality(state, item, at), "unblocks": more}
    if effort <= 0:
        return _Scored(parts=parts, unknown=NO_EFFORT)
    return _Scored(parts={**parts, "days": effort}, score=sum(parts.values()) / effort)


def criticality(state: ProductState, item: Item, at: datetime) -> float:
    """Return how much time presses, 0–100: ten times the urgency, or the share of the value that waiting would cost.

    Waiting means: delivered in the last period of the horizon instead of the first.
    """
    factors = _factors(state, item, at)
    lost = 100 * (1 - factors[-1] / factors[0]) if factors and factors[0] > 0 else 0.0
    return max(10 * item.urgency, lost)


def _rice(state: ProductState, item: Item, pulls: Pulls, effort: float, at: datetime) -> _Scored:
    reach = len(accounts_of(state, item, at))
    parts = {
        "impact": MASSIVE * pulls.value_of(item) / 100,
        "confidence": confidence(state, item, pulls, at),
    }
    parts |= {"reach": float(reach)} if reach else {}
    parts |= {"months": effort / DAYS_PER_MONTH} if effort > 0 else {}
    if not reach or effort <= 0:
        return _Scored(parts=parts, unknown=NO_EFFORT if reach else NO_REACH)
    return _Scored(parts=parts, score=reach * parts["impact"] * parts["confidence"] / parts["months"])


def accounts_of(state: ProductState, item: Item, at: datetime) -> set[str]:
    """Return the digests of the remembered accounts that press for any of an item's themes; each once."""
    half = state.policy.feedback_half_life_days
    known = (state.themes[theme] for theme in item.themes if theme in state.themes)
    return {digest for theme in known for digest in pressing(theme, at, half)}


def confidence(state: ProductState, item: Item, pulls: Pulls, at: datetime) -> float:
    """Return 0.5–1: the share of the value's points that market, competitors, customers or goals gave, not somebody."""
    inputs = inputs_of(state, item, pulls, at)
    total = sum(one.points for one in inputs)
    heard = sum(one.points for one in inputs for pull in one.pulls if pull.counts and pull.kind != "declared")
    return GUESSED + (HEARD - GUESSED) * (heard / total if total > 0 else 0.0)


def _cd3(state: ProductState, item: Item, value: float, at: datetime) -> _Scored:
    """Score by what is lost per period, on average, when it is delivered at the horizon's end and not at once."""
    periods = max(1, duration_left(item, period_of(at, state.time_zone)))
    first, last = periods - 1, max(periods, state.policy.horizon_periods - 1)
    factors, keeps = _factors(state, item, at, last + 1), 1 - state.policy.discount

    def worth(finish: int) -> float:
        left = factors[min(finish, len(factors) - 1)] if factors else 1.0
        return value * left * keeps**finish

    lost = (worth(first) - worth(last)) / (last - first)
    return _Scored(parts={"lost_per_period": lost, "periods": float(periods)}, score=lost / periods)


def _factors(state: ProductState, item: Item, at: datetime, finishes: int = 0) -> tuple[float, ...]:
    first = period_of(at, state.time_zone)
    return factors_of(item.profile, first, finishes or state.policy.horizon_periods, at, state.time_zone)


def effort_left(state: ProductState, item: Item, at: datetime) -> float:
    """Return the person-days that are left of an item, of all teams together."""
    days = sum(item.efforts.values())
    if item.status != "started":
        return days
    return days * duration_left(item, period_of(at, state.time_zone)) / max(1, item.duration)
