"""The budget's burn: what there is, what is spent, what the plan in force still takes; past periods too. Pure."""

from datetime import datetime
from itertools import accumulate

from pydantic import Field

from domain.budget_forecasts import PeriodForecast, forecast_budget
from domain.periods import index_of, period_of, shift
from domain.product import PAST_PERIODS, ProductState, envelope_of
from domain.things import Frozen


class BurnPeriod(Frozen):
    """A period's money, minor units; the running sums begin with the first period that is shown."""

    period: str
    past: bool
    envelope: int = Field(description="The budget as it stands now")
    carried: int | None = Field(description="Unspent before, where the policy carries it over; null for past periods")
    spent: int | None = Field(description="As reported; null: nothing was reported")
    committed: int | None = Field(description="What the plan in force still needs; null for past periods")
    estimate: int | None = Field(
        description="At completion: spent and committed. Of a past period what was spent; null: nothing was reported"
    )
    over: int | None = Field(description="Of the estimate over envelope and carried; negative: what is left")
    envelope_sum: int
    spent_sum: int | None = Field(description="Null ahead of now, and while nothing was reported at all")
    estimate_sum: int = Field(description="Past periods without a report count as nothing spent, see `unreported`")


class Burn(Frozen):
    """The budget over the periods that are known, minor units."""

    now: str = Field(description="The present period")
    carry_over: str
    periods: tuple[BurnPeriod, ...]
    unreported: tuple[str, ...] = Field(description="Past periods for which no spending was reported")
    envelope: int = Field(description="Of all periods that are shown")
    spent: int | None = Field(description="Null: nothing was reported")
    committed: int
    estimate: int
    over: int = Field(description="Negative: what is left")
    plan: bool = Field(description="Whether there is a plan in force")


def burn_of(state: ProductState, at: datetime) -> Burn:
    """Return the burn from the first period that anything is known of, at most 24 back, to the plan's last."""
    now = period_of(at, state.time_zone)
    ahead = forecast_budget(state, at).periods
    past = _past(state, now)
    envelopes = [envelope_of(state, period) for period in past] + [one.envelope for one in ahead]
    spent = [state.spent.get(period) for period in (*past, *(one.period for one in ahead))]
    estimates = [state.spent.get(period) for period in past] + [one.estimate for one in ahead]
    envelope_sums, estimate_sums = list(accumulate(envelopes)), list(accumulate(one or 0 for one in estimates))
    found = []
    for index, period in enumerate((*past, *(one.period for one in ahead))):
        one = None if index < len(past) else ahead[index - len(past)]
        known = [amount for amount in spent[: index + 1] if amount is not None]
        found.append(
            BurnPeriod(
                period=period,
                past=one is None,
                envelope=envelopes[index],
                carried=None if one is None else one.carried,
                spent=spent[index],
                committed=None if one is None else one.planned,
                estimate=estimates[index],
                over=_over(envelopes[index], spent[index], one),
                envelope_sum=envelope_sums[index],
                spent_sum=sum(known) if known and index <= len(past) else None,
                estimate_sum=estimate_sums[index],
            )
        )
    reported = [amount for amount in spent if amount is not None]
    return Burn(
        now=now,
        carry_over=state.policy.carry_over,
        periods=tuple(found),
        unreported=tuple(period for period in past if period not in state.spent),
        envelope=envelope_sums[-1],
        spent=sum(reported) if reported else None,
        committed=sum(one.planned for one in ahead),
        estimate=estimate_sums[-1],
        over=estimate_sums[-1] - envelope_sums[-1],
        plan=state.plan is not None,
    )


def _past(state: ProductState, now: str) -> list[str]:
    """Return the past periods from the first for which a budget was set or spending reported."""
    known = [index_of(period, now) for period in (*state.budgets, *state.spent)]
    first = min((index for index in known if -PAST_PERIODS <= index < 0), default=0)
    return [shift(now, index) for index in range(first, 0)]


def _over(envelope: int, spent: int | None, ahead: PeriodForecast | None) -> int | None:
    if ahead is not None:
        return ahead.over
    return None if spent is None else spent - envelope
