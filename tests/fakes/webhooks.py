"""Webhook sources in memory. ``tests/contract/test_sources.py`` holds them to the same contract as the database."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from events.webhooks.bindings import Kind
from events.webhooks.registry import (
    VALID_AT_ONCE,
    SecretInfo,
    Source,
    SourceExistsError,
    TooManySecretsError,
    UnknownSourceError,
    valid,
)


@dataclass
class FakeSources:
    """Implements `events.webhooks.registry.Sources`."""

    kept: dict[str, Source] = field(default_factory=dict)
    known: dict[tuple[str, int], str] = field(default_factory=dict)  # (source, number) -> secret

    async def all(self) -> list[Source]:
        return [source for _, source in sorted(self.kept.items())]

    async def find(self, name: str) -> Source | None:
        return self.kept.get(name)

    async def secrets(self, name: str, at: datetime) -> list[str]:
        return [self.known[name, one.number] for one in valid(self._require(name).secrets, at)]

    async def add(self, name: str, kind: Kind, secret: str, at: datetime) -> None:
        if name in self.kept:
            raise SourceExistsError(f"there is a source {name!r} already")
        self.kept[name] = Source(name, kind, at, (SecretInfo(1, at, None),))
        self.known[name, 1] = secret

    async def rotate(self, name: str, secret: str, at: datetime, ends_at: datetime) -> None:
        source = self._require(name)
        if len(valid(source.secrets, at)) >= VALID_AT_ONCE:
            raise TooManySecretsError(f"{name} has two valid secrets already; retire the old one first")
        number = 1 + max(one.number for one in source.secrets)
        old = tuple(replace(one, ends_at=one.ends_at or ends_at) for one in valid(source.secrets, at))
        self.kept[name] = replace(source, secrets=(*old, SecretInfo(number, at, None)))
        self.known[name, number] = secret

    async def retire(self, name: str, at: datetime) -> int:
        source = self._require(name)
        ended = [one for one in valid(source.secrets, at) if one.ends_at is not None]
        self.kept[name] = replace(source, secrets=tuple(one for one in source.secrets if one.ends_at is None))
        return len(ended)

    async def remove(self, name: str) -> None:
        self._require(name)
        del self.kept[name]

    def _require(self, name: str) -> Source:
        if name not in self.kept:
            raise UnknownSourceError(f"there is no source {name!r}")
        return self.kept[name]
