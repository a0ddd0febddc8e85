"""How commands show explanations: why an item stays out, which other plans there are, how firm a plan is."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import httpx
import typer

from deploy.cli.api import address, connect
from deploy.cli.output import Column, print_line, print_rows, progress
from deploy.cli.shown import at, heading
from domain.explanations import Risk
from domain.explanations_told import told_risk
from domain.wording import listing, money, percent, points

PATIENCE_S = 40.0  # beside the solving itself: for other questions before this one, and for the way
SecondsOption = Annotated[float, typer.Option(min=0.1, max=60, help="How long to look.")]


def ask(text: str, seconds: float, *path: str, **query: Any) -> Any:
    """Return the answer to a question that has to be solved for. Raises ApiError, UnreachableError."""
    api, patience = connect(), httpx.Timeout(seconds + PATIENCE_S, connect=3.0)
    with progress(text):
        return api.call(
            "GET", address("products", *path), params={**query, "seconds": seconds}, timeout=patience
        ).json()


def about(title: str, found: Mapping[str, Any]) -> None:
    """Print a heading, and how good the plan is that the answer is about."""
    heading(f"{title}, as of {at(found['at'], found['time_zone'])}: nothing was changed", found)
    proven = f"at most {percent(found['gap'])} below the best" if found["gap"] else "it is the best plan"
    print_line(f"  the plan that was tried is worth {points(found['value'])}; {proven}")


def show_why_nots(why_nots: Sequence[Mapping[str, Any]], currency: str) -> None:
    """Print what would let items in, as a table; nothing where there are none."""
    rows = [
        {
            "item": one["item"],
            "money": _extra(one["money"], currency),
            "days": "; ".join(_extra(extra, currency) for extra in one["days"]),
            "together": " and ".join(_extra(extra, currency) for extra in one["together"]),
            "instead": listing(one["instead"]) if one["instead"] else "",
            "costs": "" if one["loses"] is None or not one["instead"] else points(one["loses"]),
            "why": one["binding"],
        }
        for one in why_nots
        if one["money"] or one["days"] or one["together"] or one["instead"]
    ]
    if rows:
        columns = [
            Column("item", "stays out"),
            Column("why", "for want of"),
            Column("money", "fits with"),
            Column("days", "or with"),
            Column("together", "or all of"),
            Column("instead", "or without"),
            Column("costs", "which costs", right=True),
        ]
        print_rows(rows, [column for column in columns if any(row[column.key] for row in rows)])


def show_alternatives(found: Mapping[str, Any], currency: str) -> None:
    """Print other good plans as a table, how each differs, and why there are no more."""
    rows = [
        {
            "number": index,
            "purpose": one["purpose"],
            "value": points(one["value"]),
            "share": "unknown" if one["share"] is None else percent(one["share"]),
            "cost": money(one["cost"], currency),
            "risk": told_risk(Risk.model_validate(one["risk"])),
            "differs": "; ".join(one["differs"]),
            "plan": one["plan"][:12],
        }
        for index, one in enumerate(found["found"], start=1)
    ]
    if rows:
        columns = [
            Column("number", "", right=True),
            Column("purpose", "another plan"),
            Column("value", "value", right=True),
            Column("share", "of this one", right=True),
            Column("cost", "cost", right=True),
            Column("risk", "risk"),
            Column("differs", "instead of this one"),
            Column("plan", "plan"),
        ]
        print_rows(rows, columns)
    if found["why_no_more"]:
        print_line(found["why_no_more"])


def _extra(extra: Mapping[str, Any] | None, currency: str) -> str:
    if extra is None:
        return ""
    known = "about " if extra["known"] == "about" else ""
    if extra["team"] is None:
        return f"{known}{money(round(extra['amount']), currency)} more in {extra['period']}"
    return f"{known}{extra['amount']:,.1f} more days of {extra['team']} in {extra['period']}"
