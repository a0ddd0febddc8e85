"""A request for a decision as the API shows it: what is asked, what else may be approved, who has said what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from domain.briefs import Brief
from domain.delegations import Matter, roles_open_to, stand_ins
from domain.headlines import decision_headline
from domain.inbox import may_decide, role_of
from domain.record import Entry, Identity, ViewRow
from domain.voices import Voice, voices_of
from events.internal import Change
from web.histories import of_approval
from web.problems import problem
from web.product_time import clock_at
from web.products import Product
from web.services import Services


class Approval(BaseModel):
    """A request for a decision, and what became of it."""

    product: str
    title: str = Field(description="Of the product")
    number: int
    state: str = Field(
        description="`open`, `adopted`, `rejected`, `kept`, `changes`, `withdrawn`, `superseded`, `expired` or "
        "`terminated`"
    )
    role: str = Field(description="The lowest role that may decide it")
    people: list[str] = Field(description="Who holds that role now")
    stand_ins: list[str] = Field(description="Who stands in for one of them now")
    requester: str | None = Field(description="Who asked for exactly this plan, and so does not decide it")
    asked_at: AwareDatetime
    deadline: AwareDatetime | None
    because: str
    hash: str = Field(description="Of the proposal: what a decision is bound to")
    may_approve: list[str] = Field(description="Hashes that may be approved: of the proposal and of its alternatives")
    votes: list[str] = Field(description="Who has approved, while more approvals are needed")
    brief: Brief | None = Field(description="What a person needs to decide, in words; null for old requests")
    currency: str
    time_zone: str
    simulated_clock: bool
    data: dict[str, Any] = Field(description="Everything that the ledger's row holds, the outcome included")


class AlternativeView(BaseModel):
    """Another good plan, which may be approved in the place of the proposal."""

    number: int = Field(description="From 1, as people call it")
    hash: str = Field(description="What an approval of exactly this plan is bound to")
    purpose: str
    text: str
    value: float = Field(description="Value points")
    money_moved: int = Field(description="Minor units, against the plan in force")
    change: Change


class VoteView(BaseModel):
    """One approval, while more are needed."""

    by: str
    acting_for: str | None
    role: str
    hash: str = Field(description="Of what was approved")
    at: AwareDatetime = Field(description="By the product's clock")
    reason: str


class CommentView(BaseModel):
    """Something that somebody said about the request; it decides nothing."""

    by: str
    identity: Identity
    at: AwareDatetime = Field(description="By the product's clock")
    text: str


class YourPart(BaseModel):
    """How the person who looks may decide."""

    person: str
    roles: list[str] = Field(description="All roles that they hold or stand in for")
    voices: list[Voice] = Field(description="How they may decide: the least authority first; empty when they may not")
    approving: dict[str, list[Voice]] = Field(
        description="By hash, how they may approve it: a delegation may be limited to an amount"
    )


class ApprovalDetail(Approval):
    """A request with the document that is decided about."""

    headline: str = Field(description="What is asked, in one line with titles")
    at: AwareDatetime = Field(description="Now, by the product's clock: time left is counted from it")
    proposal: dict[str, Any]
    alternatives: list[AlternativeView]
    votes_given: list[VoteView] = Field(
        description="While it is open those that count; once adopted all that led to it"
    )
    needed: str = Field(description="How many approvals are still needed, in words; empty when one is enough")
    comments: list[CommentView]
    yours: YourPart | None = Field(description="With `as`")


def approval_view(known: Product, row: ViewRow, at: datetime) -> Approval:
    """Return a request as lists show it; ``at``: now by the product's clock."""
    data, role = row.data, role_of(row.role)
    return Approval(
        product=row.product,
        title=known.title,
        number=data["number"],
        state=row.state,
        role=role,
        people=list(known.people.holders(role)),
        stand_ins=list(stand_ins(known.mandates, role, "decisions", at)),
        requester=data.get("requester"),
        asked_at=data["asked_at"],
        deadline=data["deadline"],
        because=data["because"],
        hash=data["proposal"],
        may_approve=data.get("may_approve", [data["proposal"]]),
        votes=data.get("votes", []),
        brief=data.get("brief"),
        currency=known.currency,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        data=data,
    )


async def approval_row(svc: Services, product: str, number: int) -> tuple[Product, ViewRow]:
    """Return a product and the row of one of its requests. Raises a problem when there is none."""
    known = await svc.products.get(product)
    row = await svc.reader.row("approval", f"{product}/{number}")
    if row is None:
        raise problem("not-found", f"{product} has no request {number}")
    return known, row


