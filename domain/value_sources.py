"""Where an item's value comes from: every number with the events behind it. Pure.

The parts add up to the value that plans are made with. An input takes the strongest of what pulls at it; the others are
named too, because they take over when it fades. Feedback's events are many: the ledger finds them by their theme.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.accounts import pressing
from domain.causes import cause_of
from domain.decay import DIGITS, decayed
from domain.inherited import inherited, unblocked_by
from domain.periods import period_of, shift
from domain.product import ProductState
from domain.profiles import factors_of
from domain.scoring import Pulls, demand_of, values_of
from domain.things import Item, Signal
from domain.value_words import of_demand, of_goal, of_signal
from events.fields import Profile

Kind = Literal["declared", "market", "competitor", "feedback", "goal"]
INPUTS = ("marketplace", "competition", "user_feedback", "business_goals")  # in the order of `Weights`


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Pull(_Frozen):
    """Something that pulls at an input."""

    kind: Kind
    name: str = ""  # the theme, or the goal
    score: float  # 0–100, as it stands
    counts: bool = False  # whether the input is this score
    said: str  # in words
    cause: str = ""  # ledger key of the event; empty: the product file, or the events of a theme


class Input(_Frozen):
    """One of the four inputs, and what it adds to the value."""

    name: str
    score: float  # 0–100
    share: float  # of the weights, 0–1
    points: float  # of the item's value
    pulls: tuple[Pull, ...]


class Left(_Frozen):
    """What share of the value is left when the item is delivered in a period."""

    period: str
    factor: float


class Unblocked(_Frozen):
    """An item that waits for this one, directly or through others."""

    item: str
    value: float


class ValueSources(_Frozen):
    """An item's value broken into its parts; ``points`` of all inputs add up to ``value`` unless it is explicit."""

    item: str
    title: str
    at: datetime
    value: float  # what plans are made with
    explicit: float | None  # given instead of the inputs
    explicit_cause: str = ""
    urgency: float
    urgency_cause: str = ""
    profile: Profile
    profile_cause: str = ""
    left: tuple[Left, ...]  # by period of delivery; empty: always all of it
    inputs: tuple[Input, ...]
    themes: tuple[str, ...]
    unblocks: tuple[Unblocked, ...]
    inherited: float  # from what it unblocks; in no plan's value a second time
    with_inherited: float


def value_sources(state: ProductState, item: Item, at: datetime) -> ValueSources:
    """Return where the value of an open item comes from at an instant."""
    pulls, values = Pulls(state, at), values_of(state, at)
    unblocks = unblocked_by(state.items).get(item.id, ())
    value, more = pulls.value_of(item), inherited(values, unblocks)
    first = period_of(at, state.time_zone)
    factors = factors_of(item.profile, first, state.policy.horizon_periods, at, state.time_zone)
    return ValueSources(
        item=item.id,
        title=item.title,
        at=at,
        value=value,
        explicit=item.value,
        explicit_cause=cause_of(item, "value") if item.value is not None else "",
        urgency=item.urgency,
        urgency_cause=cause_of(item, "urgency"),
        profile=item.profile,
        profile_cause=cause_of(item, "profile"),
        left=tuple(Left(period=shift(first, index), factor=factor) for index, factor in enumerate(factors)),
        inputs=inputs_of(state, item, pulls, at),
        themes=item.themes,
        unblocks=tuple(Unblocked(item=name, value=values[name]) for name in unblocks),
        inherited=round(more, DIGITS),
        with_inherited=round(value + more, DIGITS),
    )


def inputs_of(state: ProductState, item: Item, pulls: Pulls, at: datetime) -> tuple[Input, ...]:
    """Return the four inputs at an instant, in the order of ``Weights``; an explicit value leaves them no points."""
    weights = [float(getattr(state.policy.weights, name)) for name in INPUTS]
    total, scores = sum(weights), pulls.of_item(item)
    points = [0.0] * len(INPUTS)
    if item.value is None:
        points = [
            round(weight * score / total * item.urgency, DIGITS) for weight, score in zip(weights, scores, strict=True)
        ]
        most = points.index(max(points))
        points[most] = round(points[most] + pulls.value_of(item) - sum(points), DIGITS)  # what rounding leaves
    return tuple(
        Input(name=name, score=score, share=weight / total, points=given, pulls=_counted(score, found))
        for name, score, weight, given, found in zip(
            INPUTS, scores, weights, points, _pulls(state, item, at), strict=True
        )
    )


def _counted(score: float, pulls: list[Pull]) -> tuple[Pull, ...]:
    """Return the pulls with the one marked that the input is; the first of those that pull alike."""
    index = next((index for index, pull in enumerate(pulls) if pull.score == score), None)
    return tuple(pull.model_copy(update={"counts": place == index}) for place, pull in enumerate(pulls))


def _pulls(state: ProductState, item: Item, at: datetime) -> tuple[list[Pull], ...]:
    """Return what pulls at each input, in the order of ``INPUTS``."""
    cause = cause_of(item, "values")
    declared = [
        Pull(kind="declared", score=float(getattr(item.values, name)), said="declared with the item", cause=cause)
        for name in INPUTS
    ]
    found: tuple[list[Pull], ...] = tuple([one] for one in declared)
    for theme in dict.fromkeys(item.themes):
        if theme in state.market:
            found[0].append(_signal(state, theme, "market", state.market[theme], at))
        if theme in state.competitors:
            found[1].append(_signal(state, theme, "competitor", state.competitors[theme], at))
        if theme in state.themes:
            found[2].append(_demand(state, theme, at))
    goals = sorted((name, state.goals[name]) for name in dict.fromkeys(item.goals) if name in state.goals)
    if goals:  # known goals replace what was declared
        found[3][:] = [
            Pull(kind="goal", name=name, score=goal.weight, said=of_goal(state, name), cause=goal.cause)
            for name, goal in goals
        ]
    return found


def _signal(state: ProductState, theme: str, kind: Kind, signal: Signal, at: datetime) -> Pull:
    left = decayed(signal.strength, signal.time, at, state.policy.signal_half_life_days)
    return Pull(
        kind=kind, name=theme, score=left, said=of_signal(state, theme, kind, signal, left, at), cause=signal.cause
    )


def _demand(state: ProductState, theme: str, at: datetime) -> Pull:
    known = state.themes[theme]
    half = state.policy.feedback_half_life_days
    pressure, accounts = decayed(known.pressure, known.as_of, at, half), pressing(known, at, half)
    return Pull(
        kind="feedback",
        name=theme,
        score=demand_of(state, theme, at),
        said=of_demand(state, theme, pressure, accounts, at),
    )
