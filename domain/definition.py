"""What a product file declares. Unknown fields, names that do not exist and cycles are refused with their place."""

from collections.abc import Mapping
from difflib import get_close_matches
from zoneinfo import ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.cadence import Cadence
from domain.calendars import WorkingCalendar
from domain.contacts import Contact
from domain.periods import zone
from domain.policy import ROLES, Limits, Person, Policy
from events.fields import (
    Days,
    Due,
    Instant,
    Money,
    Must,
    Name,
    Period,
    ProductId,
    Profile,
    Score,
    Text,
    Topic,
    ValueInputs,
)
from events.internal import Role
from events.webhooks.bindings import OWN, REST, Aliases, SourceBinding, SourceName

MAX_ITEMS = 2_000  # open items of a product; planning is measured up to here
MAX_MILESTONES = 2_000  # planned ones: one per item at most makes sense
MAX_DEPENDENCIES = 4_000  # open ones
RESERVED = "plan-debt"  # no dependency: the subject of the escalation of a better plan that nobody adopts
MAX_CALENDARS = 50
MAX_CONTACTS = 500
MAX_SOURCES = 50  # of webhooks
MAX_SOURCES_SIZE = 400_000  # characters of JSON, aliases included: they travel with the roadmap, in one message
MOST_PROBLEMS = 20  # of a product file that are said at once


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ClockSettings(_Strict):
    """The clock of a product: real time, or a simulated one that starts at ``origin`` and runs ``rate`` times fast."""

    origin: Instant | None = None
    rate: float = Field(default=1.0, gt=0, le=1_000_000)
    until: Instant | None = None  # from there on it runs as fast as any clock: a recorded case is over

    @property
    def simulated(self) -> bool:
        """Tell whether it differs from real time; every output says so."""
        return self.origin is not None or self.rate != 1.0


class People(_Strict):
    """Who holds which role; a role may be held by several people."""

    product_manager: tuple[Person, ...] = Field(min_length=1)
    product_owner: tuple[Person, ...] = Field(min_length=1)
    executive_board: tuple[Person, ...] = Field(min_length=1)

    def holders(self, role: Role) -> tuple[Person, ...]:
        """Return the people who hold a role."""
        people: tuple[Person, ...] = getattr(self, role)
        return people


class TeamDefinition(_Strict):
    """A team's share for this product, in person-days per period."""

    title: Text = ""
    function: Topic  # marketing, it, data, design …
    lead: Person
    person_days: Days  # of the whole team, all products together
    allotment: Days  # of this product
    cadence: Cadence = Cadence()
    calendar: Name | None = None  # working hours; None: the product's


class BudgetDefinition(_Strict):
    """The envelope of each period, minor units."""

    per_period: Money = 0
    periods: dict[Period, Money] = Field(default_factory=dict)  # other amounts for single periods


class MilestoneDefinition(_Strict):
    """A promised date."""

    title: Text = ""
    due: Due
    committed: bool = True


class ItemDefinition(_Strict):
    """A piece of roadmap work; see `events.model.ItemAdded` for the units."""

    title: Text = ""
    cost: Money = 0
    efforts: dict[Name, Days] = Field(default_factory=dict)
    duration: int = Field(default=1, ge=0, le=60)
    after: tuple[Name, ...] = ()
    milestone: Name | None = None
    themes: tuple[Topic, ...] = ()
    goals: tuple[Topic, ...] = ()
    values: ValueInputs = ValueInputs()
    value: float | None = Field(default=None, ge=0, le=1e15)
    urgency: float = Field(default=1.0, ge=0, le=10)
    profile: Profile = Profile()
    must: Must = "free"


class DependencyDefinition(_Strict):
    """What an item needs from another team."""

    needs: Name
    provider: Name
    needed_by: Due
    promised_for: Due | None = None
    milestone: Name | None = None
    reason: Text = ""


