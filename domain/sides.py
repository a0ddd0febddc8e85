"""Whose work it is: marketing's, IT's, or another function's. Pure."""

from collections.abc import Mapping
from typing import Literal

from domain.product import ProductState
from domain.things import Frozen, Item, Team

Side = Literal["marketing", "it", "other"]


class Home(Frozen):
    """A team as pages show it."""

    team: str
    title: str
    function: str
    side: Side
    lead: str


def side_of(function: str) -> Side:
    """Return on which side a team stands; functions are written freely."""
    match function.strip().casefold():
        case "marketing":
            return "marketing"
        case "it":
            return "it"
        case _:
            return "other"


def homes_of(state: ProductState) -> tuple[Home, ...]:
    """Return the teams: marketing's, then IT's, then the others, by id."""
    order: Mapping[Side, int] = {"marketing": 0, "it": 1, "other": 2}
    found = [_home(state, name, team) for name, team in state.teams.items()]
    return tuple(sorted(found, key=lambda one: (order[one.side], one.team)))


def main_team(item: Item) -> str | None:
    """Return the team that an item takes most from; None: it takes from nobody."""
    busy = {team: days for team, days in item.efforts.items() if days > 0}
    return min(busy, key=lambda team: (-busy[team], team)) if busy else None


def item_side(state: ProductState, item: Item) -> Side:
    """Return on which side an item stands: its main team's; `other` when it takes from nobody who is known."""
    team = state.teams.get(main_team(item) or "")
    return "other" if team is None else side_of(team.function)


def _home(state: ProductState, name: str, team: Team) -> Home:
    declared = state.declared.teams.get(name)
    title = "" if declared is None else declared.title
    return Home(team=name, title=title, function=team.function, side=side_of(team.function), lead=team.lead)
