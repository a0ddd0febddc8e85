"""Feedback that counts accounts rather than tickets: all that one account says about a theme counts once. Pure.

What an account contributes to a theme's pressure is the greatest of its statements, each decayed. All decay alike, so
the greatest of today stays the greatest, and the pressure grows by what a statement presses beyond what its account
contributes already. The order of an account's statements does not matter.

Remembered are *levels*: a contribution times ``2 ** faded``, where ``faded`` counts the half-lives since the theme was
first heard of. A level does not change while time passes, whatever half-life the policy sets when.

Memory is bounded. A full theme forgets its faintest accounts first, and in a full product the themes that remember most
forget their fainter half. What a forgotten account contributed stays counted and fades; if it speaks again, it counts
as an account that was never heard: at most once more for each time that it was forgotten.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.decay import DIGITS, half_lives
from domain.product import ProductState
from domain.things import Theme

MOST_OF_THEME = 200  # accounts that a theme remembers
AT_ONCE = 20  # accounts that a full theme forgets, the faintest: to look for one at each event would cost more
MOST = 5_000  # accounts that a product remembers, over all its themes
FREED = 100  # of these, at least, when it is full
DIGEST_BYTES = 6  # two of a theme's accounts meet by chance once in ten thousand million themes
MOST_FADED = 64.0  # half-lives; then levels start anew, and what is left of older ones is less than rounding


def digest_of(account: str, product: str) -> str:
    """Return what an account is remembered by (8 characters): the state holds no ids of customers."""
    digest = hashlib.blake2b(account.encode(), digest_size=DIGEST_BYTES, key=product.encode())
    return base64.urlsafe_b64encode(digest.digest()).decode()


def heard(
    theme: Theme | None, adds: float, at: datetime, half: float, digest: str = ""
) -> tuple[dict[str, Any], float]:
    """Return a theme's fields after one more statement, and by how much the pressure grew.

    ``adds``: how much the statement presses at ``at`` (≥ 0). ``digest``: of its account; without one it counts by
    itself. ``half``: days.
    """
    if theme is None:
        levels = {digest: adds} if digest and adds else {}
        return {"pressure": round(adds, DIGITS), "as_of": at, "accounts": levels}, adds
    gone = half_lives(theme.as_of, at, half)
    pressure, faded, levels, forgotten = theme.pressure * 0.5**gone, theme.faded + gone, theme.accounts, theme.forgotten
    if faded >= MOST_FADED:
        levels, faded = _anew(levels, faded), 0.0
    grows = adds
    if digest:
        level = round(adds * 2**faded, DIGITS)
        known = levels.get(digest, 0.0)
        grows = round(max(0.0, adds - known * 0.5**faded), DIGITS)
        if level > known:
            levels = {**levels, digest: level}
            if len(levels) > MOST_OF_THEME:
                levels, forgotten = _loudest(levels, len(levels) - AT_ONCE, digest), forgotten + AT_ONCE
    fields = {
        "pressure": round(round(pressure, DIGITS) + grows, DIGITS),
        "as_of": at,
        "accounts": levels,
        "faded": faded,
        "forgotten": forgotten,
    }
    return fields, grows


def _loudest(levels: dict[str, float], most: int, keep: str = "") -> dict[str, float]:
    """Return the accounts that contribute most, and the one that was just heard: forgotten again, it could flood."""
    ordered = sorted(levels, key=lambda digest: (digest != keep, -levels[digest], digest))
    return {digest: levels[digest] for digest in ordered[:most]}


def _anew(levels: Mapping[str, float], faded: float) -> dict[str, float]:
    left = ((digest, round(level * 0.5**faded, DIGITS)) for digest, level in levels.items())
    return {digest: level for digest, level in left if level > 0}


def remembered(state: ProductState, themes: dict[str, Theme], more: int) -> ProductState:
    """Return the state with these themes, which remember so many accounts more; when they are too many, with fewer."""
    known = state.accounts + more
    if known > MOST:
        for name in sorted(themes, key=lambda name: -len(themes[name].accounts)):
            full = themes[name]
            kept = _loudest(full.accounts, len(full.accounts) // 2)
            lost = len(full.accounts) - len(kept)
            themes[name] = full.model_copy(update={"accounts": kept, "forgotten": full.forgotten + lost})
            known -= lost
            if known <= MOST - FREED:
                break
    return state.model_copy(update={"themes": themes, "accounts": known})


def pressing(theme: Theme, at: datetime, half: float) -> dict[str, float]:
    """Return what each remembered account contributes at an instant, above 0, by its digest."""
    faded = theme.faded + half_lives(theme.as_of, at, half)
    left = ((digest, round(level * 0.5**faded, DIGITS)) for digest, level in theme.accounts.items())
    return {digest: amount for digest, amount in left if amount > 0}
