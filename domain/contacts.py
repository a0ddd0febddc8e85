"""How a person is reached: on which ways, at which hours, and when not. Declared in the product file. Pure."""

from datetime import datetime, time
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from domain.cadence import Freeze
from events.fields import Name, Text, Topic

MOST_WAYS = 5  # that are tried for one person, in order


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    try:
        return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 - an hour on a wall, no instant
    except (TypeError, ValueError):
        raise ValueError("must be an hour such as 09:00") from None


Hour = Annotated[time, BeforeValidator(_clock), PlainSerializer(lambda hour: f"{hour:%H:%M}", return_type=str)]


class Quiet(BaseModel):
    """Hours in which nothing is sent, by the person's time zone; ``until`` before ``since`` is the next day's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Hour
    until: Hour

    @model_validator(mode="after")
    def _not_always(self) -> "Quiet":
        if self.since == self.until:
            raise ValueError("since and until must differ: nobody would ever be told")
        return self


class Contact(BaseModel):
    """How one person is reached. Without any of it they are told in the log, at once, by the product's clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mail: Annotated[str, Field(pattern=r"^[^@\s<>]{1,64}@[^@\s<>]{1,255}$")] | None = None
    reach: tuple[Name, ...] = Field(default=(), max_length=MOST_WAYS)  # channels of the installation, tried in order
    calendar: Name | None = None  # working hours; None: the product's
    away: tuple[Freeze, ...] = Field(default=(), max_length=200)  # first and last day, both away
    quiet: Quiet | None = None  # reminders too
    function: Topic | None = None  # whose words they read; None: of the team that they lead
    note: Text = ""
