"""Charts as ECharts takes them. Colours are variables of the style sheet, so that charts follow the theme."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from babel.numbers import get_currency_precision

from web.pages.product_words import month
from web.pages.reader import Reader

COLOURS = tuple(f"var(--c{number})" for number in range(1, 8))
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"  # as in the style sheet
TEXT = {"color": "var(--text)", "fontSize": 12}
QUIET = {"color": "var(--muted)", "fontSize": 12}
TOOLTIP = {
    "backgroundColor": "var(--surface)",
    "borderColor": "var(--strong-line)",
    "textStyle": {"color": "var(--text)", "fontSize": 13},
    "confine": True,
    "transitionDuration": 0,
}
AXIS = {
    "axisLine": {"lineStyle": {"color": "var(--strong-line)"}},
    "axisTick": {"show": False},
    "axisLabel": QUIET,
    "splitLine": {"lineStyle": {"color": "var(--line)"}},
}
MOST_COLOURED = 7
ROW_PX, AROUND_PX = 26, 60
LABEL_PX, PHONE_LABEL_PX = 240, 150


def bump_height(items: Sequence[Mapping[str, Any]]) -> int:
    """Return how high a chart of the ranks is, in pixels."""
    return AROUND_PX + ROW_PX * _worst(items)


def bump(movement: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """Return the ranks of items over the adopted plans, the best on top; those that moved most have a colour."""
    items = [one for one in movement["items"] if any(one["ranks"])]
    moved = sorted((one for one in items if _moved(one["ranks"])), key=lambda one: -_moved(one["ranks"]))
    colours = {one["item"]: COLOURS[index] for index, one in enumerate(moved[:MOST_COLOURED])}
    days = [_day(one["at"], reader) for one in movement["adoptions"]]
    return {
        "baseOption": {
            "animation": False,
            "textStyle": {"fontFamily": SANS},
            "tooltip": {**TOOLTIP, "trigger": "item", "formatter": "{a}: {b}"},
            "grid": {"left": 36, "right": LABEL_PX + 14, "top": 30, "bottom": 10},
            "xAxis": {**AXIS, "type": "category", "position": "top", "data": days, "boundaryGap": False},
            "yAxis": {
                **AXIS,
                "type": "category",
                "inverse": True,
                "data": list(range(1, _worst(items) + 1)),
                "axisLine": {"show": False},
            },
            "series": [_line(one, days, colours.get(one["item"])) for one in items],
        },
        "media": [
            {
                "query": {"maxWidth": 600},
                "option": {
                    "grid": {"right": PHONE_LABEL_PX + 14, "left": 28},
                    "series": [{"endLabel": {"width": PHONE_LABEL_PX}} for _ in items],
                },
            }
        ],
    }


def burn(money: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """Return the running sums of budget, spending and what is expected, by period."""
    currency, scale = money["currency"], 10 ** get_currency_precision(money["currency"])
    rows = money["periods"]
    language = str(reader.locale).replace("_", "-")
    written = f"new Intl.NumberFormat('{language}', {{style: 'currency', currency: '{currency}'"
    first = max(sum(1 for row in rows if row["past"]) - 1, 0)  # what is expected goes on from what was spent
    ahead = [row["estimate_sum"] if index >= first else None for index, row in enumerate(rows)]
    lines = (
        ("Budget", [row["envelope_sum"] for row in rows], "var(--muted)", "solid"),
        ("Spent", [row["spent_sum"] for row in rows], "var(--c1)", "solid"),
        ("Expected", ahead, "var(--c2)", "dashed"),
    )
    return {
        "animation": False,
        "textStyle": {"fontFamily": SANS},
        "tooltip": {
            **TOOLTIP,
            "trigger": "axis",
            ":valueFormatter": f"(sum) => sum == null ? '–' : {written}, maximumFractionDigits: 0}}).format(sum)",
        },
        "legend": {
            "textStyle": TEXT,
            "left": 0,
            "top": 0,
            "itemWidth": 24,
            "itemGap": 18,
            "inactiveColor": "var(--strong-line)",
        },
        "grid": {"left": 8, "right": 40, "top": 44, "bottom": 8, "containLabel": True},
        "xAxis": {**AXIS, "type": "category", "data": [month(row["period"]) for row in rows], "boundaryGap": False},
        "yAxis": {
            **AXIS,
            "type": "value",
            "axisLabel": {**QUIET, ":formatter": f"(sum) => {written}, notation: 'compact'}}).format(sum)"},
        },
        "series": [
            {
                "type": "line",
                "name": name,
                "data": [None if sum_ is None else sum_ / scale for sum_ in sums],
                "symbol": "circle",
                "symbolSize": 6,
                "color": colour,
                "lineStyle": {"width": 2, "type": kind, "color": colour},
                "emphasis": {"disabled": True},
            }
            for name, sums, colour, kind in lines
        ],
    }


def _line(item: Mapping[str, Any], days: Sequence[str], colour: str | None) -> dict[str, Any]:
    shade = colour or "var(--strong-line)"
    return {
        "type": "line",
        "name": item["title"],
        "data": [
            {"value": [index, None if rank is None else rank - 1], "name": f"place {rank} on {days[index]}"}
            for index, rank in enumerate(item["ranks"])
        ],
        "symbol": "circle",
        "symbolSize": 8 if colour else 5,
        "color": shade,
        "lineStyle": {"width": 3 if colour else 1.5, "color": shade},
        "z": 3 if colour else 2,
        "emphasis": {"disabled": True},
        "endLabel": {
            "show": item["ranks"][-1] is not None,
            "formatter": "{a}",
            "color": "var(--text)" if colour else "var(--muted)",
            "width": LABEL_PX,
            "overflow": "truncate",
            "fontSize": 12,
        },
    }


def _moved(ranks: Sequence[int | None]) -> int:
    """Return how many places an item moved, up and down together; entering or leaving counts as one."""
    pairs = list(pairwise(ranks))
    changed = sum(1 for before, after in pairs if (before is None) != (after is None))
    return changed + sum(abs(after - before) for before, after in pairs if before is not None and after is not None)


def _worst(items: Sequence[Mapping[str, Any]]) -> int:
    return max((rank for one in items for rank in one["ranks"] if rank is not None), default=1)


def _day(at: str, reader: Reader) -> str:
    local = datetime.fromisoformat(at).astimezone(reader.zone)
    return f"{local.day} {local:%b}"
