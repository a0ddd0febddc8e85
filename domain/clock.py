"""The clock of a product: real time, or a simulated time that starts at an origin and runs faster. Pure."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.definition import ClockSettings


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
        return (self.settings.origin or self.started) + (real - self.started) * self.settings.rate

    def real(self, at: datetime) -> datetime:
        """Return the real instant at which the product's clock shows ``at``."""
        if not self.simulated:
            return at
        return self.started + (at - (self.settings.origin or self.started)) / self.settings.rate

    def wait(self, now: datetime, until: datetime) -> timedelta:
        """Return for how long, in real time, to wait from the real instant ``now`` until the clock shows ``until``."""
        return max(timedelta(), self.real(until) - now)
