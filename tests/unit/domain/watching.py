"""An independent look at every plan that comes into force: who may approve what is worked out here once more.

Nothing here calls the domain's own arithmetic: limits, periods, chains and quorums are read from the policy as a person
would read them. Where the rules leave room, the room is granted: what is refused here must not have happened.
"""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any, NamedTuple

from domain.definition import People
from domain.policy import Policy
from domain.product import ProductState
from domain.reactions import Adopt, Conclude, ConcludeEscalation
from events.internal import (
    ApprovalExpired,
    Change,
    DecisionGiven,
    DelegationGranted,
    DelegationRevoked,
    EscalationAnswered,
    PlanAdopted,
    PlanSolved,
)
from tests.unit.domain.worlds import Moment

RANK = {"product_manager": 0, "product_owner": 1, "executive_board": 2}
MEASURES = ("money", "items", "milestones", "scope_days")
Pair = frozenset[str]  # whose role it is, and who speaks: one person, or two


def figures(change: Change) -> dict[str, float]:
    """Return the four measures of a change."""
    return {
        "money": change.money_moved,
        "items": len(change.displaced),
        "milestones": len(change.slipped),
        "scope_days": change.scope_days,
    }


class Asked(NamedTuple):
    """A request as it was shown when it was opened."""

    role: str
    requester: str | None  # who asked for it, or for changes that shaped it
    shown: dict[str, tuple[Change, dict[str, str]]]  # hash -> what it changes, and the plan


@dataclass
class Given:
    """One approval as it was given, with everybody whose word it may have been."""

    hash: str
    actor: str
    role: str
    acting_for: str | None
    pairs: set[Pair]


