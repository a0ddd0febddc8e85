"""A year of products with four roles in three time zones: one case after the other is blocked and answered.

What is expected of it is counted here by plain loops over minutes and days, without anything of the domain.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from activities.ledger.store import SqlLedger
from activities.ports import LedgerQuery
from domain.definition import ProductDefinition
from events.model import DependencyBlocked
from events.union import Accepted, EventBatch
from tests.builders import make
from tests.integration.stateless_worker import Worker
from workflows.client import Engine
from workflows.messages import EscalationReply

PRODUCTS = 20  # that the cases are dealt to in turn: runs stay short, and none continues as new (see `Year.skip_to`)
ZONES = {
    "berlin": ("Europe/Berlin", "DE", "BE"),
    "york": ("America/New_York", "US", None),
    "lion": ("Asia/Singapore", "SG", None),
}
LIVES = {"mara": "berlin", "olga": "york", "omar": "lion", "bea": "lion", "ivan": "berlin", "mia": "york"}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OPENS, CLOSES = time(9), time(17)
STEP = timedelta(days=10)  # skipped by one call: the client gives up after 30 seconds
BUSY = 0.2  # seconds that a worker needs for one happening, about
POLL = 0.02  # seconds between two looks at what another process does


@dataclass(frozen=True)
class Case:
    """One thing that is blocked, and answered so many hours later."""

    number: int
    starts: datetime
    hours: float

    @property
    def name(self) -> str:
        return f"need-{self.number}"

    @property
    def product(self) -> str:
        return f"shop-{self.number % PRODUCTS}"

    @property
    def escalation(self) -> int:
        """Return the number of its escalation: they begin in the order of their cases."""
        return self.number // PRODUCTS + 1

    @property
    def row(self) -> str:
        """Return the id of its escalation's row."""
        return f"{self.product}/{self.name}/{self.escalation}"

    @property
    def answered(self) -> datetime:
        return self.starts + self.hours * HOUR


def companies(cases: list[Case], ladder: dict[str, Any], *, business: bool) -> list[ProductDefinition]:
    """Return the products of the cases."""
    names = sorted({case.product for case in cases})
    return [_company(name, [one for one in cases if one.product == name], ladder, business=business) for name in names]


def _company(product: str, cases: list[Case], ladder: dict[str, Any], *, business: bool) -> ProductDefinition:
    """Return a product that needs as many things as it has cases."""
    calendars = {
        name: {
            "time_zone": zone,
            "hours": [{"start": f"{OPENS:%H:%M}", "end": f"{CLOSES:%H:%M}"}],
            "holidays": country if part is None else f"{country}-{part}",
        }
        for name, (zone, country, part) in ZONES.items()
    }
    working: dict[str, Any] = {
        "calendars": calendars,
        "calendar": "berlin",
        "contacts": {person: {"calendar": calendar} for person, calendar in LIVES.items()},
    }
    declared: dict[str, Any] = {
        "product": product,
        "title": "Web shop",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "people": {"product_manager": ["mara"], "product_owner": ["olga", "omar"], "executive_board": ["bea"]},
        "teams": {
            "it": {"function": "it", "lead": "ivan", "person_days": 60, "allotment": 40},
            "ads": {"function": "marketing", "lead": "mia", "person_days": 40, "allotment": 40},
        },
        "budget": {"per_period": 1_000_000},
        "items": {f"item-{one.number}": {"efforts": {"ads": 0.1}} for one in cases},
        "dependencies": {
            one.name: {"needs": f"item-{one.number}", "provider": "it", "needed_by": "2099-01-01"} for one in cases
        },
        "policy": {"watch": ["dependency_blocked"], "ladder": ladder, "flood": {"most": 1000}, "horizon_periods": 1},
    }
    return ProductDefinition.model_validate(declared | (working if business else {}))


