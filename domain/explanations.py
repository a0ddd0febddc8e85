"""What is told about a plan: why not, what else, how sure. The results, as proposals and answers carry them. Pure."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from events.internal import Change

Known = Literal["exactly", "enough", "about"]  # the least; enough, perhaps not the least; as far as the search went


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Extra(_Frozen):
    """What more of one thing in one period lets an item in."""

    team: str | None  # None: money
    period: str
    amount: float  # minor units, or person-days in steps of a tenth
    known: Known  # `exactly`: with this a best plan has the item, with one unit less (or a tenth of a day) none has


class WhyNot(_Frozen):
    """Why an item stays out, and what would let it in."""

    item: str
    binding: str  # what keeps it out, in words
    money: Extra | None = None  # in the period where the least is enough
    days: tuple[Extra, ...] = ()  # per team for which more of it alone is enough
    together: tuple[Extra, ...] = ()  # where nothing alone is enough
    along: tuple[str, ...] = ()  # items that it needs and that would come in with it
    instead: tuple[str, ...] = ()  # what it would displace if it had to be in with nothing more
    moved: tuple[str, ...] = ()  # and what it would move
    loses: float | None = None  # value points that this costs; None: it does not fit even then, or is not known
    exact: bool = True  # every figure is proven
    cut_by_clock: bool = False
    text: str = ""


class Risk(_Frozen):
    """How much of a plan hangs on nothing slipping: counted, so that everybody can check it."""

    tight: int  # items of committed milestones without a spare period: delivered in that of the date, later, or never
    promised: int  # items of committed milestones
    gated: int  # funded items that wait for a release gate after they end

    @property
    def total(self) -> int:
        """Return the one figure that plans are compared by."""
        return self.tight + self.gated


class Alternative(_Frozen):
    """Another good plan that somebody may prefer."""

    purpose: str  # `fewest changes`, `cheapest`, `least risk`: better at it than the proposal; else `next best`
    plan: str  # content hash of its plan
    value: float
    share: float | None  # of the value of the proposal; None where that is not above 0
    cost: int  # minor units, within the horizon
    risk: Risk
    change: Change  # against the plan in force
    differs: tuple[str, ...] = ()  # from the proposal, in words
    text: str = ""


class Alternatives(_Frozen):
    """Up to three clearly different good plans."""

    found: tuple[Alternative, ...] = ()
    floor: float = 0.0  # value points that each had to reach
    distance: int = 0  # items by which each had to differ from the proposal and from the others
    why_no_more: str = ""  # when there are fewer than were asked for
    cut_by_clock: bool = False


class ItemStability(_Frozen):
    """How an item fares when the estimates are off."""

    item: str
    planned: str | None  # its period in the plan that was tried; None: not funded
    funded: float  # share of the draws in which it is funded
    in_period: float  # and in which it stands as planned: in the same period, or out


class Stability(_Frozen):
    """How a plan fares when cost, effort and value of every item are off by up to a share."""

    draws: int
    asked: int  # draws that were asked for; fewer were made when the time was up
    seed: int
    spread: float
    same_plan: float  # share of the draws in which nothing changes
    order_kept: float | None  # share of neighbouring pairs that keep their order; None: there are no pairs
    items: tuple[ItemStability, ...] = ()
    unproven: int = 0  # draws whose plan was not proven the best within the limits
    text: str = ""