class ProductDefinition(_Strict):
    """A product as its file declares it."""

    product: ProductId
    title: Text
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    time_zone: str = "UTC"
    people: People
    teams: dict[Name, TeamDefinition] = Field(min_length=1)
    budget: BudgetDefinition
    goals: dict[Topic, Score] = Field(default_factory=dict)
    milestones: dict[Name, MilestoneDefinition] = Field(default_factory=dict, max_length=MAX_MILESTONES)
    items: dict[Name, ItemDefinition] = Field(default_factory=dict, max_length=MAX_ITEMS)
    dependencies: dict[Name, DependencyDefinition] = Field(default_factory=dict, max_length=MAX_DEPENDENCIES)
    calendars: dict[Name, WorkingCalendar] = Field(default_factory=dict, max_length=MAX_CALENDARS)
    calendar: Name | None = None  # that business time counts by; None: every hour counts
    contacts: dict[Person, Contact] = Field(default_factory=dict, max_length=MAX_CONTACTS)
    words: dict[Topic, dict[Name, Text]] = Field(default_factory=dict, max_length=50)  # function -> id -> their name
    policy: Policy = Policy()
    clock: ClockSettings = ClockSettings()
    sources: dict[SourceName, SourceBinding] = Field(default_factory=dict, max_length=MAX_SOURCES)
    aliases: dict[SourceName, Aliases] = Field(default_factory=dict, max_length=MAX_SOURCES)  # by source

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            zone(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
            raise ValueError(f"{value!r} is not a time zone (for example Europe/Berlin)") from exc
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "ProductDefinition":
        if problems := problems_of(self):
            more = len(problems) - MOST_PROBLEMS
            raise ValueError("; ".join(problems[:MOST_PROBLEMS]) + (f"; and {more} more" if more > 0 else ""))
        return self


def problems_of(definition: ProductDefinition) -> list[str]:
    """Return what is wrong between the parts of a definition, each with its place."""
    found: list[str] = []

    def known(place: str, name: str, names: Mapping[str, object], what: str) -> None:
        if name not in names:
            found.append(f"{place}: {unknown(what, name, names)}")

    teams, items, milestones = dict(definition.teams), dict(definition.items), dict(definition.milestones)
    for name, team in definition.teams.items():
        if team.allotment > team.person_days:
            found.append(
                f"teams.{name}.allotment: {team.allotment:g} person-days are more than the team's {team.person_days:g}"
            )
    for name, item in definition.items.items():
        for team_name in item.efforts:
            known(f"items.{name}.efforts", team_name, dict(teams), "team")
        for other in item.after:
            known(f"items.{name}.after", other, dict(items), "item")
        if item.milestone is not None:
            known(f"items.{name}.milestone", item.milestone, dict(milestones), "milestone")
    for name, dependency in definition.dependencies.items():
        if name == RESERVED:
            found.append(f"dependencies.{name}: this id is reserved")
        known(f"dependencies.{name}.needs", dependency.needs, dict(items), "item")
        known(f"dependencies.{name}.provider", dependency.provider, dict(teams), "team")
        if dependency.milestone is not None:
            known(f"dependencies.{name}.milestone", dependency.milestone, dict(milestones), "milestone")
    calendars = dict(definition.calendars)
    named = {"calendar": definition.calendar}
    named |= {f"teams.{name}.calendar": team.calendar for name, team in definition.teams.items()}
    named |= {f"contacts.{name}.calendar": contact.calendar for name, contact in definition.contacts.items()}
    for place, calendar in named.items():
        if calendar is not None:
            known(place, calendar, calendars, "calendar")
    found += _quorum_problems(definition)
    found += _alias_problems(definition)
    cycle = find_cycle({name: item.after for name, item in definition.items.items()})
    if cycle:
        found.append(f"items.{cycle[0]}.after: the items wait for each other in a circle: {' → '.join(cycle)}")
    return found


def _quorum_problems(definition: ProductDefinition) -> list[str]:
    """Return quorums that could never be reached: a request that nobody can answer would only expire."""
    found, authority = [], definition.policy.authority
    for position, role in enumerate(ROLES):
        able = {person for above in ROLES[position:] for person in definition.people.holders(above)}
        quorum = authority.of(role).quorum
        if len(able) < quorum:
            found.append(
                f"policy.authority.{role}.quorum: {quorum} people have to approve, and only {len(able)} may: those who "
                "hold the role or one above it"
            )
        reached = role == "product_owner" or authority.product_owner != Limits()
        if authority.four_eyes_money is not None and role != "product_manager" and reached and len(able) < 2:
            found.append(
                f"policy.authority.four_eyes_money: it takes two people, and only {len(able)} may decide as "
                f"{role.replace('_', ' ')}"
            )
    return found


def _alias_problems(definition: ProductDefinition) -> list[str]:
    """Return aliases of sources that are not bound, and of things that the file does not declare."""
    found = []
    parts = (*definition.sources.values(), *definition.aliases.values())
    size = sum(len(part.model_dump_json(exclude_defaults=True)) for part in parts)
    if size > MAX_SOURCES_SIZE:
        found.append(f"aliases: with sources they are {size:,} characters long; {MAX_SOURCES_SIZE:,} are the most")
    declared: dict[str, tuple[str, Mapping[str, object]]] = {
        "milestones": ("milestone", definition.milestones),
        "items": ("item", definition.items),
        "teams": ("team", definition.teams),
        "dependencies": ("dependency", definition.dependencies),
        "labels": ("dependency", {OWN: None, **definition.dependencies}),
    }
    for source, aliases in definition.aliases.items():
        if source not in definition.sources:
            found.append(f"aliases: {unknown('source', source, definition.sources)}; name it under sources")
        for kind, (what, names) in declared.items():
            given: Mapping[str, str | None] = getattr(aliases, kind)
            for theirs, ours in given.items():
                if theirs == REST and ours is not None:
                    found.append(f"aliases.{source}.{kind}: {REST!r} stands for all other names and can only be null")
                elif ours is not None and ours not in names:
                    at = f"aliases.{source}.{kind}"  # with the name where its place stays readable as one word
                    at = f"{at}: {theirs!r}" if " " in theirs else f"{at}.{theirs}"
                    found.append(f"{at}: {unknown(what, ours, names)}")
        for kind in ("statuses", "themes"):
            if getattr(aliases, kind).get(REST) is not None:
                found.append(f"aliases.{source}.{kind}: {REST!r} stands for all other names and can only be null")
    return found


def unknown(what: str, name: str, names: object) -> str:
    """Say that a name does not exist, with the closest ones that do."""
    close = get_close_matches(name, [str(known) for known in names], n=3)  # type: ignore[attr-defined]
    return f"there is no {what} {name!r}" + (f"; did you mean {' or '.join(close)}?" if close else "")


def find_cycle(after: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the names along one circle, first repeated at the end; empty when there is none."""
    done: set[str] = set()
    for root in sorted(after):
        path: dict[str, None] = {}  # in order
        stack: list[tuple[str, int]] = [(root, 0)]
        while stack:
            name, position = stack.pop()
            if position == 0:
                if name in done:
                    continue
                if name in path:
                    names = list(path)
                    return [*names[names.index(name) :], name]
                path[name] = None
            nexts = after.get(name, ())
            if position < len(nexts):
                stack.append((name, position + 1))
                stack.append((nexts[position], 0))
            else:
                path.popitem()
                done.add(name)
    return []
