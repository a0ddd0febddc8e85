"""The ladder that an escalation climbs: whom it asks, when, and when it ends. Plain hours by the product's clock."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.policy import Policy
from domain.product import ProductState
from events.internal import Role


class Step(BaseModel):
    """One rung with its instant and its people, fixed when the escalation starts."""

    model_config = ConfigDict(frozen=True)

    number: int
    role: Role
    at: AwareDatetime  # by the product's clock
    people: tuple[str, ...]
    copies: tuple[str, ...] = ()
    reminder: bool = False


class Climb(BaseModel):
    """A ladder with fixed instants: a later policy does not change a running escalation."""

    model_config = ConfigDict(frozen=True)

    steps: tuple[Step, ...]
    ends_at: AwareDatetime  # unanswered until then: an incident


def climb_of(state: ProductState, policy: Policy, teams: tuple[str, ...], at: datetime) -> Climb:
    """Return the ladder of an escalation that starts now; ``teams`` are those whose leads may read along."""
    leads = tuple(dict.fromkeys(state.teams[team].lead for team in teams if team in state.teams))
    return Climb(
        steps=tuple(
            Step(
                number=number,
                role=rung.role,
                at=at + timedelta(hours=rung.after_hours),
                people=state.people.holders(rung.role),
                copies=leads if rung.copy_leads else (),
                reminder=rung.reminder,
            )
            for number, rung in enumerate(policy.ladder, start=1)
        ),
        ends_at=at + timedelta(hours=policy.ladder_ends_hours),
    )


def teams_of(state: ProductState, subject: str) -> tuple[str, ...]:
    """Return the two teams of a dependency: those that wait and the one that delivers; none for other subjects."""
    dependency = state.dependencies.get(subject)
    if dependency is None:
        return ()
    item = state.items.get(dependency.needs)
    waiting = tuple(sorted(item.efforts)) if item is not None else ()
    return tuple(dict.fromkeys((*waiting, dependency.provider)))


def reminders_of(asked_at: datetime, policy: Policy) -> tuple[datetime, ...]:
    """Return when a request for a decision is repeated, before its deadline."""
    instants = (asked_at + timedelta(hours=hours) for hours in policy.reminder_hours)
    return tuple(instant for instant in instants if instant < deadline_of(asked_at, policy))


def deadline_of(asked_at: datetime, policy: Policy) -> datetime:
    """Return until when a request may be answered."""
    return asked_at + timedelta(hours=policy.decision_hours)
