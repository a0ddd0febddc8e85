"""What the checks of pages notice, on pages that are wrong; and where the browser comes from."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Route

from tests.browser.chromium import NAMED, Faults, NoChromiumError, find_chromium
from tests.browser.visitor import Opened

HOST = "tandem.test"
HEAD = "<!DOCTYPE html><html lang=en><title>t</title><meta name=viewport content='width=device-width'><main><h1>t</h1>"


async def opened(browser: Browser, body: str, expected: frozenset[int] = frozenset()) -> Opened:
    """Open a page of a server that only this test has: `/` is the page, `/missing` is not there."""
    page = await (await browser.new_context(viewport={"width": 390, "height": 844})).new_page()

    async def answer(route: Route) -> None:
        missing = "/missing" in route.request.url
        await route.fulfill(
            status=404 if missing else 200, body="" if missing else HEAD + body, content_type="text/html"
        )

    await page.route("**/*", answer)
    faults = Faults(page, HOST, expected)
    response = await page.goto(f"http://{HOST}/")
    assert response is not None
    return Opened(page, faults, response)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        pytest.param("<script>console.error('so wrong')</script>", "console error: so wrong", id="an error is said"),
        pytest.param("<script>throw new Error('so wrong')</script>", "script: so wrong", id="a script fails"),
        pytest.param(
            "<script src='/missing'></script>", f"answered 404: http://{HOST}/missing", id="a part is missing"
        ),
        pytest.param(
            "<img alt='' src='http://elsewhere.test/x.png'>",
            "another host was asked: http://elsewhere.test/x.png",
            id="a part comes from elsewhere",
        ),
    ],
)
async def test_a_fault_is_noticed(browser: Browser, body: str, fault: str) -> None:
    assert fault in (await opened(browser, body)).faults.found


async def test_a_status_that_is_expected_is_no_fault(browser: Browser) -> None:
    assert (await opened(browser, "<script src='/missing'></script>", frozenset({404}))).faults.found == []


async def test_while_the_server_is_away_only_other_hosts_are_a_fault(browser: Browser) -> None:
    shown = await opened(browser, "")
    with shown.faults.server_away():
        await shown.page.evaluate("console.error('no answer'); fetch('http://elsewhere.test/').catch(() => null)")
        await shown.page.wait_for_load_state("networkidle")
    assert shown.faults.found == ["another host was asked: http://elsewhere.test/"]


@pytest.mark.parametrize(
    ("body", "wide"),
    [
        pytest.param("<p style='width:391px'>x", True, id="wider than the screen"),
        pytest.param("<p style='width:300px'>x", False, id="within the screen"),
        pytest.param("<div class=scroll style='overflow-x:auto'><p style='width:900px'>x</div>", False, id="in a part"),
    ],
)
async def test_a_page_that_scrolls_sideways_is_noticed(browser: Browser, body: str, wide: bool) -> None:
    assert bool(await (await opened(browser, f"<style>body{{margin:0}}</style>{body}")).too_wide()) is wide


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param("<img src='data:,'>", "image-alt", id="a picture without words"),
        pytest.param("<p style='color:#bbb;background:#fff'>hard to read", "color-contrast", id="too little contrast"),
        pytest.param("<label>Name <input></label>", "", id="nothing"),
    ],
)
async def test_a_barrier_is_noticed(browser: Browser, body: str, named: str) -> None:
    found = await (await opened(browser, body)).barriers()
    assert {one.partition(" ")[0] for one in found} == ({named} if named else set())


def test_without_a_browser_the_message_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NoChromiumError, match=f"apt-get install --no-install-recommends chromium.*{NAMED}"):
        find_chromium({"PATH": str(tmp_path)})


def test_the_browser_that_is_named_is_taken_before_the_one_on_the_path(tmp_path: Path) -> None:
    for name in ("chromium", "my-browser"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    named = str(tmp_path / "my-browser")
    assert find_chromium({"PATH": str(tmp_path)}) == str(tmp_path / "chromium")
    assert find_chromium({"PATH": str(tmp_path), NAMED: named}) == named


def test_a_named_browser_that_is_not_there_is_no_reason_to_take_another(tmp_path: Path) -> None:
    with pytest.raises(NoChromiumError, match="my-browser"):
        find_chromium({NAMED: str(tmp_path / "my-browser")})
