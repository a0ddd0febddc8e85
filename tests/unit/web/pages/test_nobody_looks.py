"""In a process of its own: whoever makes the pages makes NiceGUI that process's only application."""

import json
import subprocess
import sys

SHOWN = """
import asyncio, json
import httpx
from tests.fakes.engine import FakeEngine
from tests.fakes.ledger import FakeLedger
from tests.unit.web.site import services
from web.app import create_app

class Silent(FakeLedger):
    async def rows(self, *asked, **more):
        raise OSError("no such disk")

async def shown():
    ledger = Silent()
    put_together = services(ledger, FakeEngine(ledger))
    app, gate = create_app(put_together, console=True), put_together.gate
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    cookies = {gate.cookie: gate.write_cookie("olga")}
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", cookies=cookies) as http:
            answer = await http.get("/inbox", headers={"accept": "text/html"})
    print(json.dumps([answer.status_code, answer.headers["content-type"], answer.text]))

asyncio.run(shown())
"""


def test_when_nobody_can_say_who_looks_it_is_a_page_and_no_trace() -> None:
    said = subprocess.run([sys.executable, "-c", SHOWN], capture_output=True, text=True, check=True, timeout=60)
    status, kind, text = json.loads(said.stdout.splitlines()[-1])
    assert (status, kind) == (500, "text/html; charset=utf-8")
    assert "An error inside Tandem" in text
    assert 'href="/inbox"' in text
    assert "no such disk" not in text
    assert "Traceback" not in text
