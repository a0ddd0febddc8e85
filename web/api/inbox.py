"""What waits for one person, over all products."""

import shlex
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from activities.messages.answering import commands
from domain.inbox import Desk, Lent, Waiting, lent_of, waiting_for
from domain.record import ViewRow
from domain.wording import when
from web.approval_views import votes_given
from web.guard import Who, may_in, visible
from web.histories import of_approval
from web.problems import problem
from web.product_time import clocks_at
from web.products import Product, all_rows
from web.services import Services, Svc
from web.stakes import Stake, at_stake

router = APIRouter(prefix="/inbox", tags=["people"])


def _person(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must not hold control characters")
    return text


Person = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_person)]


class InboxItem(Waiting):
    """One thing that waits, and how it is answered."""

    headline: str = Field(description="What is asked, in one line with titles")
    because: str = Field(description="Why it is asked, with titles in the place of ids")
    at: AwareDatetime = Field(description="Now, by the product's clock: time left is counted from it")
    currency: str
    points: float | None = Field(description="Value points: gained by a proposal, or held up; null: not known")
    money_moved: int | None = Field(description="Minor units that a proposal moves; null for an escalation")

    until_local: str = Field(description="In the product's time zone, as people read it")
    commands: tuple[str, ...] = Field(description="How it is looked at and answered; the harmless one first")


class Inbox(BaseModel):
    """What waits for a person: the least time left first."""

    person: str
    items: list[InboxItem]
    delegations: list[Lent] = Field(description="That they gave or hold and that have not ended")


@router.get("", summary="What waits for a person")
async def inbox(svc: Svc, who: Who, person: Annotated[Person, Query(alias="as", description="Whose inbox")]) -> Inbox:
    """Return the decisions and escalations that a person may answer now, themselves or for others, over all products.

    The most urgent comes first. What is asked of somebody below them is there, too, with `asked` false.
    """
    products = await visible(svc, who)
    if not who.trusted and person != who.name:  # whoever looks into a product may see what waits for others there
        products = {name: known for name, known in products.items() if await may_in(svc, who, "inspect", name)}
        if not products:
            raise problem("not-allowed", f"this is the inbox of {person}, and you are {who.name}")
    rows = [
        row
        for kind in ("approval", "escalation")
        for row in await all_rows(svc.reader, kind, None, ["open"])
        if row.product in products
    ]
    now = await clocks_at(svc.reader, products.values(), svc.clock())
    desks = [
        Desk(
            product=known.id,
            title=known.title,
            time_zone=known.time_zone,
            simulated_clock=known.simulated,
            mandates=known.mandates,
            at=now[known.id],
            rows=tuple(row for row in rows if row.product == known.id),
            voted=await _voted(svc, known, rows),
        )
        for known in products.values()
    ]
    return Inbox(
        person=person,
        items=[
            _item(person, one, products[one.product].currency, now[one.product], await at_stake(svc, one))
            for one in waiting_for(person, desks)
        ],
        delegations=list(lent_of(person, desks)),
    )


async def _voted(svc: Services, known: Product, rows: list[ViewRow]) -> dict[str, tuple[str, ...]]:
    """Return whose voice was given to each open request that needs more approvals: of who spoke, and for whom."""
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row.kind == "approval" and row.product == known.id and row.data.get("votes"):
            votes = votes_given(row, await of_approval(svc, known.id, row.data["number"]))
            names = [name for vote in votes for name in (vote.by, vote.acting_for) if name is not None]
            found[row.id] = tuple(dict.fromkeys((*row.data["votes"], *names)))
    return found


def _item(person: str, one: Waiting, currency: str, at: datetime, stake: Stake) -> InboxItem:
    thing = ("approval", one.product) if one.kind == "decision" else ("escalation", one.product, one.subject)
    text = "/".join((*thing, str(one.number)))
    found = [line.replace("--as PERSON", f"--as {shlex.quote(person)}") for line in commands(text, one.hash)]
    if one.acknowledged:
        found = [line for line in found if not line.startswith("tandem escalations acknowledge ")]
    until = "" if one.until is None else f"{when(one.until, one.time_zone)} ({one.time_zone})"
    return InboxItem(**dict(one), **stake._asdict(), currency=currency, at=at, until_local=until, commands=tuple(found))
