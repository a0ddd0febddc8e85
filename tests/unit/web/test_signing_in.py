"""Signing in with a password: who gets a session, who has to wait, and what a browser is given."""

from collections.abc import AsyncIterator
from unittest.mock import ANY

import httpx
import pytest

from activities.ports_accounts import AccountsUnavailableError
from tests.unit.web.front_door import PASSWORD, Door, front_door, hidden, sign_in
from web.plain_pages import HEADERS
from web.session import inside


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with front_door() as found:
        await found.person("olga")
        yield found


async def me(browser: httpx.AsyncClient) -> int:
    return (await browser.get("/api/v1/me")).status_code


async def test_the_right_password_begins_a_session_and_leads_on(door: Door) -> None:
    browser = door.browser()
    answer = await sign_in(browser, "olga", address="/sign-in?next=/products/web?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/products/web?x=1")
    found = (await browser.get("/api/v1/me")).json()
    assert (found["person"], found["identity"], found["sign_in"]) == ("olga", "authenticated", "local")
    assert (await browser.get("/sign-in?next=/inbox")).headers["location"] == "/inbox"


async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(door: Door) -> None:
    pages = []
    for name, password in (("olga", "wrong"), ("nobody", PASSWORD), ("nobody\n", PASSWORD), ("", "")):
        browser = door.browser()
        answer = await sign_in(browser, name, password)
        assert (answer.status_code, await me(browser)) == (401, 401)
        text = answer.text.replace(hidden(answer)["csrf"], "").replace(f'name="name" value="{name.strip()}"', "")
        pages.append(text.replace(" autofocus", ""))
    assert "This name and password do not belong together" in pages[0]
    assert len(set(pages)) == 1


async def test_the_cookie_is_closed_to_scripts_and_other_sites(door: Door) -> None:
    answer = await sign_in(door.browser(), "olga")
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if one.startswith("tandem=")]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {one.strip() for one in cookie.split(";")}
    assert "Secure" not in cookie


async def test_over_https_cookies_are_bound_to_the_host_and_browsers_stay_there() -> None:
    async with front_door(secure=True, hosts=frozenset({"tandem.example"})) as door:
        await door.person("olga")
        browser = door.browser()
        answer = await sign_in(browser, "olga")
        [cookie] = [one for one in answer.headers.get_list("set-cookie") if "tandem=" in one]
        assert cookie.startswith("__Host-tandem=")
        assert "Secure" in cookie
        assert "Domain" not in cookie
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert await me(browser) == 200


async def test_the_session_is_another_one_after_each_sign_in(door: Door) -> None:
    browser = await door.signed_in("olga")
    before = browser.cookies["tandem"]
    assert (await sign_in(browser, "olga", address="/sign-in?again=1")).status_code == 303
    assert browser.cookies["tandem"] != before
    assert len(door.accounts.sessions) == 1
    old = door.browser()
    old.cookies.set("tandem", before)
    assert await me(old) == 401


async def test_a_cookie_that_somebody_planted_does_not_become_a_session(door: Door) -> None:
    planted = door.site.services.gate.write_cookie("chosen-by-another")
    browser = door.browser()
    browser.cookies.set("tandem", planted, domain="localhost.local")
    await sign_in(browser, "olga")
    other = door.browser()
    other.cookies.set("tandem", planted)
    assert await me(other) == 401


async def test_signing_in_again_is_asked_for_though_there_is_a_session(door: Door) -> None:
    browser = await door.signed_in("olga")
    began = (await browser.get("/api/v1/me")).json()["signed_in_at"]
    door.times.pass_(minutes=30)
    page = await browser.get("/sign-in?next=/inbox&again=1")
    assert page.status_code == 200
    assert "Sign in again" in page.text
    assert 'value="olga"' in page.text
    assert (await browser.get("/api/v1/me")).json()["signed_in_at"] == began
    assert (await sign_in(browser, "olga", address="/sign-in?again=1")).status_code == 303
    assert (await browser.get("/api/v1/me")).json()["signed_in_at"] > began


