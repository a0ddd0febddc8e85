"""How strongly customers press for each theme, and what is on the roadmap for it. Pure; for pages."""

from collections import Counter
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.decay import decayed
from domain.product import ProductState
from domain.scoring import Pulls


class ThemeDemand(BaseModel):
    """One theme. What is not known is None."""

    model_config = ConfigDict(frozen=True)

    theme: str
    demand: float  # 0-100: 50 at the policy's saturation
    pressure: float  # weight of wholly negative feedback that is left of all that was said
    statements: int | None
    accounts: int | None  # that pressed and are remembered
    since: AwareDatetime | None  # from when on its feedback is counted
    last: AwareDatetime | None  # when it was last heard of
    market: float  # 0-100, what is left of the last shift
    competitors: float
    items: int  # open ones that carry the theme
    funded: int  # of these, in the plan in force


def demand_by_theme(state: ProductState, at: datetime) -> tuple[ThemeDemand, ...]:
    """Return every theme that anybody pulls at or that an open item carries, the strongest demand first."""
    pulls, half = Pulls(state, at), state.policy.feedback_half_life_days
    starts = {} if state.plan is None else state.plan.starts
    open_items = [item for item in state.items.values() if item.open]
    items = Counter(theme for item in open_items for theme in set(item.themes))
    funded = Counter(
        theme for item in open_items if item.id in starts or item.status == "started" for theme in set(item.themes)
    )
    found = []
    for name in {*state.themes, *state.market, *state.competitors, *items}:
        known = state.themes.get(name)
        market, rivals, demand = pulls.of_theme(name)
        found.append(
            ThemeDemand(
                theme=name,
                demand=demand,
                pressure=0.0 if known is None else decayed(known.pressure, known.as_of, at, half),
                statements=(known.statements if known else 0) or None,
                accounts=(len(known.accounts) if known else 0) or None,
                since=known.rates.since if known and known.rates else None,
                last=known.as_of if known else None,
                market=round(market, 3),
                competitors=round(rivals, 3),
                items=items[name],
                funded=funded[name],
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.demand, -max(one.market, one.competitors), one.theme)))
