"""What people and pages ask of a product: to be changed, in words that the domain judges, and to be looked at."""

from collections import deque
from contextlib import suppress
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from domain.applied import declared, refusal_of
from domain.applied_differences import MOST_DIFFERENCES, differences, drops_of, unasked_drops
from domain.authority import mandates_of
from domain.clock import ProductClock
from domain.core import Taken
from domain.definition import ProductDefinition
from domain.delegations import Delegation, roles_open_to
from domain.evolve_answers import refusal_of_grant, refusal_of_revocation
from domain.evolve_decisions import refusal_of_reversal
from domain.product import ProductState
from domain.record import ViewRow, content_hash
from domain.views import product_row, roadmap_row
from events.fields import Proof
from events.internal import SOURCE, DelegationGranted, DelegationRevoked, ProductArchived, ReversalRequested
from events.union import Accepted, Internal
from workflows.messages import (
    Applied,
    ApplyRequest,
    ArchiveRequest,
    DelegationRequest,
    ReversalRequest,
    RevocationRequest,
)
from workflows.options import STATE
from workflows.recording import Recorder

LONGEST_ID = 64  # characters of an update's id that become part of an event's


class ProductDesk:
    """The updates and queries of a product's workflow; what changes it becomes an event in its inbox."""

    state: ProductState
    clock: ProductClock
    recorder: Recorder
    created: str  # id of the event that declares the product, in its first run
    inbox: deque[tuple[Accepted, int]]  # with their bytes
    waiting: dict[str, Taken | None]  # internal events that an update waits for

    def _raise(self, event: Internal) -> None:
        self.inbox.append((Accepted(event=event, at=workflow.now()), 0))

    @workflow.update(name="apply", description="apply a product file")
    async def apply(self, request: ApplyRequest) -> Applied:
        """Apply a product file; the same file again changes nothing."""
        if request.definition == self.state.declared:
            created, self.created = bool(self.created), ""
            return Applied(changed=created, created=created)
        found = differences(self.state, request.definition)
        await self._taken(self._declare(request.definition, request.actor, _update_id(), request.identity))
        return Applied(changed=True, differences=found)

    @apply.validator
    def check_apply(self, request: ApplyRequest) -> None:
        """Refuse a file that cannot be applied, with the place, or that ends what nobody asked it to end."""
        self._require_applicable(request)
        if not request.drop and (drops := drops_of(self.state, request.definition)):
            named = [one.model_dump(mode="json") for one in drops[:MOST_DIFFERENCES]]
            more = len(drops) - len(named)
            raise ApplicationError(unasked_drops(drops), named, more, type="WouldDropError", non_retryable=True)

    @workflow.query(name="compare", description="what a product file would change")
    def compare(self, request: ApplyRequest) -> Applied:
        """Return what applying a file would come to; what it would end is among the differences."""
        self._require_applicable(request)
        found = differences(self.state, request.definition)
        return Applied(changed=request.definition != self.state.declared, differences=found)

    def _require_applicable(self, request: ApplyRequest) -> None:
        if refusal := refusal_of(self.state, request.definition):
            raise ApplicationError(refusal, type="ProductRefusedError", non_retryable=True)

    @workflow.update(name="archive", description="end the product")
    async def archive(self, request: ArchiveRequest) -> None:
        """End the product: it refuses events from now on."""
        if self.state.status == "archived":
            return
        at, product, event_id = self.recorder.now(), self.state.product, f"archived/{_update_id()}"
        self._raise(ProductArchived(id=event_id, source=SOURCE, product=product, time=at, **request.model_dump()))
        with suppress(ApplicationError):  # somebody else archived it a moment before
            await self._taken(event_id)
        workflow.upsert_search_attributes([STATE.value_set("archived")])

    @workflow.update(name="delegate", description="let somebody stand in")
    async def delegate(self, request: DelegationRequest) -> int:
        """Let somebody act in another one's stead; returns the delegation's number."""
        asked = self._asked(request).model_dump(exclude={"number", "event"})
        granted = DelegationGranted(**self._event("delegation"), **asked, identity=request.identity)
        await self._put(granted)
        mine = (one.number for one in self.state.delegations if one.event == granted.id)
        return next(mine, self.state.delegation_count)

    @delegate.validator
    def check_delegate(self, request: DelegationRequest) -> None:
        """Refuse a delegation that cannot be granted, with the reason."""
        _refuse(self._over() or refusal_of_grant(self.state, self._asked(request), self.recorder.now()))

    def _asked(self, request: DelegationRequest) -> Delegation:
        fields = request.model_dump(exclude={"identity"})
        return Delegation(**{**fields, "number": 0, "start": request.start or self.recorder.now()})

    @workflow.update(name="revoke", description="end a delegation")
    async def revoke(self, request: RevocationRequest) -> None:
        """End a delegation before its time."""
        await self._put(DelegationRevoked(**self._event("revocation"), **request.model_dump()))

    @revoke.validator
    def check_revoke(self, request: RevocationRequest) -> None:
        """Refuse when there is none, or it is not theirs to end."""
        _refuse(self._over() or refusal_of_revocation(self.state, request.delegation, request.actor))

    @workflow.update(name="reverse", description="ask to go back")
    async def reverse(self, request: ReversalRequest) -> None:
        """Have the plan before a decision proposed again, for somebody else to decide."""
        await self._put(ReversalRequested(**self._event("reversal"), **request.model_dump()))

    @reverse.validator
    def check_reverse(self, request: ReversalRequest) -> None:
        """Refuse when there is nothing to go back to, or the person does not belong here."""
        stranger = not roles_open_to(mandates_of(self.state), request.actor, self.recorder.now())
        why = f"{request.actor} holds no role in this product" if stranger else ""
        _refuse(self._over() or why or refusal_of_reversal(self.state, request.approval))

    def _over(self) -> str:
        return "the product is archived" if self.state.status == "archived" else ""

    def _event(self, kind: str) -> dict[str, Any]:
        """Return what an event that an update raises begins with; one call repeated is one event."""
        now = self.recorder.now()
        return {"id": f"{kind}/{_update_id()}", "source": SOURCE, "product": self.state.product, "time": now}

    async def _put(self, event: Internal) -> None:
        self._raise(event)
        await self._taken(event.id)

    def _declare(
        self,
        definition: ProductDefinition,
        actor: str,
        call: str,
        identity: Proof = "asserted",
    ) -> str:
        event = declared(definition, actor, call, self.clock.at(workflow.now()), identity)
        self._raise(event)
        return event.id

    async def _taken(self, event_id: str) -> None:
        """Wait until an event is taken in; raise when the product could not make sense of it."""
        self.waiting[event_id] = None
        try:
            await workflow.wait_condition(lambda: self.waiting[event_id] is not None)
            taken = self.waiting[event_id]
        finally:
            del self.waiting[event_id]
        if taken is not None and taken.outcome != "applied":
            raise ApplicationError(taken.because, type="ProductRefusedError", non_retryable=True)

    @workflow.query(name="roadmap", description="the roadmap as it stands")
    def roadmap(self) -> ViewRow:
        """Return the roadmap."""
        return roadmap_row(self.state, self.state.at)

    @workflow.query(name="state", description="all that the product's decisions depend on")
    def whole_state(self) -> ProductState:
        """Return the state, for questions of the kind "what if": nothing of it can be changed from there."""
        return self.state

    @workflow.query(name="standing", description="where the product stands")
    def standing(self) -> ViewRow:
        """Return what is under way, what waits for whom, and when the product looks again."""
        return product_row(self.state, self.state.at)


def _refuse(why: str) -> None:
    if why:
        raise ApplicationError(why, type="ProductRefusedError", non_retryable=True)


def _update_id() -> str:
    """Return the id of the update that is handled: two calls are two events, one call repeated is one."""
    update = workflow.current_update_info()
    given = "" if update is None else update.id
    return given if len(given) <= LONGEST_ID else content_hash(given)
