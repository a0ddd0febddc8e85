"""How much came in over time, as a chart and in a sentence for those who do not see it."""

from datetime import datetime
from typing import Any

from web.pages.chart_options import AXIS, COLOURS, TOOLTIP
from web.pages.operation_words import event_name
from web.pages.reader import Reader

OTHERS = "var(--c8)"


def chart_of(series: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """Return stacked bars: one for each step of time, one part for each source and type; the page has the legend."""
    times = [datetime.fromisoformat(at).astimezone(reader.zone).strftime("%H:%M") for at in series["at"]]
    return {
        "animation": False,
        "tooltip": {**TOOLTIP, "trigger": "axis"},
        "grid": {"left": 8, "right": 8, "top": 12, "bottom": 8, "containLabel": True},
        "xAxis": {**AXIS, "type": "category", "data": times},
        "yAxis": {**AXIS, "type": "value", "minInterval": 1},
        "series": [
            {
                "name": name,
                "type": "bar",
                "stack": "all",
                "data": events,
                "barCategoryGap": "20%",
                "itemStyle": {"color": colour},
                "emphasis": {"disabled": True},
            }
            for name, events, colour in parts(series)
        ],
    }


def parts(series: dict[str, Any]) -> list[tuple[str, list[int], str]]:
    """Return name, events for each step, colour: the most first, all beyond seven together."""
    kinds: dict[str, list[int]] = {}
    for one in series["series"]:
        name = f"{one['source'] or 'no source'}: {event_name(one['type'])}"
        known = kinds.get(name, [0] * len(series["at"]))
        kinds[name] = [a + b for a, b in zip(known, one["events"], strict=True)]
    ranked = sorted(kinds.items(), key=lambda one: (-sum(one[1]), one[0]))
    shown = [(name, events, colour) for (name, events), colour in zip(ranked, COLOURS, strict=False)]
    if rest := [events for _, events in ranked[len(COLOURS) :]]:
        shown.append((f"{len(rest)} more", [sum(step) for step in zip(*rest, strict=True)], OTHERS))
    return shown


def spoken(series: dict[str, Any]) -> str:
    """Return what the chart shows, in a sentence."""
    total = sum(one["total"] for one in series["series"])
    most = [f"{sum(events)} {name}" for name, events, _ in parts(series)[:3]]
    return f"{total} events came in" + (f"; the most: {', '.join(most)}" if most else "")
