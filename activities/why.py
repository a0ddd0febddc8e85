"""Why something is as it is: the chain event → rule → proposal → decision → effect, read from the ledger."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from activities.ports import LedgerReader
from activities.why_chain import chain_of
from activities.why_found import AmbiguousThingError, UnknownThingError, find
from activities.why_summary import summary_of
from domain.narrative import Line, line_of
from domain.narrative_parts import capital
from domain.record import Recorded
from events.union import EVENT_TYPES, INTERNAL_TYPES

Step = Literal["event", "rule", "proposal", "decision", "effect"]

__all__ = ["AmbiguousThingError", "Explanation", "Step", "UnknownThingError", "explain"]

STEPS: dict[str, Step] = {
    "reprioritization.started": "rule",
    "plan.solved": "proposal",
    "approval.requested": "proposal",
    "approval.asked": "proposal",
    "approval.reminded": "proposal",
    "approval.commented": "proposal",
    "approval.counted": "decision",
    "decision.given": "decision",
    "escalation.answered": "decision",
    "approval.lapsed": "decision",
    "approval.expired": "event",
    "clock.struck": "event",
    "review.due": "event",
    "forecast.past_due": "event",
    "product.applied": "event",
    "product.archived": "event",
    "reversal.requested": "event",
    "delegation.granted": "event",
    "delegation.revoked": "event",
}


class Explanation(BaseModel):
    """Why a thing is as it is: a summary, and the entries that it follows from, oldest first."""

    model_config = ConfigDict(frozen=True)

    thing: str  # as it was understood, for example `item:sso`
    kind: str  # event, item, milestone, dependency, theme, approval, escalation, entry …
    summary: str  # one or two sentences
    links: tuple[tuple[Step, Line], ...]


async def explain(reader: LedgerReader, product: str, thing: str) -> Explanation:
    """Return why ``thing`` is as it is.

    ``thing``: an event (``source/id`` or its id), an entry (``#12``), an item, milestone, dependency or theme,
    ``approval/7`` or ``7``, ``escalation/sso/1`` or ``escalation/sso``. A prefix chooses between things of the same
    name: ``item:sso``. Raises UnknownThingError with the closest names, AmbiguousThingError with the candidates.
    """
    found = await find(reader, product, thing.strip())
    chain = await chain_of(reader, found)
    links = [link for recorded in chain for link in links_of(recorded)]
    return Explanation(
        thing=found.thing,
        kind=found.kind,
        summary=await summary_of(reader, found, chain),
        links=tuple(links),
    )


def step_of(kind: str) -> Step:
    """Return where in the chain a kind of entry belongs."""
    if kind in STEPS:
        return STEPS[kind]
    return "event" if kind in EXTERNAL_KINDS else "effect"


EXTERNAL_KINDS = frozenset(EVENT_TYPES) - INTERNAL_TYPES


def links_of(recorded: Recorded) -> list[tuple[Step, Line]]:
    """Return an entry's places in the chain: an event is followed by the rule that judged it, with its figures."""
    line = line_of(recorded)
    step = step_of(recorded.entry.kind)
    if step != "event" or not line.why:
        return [(step, line)]
    rule = line.model_copy(update={"what": capital(line.why), "why": "", "actor": "Tandem", "identity": "engine"})
    return [(step, line.model_copy(update={"why": ""})), ("rule", rule)]
