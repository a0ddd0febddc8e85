"""`tandem rank`: the open items by value, WSJF, RICE or CD3, or as the plan has them."""

from typing import Annotated, Any

import typer

from deploy.cli.api import connect
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.shown import at, heading

UNKNOWN = "unknown"
PART = "part "  # a part of the formula may be called as another column is


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(rank)


def rank(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    by: Annotated[str, typer.Option(help="plan, value, wsjf, rice or cd3.")] = "value",
    as_json: JsonOption = False,
) -> None:
    """Rank the open items by a well-known rule. No plan is made from it; each says its known trap."""
    found = connect().get("products", product, "ranking", by=by)
    if as_json:
        print_json(found)
        return
    ranking = found["ranking"]
    title = ranking["by"] if ranking["by"] in ("plan", "value") else ranking["by"].upper()
    heading(f"{product} by {title}, as of {at(found['at'], found['time_zone'])}", found)
    print_line(f"score: {ranking['formula']}")
    names = list(dict.fromkeys(name for row in ranking["rows"] for name in row["parts"]))
    columns = [
        Column("place", "", right=True),
        Column("item", "item"),
        Column("score", "score", right=True),
        *(Column(PART + name, name.replace("_", " "), right=True) for name in names),
        Column("value", "points", right=True),
        Column("inherited", "inherits", right=True),
        Column("start", "planned"),
    ]
    print_rows([_row(row, names) for row in ranking["rows"]], columns, empty="no open items")
    for note in ranking["notes"]:
        print_line(note)
    print_line(f"Mind: {ranking['trap']}")


def _row(row: dict[str, Any], names: list[str]) -> dict[str, str]:
    return {
        "place": str(row["place"]),
        "item": row["item"] if not row["title"] else f"{row['item']}: {row['title']}",
        "score": _figure(row["score"]),
        **{PART + name: _figure(row["parts"].get(name)) for name in names},
        "value": _figure(row["value"]),
        "inherited": _figure(row["inherited"]),
        "start": row["start"] or "not funded",
    }


def _figure(figure: float | None) -> str:
    return UNKNOWN if figure is None else f"{figure:,.2f}".rstrip("0").rstrip(".")
