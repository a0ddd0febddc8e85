"""A small product for tests of the domain, events against it, and what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.applied import first_state
from domain.core import Stamped, Taken, follow, started, take_in
from domain.definition import ProductDefinition
from domain.policy import Policy
from domain.product import Outcome, PlanInForce, ProductState, Request
from domain.reactions import Escalate, NoReaction, Notify, Reaction, Reprioritize, StandDown
from events.internal import SOURCE, Change
from events.model import Event
from tests.builders import NOON, PRODUCT, make

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PEOPLE = {"product_manager": ["mia"], "product_owner": ["otto", "olga"], "executive_board": ["bea"]}
STARTS = {"search": "2026-03", "landing": "2026-04"}
FILE: dict[str, Any] = {
    "product": PRODUCT,
    "title": "Web site",
    "currency": "EUR",
    "people": PEOPLE,
    "teams": {
        "it": {"function": "it", "lead": "ida", "person_days": 100, "allotment": 20},
        "marketing": {"function": "marketing", "lead": "max", "person_days": 100, "allotment": 20},
    },
    "budget": {"per_period": 1_000_000},
    "goals": {"retention": 50},
    "milestones": {"spring": {"due": "2026-04-30"}, "release": {"due": "2026-04-10", "committed": False}},
    "items": {
        "search": {
            "cost": 300_000,
            "efforts": {"it": 5},
            "milestone": "spring",
            "themes": ["checkout"],
            "goals": ["retention"],
            "values": {"marketplace": 40},
        },
        "landing": {"cost": 200_000, "efforts": {"marketing": 5}, "themes": ["brand"], "values": {"marketplace": 20}},
        "banner": {"cost": 100_000, "efforts": {"marketing": 2}, "themes": ["brand"]},
    },
    "dependencies": {
        "sso-api": {"needs": "search", "provider": "it", "needed_by": "2026-04-15"},
        "fonts": {"needs": "landing", "provider": "it", "needed_by": "2026-04-15", "milestone": "release"},
    },
}


def definition(**over: Any) -> ProductDefinition:
    """Return the product's file; ``over`` replaces whole parts, a policy may be a Policy."""
    policy = over.pop("policy", Policy())
    return ProductDefinition.model_validate({**FILE, **over, "policy": policy})


def fresh(at: datetime = NOON, **over: Any) -> ProductState:
    """Return the product as just declared."""
    return first_state(definition(**over), at)


def planned(starts: Mapping[str, str] = STARTS, at: datetime = NOON, **over: Any) -> ProductState:
    """Return the product with a plan in force and priorities just set."""
    plan = PlanInForce(plan="plan-1", proposal="proposal-1", run=1, starts=dict(starts), adopted_at=at)
    state = fresh(at, **over).model_copy(update={"plan": plan, "paced_from": at})
    return started(state, at).model_copy(update={"run": None})


def with_policy(state: ProductState, **over: Any) -> ProductState:
    """Return the state under a policy that differs in some thresholds."""
    policy = Policy.model_validate(state.policy.model_dump() | over)
    return state.model_copy(update={"policy": policy})


@dataclass(frozen=True)
class Happened:
    """What became of an event."""

    state: ProductState
    outcome: str
    because: str
    reactions: tuple[Reaction, ...]

    @property
    def kinds(self) -> list[str]:
        """Return the reactions by name."""
        return [type(reaction).__name__ for reaction in self.reactions]

    @property
    def only(self) -> Reaction:
        """Return the one reaction."""
        (reaction,) = self.reactions
        return reaction

    @property
    def said(self) -> str:
        """Return why, of the one reaction."""
        only = self.only
        assert not isinstance(only, Notify)
        return only.because

    @property
    def asked(self) -> bool:
        """Tell whether priorities are looked at again."""
        return any(isinstance(reaction, Reprioritize) for reaction in self.reactions)

    @property
    def urgent(self) -> bool:
        """Tell whether that does not wait."""
        return any(isinstance(reaction, Reprioritize) and reaction.urgent for reaction in self.reactions)

    @property
    def escalated(self) -> list[str]:
        """Return what is brought to somebody with authority."""
        return [reaction.subject for reaction in self.reactions if isinstance(reaction, Escalate)]

    @property
    def stood_down(self) -> list[str]:
        """Return whose escalation ends."""
        return [reaction.subject for reaction in self.reactions if isinstance(reaction, StandDown)]

    @property
    def quiet(self) -> bool:
        """Tell whether nothing follows."""
        return all(isinstance(reaction, NoReaction) for reaction in self.reactions)


def happen(state: ProductState, *events: Event, at: datetime | None = None) -> Happened:
    """Return what becomes of events taken in one after the other; the reactions are those of the last."""
    taken = Taken()
    reactions: tuple[Reaction, ...] = ()
    for event in events:
        stamped = Stamped(event, max(at or state.at, state.at))
        after, taken, reactions = take_in(state, stamped, state.policy)
        state = follow(after, reactions, stamped.key, stamped.at)
    return Happened(state, taken.outcome, taken.because, reactions)


def internal(cls: type[Event], at: datetime = NOON, **fields: Any) -> Event:
    """Return an internal event."""
    return make(cls, source=SOURCE, time=at, **fields)


def an_outcome(starts: Mapping[str, str] = STARTS, **over: Any) -> Outcome:
    """Return what a run found."""
    fields: dict[str, Any] = {
        "run": 1,
        "plan": "plan-2",
        "proposal": "proposal-2",
        "starts": dict(starts),
        "value": 120.0,
        "value_in_force": 100.0,
        "change": Change(entered=("banner",), money_moved=2_000_000),
    }
    return Outcome(**fields | over)


def asked(state: ProductState, role: str = "product_owner", **over: Any) -> ProductState:
    """Return the state while somebody is asked for a decision."""
    fields = {"number": 1, "role": role, "outcome": an_outcome(**over), "asked_at": state.at}
    request = Request.model_validate({**fields, "on_expiry": state.policy.on_expiry}, from_attributes=True)
    return state.model_copy(update={"request": request, "approvals": 1})
