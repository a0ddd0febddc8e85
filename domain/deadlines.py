"""Time as an event: when a product has to look again by itself, and what has fallen due. Pure."""

from datetime import datetime, timedelta

from domain.latest_starts import warned_at
from domain.past_due import past_due
from domain.periods import business_days, next_midnight, period_of, shift, start_of
from domain.policy import Policy
from domain.product import DEBT_SUBJECT, ProductState
from events.internal import SOURCE, ClockStruck, ForecastPastDue, ReviewDue

BUSINESS_DAYS_PER_PERIOD = 21  # a month has 21 working days on average: 365.25 / 12 / 7 × 5 = 21.7, less holidays
MANY_YEARS = timedelta(days=3650)
TICK = timedelta(seconds=1)
RUN_LOST = timedelta(hours=2)  # by the product's clock: a run takes minutes
RUN_LOST_REAL = timedelta(hours=1)  # whatever the rate of a simulated clock
RETRY = timedelta(hours=1)  # by the product's clock, after a run that failed; doubled for each one in a row
RETRY_REAL = timedelta(minutes=1)
MOST_DOUBLED = 4  # then it tries every 16 hours


def review_at(state: ProductState, policy: Policy) -> datetime:
    """Return when the next review is due."""
    return state.reviewed_at + timedelta(days=policy.review_every_days)


def period_ends_at(state: ProductState) -> datetime:
    """Return when the budget period ends that was current when the clock last struck."""
    return start_of(shift(period_of(state.struck_at, state.time_zone), 1), state.time_zone)


def pacing_ends_at(state: ProductState, policy: Policy) -> datetime:
    """Return from when on a run may start: at once before the first proposal, then after the dwell time."""
    if state.paced_from is None:
        return state.at
    return state.paced_from + timedelta(hours=policy.dwell_hours)


def run_opens_at(state: ProductState, policy: Policy) -> datetime:
    """Return from when on a run may start: what is urgent does not wait for the dwell time, but for a retry."""
    urgent = any(trigger.urgent for trigger in state.triggers)
    opens = state.at if urgent else pacing_ends_at(state, policy)
    return opens if state.retry_at is None else max(opens, state.retry_at)


def run_lost_at(state: ProductState) -> datetime | None:
    """Return from when on a run that has brought no result counts as lost; None when none is under way."""
    if state.run is None:
        return None
    return _at_least(state, state.run.started_at, RUN_LOST, RUN_LOST_REAL)


def retry_after(state: ProductState, failed: int, at: datetime) -> datetime:
    """Return when to try again after so many failed runs in a row (≥ 1)."""
    times = 1 << min(failed - 1, MOST_DOUBLED)
    return _at_least(state, at, RETRY * times, RETRY_REAL * times)


def _at_least(state: ProductState, start: datetime, shown: timedelta, real: timedelta) -> datetime:
    """Return when, from ``start`` on, the clock has shown so much and so much real time has passed, at its rate."""
    end, until = start + max(shown, real * state.clock.rate), state.clock.until
    return end if until is None else min(end, max(start, until) + max(shown, real))  # from there on it is not fast


def debt_counts_from(state: ProductState, policy: Policy) -> datetime | None:
    """Return from when on a better plan that nobody adopted is a debt; None when there is none."""
    return None if state.better is None else state.better.since + timedelta(hours=policy.dwell_hours)


def debt_of(state: ProductState, policy: Policy, at: datetime) -> tuple[int, float]:
    """Return the business days for which a better plan has been waiting, and the value points lost so far."""
    since = debt_counts_from(state, policy)
    if since is None or state.better is None:
        return 0, 0.0
    days = business_days(since, at, state.time_zone)
    counted = max(since, state.better.counted or since)
    recent = days - min(days, business_days(since, counted, state.time_zone))
    return days, round(state.better.lost + recent * lost_per_day(state, policy), 3)


def lost_per_day(state: ProductState, policy: Policy) -> float:
    """Return the value points that a better plan would earn per business day: its gain over the horizon's days."""
    if state.better is None:
        return 0.0
    return round(state.better.gain / (policy.horizon_periods * BUSINESS_DAYS_PER_PERIOD), 6)


def moments(state: ProductState, policy: Policy) -> list[datetime]:
    """Return every instant at which something falls due, past ones included."""
    found = [review_at(state, policy), period_ends_at(state)]
    risk = timedelta(days=policy.milestone_risk_days)
    for milestone in state.milestones.values():
        if milestone.status == "planned":
            found += (milestone.due - risk, milestone.due)
    risk = timedelta(days=policy.dependency_risk_days)
    for dependency in state.dependencies.values():
        if dependency.open:
            found += (dependency.needed_by - risk, dependency.needed_by)
            if dependency.accepted_until is not None:
                found.append(dependency.accepted_until)
    if state.kept is not None:
        found.append(state.kept.until)
    if (warned := warned_at(state, policy)) is not None:
        found.append(warned)
    lost = run_lost_at(state)
    if lost is not None:
        found.append(lost)
    debt = debt_counts_from(state, policy)
    if debt is not None and DEBT_SUBJECT not in state.escalations:
        found.append(next_midnight(max(debt, state.struck_at), state.time_zone))
    return found


def next_wake(state: ProductState, policy: Policy) -> datetime:
    """Return the next instant, after the last one looked at, at which something falls due by itself."""
    if state.status == "archived":  # takes in nothing, not even the clock: waking it would never end
        return max(state.at, state.struck_at) + MANY_YEARS
    ahead = [moment for moment in moments(state, policy) if moment > state.struck_at]
    if state.triggers and state.run is None:
        ahead.append(max(run_opens_at(state, policy), state.at, state.struck_at + TICK))
    return min(ahead, default=state.struck_at + MANY_YEARS)


def struck(state: ProductState, policy: Policy, at: datetime) -> list[ClockStruck | ReviewDue | ForecastPastDue]:
    """Return the events of an instant that the product had waited for."""
    stamp, product = at.isoformat(), state.product
    clock = ClockStruck(id=f"clock/{stamp}", source=SOURCE, product=product, time=at)
    review = ReviewDue(id=f"review/{stamp}", source=SOURCE, product=product, time=at)
    return [clock, *([review] if review_at(state, policy) <= at else []), *past_due(state, policy, at)]
