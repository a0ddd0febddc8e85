"""Pictures in files: what the API draws, written as it is."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.api import Api, address
from deploy.cli.output import print_line, shown_path
from deploy.errors import PlainError

SvgOption = Annotated[
    Path | None, typer.Option("--svg", metavar="FILE", help="Write a picture for printing, black and white, to FILE.")
]
ChartOption = Annotated[bool, typer.Option("--chart", help="Show a chart as wide as the terminal.")]


def save(api: Api, product: str, picture: str, path: Path, *, quiet: bool = False, **query: int) -> None:
    """Write a picture, `roadmap.svg` for example. Raises ApiError, UnreachableError, PlainError."""
    drawn = api.call("GET", address("products", product, picture), params=query).content
    try:
        path.write_bytes(drawn)
    except OSError as exc:
        raise PlainError(f"{shown_path(path)} cannot be written: {exc.strerror or exc}") from exc
    if not quiet:
        print_line(f"wrote {shown_path(path)}")
