"""Public holidays of countries and of their parts, by ISO 3166 codes such as ``DE`` or ``DE-BE``. Pure.

Source: the package `holidays`. Days on which a holiday is observed instead are among them, half holidays are not. The
data ends with the year 2100, in part before (Hindu holidays: 2035); later years have none. The package is imported by
the functions that need it: it costs 70 ms and some megabytes, which only calendars with public holidays are worth.
"""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Any

MOST_TOLD = 5  # codes that a message proposes


@lru_cache(maxsize=512)
def public_holidays(code: str, year: int) -> frozenset[date]:
    """Return the public holidays of a year. Raises ValueError, with the closest codes, for an unknown code."""
    entity, part = _entity(code)

    class Unnamed(entity):  # type: ignore[misc, valid-type]
        # Names are translated by files, found by the locale of the process: nothing that a decision may depend on,
        # and refused inside a workflow. Can go when the package takes a language that means "do not translate".
        def _init_translation(self) -> None:
            self.tr = str

    try:
        return frozenset(Unnamed(subdiv=part, years=year))
    except NotImplementedError:
        raise ValueError(_unknown(code)) from None


@lru_cache(maxsize=512)
def holiday_names(code: str, year: int) -> Mapping[date, str]:
    """Return the public holidays of a year with their names in English, for people; not for use inside a workflow.

    Raises ValueError for an unknown code.
    """
    entity, part = _entity(code)
    try:
        # Without a language, the names would follow the locale of whichever process asks.
        return MappingProxyType(dict(entity(subdiv=part, years=year, language="en_US")))
    except NotImplementedError:
        raise ValueError(_unknown(code)) from None


def _entity(code: str) -> tuple[Any, str | None]:
    """Return the class that knows the holidays of a country, and the part of the country that a code names."""
    import holidays

    country, _, part = code.partition("-")
    loader = getattr(holidays, country, None)
    if loader is None or len(country) != len("DE"):  # longer names are markets, groups and classes
        raise ValueError(_unknown(code))
    return loader.get_entity(), part or None


def _unknown(code: str) -> str:
    """Say that a code is unknown, with the closest ones that are known."""
    from holidays import list_supported_countries

    parts = list_supported_countries()  # loads every country: only to say what is wrong
    country = code.partition("-")[0]
    if country in parts:
        codes = [country, *(f"{country}-{part}" for part in parts[country] if part.isascii() and " " not in part)]
        asked = code
    else:
        codes, asked = sorted(known for known in parts if len(known) == len("DE")), country
    close = get_close_matches(asked, codes, n=MOST_TOLD, cutoff=0.5)  # one letter of two is as close as countries get
    return f"no public holidays are known for {asked!r}" + (f"; did you mean {' or '.join(close)}?" if close else "")
