"""The desk: each change leaves its entry, what is refused or changes nothing leaves none, and no entry has a secret."""

from datetime import timedelta

import pytest

from activities.accounts_desk import AccountsDesk, NameRefusedError, PasswordRefusedError
from activities.ports_accounts import (
    SETUP_HOLDS,
    AccountExistsError,
    SetupLinkError,
    UnknownAccountError,
    UnknownTokenError,
)
from domain.access import Grant
from domain.accounts_record import Acting
from domain.record import SYSTEM_STREAM, Entry
from tests.builders import NOON
from tests.fakes.accounts import FakeAccounts
from tests.fakes.ledger import FakeLedger

MIRA = Acting("mira", "authenticated")
GOOD = "correct horse battery"
IN_WEB = Grant(role="operator", product="web")


class Desk(AccountsDesk):
    """A desk with its ports in memory, and a clock that stands still."""

    def __init__(self) -> None:
        self.kept, self.book = FakeAccounts(), FakeLedger()
        super().__init__(self.kept, self.book, lambda: NOON)

    def entries(self) -> list[Entry]:
        return [one.entry for one in self.book.by_product.get(SYSTEM_STREAM, [])]

    def kinds(self) -> list[str]:
        return [one.kind for one in self.entries()]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_from_the_invitation_to_the_password(desk: Desk) -> None:
    made = await desk.add("olga", MIRA)
    assert (made.name, made.until) == ("olga", NOON + SETUP_HOLDS)
    assert await desk.set_up(made.secret, GOOD) == "olga"
    assert await desk.kept.check_password("olga", GOOD)
    assert desk.kinds() == ["account.added", "account.password_set"]
    added, chosen = desk.entries()
    assert (added.actor, added.identity) == ("mira", "authenticated")
    assert (chosen.actor, chosen.identity) == ("olga", "authenticated")
    account = await desk.kept.find("olga")
    assert account is not None
    assert account.created_by == "mira"


async def test_a_weak_password_is_refused_and_the_link_holds_on(desk: Desk) -> None:
    made = await desk.add("olga", MIRA)
    with pytest.raises(PasswordRefusedError, match="at least 12"):
        await desk.set_up(made.secret, "short")
    assert await desk.set_up(made.secret, GOOD) == "olga"


async def test_a_new_invitation_is_recorded_and_ends_the_first(desk: Desk) -> None:
    first = await desk.add("olga", MIRA)
    second = await desk.invite("olga", MIRA)
    with pytest.raises(SetupLinkError):
        await desk.set_up(first.secret, GOOD)
    assert await desk.set_up(second.secret, GOOD) == "olga"
    assert desk.kinds() == ["account.added", "account.invited", "account.password_set"]


async def test_disabling_is_recorded_once_and_ends_a_later_invitation_too(desk: Desk) -> None:
    await desk.add("olga", MIRA)
    assert await desk.disable("olga", MIRA)
    again = await desk.invite("olga", MIRA)
    assert not await desk.disable("olga", MIRA)
    with pytest.raises(SetupLinkError):
        await desk.set_up(again.secret, GOOD)
    assert desk.kinds() == ["account.added", "account.disabled", "account.invited"]


async def test_a_role_is_recorded_when_it_comes_and_when_it_goes(desk: Desk) -> None:
    assert await desk.grant("petra", IN_WEB, MIRA)
    assert not await desk.grant("petra", IN_WEB, MIRA)
    assert await desk.withdraw("petra", IN_WEB, MIRA)
    assert not await desk.withdraw("petra", IN_WEB, MIRA)
    assert desk.kinds() == ["grant.given", "grant.withdrawn"]
    assert desk.entries()[0].data == {"account": "petra", "role": "operator", "product": "web"}


async def test_ended_sessions_are_recorded_when_there_were_any(desk: Desk) -> None:
    assert await desk.sign_out("olga", MIRA) == 0
    for _ in range(2):
        await desk.kept.open_session("olga", "oidc", NOON)
    assert await desk.sign_out("olga", MIRA) == 2
    assert [(one.kind, one.data["count"]) for one in desk.entries()] == [("sessions.ended", 2)]


async def test_a_token_is_recorded_when_it_is_made_and_when_it_is_revoked(desk: Desk) -> None:
    token = await desk.add_token("ci", [IN_WEB], MIRA, NOON + timedelta(days=90))
    token_id = token.partition(".")[0]
    assert await desk.revoke_token(token_id, MIRA)
    assert not await desk.revoke_token(token_id, MIRA)
    assert await desk.kept.token(token, NOON) is None
    assert [(one.kind, one.data["token"], one.data["name"]) for one in desk.entries()] == [
        ("token.added", token_id, "ci"),
        ("token.revoked", token_id, "ci"),
    ]


async def test_what_is_refused_leaves_no_entry(desk: Desk) -> None:
    await desk.add("olga", MIRA)
    for work, error in (
        (desk.add("olga", MIRA), AccountExistsError),
        (desk.add("token/ci", MIRA), NameRefusedError),
        (desk.grant("tandem", IN_WEB, MIRA), NameRefusedError),
        (desk.invite("otto", MIRA), UnknownAccountError),
        (desk.disable("otto", MIRA), UnknownAccountError),
        (desk.set_up("no secret", GOOD), SetupLinkError),
        (desk.revoke_token("none", MIRA), UnknownTokenError),
        (desk.add_token("ci", [IN_WEB], MIRA, NOON + timedelta(days=400)), ValueError),
    ):
        with pytest.raises(error):
            await work
    assert desk.kinds() == ["account.added"]


async def test_no_entry_has_a_secret(desk: Desk) -> None:
    made = await desk.add("olga", MIRA)
    again = await desk.invite("olga", MIRA)
    await desk.set_up(again.secret, GOOD)
    token = await desk.add_token("ci", [IN_WEB], MIRA, NOON + timedelta(days=90))
    text = "".join(one.model_dump_json() for one in desk.entries())
    assert "olga" in text
    for hidden in (made.secret, again.secret, GOOD, token.partition(".")[2]):
        assert hidden not in text
