"""What the fields of events and of product files hold: names, money, days, dates; each with its limits."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from events.instants import parse_due, within_reach

PRODUCT_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"  # CloudEvents `subject`; part of workflow ids
MAX_MONEY = 10**15  # minor units; sums of thousands of items stay exact in a double

ProductId = Annotated[str, Field(pattern=PRODUCT_PATTERN)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]  # id of an item, team, milestone …
Topic = Annotated[str, Field(min_length=1, max_length=100)]  # a theme, goal, channel or capability
Account = Annotated[str, Field(min_length=1, max_length=200)]  # as the source calls a customer; not a name of a person
Text = Annotated[str, Field(max_length=500)]  # shown to people as it is
Period = Annotated[str, Field(pattern=r"^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])$")]  # years as in `events.instants`
Money = Annotated[int, Field(ge=0, le=MAX_MONEY)]
Days = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Score = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


def _date_or_instant(value: Any) -> Any:
    """Keep ``2026-03-31`` a date: as an instant it would be midnight, a day too early."""
    if isinstance(value, str):
        return parse_due(value)
    if not isinstance(value, date) or (isinstance(value, datetime) and value.tzinfo is None):
        raise ValueError("must be a date (2026-03-31) or an instant with an offset (2026-03-31T17:00:00Z)")
    return within_reach(value)


Due = Annotated[AwareDatetime | date, BeforeValidator(_date_or_instant)]
Day = Annotated[date, AfterValidator(within_reach)]
Instant = Annotated[AwareDatetime, AfterValidator(within_reach)]
Proof = Literal["asserted", "authenticated"]  # whether a person has signed in, or was only named
Must = Literal["in", "out", "free"]  # whether every plan funds an item, or none does, or the planner decides


class ValueInputs(BaseModel):
    """Four absolute scores, 0–100, so that rescoring one item never moves another."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # refused at the edge, ignored in histories

    marketplace: Score = 0
    competition: Score = 0
    user_feedback: Score = 0
    business_goals: Score = 0


class Profile(BaseModel):
    """How the value of an item depends on when it is delivered: factors, multiplied with its value, never added."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # refused at the edge, ignored in histories

    by: Due | None = None  # delivered after this, only `then` is left
    then: float = Field(default=0, ge=0, le=1)  # share of the value
    half_life_days: float | None = Field(default=None, gt=0, le=36_525)  # delivered so much later, half is left
