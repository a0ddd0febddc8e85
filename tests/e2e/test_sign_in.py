"""Sign-in on the real stack, from the account to a decision in the ledger; and the commands, which work as before."""

import asyncio
import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.cli.main import run
from deploy.local import LocalStack, local_stack
from deploy.settings import child_environment
from tests.e2e.test_owner_story import declared, event, shown, starts, tandem, until, write
from tests.harness import stack_settings
from tests.unit.web.front_door import hidden
from web.callers import CSRF_HEADER

PUBLIC = "https://tandem.example"
PASSWORD = "correct horse battery"
PROCESSES = {"temporal", "worker", "web"}
Out = pytest.CaptureFixture[str]


class Proxy(httpx.AsyncBaseTransport):
    """What stands before the server in production: it takes https, and hands the same request on."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        headers = [*request.headers.raw, (b"x-forwarded-for", b"203.0.113.7"), (b"x-forwarded-proto", b"https")]
        handed = httpx.Request(request.method, url, headers=headers, stream=request.stream)
        return await self._inner.handle_async_request(handed)

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    settings = stack_settings(tmp_path_factory.mktemp("signing"), sign_in="local", public_url=PUBLIC)
    async with local_stack(settings, only=PROCESSES) as running:
        yield running


@pytest.fixture
def here(stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the empty folder that the commands run in, as on the machine itself."""
    monkeypatch.chdir(tmp_path)
    for name, value in child_environment(stack.settings).items():
        if name.startswith("TANDEM_"):
            monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture
async def browser(stack: LocalStack) -> AsyncIterator[httpx.AsyncClient]:
    transport, accept = Proxy(stack.settings.web_port), {"accept": "text/html", "origin": PUBLIC}
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC, headers=accept, timeout=30) as found:
        yield found


async def choose_password(browser: httpx.AsyncClient, link: str) -> httpx.Response:
    page = await browser.get(link)
    return await browser.post(link, data=hidden(page) | {"password": PASSWORD, "repeated": PASSWORD})


async def sign_in(browser: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.Response:
    page = await browser.get("/sign-in?next=/approvals/web/1")
    return await browser.post("/sign-in", data=hidden(page) | {"name": name, "password": password})


async def page_token(browser: httpx.AsyncClient) -> str:
    """Return what a page of ours has for changes, and another site cannot know."""
    page = await browser.get("/products")
    found = re.search(r"csrf.{1,60}?([0-9a-f]{64})", page.text)
    assert found, page.status_code
    return found.group(1)


async def test_from_an_account_to_an_authenticated_decision(
    stack: LocalStack, here: Path, capsys: Out, browser: httpx.AsyncClient
) -> None:
    token_file = stack.home.api_token
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    await declared(here, "web")  # by commands, which bring the token of this machine
    first = await until(capsys, lambda found: all(starts(found).values()), "roadmap", "web")
    cut = event("cut", "budget.adjusted", "web", period=first["data"]["periods"][0], delta=-2_500_000, reason="less")
    assert await tandem("send", write(here / "events.jsonl", cut)) == 0
    [request] = await until(capsys, bool, "approvals", "list", "--as", "olga")

    link = (await shown(capsys, "users", "add", "olga"))["link"]
    assert link.startswith(f"{PUBLIC}/set-up/")
    assert (await choose_password(browser, link)).headers["location"] == "/sign-in?ready=1"
    assert (await browser.get(link)).status_code == 410
    assert (await sign_in(browser, "olga", "wrong horse battery")).status_code == 401
    answer = await sign_in(browser, "olga")
    assert (answer.status_code, answer.headers["location"]) == (303, "/approvals/web/1")
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-tandem=")]
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {one.strip() for one in cookie.split(";")}
    assert answer.headers["strict-transport-security"].startswith("max-age=")

    body: dict[str, Any] = {"verdict": "approve", "role": "product_owner", "reason": "we must", "actor": "olga"}
    body |= {"proposal": request["hash"]}
    address = "/api/v1/approvals/web/1/decision"
    assert (await browser.post(address, json=body)).status_code == 403  # no page of ours sent it
    bound = {CSRF_HEADER: await page_token(browser)}
    assert (await browser.post(address, json=body | {"actor": "bernd"}, headers=bound)).status_code == 403
    decided = await browser.post(address, json=body, headers=bound)
    assert (decided.status_code, decided.json()["identity"]) == (200, "authenticated"), decided.text

    entries = [kept["line"] for kept in (await shown(capsys, "ledger", "show", "web"))["items"]]
    given = {one["kind"]: one for one in entries if one["kind"] in ("decision.given", "product.applied")}
    assert (given["decision.given"]["actor"], given["decision.given"]["identity"]) == ("olga", "authenticated")
    assert given["product.applied"]["identity"] == "asserted"

    out = await browser.post("/sign-out", data={"csrf": bound[CSRF_HEADER]})
    assert (out.status_code, (await browser.get("/api/v1/me")).status_code) == (303, 401)


async def test_who_does_not_sign_in_gets_nothing(stack: LocalStack, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/products")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Fproducts")
    for path in ("products", "approvals", "me", "workflows", "sources"):
        assert (await browser.get(f"/api/v1/{path}")).status_code == 401
    assert (await browser.get("/metrics")).status_code == 401
    assert (await browser.get("/healthz")).status_code == (await browser.get("/readyz")).status_code == 200
    forged = {"authorization": "Bearer made-up"}
    assert (await browser.get("/api/v1/products", headers=forged)).status_code == 401


@pytest.mark.parametrize(
    ("host", "status"), [("tandem.example", 200), ("127.0.0.1", 200), ("elsewhere.example", 421), ("10.0.0.1", 421)]
)
async def test_the_server_answers_to_its_own_names_only(stack: LocalStack, host: str, status: int) -> None:
    async with httpx.AsyncClient(base_url=stack.settings.web_url, trust_env=False) as http:
        assert (await http.get("/sign-in", headers={"host": host})).status_code == status


async def test_commands_elsewhere_need_a_token(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    made = await shown(capsys, "tokens", "add", "report", "--role", "auditor")
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path / "elsewhere"))
    assert await asyncio.to_thread(run, ("products",)) == 1
    assert "set TANDEM_TOKEN to a token" in capsys.readouterr().err
    monkeypatch.setenv("TANDEM_TOKEN", made["token"])
    assert await asyncio.to_thread(run, ("products",)) == 0
    capsys.readouterr()
    assert await asyncio.to_thread(run, ("products", "archive", "web", "--as", "maria", "--reason", "x")) == 1


async def test_guesses_are_slowed_down_by_the_address_that_the_proxy_names(
    stack: LocalStack, browser: httpx.AsyncClient
) -> None:
    answers = [(await sign_in(browser, "somebody", f"guess {number}")).status_code for number in range(6)]
    assert answers == [401] * 5 + [429]
    log = stack.home.log_file("web").read_text()
    assert '"sign_in_failed"' in log
    assert "203.0.113.7" in log
    assert "guess" not in log
    assert "somebody" not in log  # nobody has this name, so it may be a password
