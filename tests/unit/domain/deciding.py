"""Whatever people may do to decisions, for the property test of authority: anybody answers anything in any role.

Most answers come from somebody who may give them, so that plans do come into force; the rest is anything at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from domain.core import may_start, started
from domain.definition import ProductDefinition
from domain.policy import ROLES
from domain.product import ProductState
from events import internal
from events.internal import SOURCE, Change, PlanSolved, Variant, Verdict
from events.model import Event
from tests.builders import PRODUCT
from tests.unit.domain.states import DAY, HOUR, definition, fresh, planned
from tests.unit.domain.worlds import Moment, Move, Product

T = TypeVar("T")

EVERYBODY = ("mia", "otto", "olga", "bea", "ben", "eve", "max")
PEOPLE = {"product_manager": ["mia"], "product_owner": ["otto", "olga"], "executive_board": ["bea", "ben"]}
LIMITS: dict[str, Any] = {
    "product_manager": {"money_per_decision": 100, "milestones_per_decision": 0, "money_per_period": 200},
    "product_owner": {
        "quorum": 2,
        "money_per_decision": 2_000,
        "items_per_decision": 1,
        "money_per_period": 3_000,
        "items_per_period": 2,
        "milestones_per_period": 1,
        "scope_days_per_period": 10,
    },
    "executive_board": {"quorum": 2, "money_per_decision": 10_000, "money_per_period": 15_000},
    "four_eyes_money": 1_500,
}


def company(people: dict[str, Any] | None = None, first_plan: str = "adopt", **limits: Any) -> ProductDefinition:
    """Return the file of a product whose owners decide in twos; ``limits``: what differs, by role."""
    authority: dict[str, Any] = {name: {**LIMITS[name], **limits.get(name, {})} for name in ROLES}
    authority["four_eyes_money"] = limits.get("four_eyes_money", LIMITS["four_eyes_money"])
    policy = {"authority": authority, "dwell_hours": 0, "margin": 0.01, "first_plan": first_plan}
    return definition(people=PEOPLE | (people or {}), policy=policy)


FILES = (
    company(),
    company({"product_owner": ["olga", "eve"]}),
    company({"product_owner": ["otto"], "executive_board": ["bea", "otto"]}, four_eyes_money=None),
    company({"product_owner": ["otto", "olga", "max"]}, product_owner={"quorum": 3}),
    company(product_owner={"quorum": 1}, executive_board={"money_per_decision": 3_000}, four_eyes_money=None),
    company({"executive_board": ["bea", "mia"]}, product_owner={"money_per_period": 1_000, "quorum": 1}),
)


def _declared(of: ProductDefinition) -> dict[str, Any]:
    return {"people": of.people.model_dump(), "policy": of.policy}


STATES = {
    "planned": planned(**_declared(FILES[0])),
    "planned, one owner is enough": planned(**_declared(FILES[4])),
    "planned, and four eyes for much money": planned(**_declared(company(product_owner={"quorum": 1}))),
    "asks for the first plan": fresh(**_declared(company(first_plan="ask"))),
}
states = st.sampled_from(sorted(STATES)).map(STATES.__getitem__)


def _raised(cls: type[Event], at: datetime, number: int, **fields: Any) -> Event:
    return cls(id=f"{cls.__name__}/{number}", source=SOURCE, product=PRODUCT, time=at, **fields)


MIXED = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio


class Dice:
    """Many small choices out of one number: much quicker to generate than one by one, and 0 is the first of each."""

    def __init__(self, number: int) -> None:
        self.number, self.left = number, number * MIXED % 2**64  # small numbers are drawn often, and no choice is last

    def of(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        self.left, index = divmod(self.left, len(options))
        return options[index]

    def one_in(self, number: int) -> bool:
        """Tell whether something happens that is so rare."""
        return self.of(range(number)) == number - 1


MONEY = (100, *(101, 400, 1_000) * 3, 1_499, 1_500, 2_000, 2_001, 10_000, 10_001)
STARTS = (
    {"search": "2026-03", "banner": "2026-04"},
    {"banner": "2026-03"},
    {"search": "2026-04", "landing": "2026-04"},
)


def _change(dice: Dice) -> Change:
    return Change(
        entered=("banner",),
        displaced=dice.of([(), (), ("landing",), ("landing",), ("landing", "search")]),
        money_moved=dice.of(MONEY),
        slipped=dice.of([*[()] * 5, ("spring",)]),
        scope_days=dice.of([*[0.0] * 5, 5.0, 10.0, 10.5]),
    )


def _result(dice: Dice, state: ProductState, at: datetime) -> Event:
    """Return what a run finds: a better plan, with alternatives, and perhaps because somebody wants exactly it."""
    number, wanted = dice.number, dice.of([None, None, *EVERYBODY[:4]])
    variants = tuple(
        Variant(
            purpose="next best",
            plan=f"p{number}-{n}",
            proposal=f"q{number}-{n}",
            differs=dice.of([{"landing": "2026-04"}, {"banner": None}, {"banner": "2026-05", "landing": None}]),
            value=110.0,
            change=_change(dice),
        )
        for n in range(dice.of([0, 1, 2]))
    )
    fields = {
        "snapshot": "s",
        "plan": f"p{number}",
        "proposal": f"q{number}",
        "variants": variants,
        "gap": 0.0,
        "starts": dice.of(STARTS),
        "change": _change(dice),
        "value": dice.of([120.0, 150.0, 90.0]),
        "value_in_force": 100.0,
        "wanted_by": wanted if state.plan is not None else None,
    }
    return _raised(PlanSolved, at, number, run=state.run.number if state.run else state.runs + 1, **fields)


APPROVE: Verdict = "approve"
VERDICTS: tuple[Verdict, ...] = (*[APPROVE] * 16, "withdraw", "withdraw", "reject", "keep", "changes")


def _decision(dice: Dice, state: ProductState, at: datetime) -> Event:
    """Return an answer to a request: mostly an approval of what is shown, by somebody who may give it."""
    request, verdict, actor = state.request, dice.of(VERDICTS), dice.of(EVERYBODY)
    least = "product_owner" if request is None else request.role
    able = [(person, one) for one in ROLES[ROLES.index(least) :] for person in state.people.holders(one)]
    able += [(one.delegate, one.role) for one in state.delegations if one.role == least]
    anybody, somebody = (actor, dice.of(ROLES)), dice.of(able)
    who, stead = (anybody, dice.of([None, *EVERYBODY])) if dice.one_in(5) else (somebody, None)
    shown = ["old"]
    if request is not None:
        shown = [request.outcome.proposal, *(one.proposal for one in request.outcome.variants)]
    fields: dict[str, Any] = {
        "actor": who[0],
        "role": who[1],
        "acting_for": stead,
        "verdict": verdict,
        "reason": "r",
        "approval": 1 if request is None else request.number,
        "until": at + DAY if verdict == "keep" else None,
        "proposal": dice.of([*shown[:1] * 4, *shown, "another"]),
        "wishes": {},
        "via": dice.of([(), (), ("olga", actor), ("bea", "otto", actor)]),
    }
    if verdict == "changes":
        fields["wishes"] = dice.of([{}, {"banner": "in"}])
    return _raised(internal.DecisionGiven, at, dice.number, **fields)


def _delegation(dice: Dice, state: ProductState, at: datetime) -> Event:
    """Return that somebody stands in, or no longer does."""
    if state.delegations and dice.one_in(3):
        one = dice.of(state.delegations)
        ended = {"delegation": one.number, "actor": one.person, "reason": "r"}
        return _raised(internal.DelegationRevoked, at, dice.number, **ended)
    start, role = at + dice.of([0, 0, 12, -24]) * HOUR, dice.of([*ROLES[:0:-1] * 3, "product_manager"])
    person = dice.of([*state.people.holders(role) * 4, *EVERYBODY])
    given: dict[str, Any] = {
        "person": person,
        "delegate": dice.of(EVERYBODY),
        "role": role,
        "reason": "r",
        "start": start,
        "end": start + dice.of([24 * 60, 6, 48]) * HOUR,
        "scope": dice.of(["all", "decisions", "escalations"]),
        "most_money": dice.of([None, None, 0, 400, 1_000]),
    }
    return _raised(internal.DelegationGranted, at, dice.number, **given)


def _other(dice: Dice, state: ProductState, at: datetime) -> Event:
    """Return a new file, silence, the passing of time, money that is given, or somebody who wants to go back."""
    number, actor, kind = dice.number, dice.of(EVERYBODY), dice.of([0, *range(6)])
    about = {"subject": "sso-api", "escalation": state.escalations.get("sso-api", 0)}
    if kind == 0:
        file = dice.of(FILES).model_dump(mode="json")
        return _raised(internal.ProductApplied, at, number, definition=file, actor=actor)
    if kind == 1:
        approval = 1 if state.request is None else state.request.number
        return _raised(internal.ApprovalExpired, at, number, approval=approval, proposal="q")
    if kind == 2:
        return _raised(internal.ClockStruck, at, number)
    if kind == 3:
        return _raised(internal.EscalationUnanswered, at, number, **about)
    if kind == 4:
        give = {"answer": "give_money", "money": dice.of([500, 1_000, 2_001]), "period": f"{at:%Y-%m}", "reason": "r"}
        return _raised(internal.EscalationAnswered, at, number, **about, **give, actor=actor, role=dice.of(ROLES))
    last = 0 if state.plan is None else state.plan.approval or 0
    return _raised(internal.ReversalRequested, at, number, approval=last, actor=actor, reason="r")


def _move(number: int) -> Move:
    """Return what may happen next: mostly an answer to what is open, and a new result when nothing is."""

    def move(state: ProductState, at: datetime) -> Event:
        dice = Dice(number)
        kind, the_other_way = dice.of(range(12)), dice.one_in(10)
        if kind > 6:
            return (_delegation if kind < 10 else _other)(dice, state, at)
        return (_decision if (state.request is not None) is not the_other_way else _result)(dice, state, at)

    return move


moves = st.integers(0, 10**15).map(_move)
pauses = st.sampled_from([*[timedelta()] * 6, HOUR, HOUR, 12 * HOUR, 12 * HOUR, 4 * DAY, 20 * DAY])
stories = st.lists(st.tuples(moves, pauses), min_size=10, max_size=30)


@dataclass
class Company(Product):
    """A product among people; a run is under way whenever one is said to have ended."""

    known: int = field(default=0)  # moments that were looked at

    def does(self, move: Move, pause: timedelta) -> list[Moment]:
        """Let something happen; return what it came to, moment by moment."""
        at = self.state.at + pause
        event = move(self.state, at)
        if isinstance(event, PlanSolved) and self.state.run is None:
            self.state = started(self.state, at)
        self.take(event, at)
        if may_start(self.state, self.state.policy, self.state.at):
            self.state = started(self.state, self.state.at)
        seen, self.known = self.moments[self.known :], len(self.moments)
        return seen
