"""What one product makes of a delivery: facts, and what nothing could be made of, in plain words."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from events.errors import shorten
from events.webhooks.bindings import REST, Bound, Life
from events.webhooks.closest import NOUNS, without_alias
from events.webhooks.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Fact:
    """One event to be."""

    type: str
    time: datetime
    data: dict[str, Any]
    facet: str = ""  # which of a delivery's facts: part of the event's id, the same whenever it is translated
    said: str | None = None  # an id of what was said instead of the delivery's: a delta must not count twice


@dataclass(slots=True)
class Reading:
    """Gathers what a product makes of a delivery."""

    delivery: Delivery
    bound: Bound
    facts: list[Fact] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # on purpose
    elsewhere: str = ""  # it is about a repository or project of which the product takes nothing

    def add(self, type: str, time: datetime, facet: str = "", **data: Any) -> None:
        """Add a fact; what is None is not said."""
        given = {name: value for name, value in data.items() if value is not None}
        self.facts.append(Fact(type, time, given, facet))

    def knows(self, kind: str, *names: str) -> bool:
        """Tell whether one of these names has an alias, be it null."""
        return any(name in getattr(self.bound.aliases, kind) for name in names)

    def alias(self, kind: str, *names: str) -> str | None:
        """Return what the first known of these names means here; None after noting why it means nothing."""
        known: dict[str, str | None] = getattr(self.bound.aliases, kind)
        name = next((one for one in names if one in known), REST if REST in known else None)
        if name is None:
            self.missing(kind, *names)
            return None
        if known[name] is None:
            self.left_out.append(f"the {NOUNS[kind]} {shorten(names[0])!r} is left out")
        return known[name]

    def status(self, *names: str, defaults: dict[str, Life] | None = None) -> Life | None:
        """Return the place of a status in the one life cycle; the product's word comes before the platform's own."""
        if not self.knows("statuses", *names):
            for name in names:
                if defaults and name in defaults:
                    return defaults[name]
        return self.alias("statuses", *names)  # type: ignore[return-value]

    def dependency_of(self, item: str | None, *names: str) -> str | None:
        """Return the dependency that an issue is about: by its alias, or the only one that its item waits for."""
        if self.knows("dependencies", *names):
            return self.alias("dependencies", *names)
        waits = sorted(name for name, one in self.bound.dependencies.items() if one.needs == item)
        if len(waits) == 1:
            return waits[0]
        why = f"the item {item} waits for {', '.join(waits) or 'nothing'}" if item else "it is no item"
        self.say(f"{shorten(names[0])!r} does not say which dependency is meant ({why}); {self.advise('dependencies')}")
        return None

    def unblock(self, dependency: str, time: datetime, reason: str, facet: str = "") -> None:
        """Add that what stood in the way is gone; what was delivered is not waited for again by it."""
        if dependency in self.bound.dependencies:
            self.add("dependency.unblocked", time, facet, dependency=dependency, reason=reason)
        else:
            self.left_out.append(f"{dependency} is not waited for any more")

    def missing(self, kind: str, *names: str) -> None:
        """Note that none of a thing's names has an alias."""
        self.say(without_alias(self.bound, self.delivery.source, kind, names))

    def say(self, text: str) -> None:
        """Note what could not be mapped."""
        self.unmapped.append(text)

    def unknown_kind(self) -> None:
        """Note that nothing is made of deliveries like this one."""
        name = self.delivery.names[-1]
        self.say(
            f"nothing is made of {shorten(name)} deliveries; to leave them out, "
            f"add {shorten(name)!r} to sources.{self.delivery.source}.ignore"
        )

    def advise(self, kind: str) -> str:
        """Say what to do about a name."""
        null = "" if kind == "teams" else " (null leaves it out)"
        return f"add it to aliases.{self.delivery.source}.{kind}{null}"


def label_meaning(label: str) -> tuple[tuple[str, str], str]:
    """Return the names to look a label up by, and the reason in it: ``blocked: waiting for legal``."""
    before, _, after = label.partition(":")
    return (label, before.strip()), after.strip()
