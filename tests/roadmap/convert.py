"""From the versions of the roadmap to Tandem's events, each with the time at which its version was merged.

Every target of a proposal is a milestone with an item that it waits for, in two readings of the same file: the three
stages of a proposal, each with a release of its own, or the one release that the proposal names as its latest
milestone. A team that has to take part when a target is first named, and does not own the proposal, is a dependency.

A stage is reached when a version says that the proposal is past it, everything when it says "implemented"; a version
that takes this back opens the milestone again. What is withdrawn, rejected, replaced or removed is dropped, which is
final. A word that is none of these, or a target that is no release, says nothing: nothing new is known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeVar

from domain.definition import BudgetDefinition, ClockSettings, People, ProductDefinition, TeamDefinition
from domain.policy import Policy
from events import model
from events.model import Event
from tests.roadmap.releases import Calendar
from tests.roadmap.versions import LATEST, STAGES, Version, release_of

SOURCE = "/enhancements"
PRODUCT = "roadmap"
GONE = ("withdrawn", "rejected", "replaced", "removed")
PASSED = {"alpha": 0, "beta": 1, "stable": 2, "GA": 2}  # stages that a proposal in this one has behind it
AMPLE = 10_000.0  # person-days: the roadmap states no effort
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Reading:
    """What of the file is taken as promised."""

    name: str
    fields: tuple[str, ...]

    def reached(self, version: Version, index: int) -> bool | None:
        """Tell whether a target is reached by what a version says; None: it does not say."""
        if version.status == "implemented":
            return True
        if self.fields == (LATEST,):
            return False if version.status in ("provisional", "implementable") else None
        return PASSED[version.stage] > index if version.stage in PASSED else None


READINGS = (Reading("stages", STAGES), Reading("latest milestone", (LATEST,)))


@dataclass(slots=True)
class _Target:
    """What was said of a target so far."""

    milestone: str
    release: int | None = None
    status: Literal["unknown", "planned", "reached", "dropped"] = "unknown"
    dependencies: list[str] = field(default_factory=list)


def product_of(versions: Iterable[Version]) -> ProductDefinition:
    """Return the organisation, with nothing promised yet: every team that owns a proposal."""
    versions = tuple(versions)
    team = {"function": "engineering", "person_days": AMPLE, "allotment": AMPLE}
    return ProductDefinition(
        product=PRODUCT,
        title="A public roadmap",
        currency="USD",
        people=People(product_manager=("manager",), product_owner=("owner",), executive_board=("board",)),
        teams={name: TeamDefinition.model_validate({**team, "lead": f"{name}-lead"}) for name in _teams(versions)},
        budget=BudgetDefinition(),
        policy=Policy(watch=("milestones",)),
        clock=ClockSettings(origin=versions[0].merged_at - timedelta(days=1)),
    )


def _teams(versions: Iterable[Version]) -> list[str]:
    return sorted({version.owner for version in versions if version.owner.startswith("sig-")})


def events_of(versions: Iterable[Version], reading: Reading, calendar: Calendar) -> Iterator[Event]:
    """Yield what happened, in the order of the file."""
    targets: dict[tuple[str, str], _Target] = {}
    names: dict[str, str] = {}  # path -> id of the proposal
    for version in versions:
        if version.path not in names:
            names[version.path] = _name(version, names.values())
        for index, place in enumerate(reading.fields):
            suffix = f"-{place}" if len(reading.fields) > 1 else ""
            target = targets.setdefault((version.path, place), _Target(names[version.path] + suffix))
            if target.status != "dropped":
                release = release_of(version.targets[place])
                yield from _promised(version, target, release, calendar)
                yield from _ended(version, target, reading.reached(version, index), calendar)


def _name(version: Version, taken: Iterable[str]) -> str:
    """Return the number of a proposal as an id; a renamed proposal keeps its number, and gets another id."""
    name = f"kep-{version.number or 'unnumbered'}"
    same = sum(other.partition(".")[0] == name for other in taken)
    return f"{name}.{same + 1}" if same else name


def _promised(version: Version, target: _Target, release: int | None, calendar: Calendar) -> Iterator[Event]:
    if release is None or release == target.release:
        return
    name, due, first = target.milestone, calendar.day(release), target.release is None
    target.release = release
    if not first:
        yield _event(model.MilestoneMoved, version, name, milestone=name, due=due)
        return
    target.status = "planned"
    yield _event(model.MilestonePlanned, version, name, milestone=name, due=due, title=version.title[:500])
    yield _event(model.ItemAdded, version, name, item=name, title=version.title[:500], milestone=name)
    for team in version.participants:
        if team != version.owner:
            provider = "".join(letter if letter.isalnum() else "-" for letter in team)
            wait = f"{name}.{provider}"
            asked: dict[str, Any] = {"needs": name, "provider": provider, "needed_by": due}
            yield _event(model.DependencyDeclared, version, wait, dependency=wait, **asked)
            target.dependencies.append(wait)


def _ended(version: Version, target: _Target, reached: bool | None, calendar: Calendar) -> Iterator[Event]:
    name = target.milestone
    if target.status == "planned" and reached:
        target.status = "reached"
        for dependency in target.dependencies:
            yield _event(model.DependencyDelivered, version, dependency, dependency=dependency)
        yield _event(model.ItemCompleted, version, name, item=name)
        yield _event(model.MilestoneReached, version, name, milestone=name)
    elif target.status == "reached" and reached is False and target.release is not None:
        target.status = "planned"
        due = calendar.day(target.release)
        yield _event(model.MilestonePlanned, version, name, milestone=name, due=due)
        yield _event(model.ItemStarted, version, name, item=name)
    if target.status != "unknown" and version.status in GONE:
        target.status = "dropped"
        yield _event(model.ItemDropped, version, name, item=name, reason=version.status)
        yield _event(model.MilestoneDropped, version, name, milestone=name, reason=version.status)


def _event(cls: type[E], version: Version, about: str, **data: Any) -> E:
    fields: dict[str, Any] = {"source": SOURCE, "product": PRODUCT, "time": version.merged_at, **data}
    kind = cls.model_fields["type"].default
    return cls.model_validate({"id": f"{version.commit}/{kind}/{about}", **fields}, extra="forbid")
