"""The clock of a product: real time, or a simulated time that starts at an origin and runs faster. Pure."""

from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.definition import ClockSettings

LAST = datetime(2999, 12, 31, tzinfo=UTC)  # as far as events reach; a fast clock stops here instead of overflowing


class ProductClock(BaseModel):
    """Translates real instants to the product's and back; ``started`` is the real instant of its first moment."""

    model_config = ConfigDict(frozen=True)

    settings: ClockSettings = ClockSettings()
    started: AwareDatetime

    @property
    def simulated(self) -> bool:
        """Tell whether the clock differs from real time."""
        return self.settings.simulated

    def at(self, real: datetime) -> datetime:
        """Return the product's time at a real instant."""
        if not self.simulated:
            return real
        origin = self.settings.origin or self.started
        passed = (real - self.started).total_seconds() * self.settings.rate
        fast = self._fast_seconds()
        if fast is not None and passed > fast:
            passed = fast + (passed - fast) / self.settings.rate
        return origin + timedelta(seconds=min(passed, (LAST - origin).total_seconds()))

    def real(self, at: datetime) -> datetime:
        """Return the real instant at which the product's clock shows ``at``."""
        if not self.simulated:
            return at
        ahead = (at - (self.settings.origin or self.started)).total_seconds()
        fast = self._fast_seconds()
        slow = 0.0 if fast is None else max(0.0, ahead - fast)
        ahead = (ahead - slow) / self.settings.rate + slow
        return self.started + timedelta(seconds=min(ahead, (LAST - self.started).total_seconds()))

    def _fast_seconds(self) -> float | None:
        """Return for how long, on the product's clock, it runs at its rate; None: for ever."""
        if self.settings.until is None:
            return None
        return max(0.0, (self.settings.until - (self.settings.origin or self.started)).total_seconds())

    def wait(self, now: datetime, until: datetime) -> timedelta:
        """Return for how long, in real time, to wait from the real instant ``now`` until the clock shows ``until``."""
        return max(timedelta(), self.real(until) - now)