class Year:
    """Plays the cases on a server that skips time, with a worker process that can be killed."""

    def __init__(self, env: WorkflowEnvironment, engine: Engine, ledger: SqlLedger, worker: Worker) -> None:
        self.env, self.engine, self.ledger, self.worker = env, engine, ledger, worker
        self.kills = 0
        self.products: list[str] = []

    async def declare(self, definitions: list[ProductDefinition]) -> None:
        """Apply the products and wait until they live."""
        for definition in definitions:
            await self.engine.apply(definition, "mara")
            await self.until_row("product", definition.product)
            self.products.append(definition.product)

    async def until_row(self, kind: str, row_id: str) -> None:
        """Wait until a row exists."""
        while await self.ledger.row(kind, row_id) is None:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(POLL)

    async def block(self, case: Case) -> None:
        """Hand over that a case's dependency is blocked, and wait until its escalation is open."""
        now = await self.env.get_current_time()
        about = {"product": case.product, "time": now, "dependency": case.name}
        event = make(DependencyBlocked, **about, reason="the vendor is late")
        accepted = Accepted.model_validate({"event": event.model_dump(), "at": now})
        await self.engine.deliver(case.product, EventBatch(events=(accepted,)))
        await self.until_row("escalation", case.row)

    async def answer(self, case: Case) -> None:
        """Answer a case, and wait until its escalation is over."""
        reply = EscalationReply(answer="handled", actor="olga", role="product_owner", reason="done")
        await self.engine.answer(case.product, case.name, case.escalation, reply)
        while not await self._over(f"escalation/{case.row}"):  # noqa: ASYNC110 - another process ends it
            await asyncio.sleep(POLL)

    async def play(self, cases: list[Case], kill_share: float, seed: int) -> None:
        """Play all cases in time.

        ``kill_share``: how often the worker is killed, of the times at which it is waited for or something is handed
        to it; then within the time that it is busy, so before, amid and after what it does.
        """
        chance = random.Random(seed)

        def kill_after() -> float | None:
            return chance.random() * BUSY if chance.random() < kill_share else None

        happenings = [(case.starts, False, case) for case in cases] + [(case.answered, True, case) for case in cases]
        for at, is_answer, case in sorted(happenings, key=lambda one: (one[0], one[1], one[2].number)):
            await self._amid(self.skip_to(at), kill_after())
            await self._amid(self.answer(case) if is_answer else self.block(case), kill_after())

    async def _amid(self, doing: Coroutine[Any, Any, None], kill_after: float | None) -> None:
        """Do something; so many seconds after its begin kill the worker, and let another one take over."""
        async with asyncio.TaskGroup() as under_way:
            under_way.create_task(doing)
            if kill_after is not None:
                await asyncio.sleep(kill_after)
                self.worker.kill()
                self.worker.start()
                self.kills += 1

    # -- time ------------------------------------------------------------------------------------------------

    async def skip_to(self, at: datetime) -> None:
        """Let time pass until an instant.

        The server skips nothing while a task is in somebody's hands. Those of a dead worker are taken from it when
        their own timeouts are over, in real time: after 2 or 5 seconds. Nor does it ever again once a child ends whose
        parent has continued as new, because it waits for the parent to hear of it: so no product here may.
        """
        while (left := at - await self.env.get_current_time()) > timedelta():
            await self.env.sleep(min(left, STEP))

    async def _over(self, workflow: str) -> bool:
        described = await self.env.client.get_workflow_handle(workflow).describe()
        return described.status != WorkflowExecutionStatus.RUNNING

    async def counted(self) -> Counter[str]:
        """Return how often what was recorded, and how many messages of each kind went to people."""
        found: Counter[str] = Counter()
        for product in self.products:
            after = 0
            while page := await self.ledger.entries(LedgerQuery(product=product, after_seq=after, limit=1000)):
                for recorded in page:
                    entry = recorded.entry
                    found[entry.kind] += 1
                    if entry.kind == "message.delivered":
                        found[f"{entry.data['kind']} to {entry.data['to']}"] += 1
                after = page[-1].seq
        return found


# -- what is expected, by loops of its own ------------------------------------------------------------------


@lru_cache(maxsize=64)
def _off(country: str, part: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=part, years=year))


@lru_cache(maxsize=16384)
def worked(calendar: str, day: date) -> bool:
    """Tell whether a day is worked there."""
    _, country, part = ZONES[calendar]
    return day.weekday() < 5 and day not in _off(country, part, day.year)


def opening(calendar: str, at: datetime) -> datetime:
    """Return the first working moment, not before an instant: minute by minute once the day is found."""
    zone = ZoneInfo(ZONES[calendar][0])
    while True:
        local = at.astimezone(zone)
        if worked(calendar, local.date()) and OPENS <= local.time() < CLOSES:
            return at
        whole = local.replace(second=0, microsecond=0, fold=local.fold)
        step = MINUTE if worked(calendar, local.date()) else max(MINUTE, HOUR - (whole.minute * MINUTE))
        at = (whole.astimezone(UTC) + step).astimezone(UTC)


def working_days_later(calendar: str, at: datetime, days: int) -> datetime:
    """Return the same hour so many working days later, counted from the next working moment."""
    zone, local = ZoneInfo(ZONES[calendar][0]), opening(calendar, at).astimezone(ZoneInfo(ZONES[calendar][0]))
    day = local.date()
    for _ in range(days):
        day += DAY
        while not worked(calendar, day):
            day += DAY
    return datetime.combine(day, local.time(), tzinfo=zone).astimezone(UTC)


def expected(cases: list[Case], reminder_days: int, board_days: int) -> Counter[str]:
    """Return how many steps and messages the durations and the calendars make, case by case."""
    found: Counter[str] = Counter()
    for case in cases:
        asked = opening("berlin", case.starts)
        reminded = working_days_later("berlin", case.starts, reminder_days)
        climbed = working_days_later("berlin", case.starts, board_days)
        found["escalation.started"] += asked < case.answered
        found["escalation.reminded"] += reminded < case.answered
        found["escalation.climbed"] += climbed < case.answered
        for person in ("olga", "omar"):
            first, again = opening(LIVES[person], asked), opening(LIVES[person], reminded)
            found[f"escalation_asked to {person}"] += first < case.answered
            found[f"escalation_reminded to {person}"] += first < again < case.answered
        found["escalation_asked to bea"] += opening(LIVES["bea"], climbed) < case.answered
    return found


def clear_of_boundaries(case: Case, reminder_days: int, board_days: int) -> Case:
    """Return a case, answered later when seconds would decide whether something that falls due is still sent."""
    asked = opening("berlin", case.starts)
    steps = [asked, *(working_days_later("berlin", case.starts, days) for days in (reminder_days, board_days))]
    moments = [*steps, *(opening(LIVES[person], step) for person in ("olga", "omar", "bea") for step in steps)]
    while any(abs(moment - case.answered) < 5 * MINUTE for moment in moments):
        case = replace(case, hours=case.hours + 1 / 6)
    return case
