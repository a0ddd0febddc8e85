"""Which role decides a change: the lowest whose limits allow it and that has people enough to approve it. Pure."""

from datetime import datetime
from typing import NamedTuple

from domain.authority import mandates_of
from domain.limits import beyond_role
from domain.policy import ROLES
from domain.product import ProductState
from domain.votes import able, quorum_of
from domain.wording import role_name
from events.internal import Change, Role


class NotThis(NamedTuple):
    """A role that may not decide a change, and why not."""

    role: Role
    because: str


class Decider(NamedTuple):
    """Who decides a change. ``approvals``: distinct people who have to approve; 0: the engine acts by itself."""

    role: Role | None  # None: it lies above everybody
    below: tuple[NotThis, ...]  # the roles that may not, from the least authority up
    approvals: int
    able: tuple[str, ...]  # the people who may approve, by name


def decider_of(
    state: ProductState, change: Change, at: datetime, lowest: Role = "product_manager", requester: str | None = None
) -> Decider:
    """Return who decides a change at an instant; within the manager's limits the engine acts, unless
    somebody asked or several have to approve.

    ``requester``: who asked for it, and so approves nothing.
    """
    below: list[NotThis] = []
    for role in ROLES[ROLES.index(lowest) :]:
        if exceeded := beyond_role(state, role, change, at):
            below.append(NotThis(role, exceeded))
            continue
        if requester is not None and not set(state.people.holders(role)) - {requester}:
            below.append(NotThis(role, f"only {requester}, who asked for it, is {role_name(role)}"))
            continue
        quorum = quorum_of(state.policy.authority, role, change)
        people = able(mandates_of(state), role, requester)
        if role == "product_manager" and requester is None and quorum == 1:
            return Decider(role, tuple(below), 0, tuple(sorted(people)))
        if len(people) >= quorum:
            return Decider(role, tuple(below), quorum, tuple(sorted(people)))
        have = "nobody may" if not people else f"only {len(people)} may"
        must = "1 person" if quorum == 1 else f"{quorum} people"
        below.append(NotThis(role, f"{must} must approve as {role_name(role)}, and {have}"))
    return Decider(None, tuple(below), 0, ())
