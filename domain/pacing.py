"""When a run may start, and what reactions leave behind in the state. Pure."""

from datetime import datetime

from domain.deadlines import run_opens_at
from domain.forecasts import broken
from domain.periods import period_of, shift
from domain.policy import Policy
from domain.product import (
    MAX_TRIGGERS,
    ProductState,
    Reference,
    Request,
    Run,
    Trigger,
    capacity_of,
    envelope_of,
)
from domain.reactions import Escalate, NoReaction, Reactions, Reprioritize, RequestDecision, StandDown, Supersede
from domain.scoring import demand_of, values_of

REVERSAL = "reversal"  # topic of the trigger that somebody wants to go back


def follow(state: ProductState, reactions: Reactions, cause: str, at: datetime) -> ProductState:
    """Return the state with what the reactions open and close: triggers, requests, escalations."""
    for reaction in reactions:
        if reaction.__class__ is NoReaction:
            continue
        if isinstance(reaction, Reprioritize):
            state = _triggered(state, reaction, cause)
        elif isinstance(reaction, RequestDecision):
            number = state.approvals + 1
            outcome = reaction.outcome
            request = Request(
                number=number,
                role=reaction.role,
                outcome=outcome,
                asked_at=at,
                requester=outcome.wanted_by,
                on_expiry=state.policy.on_expiry,
            )
            known = state.reference.model_copy(update={"request_broken": False})
            changes = {"approvals": number, "request": request, "paced_from": at, "reference": known}
            state = state.model_copy(update=changes)
        elif isinstance(reaction, Supersede):
            if state.request is not None and state.request.number == reaction.approval:
                state = state.model_copy(update={"request": None})
        elif isinstance(reaction, Escalate):
            number = state.escalation_count + 1
            open_ones = {**state.escalations, reaction.subject: number}
            handed = tuple(one for one in state.handed if one != reaction.subject)
            changes = {"escalations": open_ones, "escalation_count": number, "handed": handed}
            state = state.model_copy(update=changes)
        elif isinstance(reaction, StandDown):
            open_ones = {name: number for name, number in state.escalations.items() if name != reaction.subject}
            handed = tuple(one for one in state.handed if one != reaction.subject)
            state = state.model_copy(update={"escalations": open_ones, "handed": handed})
    return state


def _triggered(state: ProductState, reaction: Reprioritize, cause: str) -> ProductState:
    others = tuple(other for other in state.triggers if other.topic != reaction.topic)
    urgent = reaction.urgent or any(one.urgent for one in state.triggers if one.topic == reaction.topic)
    trigger = Trigger(cause=cause, topic=reaction.topic, because=reaction.because, urgent=urgent)
    if len(others) >= MAX_TRIGGERS:
        last = others[-1].model_copy(update={"urgent": others[-1].urgent or urgent})
        kept = (*others[:-1], last)
        return state.model_copy(update={"triggers": kept, "more_triggers": state.more_triggers + 1})
    return state.model_copy(update={"triggers": (*others, trigger)})


def may_start(state: ProductState, policy: Policy, at: datetime) -> bool:
    """Tell whether a run starts now: there are reasons, none is under way, and nothing makes it wait."""
    if not state.triggers or state.run is not None or state.status == "archived":
        return False
    return at >= run_opens_at(state, policy)


def taken_up(state: ProductState) -> tuple[tuple[Trigger, ...], int]:
    """Return the reasons that a run which starts now looks at, and how many more there are.

    One that only puts a price on going back looks at nothing else: the other reasons wait for the next.
    """
    if state.reversal is None:
        return state.triggers, state.more_triggers
    return tuple(trigger for trigger in state.triggers if trigger.topic == REVERSAL), 0


def started(state: ProductState, at: datetime) -> ProductState:
    """Return the state with a run under way; from now on changes are measured against what is known now."""
    first = period_of(at, state.time_zone)
    periods = [shift(first, offset) for offset in range(state.policy.horizon_periods)]
    plan_broken, request_broken = broken(state, at)
    reference = Reference(
        at=at,
        budgets={period: envelope_of(state, period) for period in periods},
        costs={item.id: item.cost for item in state.items.values() if item.open},
        values=values_of(state, at),
        capacity={team: {period: capacity_of(state, team, period) for period in periods} for team in state.teams},
        demand={theme: demand_of(state, theme, at) for theme in state.themes},
        efforts={item.id: item.efforts for item in state.items.values() if item.open},
        dues={one.id: one.due for one in state.milestones.values() if one.status == "planned"},
        plan_broken=plan_broken,
        request_broken=request_broken,
    )
    number = state.runs + 1
    looked_at = taken_up(state)[0]
    return state.model_copy(
        update={
            "triggers": tuple(trigger for trigger in state.triggers if trigger not in looked_at),
            "more_triggers": 0 if state.reversal is None else state.more_triggers,
            "reversal": None,
            "runs": number,
            "run": Run(number=number, started_at=at),
            "reference": reference,
        }
    )
