"""One sentence for what somebody does with accounts, roles, sessions and tokens."""

from typing import Any

from domain.access import EVERY
from domain.narrative_parts import Data, Told, instant, plain, template
from domain.record import Entry
from domain.wording import count, listing, role_name, when

CUSTOMER_TEXT = "customer_text"


@template("account.added")
def _added(entry: Entry) -> Told:
    return Told(f"{plain(entry.actor)} added an account for {_whose(entry)}", _link(entry.data))


@template("account.invited")
def _invited(entry: Entry) -> Told:
    return Told(f"{plain(entry.actor)} made a new link for {_whose(entry)} to choose a password", _link(entry.data))


@template("account.disabled")
def _disabled(entry: Entry) -> Told:
    return Told(
        f"{plain(entry.actor)} disabled the account of {_whose(entry)}",
        "nobody can sign in with it, and who had is out",
    )


@template("account.password_set")
def _password_set(entry: Entry) -> Told:
    return Told(f"{_whose(entry)} chose a password", "the link is used up, and earlier sign-ins have ended")


@template("grant.given")
def _given(entry: Entry) -> Told:
    return Told(f"{plain(entry.actor)} gave {_whose(entry)} {_grant(entry.data)}")


@template("grant.withdrawn")
def _withdrawn(entry: Entry) -> Told:
    return Told(f"{plain(entry.actor)} took from {_whose(entry)} {_grant(entry.data)}")


@template("sessions.ended")
def _signed_out(entry: Entry) -> Told:
    return Told(f"{plain(entry.actor)} ended {count(int(entry.data['count']), 'session')} of {_whose(entry)}")


@template("token.added")
def _token_added(entry: Entry) -> Told:
    ends = instant(entry.data.get("until"))
    until = f"it holds until {when(ends, 'UTC')} UTC" if ends else ""
    return Told(f"{plain(entry.actor)} made {_token(entry.data)}, with {_grants(entry.data)}", until)


@template("token.revoked")
def _token_revoked(entry: Entry) -> Told:
    return Told(f"{plain(entry.actor)} revoked {_token(entry.data)}", "whoever uses it is refused from now on")


def _whose(entry: Entry) -> str:
    return plain(str(entry.data["account"]))


def _link(data: Data) -> str:
    ends = instant(data.get("until"))
    return f"the link to choose a password holds until {when(ends, 'UTC')} UTC" if ends else ""


def _token(data: Data) -> str:
    return f"the token {data['token']} for {data['name']}"


def _grants(data: Data) -> str:
    return listing([_grant(one) for one in data.get("grants") or ()], most=10)


def _grant(data: Any) -> str:
    where = "all products" if data["product"] == EVERY else str(data["product"])
    if data["role"] == CUSTOMER_TEXT:
        return f"the right to read what customers wrote in {where}"
    return f"the role {role_name(data['role'])} in {where}"
