"""From the names of releases to dates, by one rule that is derived from the roadmap itself; no calendar from outside.

What names a release as its latest milestone is merged around the time when that release is planned. A release is taken
to come out halfway between the median of those merge times and the one of the release after it. A release that too few
versions name lies as many mean distances from the nearest one that enough name.

The whole file goes into the dates, so a date is not what was known when it was promised but what the name meant: the
forecasts and the promises that they are compared with stand on the same dates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median

from tests.roadmap.versions import LATEST, Version, release_of

ENOUGH = 20  # versions that name a release


@dataclass(frozen=True, slots=True)
class Calendar:
    """When releases were planned, seconds since the epoch: every release from the first to the last."""

    first: int
    planned: tuple[float, ...]

    def day(self, release: int) -> date:
        """Return when a release came out; later for a later release."""
        return datetime.fromtimestamp((self._planned(release) + self._planned(release + 1)) / 2, UTC).date()

    def _planned(self, release: int) -> float:
        last = len(self.planned) - 1
        distance = (self.planned[-1] - self.planned[0]) / last
        index = release - self.first
        nearest = min(max(index, 0), last)
        return self.planned[nearest] + (index - nearest) * distance


def calendar_of(versions: Iterable[Version]) -> Calendar:
    """Return the calendar that the versions imply; ValueError where they imply none."""
    merged: dict[int, list[float]] = {}
    for version in versions:
        if (release := release_of(version.targets[LATEST])) is not None:
            merged.setdefault(release, []).append(version.merged_at.timestamp())
    planned = {release: median(times) for release, times in sorted(merged.items()) if len(times) >= ENOUGH}
    first, times = min(planned), tuple(planned.values())
    if len(planned) < 2 or list(planned) != list(range(first, first + len(planned))):
        raise ValueError(f"the releases that {ENOUGH} versions name are no unbroken row: {sorted(planned)}")
    if list(times) != sorted(set(times)):
        raise ValueError("a later release was planned before an earlier one")
    return Calendar(first, times)
