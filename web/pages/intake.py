"""What comes in: how much, from whom, who reads it and how far behind they are, and what could not be taken."""

from typing import Any

from web.pages import operation_words as words
from web.pages.charts import chart
from web.pages.dead_letter_list import LetterList
from web.pages.frame import Page, console_page
from web.pages.intake_chart import chart_of, parts, spoken

WINDOWS = {60: "the last hour", 360: "the last six hours", 1440: "the last day"}  # minutes
STEPS = 60  # of the chart
CHART_PX = 280
LOOK_AGAIN_S = 10.0


@console_page("/intake", "Intake", "intake")
async def intake(
    page: Page,
    product: str = "",
    minutes: int = 60,
    source: str = "",
    reason: str = "",
    way: str = "",
    state: str = "open",
    after: str = "",
) -> None:
    """Show what came in; the rest of the address chooses among the dead letters."""
    window = minutes if minutes in WINDOWS else 60
    page.show("intake_head.html.j2", places=page.me["places"], product=product, windows=WINDOWS, window=window)
    series, now = await _read(page, product, window)
    with page.card(f"Events in {WINDOWS[window]}"):
        figure = chart(chart_of(series, page.reader), spoken(series), CHART_PX)
        rates = page.show("intake_rates.html.j2", words=words, series=series, parts=parts(series))
        figure.set_visibility(bool(series["series"]))
    readers = page.show("intake_readers.html.j2", words=words, found=now)

    async def refresh() -> None:
        seen, later = await _read(page, product, window)
        figure.options.clear()
        figure.options.update(chart_of(seen, page.reader))
        figure.props["aria-label"] = spoken(seen)
        figure.set_visibility(bool(seen["series"]))
        figure.update()
        rates.content = page.render("intake_rates.html.j2", words=words, series=seen, parts=parts(seen))
        readers.content = page.render("intake_readers.html.j2", words=words, found=later)
        reasons.content = page.render("intake_reasons.html.j2", words=words, found=later, product=product)

    with page.card("Dead letters: what could not be taken"):
        reasons = page.show("intake_reasons.html.j2", words=words, found=now, product=product)
        asked = {"product": product, "source": source, "reason": reason, "way": way, "state": state, "after": after}
        await LetterList(page, asked).show()
    page.every(LOOK_AGAIN_S, refresh)


async def _read(page: Page, product: str, window: int) -> tuple[Any, Any]:
    step = window * 60 // STEPS
    series = await page.api.get("intake", "series", minutes=window, step=step, product=product)
    return series, await page.api.get("intake", minutes=5, product=product)
