"""Which committed milestones will be missed as things stand, said while something can be done about it. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from domain.courses import Course, course_of, with_needs
from domain.latest_starts import awaited, begin_by, missed
from domain.milestone_forecasts import DRAWS, MilestoneForecast, forecast_milestones
from domain.observed import end_of
from domain.periods import index_of, last_period
from domain.policy import Policy
from domain.product import ProductState
from domain.slips import MIN_OBSERVATIONS, late_quantiles
from domain.things import Milestone
from domain.wording import days, due_on, listing
from events.internal import SOURCE, ForecastPastDue

MOST_TOLD = 20  # milestones of one look; the others are told of an hour later, the nearest date first
MOST_DRAWN = 50_000  # lateness of pieces of work in one look, which a workflow takes: about 50 ms
MOST_SAID = 500  # characters


def past_due(state: ProductState, policy: Policy, at: datetime) -> list[ForecastPastDue]:
    """Return an event for each committed milestone whose forecast is past due and that was not warned of for its date.

    Past due: work that it needs has not begun and it is time (`domain.latest_starts`), is delivered too late by the
    plan in force, or is not in that plan; or the plan would meet the date, but with the lateness that was observed
    before it is missed in at least half of the cases.
    """
    if "forecasts" not in policy.watch:
        return []
    waiting = _open_work(state)
    milestones = [one for one in sorted(awaited(state, at), key=lambda one: (one.due, one.id)) if one.id in waiting]
    found = _late(state, policy, at, milestones, waiting)
    asked = set(found)
    if state.plan is not None and len(state.slips.items) >= MIN_OBSERVATIONS:
        asked.update(one.id for one in milestones[:MOST_TOLD])
    if not asked:
        return []
    names = [name for one in asked for name in waiting[one]]
    draws = max(10, min(DRAWS, MOST_DRAWN // max(1, len(with_needs(state.items, names)))))
    told = []
    for one in forecast_milestones(state, at, only=asked, draws=draws).milestones:
        if (
            one.id not in found
            and one.basis == "item slips"
            and one.p50 is not None
            and one.p50 > _period_end(state, one.due)
        ):
            found[one.id] = "the plan in force meets the date, but not with the usual lateness of what was completed"
        if one.id in found:
            told.append(_event(state, one, found[one.id], at))
    return told[:MOST_TOLD]


def _period_end(state: ProductState, due: datetime) -> datetime:
    """Return the end of the period in which a date lies: the plan's grain, from which observed lateness counts."""
    return end_of(last_period(due, state.time_zone), state.time_zone)


def _open_work(state: ProductState) -> dict[str, list[str]]:
    """Return the open items of each milestone."""
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    for item in state.items.values():
        if item.milestone is not None and item.open:
            waiting[item.milestone].append(item.id)
    return waiting


def _event(state: ProductState, forecast: MilestoneForecast, because: str, at: datetime) -> ForecastPastDue:
    return ForecastPastDue(
        id=f"forecast/{forecast.id}/{at.isoformat()}",
        source=SOURCE,
        product=state.product,
        time=at,
        milestone=forecast.id,
        due=forecast.due,
        expected=forecast.expected,
        p50=forecast.p50,
        p85=forecast.p85,
        basis=forecast.basis,
        because=because[:MOST_SAID],
    )


def _late(
    state: ProductState,
    policy: Policy,
    at: datetime,
    milestones: list[Milestone],
    waiting: Mapping[str, list[str]],
) -> dict[str, str]:
    """Return the milestones to tell of whatever was observed, the nearest dates first, each with the reason."""
    if not milestones:
        return {}
    course = course_of(state, (name for one in milestones for name in waiting[one.id]), at) if state.plan else None
    too_late = missed(state, policy, milestones, at)
    found: dict[str, str] = {}
    for one in milestones:
        names = sorted(waiting[one.id])
        said = _by_the_plan(course, one, names) if course is not None else []
        if one.id in too_late:
            mine = begin_by(
                state, policy, [one], at, {name: state.items[name] for name in with_needs(state.items, names)}
            )
            said += _too_late(state, {name: until for name, until in mine.items() if until <= at})
        if said:
            found[one.id] = "; ".join(said)
        if len(found) == MOST_TOLD:
            break
    return found


def _too_late(state: ProductState, pressing: Mapping[str, datetime]) -> list[str]:
    if not pressing:
        return []
    begins, names = min(pressing.values()), sorted(pressing)
    said = f"{listing(names, most=3)} {'has' if len(names) == 1 else 'have'} not begun, and had to by"
    said += f" {due_on(begins, state.time_zone)[:10]} to be in time"
    usual = late_quantiles(state.slips.items)
    if usual is not None and usual[0] > 0:
        said += f": half of what was completed came {days(round(usual[0], 1))} late or more"
    return [said]


def _by_the_plan(course: Course, milestone: Milestone, names: list[str]) -> list[str]:
    if unfunded := course.unfunded(names):
        return [f"the plan in force does not fund {listing(unfunded, most=3)}"]
    due = index_of(last_period(milestone.due, course.time_zone), course.snapshot.periods[0])
    late = [name for name in names if course.finishes.get(name, 0) > due]
    if not late:
        return []
    last = max(course.finishes[name] for name in late)
    ends = due_on(course.end(last), course.time_zone)
    verb = "is" if len(late) == 1 else "are"
    return [f"by the plan in force {listing(late, most=3)} {verb} delivered only by {ends}"]
