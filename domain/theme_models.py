"""What the ledger keeps of a model that tells themes apart: what it was trained from, and how good it is. Pure."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from domain.entries import incident_row, workflow_id
from domain.record import Entry, Identity

TRAINED = "feedback.model_trained"
LISTED = 50  # themes that are named as left out; the rest is counted


class Training(BaseModel):
    """One model: its content hash, and where it stands."""

    model_config = ConfigDict(frozen=True)

    number: int  # 1, 2, 3 … within the product
    model: str  # content hash of its document
    examples: int
    from_file: int  # of these
    themes: dict[str, int]  # theme -> examples
    left_out: dict[str, int] = Field(default_factory=dict)  # themes with too few examples
    more_left_out: int = 0
    erased: int = 0  # texts that could not be used, because they are erased
    words: int  # features that it knows
    accuracy: float  # share of the held-out texts that it sorted rightly, 0–1
    held_out: int
    seed: int  # of the split
    threshold: float  # below this confidence a text is left unsorted
    unsorted: float  # share of the held-out texts that this leaves unsorted, 0–1
    accuracy_of_sorted: float  # of the others


def trained_entry(
    product: str,
    training: Training,
    actor: str,
    at: datetime,
    clock_at: datetime,
    identity: Identity = "asserted",
) -> Entry:
    """Return the entry that puts a model in use."""
    return Entry(
        product=product,
        key=f"feedback/model/{training.number}",
        at=at,
        clock_at=clock_at,
        kind=TRAINED,
        actor=actor,
        identity=identity,
        workflow=workflow_id("product", product),
        data=training.model_dump(mode="json"),
    )


def unusable_key(number: int) -> str:
    """Return the ledger key of the incident."""
    return f"feedback/model/{number}/unusable"


def unusable_entry(product: str, number: int, why: str, at: datetime) -> Entry:
    """Return the incident of a model that cannot be used: until another one is trained, themes stay unsorted."""
    key, subject = unusable_key(number), f"model {number} of the feedback's themes cannot be used"
    text = f"{why}; until another one is trained, feedback without a theme is left unsorted"
    return Entry(
        product=product,
        key=key,
        at=at,
        clock_at=at,
        kind="incident.raised",
        cause=f"feedback/model/{number}",
        workflow=workflow_id("product", product),
        data={"role": "product_owner", "to": [], "subject": subject, "text": text, "said": subject},
        rows=(incident_row(product, key, subject, text, at),),
    )
