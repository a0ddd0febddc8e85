"""What a product consists of, as known now: its items, milestones, dependencies, teams, themes and signals. Frozen."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.cadence import Cadence
from events.fields import Must, Profile, ValueInputs

Times = dict[str, datetime]  # field -> time of the event that set it


class Frozen(BaseModel):
    """A part of the state: never changed, and read back from histories that may know fields it no longer has."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Item(Frozen):
    """A piece of roadmap work as known now."""

    id: str
    title: str = ""
    cost: int = 0
    efforts: dict[str, float] = Field(default_factory=dict)
    duration: int = 1
    after: tuple[str, ...] = ()
    milestone: str | None = None
    themes: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    values: ValueInputs = ValueInputs()
    value: float | None = None
    urgency: float = 1.0
    profile: Profile = Profile()
    must: Must = "free"
    status: Literal["planned", "started", "completed", "dropped"] = "planned"
    started_in: str | None = None  # period
    promised_end: str | None = None  # last period under the plan in force when it started
    ended_at: datetime | None = None
    spent: int = 0
    times: Times = Field(default_factory=dict)
    causes: dict[str, str] = Field(default_factory=dict)  # field -> ledger key of the event that set it last

    @property
    def open(self) -> bool:
        """Tell whether there is work left."""
        return self.status in ("planned", "started")


class Milestone(Frozen):
    """A promised date as known now."""

    id: str
    title: str = ""
    due: datetime
    committed: bool = True
    promised: datetime | None = None  # the date that was promised first
    promised_at: datetime | None = None  # and when
    warned: datetime | None = None  # the date for which a forecast past due was raised
    status: Literal["planned", "reached", "dropped"] = "planned"
    ended_at: datetime | None = None
    times: Times = Field(default_factory=dict)


class Dependency(Frozen):
    """What an item needs from another team, as known now."""

    id: str
    needs: str
    provider: str
    needed_by: datetime
    promised_for: datetime | None = None
    milestone: str | None = None
    status: Literal["declared", "at_risk", "blocked", "delivered", "waived"] = "declared"
    reason: str = ""
    declared_at: datetime | None = None
    accepted_until: datetime | None = None  # a delay that somebody with authority accepted
    not_before: str | None = None  # the first period in which the waiting item may start, as somebody decided
    ended_at: datetime | None = None
    times: Times = Field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Tell whether it is still waited for."""
        return self.status not in ("delivered", "waived")


class Rates(Frozen):
    """What `domain.surges` compares: decayed sums over the statements about a theme, as of the last one."""

    recent: float  # of their pressures, with the short half-life
    squares: float  # of the pressures' squares, with the long one
    recent_squares: float  # of the squares, with the short one
    since: datetime  # from when on they are known


class Theme(Frozen):
    """How much customers press for a theme: decayed feedback, weight × (1 - sentiment) / 2."""

    pressure: float
    as_of: datetime
    rates: Rates | None = None
    statements: int = 0  # heard so far
    accounts: dict[str, float] = Field(default_factory=dict)  # digest -> level, see `domain.accounts`
    faded: float = 0  # half-lives that passed since the levels began
    forgotten: int = 0  # accounts that had to make room


class Signal(Frozen):
    """How strongly the market or a competitor pulls at a theme."""

    strength: float
    time: datetime
    cause: str = ""  # ledger key of the event


class Goal(Frozen):
    """How much a business goal weighs."""

    weight: float
    time: datetime
    cause: str = ""  # ledger key of the event


class Team(Frozen):
    """A team's share for the product."""

    function: str
    lead: str
    allotment: float
    capacity: dict[str, float] = Field(default_factory=dict)  # period -> person-days, where different
    times: Times = Field(default_factory=dict)  # period -> time of the event that set it
    cadence: Cadence = Cadence()
    calendar: str | None = None
    lead_times: tuple[float, ...] = ()  # days from declared to delivered, of its latest MAX_OBSERVED dependencies


class Usage(Frozen):
    """How much of what was licensed is used."""

    licensed: int
    enabled: int
    used: int
    time: datetime


class Slips(Frozen):
    """How late what was promised came, in days (negative: early): the latest MAX_OBSERVED of each kind."""

    items: tuple[float, ...] = ()  # completed, against the end that the plan promised when they started
    milestones: tuple[float, ...] = ()  # reached, against the first date that was promised
