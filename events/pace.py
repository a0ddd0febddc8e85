"""How many signals a second go to the engine before each is made to wait a moment and carry more."""

from events.room import Limits


class Pace:
    """Counts signals over all products. Below the pace none waits; above it batches grow instead of their number."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._full_at = 0.0  # when all that went out so far would have, at the pace

    def pause(self, now: float) -> float:
        """Count one signal that is about to go out; return how long it waits, in seconds."""
        limits = self._limits
        earliest = max(self._full_at, now - limits.burst / limits.pace)  # what was not used lately may go at once
        self._full_at = min(earliest + 1 / limits.pace, now + limits.longest_pause)
        return max(0.0, self._full_at - now)
