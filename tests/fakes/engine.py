"""The workflows, as the web sees them: products appear in the ledger, answers are noted, refusals are lined up."""

from datetime import UTC, datetime
from typing import Any

from domain.applied import first_state, refusal_of
from domain.applied_differences import MOST_DIFFERENCES, differences, drops_of, unasked_drops
from domain.climbing import Steering
from domain.core import Stamped, take_in
from domain.definition import ProductDefinition
from domain.delegations import Delegation
from domain.entries import Times, event_entry, workflow_row
from domain.evolve_answers import refusal_of_grant, refusal_of_revocation
from domain.planning import document
from domain.product import ProductState
from domain.proposals import Proposal
from domain.record import Entry, ViewRow
from domain.views import product_row, roadmap_row
from events.fields import Proof
from events.internal import SOURCE, DelegationGranted, DelegationRevoked, ProductApplied
from events.union import EventBatch
from tests.fakes.deliver import FakeDeliver
from tests.fakes.ledger import FakeLedger
from tests.fakes.operated import FakeOperated
from workflows.client import NotOpenError, RefusedError
from workflows.messages import (
    Answer,
    Applied,
    DelegationRequest,
    Effect,
    Ended,
    EscalationReply,
    Remark,
    ReversalRequest,
    RevocationRequest,
    Steered,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BRIEF = {
    "because": "the best plan is 20.0 % better",
    "gain": "10.0 points",
    "cost": "6,000 EUR moved, 0 days of work leave the plan",
    "changes": [{"who": "it (ines)", "what": "search starts in 2026-03, 5 days"}],
    "if_nothing": "on 2026-03-05 12:00 it goes to the next higher role; it is never approved by silence",
    "deadline": "2026-03-05T12:00:00+00:00",
}
ROW_ONLY = frozenset({"brief", "may_approve", "votes", "standing", "at_least", "ahead", "ends_at"})  # in no entry


class FakeEngine(FakeOperated, FakeDeliver):
    """Implements `web.services.Workflows` and `events.ports.Deliver` beside a ledger in memory."""

    def __init__(self, ledger: FakeLedger) -> None:
        FakeOperated.__init__(self)
        FakeDeliver.__init__(self)
        self.ledger = ledger
        self.states: dict[str, ProductState] = {}
        self.applied: list[tuple[str, str]] = []  # product, actor
        self.answers: list[Answer | EscalationReply] = []
        self.effect: Effect | None = None  # of the decisions from now on
        self.remarks = 0
        self.reversals: list[ReversalRequest] = []
        self.steered: list[Steering] = []
        self.archived: list[tuple[str, str, str]] = []
        self.refreshed: list[str] = []
        self.alive = True

    async def deliver(self, product: str, batch: EventBatch) -> None:
        if product not in self.states:
            self.missing.add(product)
        await super().deliver(product, batch)
        for accepted in batch.events:
            stamped = Stamped(accepted.event, accepted.at)
            await self._record(product, stamped)

    async def apply(
        self,
        definition: ProductDefinition,
        actor: str,
        *,
        drop: bool = False,
        dry_run: bool = False,
        identity: Proof = "asserted",
    ) -> Applied:
        self._maybe("apply")
        known = self.states.get(definition.product)
        if known is None:
            if not dry_run:
                await self._apply(definition, actor)
            return Applied(changed=True, created=True)
        if refusal := refusal_of(known, definition):
            raise RefusedError(refusal, "ProductRefusedError")
        found, drops = differences(known, definition), drops_of(known, definition)
        if drops and not drop and not dry_run:
            named = [one.model_dump(mode="json") for one in drops[:MOST_DIFFERENCES]]
            raise RefusedError(unasked_drops(drops), "WouldDropError", (named, len(drops) - len(named)))
        changed = definition != known.declared
        if not dry_run:
            await self._apply(definition, actor)
        return Applied(changed=changed, differences=found)

    async def _apply(self, definition: ProductDefinition, actor: str) -> None:
        product = definition.product
        self.applied.append((product, actor))
        known = self.states.get(product)
        if known is not None and known.declared == definition:
            return
        self.missing.discard(product)
        if known is None:
            self.states[product] = first_state(definition, NOON)
        event = ProductApplied(
            id=f"applied/{len(self.applied)}",
            source=SOURCE,
            product=product,
            time=NOON,
            definition=definition.model_dump(mode="json"),
            actor=actor,
        )
        await self._record(product, Stamped(event, NOON))

    async def _record(self, product: str, stamped: Stamped) -> None:
        before = self.states[product]
        after, taken, reactions = take_in(before, stamped, before.policy)
        self.states[product] = after
        times = Times(at=NOON, clock_at=NOON, policy_hash=before.policy.digest())
        entry = event_entry(before, stamped, taken, reactions, times)
        me = workflow_row(f"product/{product}", product, "running", "the product", "the next event")
        rows = (*entry.rows, product_row(after, NOON), roadmap_row(after, NOON), me)
        await self.ledger.append([entry.model_copy(update={"rows": rows})])

    async def ask(self, product: str, number: int, proposal: Proposal, state: str = "open", **data: Any) -> str:
        """Put a request for a decision into the ledger; return the hash that it is bound to."""
        digest = await self.ledger.put_document(document(proposal))
        about = {
            "number": number,
            "role": "product_owner",
            "because": "the best plan is 20.0 % better",
            "proposal": digest,
            "deadline": "2026-03-05T12:00:00+00:00",
            "on_expiry": "escalate",
            "holders": ["olga"],
            "said": "product owner (olga)",
            "state": state,
            **{name: value for name, value in data.items() if name not in ROW_ONLY},
        }
        known = {"asked_at": NOON.isoformat(), "brief": BRIEF, "may_approve": [digest], "votes": []}
        kept = {**about, **known, **data}
        row = ViewRow(
            kind="approval", id=f"{product}/{number}", product=product, state=state, role="product_owner", data=kept
        )
        is_open = {"open_request": number} if state == "open" else {}
        await self._write(product, "approval.requested", f"approval/{number}/{state}", about, row, is_open)
        return digest

    async def escalate(self, product: str, subject: str, state: str = "open", **data: Any) -> None:
        """Put an escalation into the ledger."""
        about = {"number": 1, "subject": subject, "because": "blocked", "role": "product_owner", "rung": 1}
        about |= {name: value for name, value in data.items() if name not in ROW_ONLY}
        kept = {**about, "started_at": NOON.isoformat(), "to": ["olga"], **data}
        role = "product_owner" if state == "open" else None
        row = ViewRow(
            kind="escalation", id=f"{product}/{subject}/1", product=product, state=state, role=role, data=kept
        )
        await self._write(product, "escalation.started", f"escalation/{subject}/{state}", about, row, {})

    async def note(
        self,
        product: str,
        about: str,
        kind: str,
        key: str,
        actor: str = "tandem",
        cause: str | None = None,
        **data: Any,
    ) -> None:
        """Put an entry about a thing into the ledger."""
        entry = Entry(
            product=product,
            key=key,
            at=NOON,
            clock_at=NOON,
            kind=kind,
            actor=actor,
            cause=cause,
            identity="engine" if actor == "tandem" else "asserted",
            about=(about,),
            data=data,
        )
        await self.ledger.append([entry])

    async def _write(
        self, product: str, kind: str, key: str, data: dict[str, Any], row: ViewRow, standing: dict[str, Any]
    ) -> None:
        workflow = f"{row.kind}/{row.id}"
        present = self.ledger.views["product", product]
        mine = present.model_copy(update={"data": present.data | standing})
        entry = Entry(
            product=product,
            key=key,
            at=NOON,
            clock_at=NOON,
            kind=kind,
            workflow=workflow,
            data=data,
            rows=(row, mine, workflow_row(workflow, product, row.state, row.kind)),
        )
        await self.ledger.append([entry])

    async def state(self, product: str) -> ProductState:
        self._maybe("state")
        if product not in self.states:
            raise NotOpenError(f"product/{product} is not open")
        return self.states[product]

    async def archive(self, product: str, actor: str, reason: str, identity: Proof = "asserted") -> None:
        self._maybe("archive")
        self.archived.append((product, actor, reason))

    async def refresh(self, product: str) -> None:
        self._maybe("refresh")
        self.refreshed.append(product)

    async def decide(self, product: str, number: int, answer: Answer) -> Effect:
        self._maybe("decide")
        self.answers.append(answer)
        return self.effect or Effect(
            approval=number, effect="adopted", because="the plan of run 2 is in force", cause="event/x"
        )

    async def comment(self, product: str, number: int, remark: Remark) -> None:
        self._maybe("comment")
        about, self.remarks = f"approval:{number}", self.remarks + 1
        key = f"approval/{number}/comment/{self.remarks}"
        await self.note(product, about, "approval.commented", key, remark.actor, number=number, text=remark.text)

    async def reverse(self, product: str, request: ReversalRequest) -> None:
        self._maybe("reverse")
        self.reversals.append(request)

    async def answer(self, product: str, subject: str, number: int, reply: EscalationReply) -> Ended:
        self._maybe("answer")
        self.answers.append(reply)
        ended = "handed" if reply.answer == "hand_to_board" else "answered"
        return Ended(ended=ended, because=reply.reason)

    async def steer(self, product: str, subject: str, number: int, steering: Steering) -> Steered:
        self._maybe("steer")
        self.steered.append(steering)
        return Steered(steering=steering, said=f"{steering.kind} by {steering.actor}")

    async def delegate(self, product: str, request: DelegationRequest) -> int:
        self._maybe("delegate")
        state, call = self.states[product], len(self.ledger.by_product[product])
        wanted = Delegation(number=0, **{**request.model_dump(exclude={"identity"}), "start": request.start or NOON})
        if refusal := refusal_of_grant(state, wanted, NOON):
            raise RefusedError(refusal, "ProductRefusedError")
        fields = wanted.model_dump(exclude={"number"})
        event = DelegationGranted(id=f"delegation/{call}", source=SOURCE, product=product, time=NOON, **fields)
        await self._record(product, Stamped(event, NOON))
        return self.states[product].delegation_count

    async def revoke(self, product: str, request: RevocationRequest) -> None:
        self._maybe("revoke")
        state, call = self.states[product], len(self.ledger.by_product[product])
        if refusal := refusal_of_revocation(state, request.delegation, request.actor):
            raise RefusedError(refusal, "ProductRefusedError")
        fields = request.model_dump()
        event = DelegationRevoked(id=f"revocation/{call}", source=SOURCE, product=product, time=NOON, **fields)
        await self._record(product, Stamped(event, NOON))

    async def healthy(self) -> bool:
        self._maybe("healthy")
        return self.alive
