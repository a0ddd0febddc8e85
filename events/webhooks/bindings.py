"""What a product file says about a webhook source, and what translating a delivery needs to know of the product."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from events.fields import Name, Topic

Kind = Literal["github", "jira", "standard"]
SOURCE_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"
SOURCE_RULE = "must be 1 to 63 lower-case letters, digits and hyphens, no hyphen first"  # the pattern in words
SourceName = Annotated[str, Field(pattern=SOURCE_PATTERN)]  # in the address: /webhooks/{name}
Theirs = Annotated[str, Field(min_length=1, max_length=300)]  # a name as the source writes it
Life = Literal["added", "started", "completed", "dropped", "planned", "reached", "blocked"]
REST = "*"  # as a source's name: whatever has no alias; it may only be left out (null)
OWN = "*"  # as a label's dependency: the one of the issue that carries the label
MOST = 5_000  # aliases of one kind


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceBinding(_Strict):
    """What a product takes from a source; nothing said: everything."""

    repositories: tuple[Theirs, ...] = Field(default=(), max_length=200)  # GitHub's owner/name; empty: of all
    projects: tuple[Theirs, ...] = Field(default=(), max_length=200)  # Jira's project keys; empty: of all
    ignore: tuple[Theirs, ...] = Field(default=(), max_length=200)  # `label`, `issues.assigned`, left out on purpose


class Aliases(_Strict):
    """A source's names for things of the product; null: known, and left out on purpose."""

    milestones: dict[Theirs, Name | None] = Field(default_factory=dict, max_length=MOST)
    items: dict[Theirs, Name | None] = Field(default_factory=dict, max_length=MOST)
    teams: dict[Theirs, Name] = Field(default_factory=dict, max_length=MOST)
    dependencies: dict[Theirs, Name | None] = Field(default_factory=dict, max_length=MOST)  # the provider's issue
    labels: dict[Theirs, str | None] = Field(default_factory=dict, max_length=MOST)  # -> dependency, or OWN
    statuses: dict[Theirs, Life | None] = Field(default_factory=dict, max_length=MOST)
    themes: dict[Theirs, Topic | None] = Field(default_factory=dict, max_length=MOST)


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An open item."""

    teams: tuple[str, ...] = ()
    milestone: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class KnownMilestone:
    """A planned milestone."""

    due: datetime
    committed: bool = True
    title: str = ""


@dataclass(frozen=True, slots=True)
class KnownDependency:
    """An open dependency."""

    needs: str
    provider: str
    needed_by: datetime


@dataclass(frozen=True, slots=True)
class Bound:
    """One product that takes events from a source."""

    product: str
    binding: SourceBinding = field(default_factory=SourceBinding)
    aliases: Aliases = field(default_factory=Aliases)
    items: dict[str, KnownItem] = field(default_factory=dict)
    milestones: dict[str, KnownMilestone] = field(default_factory=dict)
    dependencies: dict[str, KnownDependency] = field(default_factory=dict)
    teams: tuple[str, ...] = ()
