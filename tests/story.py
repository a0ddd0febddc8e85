"""A product's history without an engine: the real domain and the real planner write into a ledger in memory.

What workflows add (requests, reminders, ladders) is written with their own records, at instants that the story sets.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from activities.solver import solve
from domain.applied import first_state
from domain.clock import ProductClock
from domain.core import Stamped, follow, may_start, started, take_in
from domain.deadlines import next_wake, struck
from domain.definition import ProductDefinition
from domain.entries import Times, event_entry, started_entry, told_entry
from domain.ladder import climb_of, deadline_of, reminders_of, teams_of
from domain.planning import Snapshot, document
from domain.proposals import draft
from domain.reactions import Adopt, Conclude, Escalate, Notify, Reaction, RequestDecision, StandDown, Supersede
from domain.snapshot import snapshot_of
from domain.views import product_row, roadmap_row
from events import internal
from events.model import Event
from tests.builders import NOON
from tests.fakes.ledger import FakeLedger
from workflows.approval_record import ApprovalRecord
from workflows.escalation_record import EscalationRecord
from workflows.messages import ApprovalCase, EscalationCase

RETAIL = ProductDefinition.model_validate(
    {
        "product": "web",
        "title": "Web site",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "people": {"product_manager": ["mara"], "product_owner": ["olga"], "executive_board": ["bo"]},
        "teams": {"it": {"function": "it", "lead": "ivo", "person_days": 50, "allotment": 40}},
        "budget": {"per_period": 3_000_000},
        "milestones": {"spring": {"due": "2026-04-30"}},
        "items": {
            name: {
                "cost": 900_000,
                "efforts": {"it": 8},
                "values": {"marketplace": 10 * worth},
                "themes": ["login"] if worth == 1 else [],
            }
            for worth, name in enumerate(
                ("sso", "search", "basket", "coupons", "reviews", "wishlist", "checkout", "returns", "stock"), start=1
            )
        },
        "policy": {"dwell_hours": 0, "horizon_periods": 2, "surge_points": 10, "feedback_half_life_days": 300},
    }
)


class _Approval(ApprovalRecord):
    at: datetime = NOON

    def times(self, clock_at: datetime | None = None) -> Times:
        return Times(at=self.at, clock_at=self.at, policy_hash=self.policy_hash)


class _Escalation(EscalationRecord):
    at: datetime = NOON

    def times(self, clock_at: datetime | None = None) -> Times:
        return Times(at=self.at, clock_at=self.at, policy_hash=self.policy_hash)


class Story:
    """Takes events in, plans, asks and climbs; everything that happens is in ``ledger``."""

    def __init__(self, definition: ProductDefinition = RETAIL, at: datetime = NOON) -> None:
        self.ledger, self.definition, self.at = FakeLedger(), definition, at
        self.product = definition.product
        self.state = first_state(definition, at)
        self.clock = ProductClock(started=at)
        self.approvals: dict[int, _Approval] = {}
        self.escalations: dict[str, _Escalation] = {}

    def times(self) -> Times:
        return Times(at=self.at, clock_at=self.at, policy_hash=self.state.policy.digest())

    def raised(self, cls: type[internal.Raised], event_id: str, **fields: Any) -> internal.Raised:
        return cls.model_validate(
            {"id": event_id, "source": internal.SOURCE, "product": self.product, "time": self.at} | fields
        )

    async def begin(self) -> "Story":
        """Apply the product file; the first plan is adopted."""
        definition = self.definition.model_dump(mode="json")
        await self.happens(self.raised(internal.ProductApplied, "applied/1", definition=definition, actor="mara"))
        return self

    async def later(self, hours: float = 1) -> None:
        """Let time pass, with everything that falls due."""
        self.at += timedelta(hours=hours)
        while next_wake(self.state, self.state.policy) <= self.at:
            await self.happens(*struck(self.state, self.state.policy, self.at))

    async def happens(self, *events: Event) -> None:
        """Take events in, one after the other, and do what follows."""
        for event in events:
            self.at += timedelta(minutes=1)
            stamped, before = Stamped(event, self.at), self.state
            after, taken, reactions = take_in(before, stamped, before.policy)
            self.state = follow(after, reactions, stamped.key, self.at)
            await self.ledger.append([event_entry(before, stamped, taken, reactions, self.times())])
            for number, reaction in enumerate(reactions, start=1):
                await self._perform(reaction, stamped.key, number)
            await self._plan()
        for row in (product_row(self.state, self.at), roadmap_row(self.state, self.at)):
            self.ledger.views[(row.kind, row.id)] = row

    async def _perform(self, reaction: Reaction, cause: str, number: int) -> None:
        if isinstance(reaction, Adopt):
            await self._adopt(reaction, cause)
        elif isinstance(reaction, RequestDecision):
            await self._request(reaction, cause)
        elif isinstance(reaction, Supersede):
            record = self.approvals[reaction.approval]
            record.at = self.at
            data = {"because": reaction.because, "differences": reaction.differences, "successor": reaction.successor}
            await self.ledger.append([record.of("approval.superseded", "superseded", cause, data, "superseded")])
        elif isinstance(reaction, Conclude) and reaction.effect != "refused":
            await self._conclude(reaction.approval, reaction.effect, reaction.because, cause)
        elif isinstance(reaction, Escalate):
            await self._escalate(reaction, cause)
        elif isinstance(reaction, StandDown):
            climbing = self.escalations[reaction.subject]
            climbing.at = self.at
            told = {"why": reaction.because, "to": sorted({*climbing.case.climb.steps[0].copies, "olga"})}
            await self.ledger.append([climbing.of("escalation.stood_down", "stood-down", cause, told, "stood_down")])
        elif isinstance(reaction, Notify):
            await self.ledger.append([told_entry(self.state, reaction, cause, number, self.times())])

    async def _plan(self) -> None:
        if not may_start(self.state, self.state.policy, self.at):
            return
        triggers, more = self.state.triggers, self.state.more_triggers
        snapshot = Snapshot.model_validate(document(snapshot_of(self.state, self.at)))
        digest = await self.ledger.put_document(document(snapshot))
        self.state = started(self.state, self.at)
        run = self.state.runs
        await self.ledger.append([started_entry(self.state, triggers, more, self.times(), digest)])
        plan = solve(snapshot, self.state.policy.solver)
        proposal = draft(snapshot, plan, run, tuple(trigger.because for trigger in triggers), {})
        found = {
            "plan": await self.ledger.put_document(document(plan)),
            "proposal": await self.ledger.put_document(document(proposal)),
            **{name: getattr(proposal, name) for name in ("starts", "value", "value_in_force", "in_force_feasible")},
            "why_infeasible": proposal.why_infeasible,
            "gap": proposal.gap,
            "change": proposal.change.model_dump(),
        }
        cause = f"reprioritization/{run}/started"
        solved = f"reprioritization/{run}/solved"
        await self.happens(self.raised(internal.PlanSolved, solved, cause=cause, run=run, snapshot=digest, **found))

    async def _adopt(self, adopt: Adopt, cause: str) -> None:
        outcome = adopt.outcome
        event_id = f"plan/{outcome.run}/adopted" + ("" if adopt.approval is None else f"/{adopt.approval}")
        given = {name: getattr(outcome, name) for name in ("run", "plan", "proposal", "starts")}
        given |= {"change": outcome.change.model_dump(), "by": adopt.by, "role": adopt.role}
        await self.happens(self.raised(internal.PlanAdopted, event_id, cause=cause, approval=adopt.approval, **given))
        if adopt.approval is not None:
            because = f"the plan of run {outcome.run} is in force"
            await self._conclude(adopt.approval, "adopted", because, f"event/tandem/{event_id}")

    async def _request(self, ask: RequestDecision, cause: str) -> None:
        request, policy = self.state.request, self.state.policy
        assert request is not None
        case = ApprovalCase(
            product=self.product,
            number=request.number,
            role=ask.role,
            proposal=ask.outcome.proposal,
            because=ask.because,
            people=self.state.people,
            asked_at=self.at,
            reminders=reminders_of(self.at, policy),
            deadline=deadline_of(self.at, policy),
            on_expiry=policy.on_expiry,
            clock=self.clock,
            cause=cause,
            policy_hash=policy.digest(),
        )
        record = self.approvals[request.number] = _Approval(case)
        record.at = self.at
        requested = record.of("approval.requested", "requested", cause, {}, "open")
        to = {"to": list(self.state.people.holders(ask.role))}
        await self.ledger.append([requested, record.of("approval.asked", "asked/1", requested.key, to)])

    async def decide(
        self, verdict: str, actor: str = "olga", reason: str = "it serves the spring", **over: Any
    ) -> None:
        """Answer the open request."""
        request = self.state.request
        assert request is not None
        self.answer = {"by": actor, "role": over.get("role", "product_owner"), "reason": reason}
        fields = {
            "cause": f"approval/{request.number}/requested",
            "approval": request.number,
            "proposal": request.outcome.proposal,
            "verdict": verdict,
            "actor": actor,
            "role": "product_owner",
            "reason": reason,
        }
        event_id = f"approval/{request.number}/decision/1"
        await self.happens(self.raised(internal.DecisionGiven, event_id, **(fields | over)))

    async def _conclude(self, number: int, effect: str, because: str, cause: str) -> None:
        record = self.approvals[number]
        record.at = self.at
        data = {**self.answer, "said": because}
        await self.ledger.append([record.of("approval.concluded", "concluded", cause, data, effect)])

    async def _escalate(self, reaction: Escalate, cause: str) -> None:
        state, subject = self.state, reaction.subject
        case = EscalationCase(
            product=self.product,
            subject=subject,
            number=state.escalations[subject],
            because=reaction.because,
            climb=climb_of(state, state.policy, teams_of(state, subject), self.at),
            people=state.people,
            started_at=self.at,
            clock=self.clock,
            cause=cause,
            policy_hash=state.policy.digest(),
        )
        self.escalations[subject] = _Escalation(case)
        await self.climb(subject, 1, "escalation.started", cause)

    async def climb(self, subject: str, number: int, kind: str, cause: str | None = None) -> None:
        """Record one rung of a ladder."""
        record = self.escalations[subject]
        record.at = self.at
        steps = record.case.climb.steps
        rung = steps[number - 1]
        until = steps[number].at if number < len(steps) else record.case.climb.ends_at
        people = list(self.state.people.holders(rung.role))
        data = {"role": rung.role, "rung": number, "to": people, "copies": rung.copies, "until": until.isoformat()}
        before = f"escalation/{subject}/{record.case.number}/rung/1"
        entry = record.of(kind, f"rung/{number}", cause or before, data, "open", f"the {rung.role}", until)
        await self.ledger.append([entry])

    def kinds(self) -> Sequence[str]:
        """Return the kinds of the entries so far, oldest first."""
        return [recorded.entry.kind for recorded in self.ledger.by_product[self.product]]
