"""What pages show of a product: one small row of where it stands, one of its roadmap. Pure."""

from datetime import datetime
from typing import Any

from domain.carry_over import carried_in
from domain.deadlines import next_wake
from domain.debt import debt_at, held_by, kept_until, owed, thrash_of
from domain.entries import workflow_row
from domain.forecasts import all_late_items
from domain.horizon_mismatch import releases_of
from domain.periods import period_of, shift
from domain.product import ProductState, capacity_of, envelope_of, promise_of, starts_of
from domain.record import ViewRow
from domain.scoring import Pulls
from events.webhooks.bindings import Aliases


def product_row(state: ProductState, at: datetime) -> ViewRow:
    """Return where a product stands: what is under way, what waits for whom, and when it looks again."""
    debt, request = debt_at(state, at), state.request
    return ViewRow(
        kind="product",
        id=state.product,
        product=state.product,
        state=state.status,
        role=None if request is None else request.role,
        due=next_wake(state, state.policy),
        data={
            "title": state.title,
            "currency": state.currency,
            "time_zone": state.time_zone,
            "simulated_clock": state.clock.simulated,
            "clock_rate": state.clock.rate,
            "clock_until": _iso(state.clock.until),
            "at": at.isoformat(),
            "people": state.people.model_dump(mode="json"),
            "leads": sorted({team.lead for team in state.teams.values()}),
            "sign_in_again_money": state.policy.authority.sign_in_again_money,
            "delegations": [one.model_dump(mode="json") for one in state.delegations],
            "handed": list(state.handed),
            "plan": None if state.plan is None else state.plan.plan,
            "adopted_at": None if state.plan is None else state.plan.adopted_at.isoformat(),
            "adopted_by": None if state.plan is None else state.plan.by,
            "items_open": sum(item.open for item in state.items.values()),
            "items_funded": sum(item.open and item.id in starts_of(state) for item in state.items.values()),
            "reprioritizing": None if state.run is None else state.run.number,
            "waiting_reasons": [trigger.because for trigger in state.triggers],
            "open_request": None if request is None else request.number,
            "open_escalations": dict(sorted(state.escalations.items())),
            "debt_days": debt.days,
            "debt_points": debt.points,
            "debt_points_per_day": debt.points_per_day,
            "debt_money": debt.money,
            "debt_money_per_day": debt.money_per_day,
            "debt_said": owed(debt, state.currency),
            "debt_held_by": held_by(state),
            "kept": kept_until(state, at),
            "thrash": thrash_of(state, at),
            "rules": state.rules,
            "sources": sorted(state.declared.sources),
        },
    )


def roadmap_row(state: ProductState, at: datetime) -> ViewRow:
    """Return the roadmap: every open item with its place, every promise, every period's money and people."""
    first = period_of(at, state.time_zone)
    periods = [shift(first, offset) for offset in range(state.policy.horizon_periods)]
    starts, pulls, late = starts_of(state), Pulls(state, at), all_late_items(state)
    return ViewRow(
        kind="roadmap",
        id=state.product,
        product=state.product,
        state=state.status,
        data={
            "at": at.isoformat(),
            "currency": state.currency,
            "simulated_clock": state.clock.simulated,
            "kept": kept_until(state, at),
            "periods": periods,
            "budgets": {period: envelope_of(state, period) for period in periods},
            "spent": {period: state.spent.get(period, 0) for period in periods},
            **({} if state.policy.carry_over == "none" else {"carried_in": carried_in(state, first)}),
            "capacity": {
                team: {period: capacity_of(state, team, period) for period in periods} for team in sorted(state.teams)
            },
            "items": [
                {
                    "id": item.id,
                    "title": item.title,
                    "status": item.status,
                    "start": item.started_in if item.status == "started" else starts.get(item.id),
                    "duration": item.duration,
                    "cost": item.cost,
                    "value": pulls.value_of(item),
                    "efforts": item.efforts,
                    "milestone": item.milestone,
                }
                for item in sorted(
                    (item for item in state.items.values() if item.open),
                    key=lambda item: (starts.get(item.id, "9999-99"), item.id),
                )
            ],
            "milestones": [
                {
                    "id": milestone.id,
                    "title": milestone.title,
                    "due": milestone.due.isoformat(),
                    "committed": milestone.committed,
                    "late_items": list(late.get(milestone.id, ())),
                }
                for milestone in sorted(state.milestones.values(), key=lambda milestone: (milestone.due, milestone.id))
                if milestone.status == "planned"
            ],
            "dependencies": [
                {
                    "id": dependency.id,
                    "needs": dependency.needs,
                    "provider": dependency.provider,
                    "status": dependency.status,
                    "reason": dependency.reason,
                    "needed_by": dependency.needed_by.isoformat(),
                    "promised_for": _iso(promise_of(state, dependency)),
                    "escalation": state.escalations.get(dependency.id),
                }
                for dependency in sorted(state.dependencies.values(), key=lambda dependency: dependency.id)
                if dependency.open
            ],
            "releases": releases_of(state, at),
            "sources": bindings_of(state),
        },
    )


def bindings_of(state: ProductState) -> dict[str, Any]:
    """Return how the product takes webhooks, by source: here, because it is read together with what it has."""
    declared = state.declared
    return {
        name: {
            "binding": binding.model_dump(mode="json", exclude_defaults=True),
            "aliases": declared.aliases.get(name, Aliases()).model_dump(mode="json", exclude_defaults=True),
        }
        for name, binding in sorted(declared.sources.items())
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def roadmap_parts(state: ProductState) -> tuple[Any, ...]:
    """Return what the roadmap is made of: as long as all of these are the same objects, so is the roadmap."""
    return (
        *(state.items, state.plan, state.milestones, state.dependencies, state.teams),
        *(state.budgets, state.spent, state.escalations, state.status, state.budget_per_period),
        *(
            state.goals,
            state.market,
            state.competitors,
            state.reference,
        ),  # what items are worth; feedback with the next look
        state.declared,  # how webhooks are translated
        state.kept,
    )


class Shown:
    """What pages were last shown of a product: unchanged parts are not written again."""

    def __init__(self) -> None:
        self._parts: tuple[Any, ...] = ()

    def rows(self, state: ProductState, at: datetime, workflow: str) -> tuple[ViewRow, ...]:
        """Return the rows that have to be refreshed."""
        wake = next_wake(state, state.policy)
        me = workflow_row(workflow, state.product, "running", "the product", "the next event", wake)
        rows = (product_row(state, at), me)
        parts = roadmap_parts(state)
        if self._parts and all(new is old for new, old in zip(parts, self._parts, strict=True)):
            return rows
        self._parts = parts
        return (*rows, roadmap_row(state, at))