@dataclass
class Watcher:
    """Follows a product by its events, and objects to what nobody had the authority for."""

    lent: list[tuple[int, DelegationGranted]] = field(default_factory=list)
    granted: int = 0
    asked: dict[int, Asked] = field(default_factory=dict)
    approvals: dict[int, list[Given]] = field(default_factory=dict)
    used: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    wished: str | None = None  # who asked for changes that the plans found from then on are shaped by
    adopted: int = 0  # through a decision
    owed: Adopt | None = None  # decided, and not in force yet

    def looks_at(self, moment: Moment) -> None:
        """Check one moment, then take note of it."""
        event, at, before = moment.stamped.event, moment.stamped.at, moment.before
        if isinstance(event, DecisionGiven) and event.verdict == "approve":
            self._note_approval(event, before, at)
        adopts = [reaction for reaction in moment.reactions if isinstance(reaction, Adopt)]
        assert len(adopts) <= 1, "one plan at a time"
        for adopt in adopts:
            assert isinstance(event, DecisionGiven | PlanSolved), "neither silence nor time puts a plan in force"
            if isinstance(event, DecisionGiven):
                self._approved(adopt, event, before, at)
            else:
                self._by_itself(adopt, event, before, at)
        if moment.after.plan != before.plan:
            self._in_force(event, before, at)
        self.owed = adopts[0] if adopts else None
        self._note(moment)

    # -- what is objected to -----------------------------------------------------------------------------------

    def _approved(self, adopt: Adopt, event: DecisionGiven, before: ProductState, at: datetime) -> None:
        request, policy = before.request, before.policy
        assert event.verdict == "approve", "only an approval puts a plan in force"
        assert request is not None, "only what is open is decided"
        assert adopt.approval == event.approval == request.number, "only what is open is decided"
        asked = self.asked[request.number]
        assert event.proposal in asked.shown, "only what was shown is approved"
        change, plan = asked.shown[event.proposal]
        found = (adopt.outcome.proposal, adopt.outcome.change, adopt.outcome.starts)
        assert found == (event.proposal, change, plan), "what comes into force is what was approved"
        able = [role for role in RANK if RANK[role] >= RANK[asked.role] and self._within(policy, role, change, at)]
        assert able, "nobody has the authority"
        assert adopt.role in able, "that role has not the authority"
        needed = max(getattr(policy.authority, role).quorum for role in (asked.role, able[0]))
        eyes = policy.authority.four_eyes_money
        needed = max(needed, 2 if eyes is not None and change.money_moved >= eyes else 1)
        voices = [
            pairs
            for one in self.approvals[request.number]
            if one.hash == event.proposal and one.role in able
            if (pairs := one.pairs & self._pairs(one, before.people, change.money_moved, at, asked.requester))
        ]
        assert distinct(voices, needed), f"{needed} distinct people with authority did not approve this"
        self.adopted += 1

    def _by_itself(self, adopt: Adopt, event: PlanSolved, before: ProductState, at: datetime) -> None:
        assert (adopt.approval, adopt.by) == (None, "tandem"), "nobody was asked"
        assert event.wanted_by is None, "what somebody asks for is decided by somebody else"
        if before.plan is None:
            assert before.policy.first_plan == "adopt", "the first plan has to be asked for"
        else:
            assert self.wished is None, "what somebody wished for is decided by somebody else"
            assert self._within(before.policy, "product_manager", event.change, at), "beyond the manager's limits"

    def _in_force(self, event: Any, before: ProductState, at: datetime) -> None:
        assert isinstance(event, PlanAdopted), "only an adoption changes the plan in force"
        assert self.owed is not None, "nobody decided it"
        assert (event.proposal, event.starts, event.role) == (
            self.owed.outcome.proposal,
            self.owed.outcome.starts,
            self.owed.role,
        ), "another plan than the one that was decided"
        if before.plan is not None:  # the very first displaces nothing
            self._spend(event.role, figures(event.change), at)

    # -- what is worked out once more --------------------------------------------------------------------------

    def _within(self, policy: Policy, role: str, change: Change, at: datetime) -> bool:
        limits, used = getattr(policy.authority, role), self.used.get((role, f"{at:%Y-%m}"), {})
        for name, amount in figures(change).items():
            once, together = getattr(limits, f"{name}_per_decision"), getattr(limits, f"{name}_per_period")
            if once is not None and amount > once:
                return False
            if together is not None and amount and used.get(name, 0) + amount > together:
                return False
        return True

    def _spend(self, role: str, amounts: dict[str, float], at: datetime) -> None:
        used = self.used.setdefault((role, f"{at:%Y-%m}"), dict.fromkeys(MEASURES, 0))
        for name, amount in amounts.items():
            used[name] += amount

    def _pairs(
        self, one: Given, people: People, money: int, at: datetime, never: str | None, scope: str = "decisions"
    ) -> set[Pair]:
        """Return in whose stead somebody speaks now; through ``never``, who asked for it, nobody does."""
        holders = getattr(people, one.role)
        if one.actor == never:
            return set()
        if one.acting_for in (None, one.actor) and one.actor in holders:
            return {frozenset({one.actor})}
        links = [
            (lent.person, lent.delegate)
            for _, lent in self.lent
            if lent.role == one.role
            and lent.start <= at < lent.end
            and lent.scope in ("all", scope)
            and (lent.most_money is None or lent.most_money >= money)
            and never not in (lent.person, lent.delegate)
        ]
        reached, found = {one.actor}, set()
        for _ in range(4):  # a chain has five people at the most
            reached |= {person for person, delegate in links if delegate in reached}
            found |= {person for person in reached if person in holders and person != one.actor}
        return {frozenset({holder, one.actor}) for holder in found if one.acting_for in (None, holder)}

    # -- what is taken note of ---------------------------------------------------------------------------------

    def _note_approval(self, event: DecisionGiven, before: ProductState, at: datetime) -> None:
        asked = self.asked.get(event.approval)
        if asked is None or event.proposal not in asked.shown:
            return
        one = Given(event.proposal, event.actor, event.role, event.acting_for, set())
        money = asked.shown[event.proposal][0].money_moved
        one.pairs = self._pairs(one, before.people, money, at, asked.requester)
        self.approvals.setdefault(event.approval, []).append(one)

    def _note(self, moment: Moment) -> None:
        event, at, taken = moment.stamped.event, moment.stamped.at, moment.taken.outcome == "applied"
        if isinstance(event, DelegationGranted) and taken:
            self.granted += 1
            self.lent.append((self.granted, event))
        if isinstance(event, DelegationRevoked) and taken:
            self.lent = [(number, one) for number, one in self.lent if number != event.delegation]
        self._note_request(moment)
        for reaction in moment.reactions:
            if isinstance(reaction, Conclude) and reaction.effect == "changes":
                assert isinstance(event, DecisionGiven), "only who decides sends something back"
                self.wished = event.actor if event.wishes else None
            if isinstance(reaction, Conclude) and reaction.effect == "uncounted":
                assert isinstance(event, DecisionGiven), "only who decides takes something back"
                for given in self.approvals.get(reaction.approval, []):
                    given.pairs = {pair for pair in given.pairs if event.actor not in pair}
            if isinstance(reaction, ConcludeEscalation) and reaction.effect == "answered":
                assert isinstance(event, EscalationAnswered), "only an answer answers"
                self._gave(event, moment.before, at)
        if not moment.after.wishes:  # met, given up, or overtaken by a decision
            self.wished = None

    def _note_request(self, moment: Moment) -> None:
        request = moment.after.request
        if request is None or request.number in self.asked:
            return
        shown = {request.outcome.proposal: (request.outcome.change, request.outcome.starts)}
        for other in request.outcome.variants:
            plan = {**request.outcome.starts, **other.differs}
            shown[other.proposal] = (other.change, {name: at for name, at in plan.items() if at is not None})
        self.asked[request.number] = Asked(request.role, self._who_wanted(moment, request.requester), shown)

    def _who_wanted(self, moment: Moment, said: str | None) -> str | None:
        """Return who may not decide a new request: by what happened, and by what it says of itself only else."""
        event, before = moment.stamped.event, moment.before.request
        if isinstance(event, PlanSolved):
            return event.wanted_by or self.wished
        if isinstance(event, ApprovalExpired) and before is not None and before.number in self.asked:
            return self.asked[before.number].requester  # it goes up as it was
        return said

    def _gave(self, event: EscalationAnswered, before: ProductState, at: datetime) -> None:
        money = event.money or 0
        one = Given("", event.actor, event.role, event.acting_for, set())
        assert money > 0, "nothing was given"
        assert RANK[event.role] >= RANK["product_owner"], "managers answer no escalations"
        assert self._within(before.policy, event.role, Change(money_moved=money), at), "beyond the limits"
        assert self._pairs(one, before.people, money, at, None, "escalations"), "nobody lent them the role"
        self._spend(event.role, {"money": money}, at)


def distinct(voices: list[set[Pair]], needed: int) -> bool:
    """Tell whether so many of the approvals come from different people, whoever spoke for whom."""
    return any(_disjoint(chosen, frozenset()) for chosen in combinations(voices, needed))


def _disjoint(voices: tuple[set[Pair], ...], taken: frozenset[str]) -> bool:
    if not voices:
        return True
    return any(_disjoint(voices[1:], taken | pair) for pair in voices[0] if not pair & taken)
