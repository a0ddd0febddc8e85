"""What the web process works with; ``deploy.wiring`` puts it together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request

from activities.ports import Ledger, LedgerReader, Vault
from domain.definition import ProductDefinition
from events.dispatch import Dispatch
from web.products import Products
from workflows.client import Running
from workflows.messages import Answer, Applied, Effect, Ended, EscalationReply


class Workflows(Protocol):
    """What the web asks of the workflows; `workflows.client.Engine` says what each call raises."""

    async def apply(self, definition: ProductDefinition, actor: str) -> Applied: ...

    async def archive(self, product: str, actor: str, reason: str) -> None: ...

    async def refresh(self, product: str) -> None: ...

    async def decide(self, product: str, number: int, answer: Answer) -> Effect: ...

    async def answer(self, product: str, subject: str, number: int, reply: EscalationReply) -> Ended: ...

    async def describe(self, workflow: str) -> Running | None: ...

    async def healthy(self) -> bool: ...


@dataclass
class Services:
    """The ports behind the routers. One per process, used from one event loop."""

    dispatch: Dispatch
    engine: Workflows
    reader: LedgerReader
    ledger: Ledger  # for the teams' allotments and erasures
    vault: Vault
    embedded: bool  # simulated clocks are allowed
    clock: Callable[[], datetime]
    products: Products = field(init=False)
    applying: asyncio.Lock = field(default_factory=asyncio.Lock)  # one product file at a time

    def __post_init__(self) -> None:
        self.products = Products(self.reader)


def services_of(request: Request) -> Services:
    """Return the services of the application that serves a request."""
    services: Services = request.app.state.services
    return services


Svc = Annotated[Services, Depends(services_of)]