async def test_signing_out_ends_the_session_on_the_server(door: Door) -> None:
    browser = await door.signed_in("olga")
    cookie = browser.cookies["tandem"]
    secret = door.site.services.gate.read_cookie({"tandem": cookie}) or ""
    refused = await browser.post("/sign-out")
    assert (refused.status_code, await me(browser)) == (403, 200)
    answer = await browser.post("/sign-out", data={"csrf": door.site.services.gate.csrf_of(secret)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert door.accounts.sessions == {}
    browser.cookies.set("tandem", cookie)
    assert await me(browser) == 401


@pytest.mark.parametrize("token", ["", "0" * 64, "ü"])
async def test_a_form_without_our_token_is_refused_and_asked_anew(door: Door, token: str) -> None:
    browser = door.browser()
    answer = await sign_in(browser, "olga", csrf=token)
    assert (answer.status_code, await me(browser)) == (403, 401)
    assert (await sign_in(browser, "olga")).status_code == 303


async def test_a_token_of_another_browser_does_not_count(door: Door) -> None:
    mine, theirs = door.browser(), door.browser()
    token = hidden(await theirs.get("/sign-in"))["csrf"]
    assert (await sign_in(mine, "olga", csrf=token)).status_code == 403


async def test_another_site_cannot_send_the_form(door: Door) -> None:
    browser = door.browser()
    page = await browser.get("/sign-in")
    data = hidden(page) | {"name": "olga", "password": PASSWORD}
    answer = await browser.post("/sign-in", data=data, headers={"origin": "https://elsewhere.example"})
    assert (answer.status_code, await me(browser)) == (403, 401)


async def test_guessing_at_one_name_is_slowed_down_wherever_it_comes_from(door: Door) -> None:
    for number in range(5):
        answer = await sign_in(door.browser(f"10.0.0.{number}"), "olga", f"guess {number}")
        assert answer.status_code == 401
    answer = await sign_in(door.browser("10.0.0.9"), "olga", PASSWORD)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "15")
    assert "Too many attempts; try again in 15 seconds" in answer.text
    door.times.pass_(seconds=15)
    assert (await sign_in(door.browser("10.0.0.9"), "olga", PASSWORD)).status_code == 303
    assert (await sign_in(door.browser("10.0.0.9"), "olga", "wrong")).status_code == 401  # it was forgotten


async def test_who_guesses_elsewhere_does_not_lock_out_the_browser_that_knows_its_owner(door: Door) -> None:
    mine, fresh = await door.signed_in("olga"), door.browser("10.0.0.8")
    mine.cookies.delete("tandem")
    for number in range(5):
        await sign_in(door.browser(f"10.0.0.{number}"), "olga", "guess")
    assert (await sign_in(fresh, "olga")).status_code == 429
    assert (await sign_in(mine, "olga", "mistyped")).status_code == 401
    assert (await sign_in(mine, "olga")).status_code == 303
    mine.cookies.delete("tandem")
    await door.person("bernd")
    for number in range(5):
        await sign_in(door.browser(f"10.0.1.{number}"), "bernd", "guess")
    assert (await sign_in(mine, "bernd")).status_code == 429  # it knows olga, and nobody else
    thief = await door.signed_in("olga")
    thief.cookies.delete("tandem")
    answers = [(await sign_in(thief, "olga", f"guess {number}")).status_code for number in range(6)]
    assert answers == [401] * 5 + [429]  # and is slowed down itself


async def test_guessing_from_one_address_is_slowed_down_whatever_the_names(door: Door) -> None:
    for number in range(20):
        assert (await sign_in(door.browser("10.0.0.1"), f"name-{number}", "guess")).status_code == 401
    assert (await sign_in(door.browser("10.0.0.1"), "olga")).status_code == 429
    assert (await sign_in(door.browser("10.0.0.2"), "olga")).status_code == 303


async def test_whoever_signs_in_while_the_accounts_cannot_be_read_is_told_so(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> bool:
        raise AccountsUnavailableError

    monkeypatch.setattr(door.accounts, "check_password", broken)
    answer = await sign_in(door.browser(), "olga")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "<h1>Not now</h1>" in answer.text


async def test_what_breaks_is_a_page_without_a_trace(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> bool:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(door.accounts, "check_password", broken)
    answer = await sign_in(door.browser(), "olga")
    assert answer.status_code == 500
    assert "<h1>That did not work</h1>" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


async def test_who_was_disabled_meanwhile_is_not_let_in(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    await door.accounts.disable("olga", door.times.at)

    async def right(*_: object) -> bool:
        return True

    monkeypatch.setattr(door.accounts, "check_password", right)
    browser = door.browser()
    answer = await sign_in(browser, "olga")
    assert (answer.status_code, await me(browser)) == (403, 401)
    assert "This account is disabled" in answer.text


async def test_no_script_runs_and_nothing_is_kept_on_these_pages(door: Door) -> None:
    browser = door.browser()
    for answer in (
        await browser.get("/sign-in"),
        await browser.get("/set-up/none"),
        await browser.get("/sign-in/provider"),
        await sign_in(browser, "olga", "wrong"),
    ):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; style-src 'sha256-" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "<script" not in answer.text
        assert " style=" not in answer.text


async def test_what_is_typed_is_shown_as_text(door: Door) -> None:
    page = await sign_in(door.browser(), '"><script>alert(1)</script>', "wrong")
    assert "<script" not in page.text
    page = await door.browser().get("/sign-in?next=%22%3E%3Cscript%3E")
    assert hidden(page) == {"csrf": ANY, "next": "/inbox"}


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        pytest.param("/products/web", "/products/web", id="a page"),
        pytest.param("/approvals/web/1?shown=ab", "/approvals/web/1?shown=ab", id="with a query"),
        pytest.param("https://elsewhere.example", "/inbox", id="another site"),
        pytest.param("//elsewhere.example/x", "/inbox", id="another site without its scheme"),
        pytest.param("/\\elsewhere.example", "/inbox", id="as browsers read backslashes"),
        pytest.param("/a\\..\\\\elsewhere.example", "/inbox", id="a backslash further on"),
        pytest.param("javascript:alert(1)", "/inbox", id="a script"),
        pytest.param("/a\r\nset-cookie: x=1", "/inbox", id="a line break"),
        pytest.param("/\t/elsewhere.example", "/inbox", id="what browsers leave out"),
        pytest.param("http://[", "/inbox", id="no address at all"),
        pytest.param("", "/inbox", id="nothing"),
    ],
)
def test_sign_in_leads_to_our_own_pages_only(asked: str, led: str) -> None:
    assert inside(asked) == led


async def test_without_sign_in_a_name_is_enough_and_asserted() -> None:
    async with front_door("off") as door:
        browser = door.browser()
        assert "Who are you?" in (await browser.get("/sign-in")).text
        answer = await browser.post("/sign-in", data={"name": "olga", "next": "/inbox"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
        found = (await browser.get("/api/v1/me")).json()
        assert (found["person"], found["identity"]) == ("olga", "asserted")
        for name in ("", " ", "tandem", "token/x", "a\nb", "x" * 201):
            assert (await browser.post("/sign-in", data={"name": name})).status_code == 422
        assert (await browser.get("/set-up/x")).status_code == 404


async def test_other_hosts_are_refused_and_ours_are_served() -> None:
    async with front_door(hosts=frozenset({"tandem.example"})) as door:
        browser = door.browser()
        for host, status in (("tandem.example", 200), ("localhost:8080", 200), ("elsewhere.example", 421)):
            assert (await browser.get("/sign-in", headers={"host": host})).status_code == status


async def test_what_is_no_form_is_answered_with_a_page(door: Door) -> None:
    broken = {"content-type": "multipart/form-data; boundary=x"}
    answer = await door.browser().post("/sign-in", content=b"nonsense", headers=broken)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    files = await door.browser().post("/sign-in", files={"name": b"x", "csrf": b"y"})
    assert files.status_code == 403
