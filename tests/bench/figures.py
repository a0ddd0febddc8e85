"""Figures of a bench, and how they are shown: the median of the runs, its range, and the bare engine's beside it."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

WIDTH = 110  # where there is no terminal to ask


@dataclass
class Figure:
    """One line of the table: a value per run, and what the bare engine needs for the same."""

    section: str
    what: str
    unit: str
    runs: list[float]
    bare: list[float] = field(default_factory=list)  # of the same runs; empty: there is nothing to compare with
    said: str = ""  # how it was measured, where the name does not say

    def as_json(self) -> dict[str, Any]:
        """Return the figure with its medians."""
        return asdict(self) | {
            "median": statistics.median(self.runs) if self.runs else None,
            "bare_median": statistics.median(self.bare) if self.bare else None,
        }


class Figures:
    """All that a bench found, in order."""

    def __init__(self) -> None:
        self.all: list[Figure] = []

    def add(
        self,
        section: str,
        what: str,
        unit: str,
        runs: Sequence[float],
        bare: Sequence[float] = (),
        said: str = "",
    ) -> None:
        """Keep a figure."""
        self.all.append(Figure(section, what, unit, list(runs), list(bare), said))

    def show(self, console: Console, title: str) -> None:
        """Print one table, a block per section, and below it how the figures came about."""
        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
        table.add_column("", no_wrap=True)
        for name in ("median", "runs", "bare"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("unit", no_wrap=True, style="dim")
        section = ""
        for figure in self.all:
            if figure.section != section:
                if section:
                    table.add_section()
                section = figure.section
                table.add_row(f"[bold]{section}[/bold]")
            beside = shown(figure.bare) if figure.bare else ""
            table.add_row(f"  {figure.what}", shown(figure.runs), span(figure.runs), beside, figure.unit)
        wide = console if console.is_terminal else Console(width=WIDTH, file=console.file)
        wide.print(table)
        for figure in self.all:
            if figure.said:
                wide.print(f"[dim]{figure.section}, {figure.what}: {figure.said}[/dim]", highlight=False)


def shown(runs: Sequence[float]) -> str:
    """Return the median of the runs with three digits that count; nothing measured is a dash."""
    return number(statistics.median(runs)) if runs else "–"


def span(runs: Sequence[float]) -> str:
    """Return the lowest and the highest run."""
    return f"{number(min(runs))}–{number(max(runs))}" if len(runs) > 1 else ""


def number(value: float) -> str:
    """Return a figure with thousands separated and three digits that count."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` (0–1) of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