async def approval_detail(svc: Services, known: Product, row: ViewRow, person: str | None) -> ApprovalDetail:
    """Return a request with all that is needed to decide it. Raises a problem when its proposal is not kept."""
    now = await clock_at(svc.reader, known, svc.clock())
    view = approval_view(known, row, now)
    document = await svc.reader.document(view.hash)
    if document is None:
        raise problem("not-found", f"the proposal {view.hash} is not in the ledger")
    entries = await of_approval(svc, known.id, view.number)
    alternatives = await _alternatives(svc, view)
    changes = {view.hash: Change.model_validate(document.get("change", {}))}
    changes |= {one.hash: one.change for one in alternatives}
    return ApprovalDetail(
        **dict(view),
        headline=decision_headline(changes[view.hash], document.get("items", ())),
        at=now,
        proposal=document,
        alternatives=alternatives,
        votes_given=votes_given(row, entries),
        needed=_needed(view, entries),
        comments=[
            CommentView(by=one.actor, identity=one.identity, at=one.clock_at, text=str(one.data.get("text", "")))
            for one in entries
            if one.kind == "approval.commented"
        ],
        yours=None if person is None else _yours(known, row, person, now, changes),
    )


async def _alternatives(svc: Services, view: Approval) -> list[AlternativeView]:
    """Return the plans that may be approved instead, in the order of the brief."""
    found: list[AlternativeView] = []
    for offer in () if view.brief is None else view.brief.alternatives:
        document = await svc.reader.document(offer.hash)
        if document is None:
            continue
        change = Change.model_validate(document.get("change", {}))
        found.append(
            AlternativeView(
                number=len(found) + 1,
                hash=offer.hash,
                purpose=offer.purpose,
                text=offer.text,
                value=document["value"],
                money_moved=change.money_moved,
                change=change,
            )
        )
    return found


def votes_given(row: ViewRow, entries: list[Entry]) -> list[VoteView]:
    """Return the approvals that stand, or all that led to what is adopted; ``entries`` about the request."""
    if row.state == "adopted":
        return _led_to_it(row, entries)
    given = {entry.key: entry.data.get("event", {}) for entry in entries if entry.kind == "decision.given"}
    found: dict[str, VoteView] = {}
    for entry in entries:
        data = entry.data
        standing = data.get("by") in row.data.get("votes", ()) and data.get("effect") == "counted"
        if entry.kind == "approval.counted" and standing:
            found[data["by"]] = _vote(row, entry, data["by"], given.get(entry.cause or "", {}))
    return list(found.values())


def _led_to_it(row: ViewRow, entries: list[Entry]) -> list[VoteView]:
    found: dict[str, VoteView] = {}
    for entry in entries:
        event = entry.data.get("event", {})
        if entry.kind != "decision.given" or entry.data.get("outcome") != "applied":
            continue
        found.pop(event["actor"], None)  # in the order of what counts last
        if event["verdict"] == "approve":
            found[event["actor"]] = _vote(row, entry, event["actor"], event)
    return [one for one in found.values() if one.hash == list(found.values())[-1].hash]


def _vote(row: ViewRow, entry: Entry, by: str, event: Mapping[str, Any]) -> VoteView:
    return VoteView(
        by=by,
        acting_for=_other(event.get("acting_for") or next(iter(event.get("via", ())), None), by),
        role=event.get("role", role_of(row.role)),
        hash=event.get("proposal", row.data["proposal"]),
        at=entry.clock_at,
        reason=str(event.get("reason") or entry.data.get("reason", "")),
    )


def _other(holder: str | None, actor: str) -> str | None:
    return None if holder == actor else holder


def _needed(view: Approval, entries: list[Entry]) -> str:
    """Return what is still needed: as the latest approval left it, or as it was asked for."""
    if view.state != "open":
        return ""
    said = [str(entry.data.get("said", "")) for entry in entries if entry.kind == "approval.counted"]
    return said[-1] if said else "" if view.brief is None else view.brief.needed


def _yours(known: Product, row: ViewRow, person: str, at: datetime, changes: Mapping[str, Change]) -> YourPart:
    mandates, requester, asked = known.mandates, row.data.get("requester"), role_of(row.role)
    approving = {
        digest: list(
            voices_of(
                mandates, person, asked, Matter(scope="decisions", money=change.money_moved), at, without=requester
            )
        )
        for digest, change in changes.items()
        if row.state == "open"
    }
    return YourPart(
        person=person,
        roles=list(roles_open_to(mandates, person, at)),
        voices=list(may_decide(mandates, row, person, at)),
        approving=approving,
    )
