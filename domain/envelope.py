"""The budget of one period: a total, and what was added since. Pure."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

MAX_DELTAS = 20  # changes that are remembered one by one; beyond, the oldest two become one


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Delta(_Frozen):
    """What was added to a budget, or taken from it."""

    amount: int
    time: datetime


class Envelope(_Frozen):
    """The budget of a period: a total, and what was added since."""

    total: int | None = None  # None: the product's usual envelope
    total_time: datetime | None = None
    deltas: tuple[Delta, ...] = ()  # by time; all later than the total, whatever arrived first

    def with_total(self, total: int | None, time: datetime) -> "Envelope":
        """Return the envelope with a new total, which takes in every earlier change."""
        return Envelope(total=total, total_time=time, deltas=tuple(d for d in self.deltas if d.time > time))

    def with_delta(self, amount: int, time: datetime) -> "Envelope":
        """Return the envelope with one more change."""
        deltas = sorted((*self.deltas, Delta(amount=amount, time=time)), key=lambda delta: delta.time)
        if len(deltas) > MAX_DELTAS:
            first, second, *rest = deltas
            deltas = [Delta(amount=first.amount + second.amount, time=second.time), *rest]
        return self.model_copy(update={"deltas": tuple(deltas)})
