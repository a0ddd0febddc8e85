"""For whom a page is written: the zone of their clock, how they write numbers, light or dark."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.numbers import format_compact_decimal, format_currency, format_decimal, get_currency_precision
from markupsafe import Markup
from starlette.requests import HTTPConnection

ZONE_COOKIE = "tandem_zone"  # written by a page, because a browser does not send it by itself
THEME_COOKIE = "tandem_theme"
DEFAULT_LOCALE = Locale("en", "GB")
Theme = Literal["light", "dark", "auto"]


@dataclass(frozen=True)
class Reader:
    """How somebody reads times and numbers."""

    zone: ZoneInfo
    zone_known: bool  # False: they have not told yet, and the zone is UTC
    locale: Locale
    theme: Theme

    def time(self, at: datetime | str | None, *, day_only: bool = False) -> Markup:
        """Return an instant in the reader's zone, with the exact one on hover; a dash when there is none."""
        if at is None or at == "":
            return Markup('<span class="muted">–</span>')
        exact = datetime.fromisoformat(at) if isinstance(at, str) else at
        if exact.tzinfo is None:
            exact = exact.replace(tzinfo=UTC)
        local = exact.astimezone(self.zone)
        text = f"{local:%a} {local.day} {local:%b %Y}" + ("" if day_only else f", {local:%H:%M}")
        utc = exact.astimezone(UTC)
        title = f"{local:%Y-%m-%d %H:%M:%S} {self.zone.key} · {utc:%Y-%m-%d %H:%M:%S} UTC"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(utc.isoformat(), title, text)

    def money(self, minor: float | None, currency: str) -> str:
        """Return an amount of minor units as the reader writes it; a dash for what is not known."""
        if minor is None:
            return "–"
        digits = get_currency_precision(currency)
        amount = minor / 10**digits
        whole = amount == int(amount)
        pattern = None if not whole else "#,##0\u00a0¤" if self.locale.language != "en" else "¤#,##0"
        return format_currency(amount, currency, format=pattern, locale=self.locale, currency_digits=not whole)

    def number(self, value: float | None, digits: int = 1) -> str:
        """Return a number as the reader writes it; a dash for what is not known."""
        return "–" if value is None else format_decimal(round(value, digits), locale=self.locale)

    def compact(self, value: float) -> str:
        """Return a large number in short."""
        return format_compact_decimal(value, locale=self.locale, fraction_digits=1)


def reader_of(connection: HTTPConnection) -> Reader:
    """Return the reader of a request: from cookies that our pages write, and the languages that the browser sends."""
    name = connection.cookies.get(ZONE_COOKIE, "").replace("%2F", "/")
    zone, known = _zone(name)
    theme = connection.cookies.get(THEME_COOKIE, "auto")
    return Reader(zone, known, _locale(connection.headers.get("accept-language", "")), _theme(theme))


def _zone(name: str) -> tuple[ZoneInfo, bool]:
    try:
        return (ZoneInfo(name), True) if name else (ZoneInfo("UTC"), False)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC"), False


def _locale(accepted: str) -> Locale:
    for one in accepted.split(","):
        name = one.partition(";")[0].strip()
        try:
            return Locale.parse(name, sep="-") if name and name != "en" else DEFAULT_LOCALE
        except (UnknownLocaleError, ValueError):
            continue
    return DEFAULT_LOCALE


def _theme(name: str) -> Theme:
    return "light" if name == "light" else "dark" if name == "dark" else "auto"
