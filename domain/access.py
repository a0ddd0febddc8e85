"""Who may see and do what: the roles, the acts, and the table between them. Pure.

The roles of people come from the product itself (its manager, owner, board and the leads of its teams, and whoever
stands in for them); those of operators, auditors and systems are granted, for one product or for all.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal

from domain.delegations import Mandates, roles_open_to
from domain.things import Frozen

EVERY = "*"  # a grant for all products, those of tomorrow included

HeldRole = Literal["product_manager", "product_owner", "executive_board", "team_lead"]
GrantedRole = Literal["operator", "auditor", "source"]
AnyRole = HeldRole | GrantedRole
Right = Literal["customer_text"]  # to read what customers wrote; goes with no role by itself
Act = Literal[
    "read",  # roadmap, ledger, requests, escalations, why: all that is known of a product, but customers' texts
    "read_customer_text",
    "decide",  # requests, reversals, delegations, answers to escalations
    "comment",
    "acknowledge",  # see an escalation
    "steer",  # pause, resume, force, skip, reassign
    "declare",  # apply the product file, archive
    "erase",
    "train",
    "send",  # events
    "inspect",  # what comes in, dead letters, incidents, stuck work
    "operate",  # retry, cancel, terminate, reset, resend, redrive, refresh, sources
]

_DECIDERS: frozenset[AnyRole] = frozenset({"product_manager", "product_owner", "executive_board"})
_READERS: frozenset[AnyRole] = _DECIDERS | {"team_lead", "operator", "auditor"}
ROLES_FOR: Mapping[Act, frozenset[AnyRole | Right]] = {
    "read": frozenset(_READERS),
    "read_customer_text": frozenset({"customer_text"}),
    "decide": frozenset(_DECIDERS),
    "comment": frozenset(_DECIDERS | {"team_lead"}),
    "acknowledge": frozenset(_DECIDERS | {"team_lead"}),
    "steer": frozenset(_DECIDERS | {"operator"}),
    "declare": frozenset(_DECIDERS),
    "erase": frozenset(_DECIDERS),
    "train": frozenset(_DECIDERS),
    "send": frozenset({"source", "product_manager", "operator"}),
    "inspect": frozenset({"operator", "auditor"}),
    "operate": frozenset({"operator"}),
}


class Grant(Frozen):
    """A role or right that is given to a person or a token, for a product or for all (``EVERY``)."""

    role: GrantedRole | Right
    product: str = EVERY


def granted(grants: Iterable[Grant], product: str | None) -> frozenset[AnyRole | Right]:
    """Return what grants give in a product; None: in what belongs to no product, where only ``EVERY`` counts."""
    return frozenset(one.role for one in grants if one.product == EVERY or one.product == product)


def held_by(name: str, mandates: Mandates, leads: Collection[str], at: datetime) -> frozenset[HeldRole]:
    """Return what a person is in a product at an instant: the roles that they hold or stand in for, and lead of a team.

    ``leads``: of the product's teams.
    """
    lead: frozenset[HeldRole] = frozenset({"team_lead"} if name in leads else ())
    return lead | frozenset(roles_open_to(mandates, name, at))


def only_operates(roles: Collection[AnyRole | Right]) -> bool:
    """Tell whether somebody operates a product and has no say in it."""
    return may("operate", roles) and not may("decide", roles)


def may(act: Act, roles: Iterable[AnyRole | Right]) -> bool:
    """Tell whether somebody with these roles may do this."""
    return not ROLES_FOR[act].isdisjoint(roles)
