"""Whoever fails again and again behind the same address keeps nobody out who has signed in there before."""

from tests.unit.web.front_door import front_door, sign_in
from web.rate import OF_ADDRESS, OF_NAME


async def test_a_browser_that_has_proved_itself_does_not_wait_for_its_neighbours() -> None:
    async with front_door() as door:
        await door.person("olga")
        hers = await door.signed_in("olga", address="10.0.0.1")
        await door.accounts.close_sessions_of("olga")
        neighbour = door.browser("10.0.0.1")
        for number in range(OF_ADDRESS):
            await sign_in(neighbour, f"nobody-{number}", "wrong password")
        assert (await sign_in(neighbour, "nobody", "wrong password")).status_code == 429
        assert (await sign_in(hers, "olga")).status_code == 303


async def test_such_a_browser_may_not_guess_for_ever_either() -> None:
    async with front_door() as door:
        await door.person("olga")
        hers = await door.signed_in("olga", address="10.0.0.1")
        codes = [
            (await sign_in(hers, "olga", "wrong password", "/sign-in?again=1")).status_code for _ in range(OF_NAME + 1)
        ]
        assert codes == [401] * OF_NAME + [429]
