"""Limits and stand-ins as a person reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.cli.shown import at
from domain.wording import count, days, listing, money

ONLY = {"decisions": ", for decisions only", "escalations": ", for escalations only"}
ANY = {
    "money": "amount of money",
    "items": "number of items",
    "milestones": "slip of milestones",
    "scope_days": "scope",
}


def stand_in_said(one: Mapping[str, Any], zone: str, currency: str) -> str:
    """Say who stands in for whom, until when, and with which limits."""
    begins = "" if one["active"] else f" from {at(one['start'], zone)}"
    most = "" if one["most_money"] is None else f", up to {money(one['most_money'], currency)} a decision"
    return (
        f"{one['delegate']} for {one['person']}{begins} until {at(one['end'], zone)}{ONLY.get(one['scope'], '')}{most}"
    )


def limits_said(allowances: Sequence[Mapping[str, Any]], currency: str) -> str:
    """Say how much a decision of a role may take now; what is left of the period counts as well."""
    said = [_limit(one, currency) for one in allowances if one["now"] is not None]
    return f"decides at the most: {listing(said)}" if said else "decides without limit"


def _limit(one: Mapping[str, Any], currency: str) -> str:
    kind, most = one["kind"], one["now"]
    if kind == "money":
        return f"{money(most, currency)} moved"
    if kind == "scope_days":
        return f"{days(most)} of work dropped"
    noun = kind.removesuffix("s")
    return f"{count(most, noun) if most else f'no {noun}'} {'displaced' if kind == 'items' else 'missed'}"
