"""What the web process works with; ``deploy.wiring`` puts it together."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request

from activities.links import Links
from activities.ports import Ledger, LedgerReader, Vault
from activities.ports_intake import IntakeReader
from activities.ports_letters import Letters
from domain.climbing import Steering
from domain.definition import ProductDefinition
from domain.planning import Plan, Snapshot, SolverLimits
from domain.product import ProductState
from events.dispatch import Dispatch
from events.fields import Proof
from events.letters import Way
from events.outcome import Outcome
from events.union import External
from events.webhooks.registry import Sources
from web.callers import Gate
from web.engine_port import OperatedWorkflows
from web.front import Front
from web.lags import Lags
from web.products import Products
from web.redrive import Redrive
from web.sources import Webhooks
from web.standings import Standings
from web.states import States
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


class Workflows(OperatedWorkflows, Protocol):
    """What the web asks of the workflows; `workflows.client.Engine` says what each call raises."""

    async def apply(
        self,
        definition: ProductDefinition,
        actor: str,
        *,
        drop: bool = False,
        dry_run: bool = False,
        identity: Proof = "asserted",
    ) -> Applied: ...

    async def state(self, product: str) -> ProductState: ...

    async def archive(self, product: str, actor: str, reason: str, identity: Proof = "asserted") -> None: ...

    async def refresh(self, product: str) -> None: ...

    async def decide(self, product: str, number: int, answer: Answer) -> Effect: ...

    async def comment(self, product: str, number: int, remark: Remark) -> None: ...

    async def reverse(self, product: str, request: ReversalRequest) -> None: ...

    async def answer(self, product: str, subject: str, number: int, reply: EscalationReply) -> Ended: ...

    async def steer(self, product: str, subject: str, number: int, steering: Steering) -> Steered: ...

    async def delegate(self, product: str, request: DelegationRequest) -> int: ...

    async def revoke(self, product: str, request: RevocationRequest) -> None: ...

    async def healthy(self) -> bool: ...


Solve = Callable[[Snapshot, SolverLimits], Plan]  # raises SnapshotError; blocks, so ask through `asyncio.to_thread`
Tally = Callable[[Mapping[tuple[str, str, str, str], int], Way], None]  # events by product, source, type and status


@dataclass
class Services:
    """The ports behind the routers. One per process, used from one event loop."""

    dispatch: Dispatch
    engine: Workflows
    reader: LedgerReader
    ledger: Ledger  # for the teams' allotments and erasures
    vault: Vault
    letters: Letters  # what no way in could take
    sources: Sources  # who may send webhooks
    intake: IntakeReader
    embedded: bool  # simulated clocks are allowed
    clock: Callable[[], datetime]
    solve: Solve  # for what-if questions
    tally: Tally  # counts what comes in, and what is refused
    links: Links | None = None  # reads the links of messages
    temporal_ui_url: str | None = None  # of Temporal's Web UI; None: not known
    temporal_namespace: str = "default"
    lags: Lags = field(default_factory=Lags)
    gate: Gate = field(default_factory=Gate)  # tells who asks
    front: Front = field(default_factory=Front)  # for those who sign in
    products: Products = field(init=False)
    webhooks: Webhooks = field(init=False)
    standings: Standings = field(init=False)
    states: States = field(init=False)
    redrive: Redrive = field(init=False)
    applying: asyncio.Lock = field(default_factory=asyncio.Lock)  # one product file at a time
    solving: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))  # what-if questions in hand

    def __post_init__(self) -> None:
        self.products = Products(self.reader)
        self.webhooks = Webhooks(self.reader, self.sources)
        self.standings = Standings(self.reader)
        self.states = States(self.engine.state, self.reader)
        self.redrive = Redrive(
            letters=self.letters,
            retries={"webhook": self.webhooks.retry()},
            dispatch=self.dispatch,
            reader=self.reader,
            ledger=self.ledger,
            vault=self.vault,
            products=self.products,
            clock=self.clock,
        )

    async def take(self, events: Sequence[External], way: Way) -> list[Outcome]:
        """Hand events over, and count what became of them. Raises as ``Dispatch.take`` does."""
        outcomes = await self.dispatch.take(events)
        pairs = zip(events, outcomes, strict=True)
        self.tally(Counter((e.product, e.source, e.type, outcome.status.value) for e, outcome in pairs), way)
        return outcomes


def services_of(request: Request) -> Services:
    """Return the services of the application that serves a request."""
    services: Services = request.app.state.services
    return services


Svc = Annotated[Services, Depends(services_of)]
