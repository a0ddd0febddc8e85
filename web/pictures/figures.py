"""Figures for where there is little room. Pure."""

from domain.wording import minor_digits

_STEPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def short_money(amount: int, currency: str) -> str:
    """Return minor units in at most five characters and a sign, without the currency: ``12.5k``, ``3.2M``."""
    return short(amount / 10 ** minor_digits(currency))


def short(number: float) -> str:
    """Return a number with three digits at most: ``12.5k``, ``850``, ``0.5``."""
    size = abs(number)
    for step, unit in _STEPS:
        if size >= step * 0.9995:  # 999.95 and more would be written 1000
            return _digits(number / step) + unit
    return _digits(number)


def _digits(number: float) -> str:
    decimals = 0 if abs(number) >= 99.95 else 1 if abs(number) >= 9.995 else 2
    shown = f"{number:.{decimals}f}"
    return shown.rstrip("0").rstrip(".") if decimals else shown
