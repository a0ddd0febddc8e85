"""A stack in which things break when a test says so, and stay broken until the test has looked."""

import json
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from deploy.local import LocalStack, local_stack
from events import model
from events.webhooks.signatures import hub_signature
from tests.builders import make
from tests.harness import stack_settings
from tests.integration.company import web_shop
from tests.receivers import Mailbox
from tests.unit.events.webhooks.cases import milestone
from tests.ways_in import Sender

MANAGER = "mara"
MAILED = {name: {"mail": f"{name}@example.com", "reach": ["mail"]} for name in ("olga", "omar", "bea", "mara")}
TEAMS = {  # large enough for all products
    "it": {"function": "it", "lead": "ivan", "person_days": 1_000, "allotment": 40},
    "ads": {"function": "marketing", "lead": "mia", "person_days": 1_000, "allotment": 40},
}
HOURS_A_SECOND = 10 * 3600.0  # how fast the clock of a product runs whose people never answer


@dataclass
class FaultyStack:
    """A running stack whose processes stay down when they are ended, and who sends to it."""

    stack: LocalStack
    sender: Sender
    mailbox: Mailbox  # of the mail server, which runs only while a test says so

    @property
    def url(self) -> str:
        return self.stack.settings.web_url

    async def apply(self, product: str, **changes: Any) -> None:
        """Declare a product."""
        await self.sender.apply(web_shop(product, title=f"Shop {product}", teams=TEAMS, **changes), MANAGER)

    async def block(self, product: str) -> None:
        """Block a dependency, which is brought to the product owner."""
        await self.sender.one(_said(model.DependencyBlocked, product, dependency="sso", reason="the partner is closed"))

    async def cut(self, product: str, delta: int = -2_500_000) -> None:
        """Take most of this month's money away, which no manager may decide alone."""
        period = f"{datetime.now(UTC):%Y-%m}"
        await self.sender.one(_said(model.BudgetAdjusted, product, period=period, delta=delta, reason="it was needed"))

    async def say(self, product: str) -> None:
        """Send something that its product has to take in."""
        await self.sender.one(
            _said(model.FeedbackReceived, product, theme="login", sentiment=0.1, weight=1, channel="survey")
        )

    async def unmapped(self, product: str) -> str:
        """Have a source deliver a name that the product file does not know; return the letter that comes of it."""
        async with httpx.AsyncClient(base_url=f"{self.url}/api/v1", trust_env=False, timeout=15) as http:
            source = {"name": "github-faults", "kind": "github", "actor": MANAGER}
            secret = (await http.post("/sources", json=source)).raise_for_status().json()["secret"]
            await self.apply(product, sources={"github-faults": {}}, aliases={"github-faults": {"milestones": {}}})
            content = json.dumps(milestone("closed", title="Summer sale", number=7)).encode()
            headers = {
                "content-type": "application/json",
                "x-hub-signature-256": hub_signature(secret, content),
                "x-github-event": "milestone",
                "x-github-delivery": "unmapped-1",
            }
            answer = await http.post("/webhooks/github-faults", content=content, headers=headers)
            return str(answer.raise_for_status().json()["letter"])

    @asynccontextmanager
    async def without(self, name: str) -> AsyncIterator[None]:
        """Kill a process for the length of a block."""
        self.stack.kill(name)
        await self.stack.wait_gone(name)
        try:
            yield
        finally:
            await self.stack.restart(name)
            await self.stack.wait_ready()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Let a process do nothing for the length of a block, as when its machine hangs."""
        self.stack.kill(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self.stack.kill(name, signal.SIGCONT)

    @contextmanager
    def ledger_locked(self) -> Iterator[None]:
        """Hold the ledger's database, so that nobody else can write."""
        with closing(sqlite3.connect(self.stack.settings.home / "ledger.db", isolation_level=None)) as database:
            database.execute("PRAGMA busy_timeout = 10000")
            database.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                database.execute("ROLLBACK")


@asynccontextmanager
async def faulty_stack(home: Path) -> AsyncIterator[FaultyStack]:
    """Run a stack whose mail goes to a server of the test."""
    mailbox = Mailbox()
    mail = {"smtp": f"smtp://127.0.0.1:{mailbox.port}", "from": "tandem@example.com", "tls": "none"}
    channels = home / "channels.yaml"
    channels.write_text(yaml.safe_dump({"mail": mail}))
    channels.chmod(0o600)
    async with (
        local_stack(stack_settings(home), auto_restart=False) as stack,
        Sender(stack.settings.web_url) as sender,
    ):
        yield FaultyStack(stack, sender, mailbox)


def _said(kind: Any, product: str, **data: Any) -> Any:
    return make(kind, product=product, time=datetime.now(UTC), **data)
