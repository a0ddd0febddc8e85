"""What the ledger keeps of accounts and tokens: who added, invited, disabled, granted or revoked; no secret. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from domain.access import EVERY, Grant
from domain.record import SYSTEM_STREAM, Entry, Identity

AccountChange = Literal["account.added", "account.invited", "account.disabled", "account.password_set"]
GrantChange = Literal["grant.given", "grant.withdrawn"]
TokenChange = Literal["token.added", "token.revoked"]


class Acting(NamedTuple):
    """Who does it, and how well that is known."""

    name: str
    identity: Identity = "asserted"


def account_entry(what: AccountChange, name: str, by: Acting, at: datetime, until: datetime | None = None) -> Entry:
    """Return the entry of what somebody did with an account. ``until``: a setup link that was made for it holds."""
    data = {"account": name, "until": None if until is None else until.isoformat()}
    return _entry(what, (what, name), by, at, data, _about_person(name))


def grant_entry(what: GrantChange, name: str, grant: Grant, by: Acting, at: datetime) -> Entry:
    """Return the entry of a role or right that was given to a person, or taken away."""
    data = {"account": name, "role": grant.role, "product": grant.product}
    return _entry(
        what, (what, name, grant.role, grant.product), by, at, data, [*_about_person(name), *_about_products([grant])]
    )


def sign_out_entry(name: str, ended: int, by: Acting, at: datetime) -> Entry:
    """Return the entry of somebody's sessions that somebody ended."""
    return _entry(
        "sessions.ended", ("sessions.ended", name), by, at, {"account": name, "count": ended}, _about_person(name)
    )


def token_entry(
    what: TokenChange,
    token: tuple[str, str],
    grants: Sequence[Grant],
    by: Acting,
    at: datetime,
    until: datetime | None = None,
) -> Entry:
    """Return the entry of a token that was made or revoked. ``token``: its public id, and its name."""
    token_id, name = token
    data = {
        "token": token_id,
        "name": name,
        "grants": [one.model_dump(mode="json") for one in grants],
        "until": None if until is None else until.isoformat(),
    }
    return _entry(what, (what, token_id), by, at, data, [f"token:{token_id}", *_about_products(grants)])


def _about_person(name: str) -> list[str]:
    return [f"account:{name}"]


def _about_products(grants: Sequence[Grant]) -> list[str]:
    return [f"product:{product}" for product in dict.fromkeys(one.product for one in grants) if product != EVERY]


def _entry(
    kind: str, key: Sequence[str], by: Acting, at: datetime, data: dict[str, Any], about: Sequence[str]
) -> Entry:
    """Return an entry whose key names what was done, to whom, by whom and when; each part is quoted."""
    parts = [*key, by.name, at.isoformat()]
    return Entry(
        product=SYSTEM_STREAM,
        key="/".join(quote(part, safe="") for part in parts),
        at=at,
        clock_at=at,
        kind=kind,
        actor=by.name,
        identity=by.identity,
        about=tuple(about),
        data=data,
    )
