"""Whether customers press for a theme otherwise than they used to, or whether it is chance. Pure; reads no clock.

What customers say of a theme is taken for a compound Poisson process: statements at random instants, each with its own
pressure. Two sums over them decay, one with a short half-life and one with a long one. Their difference is the history:
it hardly knows the last days. With ``squares`` the pressures' spread is known, and each sum can be scaled so that mean
and variance are equal: it then counts statements of the usual size (G. Bohm and G. Zech, "Statistics of weighted
Poisson events and its applications", Nucl. Instrum. Methods A 748, 2014). Whether two Poisson counts come from one rate
is a binomial question, because their sum is given (J. Przyborowski and H. Wilenski, Biometrika 31, 1940); its tails are
incomplete beta functions.

Of an account that was heard before, only what is new presses (``domain.accounts``): a flood of its tickets is one
statement. The pressures are then no longer independent, and what one statement takes the next one lacks, so that counts
spread less than they are taken to: with 5 to 1,000 accounts that speak again and again, fewer than half of the stated
false alarms were seen.

The test is asked again with every statement. ``LOOKS`` says how many independent tests that amounts to; it was measured
by simulation. With account values that differ four-fold the stated rate of false alarms holds, with ten-fold ones up to
1.4 times as many were seen; one far beyond all that the history knows is news, not chance.
"""

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.decay import DAY, DIGITS
from domain.policy import Policy
from domain.things import Rates, Theme

SHORTEST = 4  # the short half-life is at most this part of the long one, or there would be no history beside it
LOOKS = 3.3  # independent tests per mean age of the short sum
MONTH = 30.0  # days
STEPS = 500  # of the continued fraction; 100 do for counts of 10,000
LARGE = 10_000.0  # counts beyond this are scaled down to it, which only makes the test more careful


class Count(NamedTuple):
    """A decayed sum, scaled so that it counts statements of the usual size."""

    statements: float
    exposure: float  # days in which so many would be expected at one a day


class Change(NamedTuple):
    """How much a theme is pressed for, against its own history."""

    recent: float  # statements of the usual size in the recent past
    expected: float  # as many as the history lets expect
    chance: float  # of a count at least as far from that, if nothing had changed; 0–1
    alarm_below: float  # the chance below which it is no longer taken for one


def short_half_life(policy: Policy) -> float:
    """Return the half-life of the recent past in days: as the policy says, but well below that of the feedback."""
    return min(policy.surge_half_life_days, policy.feedback_half_life_days / SHORTEST)


def counted(theme: Theme | None, pressure: float, time: datetime, at: datetime, policy: Policy) -> Rates:
    """Return a theme's sums after one more statement of this pressure, made at ``time`` and taken in at ``at``."""
    long, short = policy.feedback_half_life_days, short_half_life(policy)
    time, square = min(time, at), pressure * pressure
    age = (at - time) / DAY
    of_long, of_short = (0.5 ** (age / long), 0.5 ** (age / short)) if age else (1.0, 1.0)
    recent, squares, recent_squares = pressure * of_short, square * of_long, square * of_short
    since = time if age <= long else at - timedelta(days=long)  # a single old statement makes no long history
    known = None if theme is None else theme.rates
    if theme is not None and known is not None:
        gone = (at - theme.as_of) / DAY
        of_long, of_short = (0.5 ** (gone / long), 0.5 ** (gone / short)) if gone > 0 else (1.0, 1.0)
        recent += known.recent * of_short
        squares += known.squares * of_long
        recent_squares += known.recent_squares * of_short
        since = min(known.since, since)
    return Rates(
        recent=round(recent, DIGITS),
        squares=round(squares, DIGITS),
        recent_squares=round(recent_squares, DIGITS),
        since=since,
    )


def change_of(theme: Theme | None, policy: Policy) -> Change | None:
    """Return how the recent past compares with the history, as of the last statement; None: too little history."""
    if theme is None or theme.rates is None:
        return None
    rates, old = theme.rates, theme.pressure - theme.rates.recent
    old_squares = rates.squares - rates.recent_squares
    days = (theme.as_of - rates.since) / DAY
    if old <= 0 or old_squares <= 0 or days < short_half_life(policy):
        return None
    usual = old_squares / old  # the pressure of a statement, weighted by itself
    short, long = short_half_life(policy) / math.log(2), policy.feedback_half_life_days / math.log(2)
    recent, history = _counts(rates.recent / usual, old / usual, days, short, long)
    if history.statements < policy.surge_history:
        return None
    large = max(recent.statements, history.statements) / LARGE
    r, h = recent.statements / max(1.0, large), history.statements / max(1.0, large)
    share = recent.exposure / (recent.exposure + history.exposure)
    expected = history.statements * recent.exposure / history.exposure
    more = recent.statements >= expected
    chance = beta_share(r, h + 1, share) if more else beta_share(h, r + 1, 1 - share)
    return Change(recent.statements, expected, chance, policy.surge_false_alarms * short / MONTH / LOOKS)


def compared(change: Change) -> str:
    """Return the comparison in words, with its figures."""
    chance = "less than 1 in a million" if change.chance < 1e-6 else f"{change.chance:.2g}"
    said = f"recent feedback counts {change.recent:.1f} where its history lets expect {change.expected:.1f}"
    if change.chance < change.alarm_below:
        return f"{said}, no chance: {chance}, below {change.alarm_below:.2g}"
    return f"{said}, which may be chance: {chance}, not below {change.alarm_below:.2g}"


def _counts(recent: float, old: float, days: float, short: float, long: float) -> tuple[Count, Count]:
    """Scale both sums by mean / variance of a stream of one statement a day; ``short``, ``long``: mean ages, days.

    Campbell's theorem: the mean is the integral of the kernel over the days known, the variance that of its square.
    The kernels are exp(-u / short) and exp(-u / long) - exp(-u / short).
    """
    both = short * long / (short + long)
    of_short, of_long = short * -math.expm1(-days / short), long * -math.expm1(-days / long)
    var_short, var_long = short / 2 * -math.expm1(-2 * days / short), long / 2 * -math.expm1(-2 * days / long)
    var_old = var_short + var_long - 2 * both * -math.expm1(-days / both)
    scale, scale_old = of_short / var_short, (of_long - of_short) / max(var_old, 1e-12)
    return Count(scale * recent, scale * of_short), Count(scale_old * old, scale_old * (of_long - of_short))


def beta_share(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), 0–1, for a ≥ 0, b > 0 (NIST DLMF 8.17.22)."""
    if a <= 0 or x >= 1:
        return 1.0
    if x <= 0:
        return 0.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - beta_share(b, a, 1 - x)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    product = d
    for m in range(1, STEPS):  # Lentz's way through the continued fraction: two terms at a time
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d, c = 1 / (1 + term * d), 1 + term / c
            product *= d * c
        if abs(d * c - 1) < 1e-10:
            break
    return min(1.0, math.exp(front) * product / a)
