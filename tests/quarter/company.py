"""A product that lives through a quarter: the real domain and the real planner, one clock, and nobody who interferes.

Teams start what the plan starts with a period, and have paid for it and finished it at the period's end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.solver import solve
from domain.applied import first_state
from domain.core import Stamped, follow, may_start, started, take_in
from domain.deadlines import next_wake, struck
from domain.definition import ProductDefinition
from domain.entries import adoption_of
from domain.materiality import finding_of
from domain.periods import period_of, shift, start_of
from domain.product import starts_of
from domain.proposals import draft
from domain.reactions import Adopt, Reaction, Reprioritize, RequestDecision
from domain.snapshot import snapshot_of
from events import internal
from events.model import Event
from tests.builders import PRODUCT, budget_spent, item_completed, item_started, make
from tests.quarter.stream import THEMES, Feedback

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
END = START + timedelta(weeks=13)  # its last month has ended
BEFORE = START - timedelta(days=120)  # since when customers have been heard
PLANNED_PERIODS = 6
WEEKLY = {"review_every_days": 7}
NO_GUARD = {"margin": 0, "dwell_hours": 0, "move_price": 0}
ITEMS = {"checkout": 4, "search": 4, "speed": 4, "login": 8, "reports": 4}
DIGEST = "0" * 64


def retailer(first: str = "2026-03", product: str = PRODUCT, **policy: Any) -> ProductDefinition:
    """Return a product whose money, six months of it, holds less than half of the items that answer to feedback."""
    themes = tuple(THEMES)
    items = {
        f"{theme}-{number}": {
            "cost": 100_000 * (6 + (7 * k + 5 * number) % 9),
            "efforts": {"it": 3 + (3 * k + number) % 5},
            "values": {
                "marketplace": 30 + (17 * k + 13 * number) % 23,
                "competition": 30 + (11 * k + 29 * number) % 19,
            },
            "themes": [theme],
        }
        for k, theme in enumerate(themes)
        for number in range(ITEMS[theme])
    }
    months = [shift(first, k) for k in range(PLANNED_PERIODS)]
    return ProductDefinition.model_validate(
        {
            "product": product,
            "title": "Retailer",
            "currency": "EUR",
            "people": {"product_manager": ["mia"], "product_owner": ["otto"], "executive_board": ["bea"]},
            "teams": {"it": {"function": "it", "lead": "ida", "person_days": 60, "allotment": 40}},
            "budget": {"per_period": 0, "periods": dict.fromkeys(months, 1_700_000)},
            "items": items,
            "policy": {
                "weights": {"user_feedback": 3},  # customers come first: nothing else moves here
                "feedback_saturation": 500,
                "authority": {"product_manager": {}},  # what is better is adopted: every change of the plan is seen
                "horizon_periods": PLANNED_PERIODS,
                **policy,
            },
        }
    )


@dataclass(frozen=True)
class Look:
    """One look at the priorities."""

    at: datetime
    topics: tuple[str, ...]
    finding: str
    because: str


class Company:
    """Plays events through a product and remembers its looks, its plans and who was asked."""

    def __init__(self, definition: ProductDefinition, at: datetime) -> None:
        self.state = first_state(definition, at)
        self.definition = definition
        self.planning = False  # before the quarter begins, customers are only heard
        self.looks: list[Look] = []
        self.adopted: list[tuple[datetime, internal.Change]] = []
        self.requested: list[datetime] = []
        self.material: list[tuple[datetime, str]] = []  # when a look was asked for, and for which topic

    def lives(self, stream: Feedback, start: datetime = START, end: datetime = END) -> "Company":
        """Hear customers since long before, plan at ``start``, and live until ``end``."""
        for said in stream.between(BEFORE, start):
            self.take(said, said.time)
        self.state = self.state.model_copy(update={"struck_at": start, "reviewed_at": start})
        self.planning = True
        definition = self.definition.model_dump(mode="json")
        self.take(self._raised(internal.ProductApplied, start, definition=definition, actor="mia"), start)
        work = iter(self._work(start, end))
        due = next(work, None)
        for said in stream.between(start, end):
            while due is not None and due[0] <= said.time:
                self.until(due[0])
                self._at_work(*due)
                due = next(work, None)
            self.until(said.time)
            self.take(said, said.time)
        self.until(end)
        return self

    def until(self, at: datetime) -> None:
        """Let everything that falls due by then fall due."""
        while (moment := next_wake(self.state, self.state.policy)) <= at:
            for event in struck(self.state, self.state.policy, moment):
                self.take(event, moment)
            self._plan(moment)

    def take(self, event: Event, at: datetime) -> None:
        """Take an event in, with what follows at once."""
        stamped = Stamped(event, max(at, self.state.at))
        after, taken, reactions = take_in(self.state, stamped, self.state.policy)
        assert taken.outcome == "applied", (event, taken)
        self.state = follow(after, reactions, stamped.key, stamped.at)
        for reaction in reactions:
            self._note(reaction, stamped)
        if self.planning:
            self._plan(self.state.at)

    def _note(self, reaction: Reaction, stamped: Stamped) -> None:
        if isinstance(reaction, Reprioritize) and self.planning:
            self.material.append((stamped.at, reaction.topic))
        elif isinstance(reaction, RequestDecision):
            self.requested.append(stamped.at)
        elif isinstance(reaction, Adopt):
            self.adopted.append((stamped.at, reaction.outcome.change))
            self.take(adoption_of(reaction, stamped), stamped.at)

    def _plan(self, at: datetime) -> None:
        if not may_start(self.state, self.state.policy, at):
            return
        topics = tuple(trigger.topic for trigger in self.state.triggers)
        snapshot = snapshot_of(self.state, at)
        self.state = started(self.state, at)
        plan = solve(snapshot, self.state.policy.solver)
        drafted = draft(snapshot, plan, self.state.runs, (), {})
        names = ("starts", "value", "value_in_force", "in_force_feasible", "why_infeasible", "gap", "change")
        found = {name: getattr(drafted, name) for name in names}
        hashes = {"snapshot": DIGEST, "plan": f"plan-{self.state.runs}", "proposal": f"proposal-{self.state.runs}"}
        event = self._raised(internal.PlanSolved, at, run=self.state.runs, **hashes, **found)
        assert isinstance(event, internal.PlanSolved)
        finding, because = finding_of(self.state, event, at)
        self.looks.append(Look(at, topics, finding, because))
        self.take(event, at)

    def _work(self, start: datetime, end: datetime) -> Iterable[tuple[datetime, bool]]:
        """Yield when periods begin and end: (instant, begins)."""
        zone, period = self.state.time_zone, period_of(start, self.state.time_zone)
        yield start + timedelta(hours=1), True
        while (ends := start_of(shift(period, 1), zone)) < end:
            yield ends - timedelta(hours=2), False
            yield ends + timedelta(minutes=5), True
            period = shift(period, 1)

    def _at_work(self, at: datetime, begins: bool) -> None:
        period = period_of(at, self.state.time_zone)
        for name, item in sorted(self.state.items.items()):
            if begins and item.status == "planned" and starts_of(self.state).get(name, "9999-99") <= period:
                self.take(item_started(item=name, time=at), at)
            elif not begins and item.status == "started":
                self.take(budget_spent(period=period, item=name, amount=item.cost, time=at), at)
                self.take(item_completed(item=name, time=at), at)

    @staticmethod
    def _raised(cls: type[internal.Raised], at: datetime, **fields: Any) -> Event:
        return make(cls, source=internal.SOURCE, time=at, **fields)
