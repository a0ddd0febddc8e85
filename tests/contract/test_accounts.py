"""The contract of the port ``Accounts``: what the database and the fake both keep."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.ledger.accounts import SqlAccounts
from activities.ports_accounts import (
    SESSION_IDLES,
    SESSION_LASTS,
    SETUP_HOLDS,
    TOKEN_LASTS,
    AccountExistsError,
    Accounts,
    SetupLinkError,
    UnknownAccountError,
    UnknownTokenError,
)
from domain.access import EVERY, Grant
from domain.accounts_rules import LONGEST_PASSWORD
from tests.contract.ledger_case import url_of
from tests.fakes.accounts import FakeAccounts

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TICK, MINUTE, DAY = timedelta(microseconds=1), timedelta(minutes=1), timedelta(days=1)
GOOD, OTHER = "correct horse battery", "staple of the stable"
OPERATOR, AUDITS_WEB = Grant(role="operator"), Grant(role="auditor", product="web")


@pytest.fixture(params=["sql", "fake"])
async def accounts(request: pytest.FixtureRequest, database: Path) -> AsyncIterator[Accounts]:
    if request.param == "fake":
        yield FakeAccounts()
        return
    sql = SqlAccounts(url_of(database))
    yield sql
    await sql.close()


async def active(accounts: Accounts, name: str = "olga", password: str = GOOD) -> None:
    """Have an account with a password."""
    await accounts.set_up(await accounts.add(name, "mira", NOW), password, NOW)


# -- accounts and setup links ------------------------------------------------------------------------------


async def test_an_account_is_found_with_what_it_was_given(accounts: Accounts) -> None:
    await accounts.add("olga", "mira", NOW)
    await accounts.add("Otto Ölmann", "mira", NOW + MINUTE)
    await accounts.grant("olga", OPERATOR)
    found = await accounts.find("olga")
    assert found is not None
    assert (found.name, found.state, found.created_at, found.created_by) == ("olga", "invited", NOW, "mira")
    assert found.grants == (OPERATOR,)
    assert [one.name for one in await accounts.all()] == ["Otto Ölmann", "olga"]
    for stranger in ("Olga", "", "ol\0ga", "\ud800", "o" * 300):
        assert await accounts.find(stranger) is None


async def test_a_name_is_taken_once(accounts: Accounts) -> None:
    await active(accounts)
    with pytest.raises(AccountExistsError):
        await accounts.add("olga", "eve", NOW)
    assert await accounts.check_password("olga", GOOD)


async def test_a_setup_link_works_once(accounts: Accounts) -> None:
    secret = await accounts.add("olga", "mira", NOW)
    assert await accounts.invited(secret, NOW) == await accounts.invited(secret, NOW) == "olga"
    assert await accounts.set_up(secret, GOOD, NOW) == "olga"
    found = await accounts.find("olga")
    assert found is not None
    assert found.state == "active"
    for call in (accounts.invited(secret, NOW), accounts.set_up(secret, OTHER, NOW)):
        with pytest.raises(SetupLinkError):
            await call
    assert await accounts.check_password("olga", GOOD)
    assert not await accounts.check_password("olga", OTHER)


async def test_of_two_who_use_a_link_at_once_one_succeeds(accounts: Accounts) -> None:
    secret = await accounts.add("olga", "mira", NOW)
    both = (accounts.set_up(secret, password, NOW) for password in (GOOD, OTHER))
    came = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == ["SetupLinkError", "str"]
    assert await accounts.check_password("olga", (GOOD, OTHER)[came.index("olga")])


@pytest.mark.parametrize(("later", "holds"), [(SETUP_HOLDS - TICK, True), (SETUP_HOLDS, False)])
async def test_a_setup_link_is_over_after_48_hours(accounts: Accounts, later: timedelta, holds: bool) -> None:
    assert timedelta(hours=48) == SETUP_HOLDS
    secret = await accounts.add("olga", "mira", NOW)
    if holds:
        assert await accounts.set_up(secret, GOOD, NOW + later) == "olga"
        return
    with pytest.raises(SetupLinkError):
        await accounts.set_up(secret, GOOD, NOW + later)


async def test_a_new_link_ends_the_earlier_one_and_keeps_the_password(accounts: Accounts) -> None:
    await active(accounts)
    first, second = await accounts.invite("olga", NOW), await accounts.invite("olga", NOW)
    assert await accounts.check_password("olga", GOOD)
    with pytest.raises(SetupLinkError):
        await accounts.set_up(first, OTHER, NOW)
    session = await accounts.open_session("olga", "local", NOW)
    await accounts.set_up(second, OTHER, NOW)
    assert await accounts.session(session, NOW) is None, "whoever knew the old password is out"
    assert await accounts.check_password("olga", OTHER)


@pytest.mark.parametrize("secret", ["", "x", "\ud800", "a" * 100_000])
async def test_what_was_never_a_secret_opens_nothing(accounts: Accounts, secret: str) -> None:
    await accounts.add("olga", "mira", NOW)
    with pytest.raises(SetupLinkError):
        await accounts.invited(secret, NOW)
    assert await accounts.session(secret, NOW) is None
    assert await accounts.token(secret, NOW) is None
    await accounts.close_session(secret)


# -- passwords and disabling -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["olga", "otto", "Olga", "ol\0ga"])
async def test_only_the_right_password_of_the_right_person_opens(accounts: Accounts, name: str) -> None:
    await active(accounts)
    await accounts.add("otto", "mira", NOW)
    assert await accounts.check_password(name, GOOD) is (name == "olga")
    for wrong in ("", GOOD + " ", GOOD.upper(), GOOD * 1_000, "\ud800"):
        assert not await accounts.check_password(name, wrong)


async def test_nothing_of_a_long_password_is_cut_off(accounts: Accounts) -> None:
    longest = "x" * LONGEST_PASSWORD
    await active(accounts, password=longest)
    assert await accounts.check_password("olga", longest)
    assert not await accounts.check_password("olga", longest + "x")
    assert not await accounts.check_password("olga", longest[:-1])


async def test_disabling_ends_everything_and_a_new_invitation_begins_anew(accounts: Accounts) -> None:
    await active(accounts)
    session, link = await accounts.open_session("olga", "local", NOW), await accounts.invite("olga", NOW)
    await accounts.disable("olga", NOW)
    assert await accounts.session(session, NOW) is None
    assert not await accounts.check_password("olga", GOOD)
    with pytest.raises(SetupLinkError):
        await accounts.set_up(link, GOOD, NOW)
    late = await accounts.open_session("olga", "oidc", NOW)
    assert await accounts.session(late, NOW) is None, "a sign-in that was on its way"
    again = await accounts.invite("olga", NOW)
    assert not await accounts.check_password("olga", GOOD), "until a new password is chosen"
    await accounts.set_up(again, OTHER, NOW)
    assert await accounts.check_password("olga", OTHER)
    assert not await accounts.check_password("olga", GOOD)


async def test_nobody_can_be_invited_or_disabled_who_has_no_account(accounts: Accounts) -> None:
    for call in (accounts.invite("olga", NOW), accounts.disable("olga", NOW)):
        with pytest.raises(UnknownAccountError):
            await call


# -- roles -------------------------------------------------------------------------------------------------


async def test_roles_are_given_and_taken_once_each(accounts: Accounts) -> None:
    assert await accounts.grant("olga", OPERATOR)
    assert not await accounts.grant("olga", OPERATOR)
    assert await accounts.grant("olga", AUDITS_WEB)
    assert await accounts.grant("petra", Grant(role="customer_text", product="app"))
    assert await accounts.grants_of("olga") == (AUDITS_WEB, OPERATOR)
    assert list(await accounts.all_grants()) == ["olga", "petra"]
    assert not await accounts.withdraw("olga", Grant(role="operator", product="web")), "not what was given"
    assert await accounts.withdraw("olga", OPERATOR)
    assert not await accounts.withdraw("olga", OPERATOR)
    assert await accounts.all_grants() == {
        "olga": (AUDITS_WEB,),
        "petra": (Grant(role="customer_text", product="app"),),
    }


async def test_a_session_has_the_roles_of_this_moment(accounts: Accounts) -> None:
    secret = await accounts.open_session("petra", "oidc", NOW)  # whom only a provider knows
    for change, left in ((accounts.grant, (OPERATOR,)), (accounts.withdraw, ())):
        await change("petra", OPERATOR)
        session = await accounts.session(secret, NOW)
        assert session is not None
        assert session.grants == left


# -- sessions ----------------------------------------------------------------------------------------------


async def test_a_session_says_who_signed_in_and_how(accounts: Accounts) -> None:
    session = await accounts.session(await accounts.open_session("olga", "oidc", NOW), NOW)
    assert session is not None
    assert (session.person, session.method, session.signed_in_at) == ("olga", "oidc", NOW)
    assert session.ends_at == NOW + SESSION_LASTS
    with pytest.raises(ValueError, match="a system"):
        await accounts.open_session("token/ci", "oidc", NOW)


async def test_a_session_idles_out(accounts: Accounts) -> None:
    secret = await accounts.open_session("olga", "local", NOW)
    assert await accounts.session(secret, NOW + SESSION_IDLES - TICK) is not None
    assert await accounts.session(secret, NOW + 2 * SESSION_IDLES - 2 * TICK) is not None, "each use counts"
    assert await accounts.session(secret, NOW + 3 * SESSION_IDLES - 2 * TICK) is None


async def test_use_within_a_minute_is_noted_once(accounts: Accounts) -> None:
    secret = await accounts.open_session("olga", "local", NOW)
    assert await accounts.session(secret, NOW + MINUTE - TICK) is not None
    assert await accounts.session(secret, NOW + SESSION_IDLES) is None


async def test_a_session_ends_however_much_it_is_used(accounts: Accounts) -> None:
    secret = await accounts.open_session("olga", "local", NOW)
    at = NOW
    while at + SESSION_IDLES / 2 < NOW + SESSION_LASTS:
        at += SESSION_IDLES / 2
        assert await accounts.session(secret, at) is not None
    assert await accounts.session(secret, NOW + SESSION_LASTS) is None


async def test_sessions_are_closed_one_by_one_or_all_of_a_person(accounts: Accounts) -> None:
    one, two, three = [await accounts.open_session("olga", "local", NOW) for _ in range(3)]
    other = await accounts.open_session("otto", "local", NOW)
    await accounts.close_session(one)
    assert await accounts.session(one, NOW) is None
    assert await accounts.session(two, NOW) is not None
    assert await accounts.close_sessions_of("olga") == 2
    assert await accounts.session(three, NOW) is None
    assert await accounts.session(other, NOW) is not None


async def test_a_21st_session_ends_the_oldest_one(accounts: Accounts) -> None:
    other = await accounts.open_session("otto", "local", NOW)
    secrets = [await accounts.open_session("olga", "local", NOW + number * TICK) for number in range(21)]
    assert [await accounts.session(one, NOW + MINUTE) is not None for one in secrets] == [False] + [True] * 20
    assert await accounts.session(other, NOW + MINUTE) is not None


# -- tokens ------------------------------------------------------------------------------------------------


async def test_a_token_is_known_by_its_whole_text(accounts: Accounts) -> None:
    token = await accounts.add_token("ci", [Grant(role="source", product="web"), OPERATOR], "mira", NOW, NOW + DAY)
    found = await accounts.token(token, NOW)
    assert found is not None
    assert (found.id, found.name, found.created_by) == (token.partition(".")[0], "ci", "mira")
    assert found.grants == (Grant(role="source", product="web"), Grant(role="operator", product=EVERY))
    for wrong in (token[:-1], found.id, f"{found.id}.", token.partition(".")[2]):
        assert await accounts.token(wrong, NOW) is None


async def test_an_expired_token_is_refused(accounts: Accounts) -> None:
    token = await accounts.add_token("ci", [OPERATOR], "mira", NOW, NOW + DAY)
    assert await accounts.token(token, NOW + DAY - TICK) is not None
    assert await accounts.token(token, NOW + DAY) is None


async def test_a_revoked_token_is_refused(accounts: Accounts) -> None:
    token, other = [await accounts.add_token(name, [OPERATOR], "mira", NOW, NOW + DAY) for name in ("ci", "cd")]
    token_id = token.partition(".")[0]
    await accounts.revoke_token(token_id, NOW)
    await accounts.revoke_token(token_id, NOW + MINUTE)
    assert await accounts.token(token, NOW) is None
    assert await accounts.token(other, NOW) is not None
    assert [(one.name, one.revoked_at) for one in await accounts.tokens()] == [("cd", None), ("ci", NOW)]
    with pytest.raises(UnknownTokenError):
        await accounts.revoke_token("none", NOW)


async def test_that_a_token_was_used_is_noted_to_the_minute(accounts: Accounts) -> None:
    token = await accounts.add_token("ci", [OPERATOR], "mira", NOW, NOW + DAY)

    async def used(at: datetime) -> datetime | None:
        assert await accounts.token(token, at) is not None
        return (await accounts.tokens())[0].used_at

    assert (await accounts.tokens())[0].used_at is None
    assert await used(NOW) == NOW
    assert await used(NOW + MINUTE - TICK) == NOW
    assert await used(NOW + MINUTE) == NOW + MINUTE


async def test_no_token_lasts_longer_than_a_year(accounts: Accounts) -> None:
    await accounts.add_token("ci", [OPERATOR], "mira", NOW, NOW + TOKEN_LASTS)
    with pytest.raises(ValueError):
        await accounts.add_token("ci", [OPERATOR], "mira", NOW, NOW + TOKEN_LASTS + TICK)
