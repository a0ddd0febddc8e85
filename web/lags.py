"""How far behind readers were when somebody last looked: whether a lag grows cannot be seen at one look."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

APART = timedelta(seconds=5)  # looks that are closer say nothing new
LOOKS = 3  # that are remembered
READERS = 200


@dataclass
class Lags:
    """The last lags, by process. One per web process."""

    _seen: dict[str, deque[tuple[datetime, int]]] = field(default_factory=dict)

    def before(self, process: str, lag: int, now: datetime) -> tuple[int, ...]:
        """Return the lags at earlier looks, the oldest first, and remember this one."""
        if process not in self._seen and len(self._seen) >= READERS:
            self._seen.pop(next(iter(self._seen)))
        seen = self._seen.setdefault(process, deque(maxlen=LOOKS))
        found = tuple(one for at, one in seen if now - at >= APART)
        if not seen or now - seen[-1][0] >= APART:
            seen.append((now, lag))
        return found
