"""What stands above every answer about a product as it is now."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from web.present import Present


class About(BaseModel):
    """Which product, and when."""

    product: str
    title: str
    time_zone: str
    currency: str
    simulated_clock: bool
    at: AwareDatetime = Field(description="The instant that the answer is of, by the product's clock")


def about(now: Present) -> dict[str, Any]:
    """Return these fields of an answer."""
    known = now.known
    return {
        "product": known.id,
        "title": known.title,
        "time_zone": known.time_zone,
        "currency": known.currency,
        "simulated_clock": known.simulated,
        "at": now.at,
    }
