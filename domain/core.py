"""The heart with every rule in place: import ``take_in`` and its companions from here."""

from domain import (
    evolve_answers,
    evolve_decisions,
    evolve_market,
    evolve_stopped,
    evolve_work,
    react_answers,
    react_decisions,
    react_dependencies,
    react_market,
    react_stopped,
    react_time,
    react_work,
)
from domain.evolve import HANDLERS, RULES, Stamped, Taken, evolve
from domain.pacing import follow, may_start, started
from domain.reactions import RULES_BY_EVENT, react, take_in
from events.union import EVENT_TYPES

REGISTERED = (
    *(evolve_answers, evolve_decisions, evolve_market, evolve_stopped, evolve_work),
    *(react_answers, react_decisions, react_dependencies, react_market, react_stopped, react_time, react_work),
)  # importing them registers their rules

for _type, _event in EVENT_TYPES.items():
    if _event not in HANDLERS or _event not in RULES_BY_EVENT:
        raise RuntimeError(f"no rule is registered for {_type}")

__all__ = ["RULES", "Stamped", "Taken", "evolve", "follow", "may_start", "react", "started", "take_in"]
