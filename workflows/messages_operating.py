"""What operators send to requests, escalations and digests."""

from pydantic import BaseModel, ConfigDict, Field

from events.fields import Proof, Text


class Resend(BaseModel):
    """Send the question of an open request or escalation again."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    actor: str = Field(min_length=1, max_length=200)
    reason: Text
    person: str | None = Field(default=None, max_length=200)  # None: everybody who is asked now
    identity: Proof = "asserted"


class Resent(BaseModel):
    """To whom a question is sent again."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    to: tuple[str, ...]


class WasReset(BaseModel):
    """That the run goes on from an earlier point; ``mark`` makes what it records and sends from now on new."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mark: str = Field(pattern=r"^/reset/[a-z0-9]+$")
