"""Charts in a page: drawn as SVG, of a fixed height, and said in words as well."""

from typing import Any

from nicegui import ui


def chart(options: dict[str, Any], label: str, height_px: int) -> ui.echart:
    """Add a chart of a fixed height, with what it shows in words for those who do not see it."""
    shown = ui.echart(options, renderer="svg").classes("chart").style(f"height: {height_px}px")
    shown.props["role"] = "img"
    shown.props["aria-label"] = label
    return shown
