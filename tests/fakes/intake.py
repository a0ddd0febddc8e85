"""Figures of the ways in, in memory."""

from dataclasses import dataclass, field
from datetime import datetime

from activities.ports_intake import Beat, Bucket, Sum


@dataclass
class FakeIntake:
    """Implements `activities.ports_intake.IntakeReader`."""

    found: list[Sum] = field(default_factory=list)
    alive: list[Beat] = field(default_factory=list)
    letters: dict[str, int] = field(default_factory=dict)
    asked: tuple[datetime, str | None] | None = None
    passed: list[Bucket] = field(default_factory=list)
    asked_letters: str | None = None  # of which product

    async def sums(self, since: datetime, product: str | None = None, limit: int = 500) -> list[Sum]:
        self.asked = (since, product)
        return [one for one in self.found if product in (None, one.kind.product)]

    async def buckets(self, since: datetime, step: int, product: str | None = None) -> list[Bucket]:
        return [one for one in self.passed if one.at >= since and product in (None, one.kind.product)]

    async def beats(self) -> list[Beat]:
        return self.alive

    async def open_letters(self, product: str | None = None) -> dict[str, int]:
        self.asked_letters = product
        return self.letters
