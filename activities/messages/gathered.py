"""What one person is told together, later, when it would be a flood at once."""

from pydantic import AwareDatetime, BaseModel, ConfigDict

from activities.links import LinkTo
from domain.clock import ProductClock
from domain.directory import Recipient

MOST_GATHERED = 500  # messages that a digest lists; the rest is counted


class Gathered(BaseModel):
    """One message that waits."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str  # of the message, so that it counts once
    subject: str
    at: AwareDatetime
    link: LinkTo | None = None


class DigestCase(BaseModel):
    """Messages to one person, from the first that waits. Its history goes on in the product's stream."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    product: str
    recipient: Recipient
    waiting: tuple[Gathered, ...]
    more: int = 0  # that wait beside those
    until: AwareDatetime  # real time; then they go out
    within_minutes: int
    clock: ProductClock
    policy_hash: str
