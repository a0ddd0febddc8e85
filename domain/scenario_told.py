"""What a scenario changes, as data and in words. Pure."""

from pydantic import BaseModel, ConfigDict

from domain.planning import TOLERANCE
from domain.wording import count, listing, money, percent, points


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class PeriodUse(_Frozen):
    """What a plan takes of a period's money, minor units; what is spent already is in neither."""

    period: str
    cost: int
    budget: int


class Side(_Frozen):
    """The best plan of one side; ``impossible`` says why there is none."""

    impossible: str = ""
    value: float | None = None  # value points
    cost: int | None = None  # minor units, within the horizon
    funded: int | None = None  # items
    gap: float | None = None
    proven: bool = False
    limit: str | None = None  # what stopped the search
    periods: tuple[PeriodUse, ...] = ()
    starts: dict[str, str] = {}  # item -> period


class InForce(_Frozen):
    """The plan in force beside the best plan without any change."""

    exists: bool  # some open item is planned
    value: float
    impossible: str  # why it can no longer be kept; empty: it can
    best: bool  # no better plan is known


class ItemDifference(_Frozen):
    """An item that stands elsewhere in the scenario."""

    item: str
    title: str
    value: float
    cost: int  # as the scenario has it
    before: str | None  # period in which the best plan without the scenario starts it
    after: str | None
    why: str = ""  # the constraint that keeps a displaced one out


class MilestoneDifference(_Frozen):
    """A milestone that is late on one side, or that moved."""

    milestone: str
    title: str
    committed: bool
    late_before: int | None  # periods; None: there is no plan
    late_after: int | None
    unfunded_before: tuple[str, ...] = ()  # items that it needs and that the plan leaves out: it is not delivered
    unfunded_after: tuple[str, ...] = ()


class Difference(_Frozen):
    """What the scenario changes. Nothing of it has been done."""

    base: Side
    scenario: Side
    in_force: InForce
    entered: tuple[ItemDifference, ...] = ()
    displaced: tuple[ItemDifference, ...] = ()
    moved: tuple[ItemDifference, ...] = ()
    milestones: tuple[MilestoneDifference, ...] = ()
    said: tuple[str, ...] = ()  # the same in words, the most important first


def said(found: Difference, currency: str, differs: bool) -> list[str]:
    base, scenario, kept = found.base, found.scenario, found.in_force
    lines = []
    if scenario.impossible:
        lines.append(f"With these changes there is no plan: {scenario.impossible}.")
    if base.impossible:
        lines.append(f"Without them there is none as things stand: {base.impossible}.")
    if scenario.value is not None and base.value is not None:
        lines.append(_worth(base.value, scenario.value))
        costs = f"{money(scenario.cost or 0, currency)} instead of {money(base.cost or 0, currency)}"
        same = scenario.cost == base.cost
        lines.append(f"It costs {f'the same, {money(base.cost or 0, currency)}' if same else costs}.")
        lines += _moves_said(found)
        if not differs:
            lines.append("The changes make no difference to what can be planned.")
    elif scenario.value is not None:
        lines.append(f"With them the best plan is worth {points(scenario.value)}.")
    if any(use.cost > use.budget for side in (base, scenario) for use in side.periods):
        lines.append(
            "What a month does not spend may be spent later, so that a month may cost more than its own budget."
        )
    lines += [_late(one) for one in found.milestones if _told(one)]
    lines += _left_open(base, scenario)
    if kept.exists and kept.impossible:
        lines.append(f"The plan in force can no longer be kept, whatever changes: {kept.impossible}.")
    elif kept.exists and not kept.best and base.value is not None:
        lines.append(
            f"The plan in force is worth {points(kept.value)}; the best plan without any change is worth "
            f"{points(base.value)}, and it is what the scenario is measured against."
        )
    return lines


def _left_open(base: Side, scenario: Side) -> list[str]:
    """Say what searches that were cut short may have missed."""
    sides = ((scenario, "The search was cut short: with the changes"), (base, "The search was cut short: without them"))
    lines = [
        f"{text}, the gap to the best possible plan is {percent(side.gap or 0)}."
        for side, text in sides
        if side.value is not None and not side.proven
    ]
    if base.value is not None and scenario.value is not None:
        most = max((side.gap or 0.0) * max(abs(side.value or 0.0), 1.0) for side in (base, scenario))
        if lines and abs(scenario.value - base.value) < most:
            lines.append("The difference in worth is smaller than that gap: it may come from the search.")
    return lines


def _worth(base: float, scenario: float) -> str:
    if abs(scenario - base) <= TOLERANCE:
        return f"The best plan is worth as much as before, {points(base)}."
    more = "more" if scenario > base else "less"
    return (
        f"The best plan is worth {points(scenario)} instead of {points(base)}: {points(abs(scenario - base))} {more}."
    )


def _moves_said(found: Difference) -> list[str]:
    lines = []
    for items, what in ((found.displaced, "give way"), (found.entered, "enter"), (found.moved, "move")):
        if items:
            verb = what if len(items) > 1 else {"give way": "gives way", "enter": "enters", "move": "moves"}[what]
            lines.append(f"{count(len(items), 'item')} {verb}: {listing([one.item for one in items])}.")
    return lines or ["The same items start in the same periods."]


def _told(one: MilestoneDifference) -> bool:
    sides = ((one.late_after, one.unfunded_after), (one.late_before, one.unfunded_before))
    return one.late_after is not None and sides[0] != sides[1]


def _late(one: MilestoneDifference) -> str:
    sides = (
        (one.late_after, one.unfunded_after, "in the scenario"),
        (one.late_before, one.unfunded_before, "without it"),
    )
    known = [f"{_periods_late(late, unfunded)} {where}" for late, unfunded, where in sides if late is not None]
    return f"{one.milestone} is {', '.join(known)}."


def _periods_late(late: int, unfunded: tuple[str, ...]) -> str:
    if unfunded:
        return f"not delivered (it needs {listing(unfunded)})"
    return f"{count(late, 'period')} late" if late else "on time"
