"""A product's history without an engine: the real domain and the real planner write into a ledger in memory.

What workflows add (requests, reminders, ladders) is written with their own records, at instants that the story sets.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from activities.solver import solve
from domain.applied import first_state
from domain.briefs import brief_of
from domain.climbing import Climbing, next_due, take_step
from domain.clock import ProductClock
from domain.core import Stamped, follow, may_start, started, take_in
from domain.deadlines import next_wake, struck
from domain.definition import ProductDefinition
from domain.entries import Times, event_entry, started_entry, told_entry
from domain.ladder import asks_of, climb_of, ladder_for, leads_of
from domain.planning import Snapshot, document
from domain.proposals import draft
from domain.reactions import Adopt, Conclude, Escalate, Notify, Reaction, RequestDecision, StandDown, Supersede
from domain.snapshot import snapshot_of
from domain.timetable import timetable_of
from domain.views import product_row, roadmap_row
from domain.wording import listing
from events import internal
from events.model import Event
from tests.builders import NOON
from tests.fakes.ledger import FakeLedger
from workflows.approval_record import ApprovalRecord
from workflows.asking import about_of, known_of, named_by
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


class _Told:
    """What a record knows of the time: what the story sets, and no engine's."""

    at: datetime = NOON
    policy_hash: str

    def now(self) -> datetime:
        return self.at

    def times(self, clock_at: datetime | None = None) -> Times:
        return Times(at=self.at, clock_at=clock_at or self.at, policy_hash=self.policy_hash)


class _Approval(_Told, ApprovalRecord):
    pass


class _Escalation(_Told, EscalationRecord):
    climbing: Climbing


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
            everybody = sorted(climbing.told)
            told = {"why": reaction.because, "to": everybody, "said": listing(everybody)}
            climbing.cause = cause
            await self.ledger.append([climbing.of("escalation.stood_down", "stood-down", told, ended="stood_down")])
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
        times, people = timetable_of(self.state), self.state.people.holders(ask.role)
        asks = asks_of(policy.reminders, policy.decision_within, times, people, self.at)
        case = ApprovalCase(
            product=self.product,
            number=request.number,
            role=ask.role,
            proposal=ask.outcome.proposal,
            changes={ask.outcome.proposal: ask.outcome.change},
            because=ask.because,
            brief=brief_of(self.state, ask.outcome, ask.role, ask.because, asks.deadline, self.at),
            requester=request.requester,
            known=known_of(self.state, named_by(request)),
            asked_at=self.at,
            asks=asks,
            times=times,
            on_expiry=policy.on_expiry,
            clock=self.clock,
            cause=cause,
            policy_hash=policy.digest(),
        )
        record = self.approvals[request.number] = _Approval(case)
        record.at = self.at
        requested = record.of("approval.requested", "requested", cause, {}, "open")
        to = {"to": list(people)}
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
        state, subject, times = self.state, reaction.subject, timetable_of(self.state)
        known = known_of(state, about_of(state, subject))
        climb = climb_of(ladder_for(state, subject), times, known.mandates, leads_of(state, subject), self.at)
        case = EscalationCase(
            product=self.product,
            subject=subject,
            number=state.escalations[subject],
            because=reaction.because,
            climb=climb,
            times=times,
            known=known,
            started_at=self.at,
            clock=self.clock,
            cause=cause,
            policy_hash=state.policy.digest(),
        )
        record = self.escalations[subject] = _Escalation(case)
        record.climbing = Climbing(climb=climb)
        await self.climb(subject, "escalation.started")

    async def climb(self, subject: str, kind: str) -> None:
        """Take the next step of a ladder, and record it."""
        record = self.escalations[subject]
        record.at = self.at
        step = record.climbing.next_step
        assert step is not None
        taken = take_step(record.climbing, step, self.at)
        record.climbing = taken.after
        record.role, record.asked = step.role, step.asked
        record.told |= {send.to: send.role for send in taken.now}
        data = {
            "role": step.role,
            "rung": step.rung,
            "step": step.number,
            "to": [send.to for send in taken.now if not send.copies],
            "copies": [send.to for send in taken.now if send.copies],
            "held": [],
            "until": next_due(taken.after).at.isoformat(),
        }
        await self.ledger.append([record.of(kind, f"step/{step.number}", data, taken.after)])
        record.cause = f"{record.key}/step/1"

    def kinds(self) -> Sequence[str]:
        """Return the kinds of the entries so far, oldest first."""
        return [recorded.entry.kind for recorded in self.ledger.by_product[self.product]]
