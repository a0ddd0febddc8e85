"""The owner's story on the real stack, by the commands that people type; and bad input that changes nothing."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.cli.main import run
from deploy.local import LocalStack, local_stack
from tests.harness import stack_settings

PATIENCE_S = 20.0
SINGLE = "application/cloudevents+json"
Out = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    async with local_stack(stack_settings(tmp_path_factory.mktemp("story"))) as running:
        yield running


@pytest.fixture
def here(stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the empty folder that the commands run in; they find the stack."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_API", stack.settings.web_url)
    return tmp_path


async def tandem(*arguments: str) -> int:
    """Run a command beside the event loop, which the stack needs."""
    return await asyncio.to_thread(run, arguments)


async def shown(capsys: Out, *arguments: str) -> Any:
    """Return what a command prints for programs."""
    capsys.readouterr()
    assert await tandem(*arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


async def until(capsys: Out, ready: Callable[[Any], bool], *arguments: str) -> Any:
    """Return what a command shows once it is what we wait for."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if ready(found := await shown(capsys, *arguments)):
                return found
            await asyncio.sleep(0.1)


def event(event_id: str, kind: str, product: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "/finance",
        "type": kind,
        "subject": product,
        "time": datetime.now(UTC).isoformat(),
        "data": data,
    }


def write(path: Path, *events: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(one) + "\n" for one in events))
    return path.name


async def product_file(here: Path, product: str) -> Path:
    """Write the file of `tandem init` for another product with teams of its own."""
    path = here / "product.yaml"
    assert await tandem("init", str(path)) == 0
    text = path.read_text().replace("product: web ", f"product: {product} ")
    for team in ("marketing", "it"):
        text = re.sub(rf"(?<=[{{ ]){team}:(?= [0-9])|(?<=^  ){team}:", f"{product}-{team}:", text, flags=re.MULTILINE)
    path.write_text(
        text.replace("provider: it", f"provider: {product}-it").replace("dwell_hours: 72", "dwell_hours: 0")
    )
    return path


async def declared(here: Path, product: str) -> None:
    """Declare a product."""
    assert await tandem("apply", str(await product_file(here, product)), "--as", "maria") == 0


def starts(roadmap: dict[str, Any]) -> dict[str, str]:
    return {item["id"]: item["start"] for item in roadmap["data"]["items"]}


async def test_from_a_product_file_to_a_decision_and_its_reasons(here: Path, capsys: Out) -> None:
    await declared(here, "web")
    first = await until(capsys, lambda found: all(starts(found).values()), "roadmap", "web")
    month = first["data"]["periods"][0]

    cut = event("cut", "budget.adjusted", "web", period=month, delta=-2_500_000, reason="half of it went elsewhere")
    assert await tandem("send", write(here / "events.jsonl", cut, cut)) == 0
    assert "1 accepted, 1 duplicate" in capsys.readouterr().out

    [request] = await until(capsys, bool, "approvals", "list", "--as", "olga")
    assert await tandem("approvals", "show", "web", "1") == 0
    text = capsys.readouterr().out
    assert f"hash {request['hash']}" in text
    assert "25,000 EUR" in text
    assert starts(await shown(capsys, "roadmap", "web")) == starts(first)  # silence changes nothing

    decision = ("approvals", "approve", "web", "1", "--reason", "we have to", "--hash", request["hash"][:12])
    assert await tandem(*decision, "--as", "maria") == 1
    assert "this needs the product owner" in capsys.readouterr().err
    assert await tandem(*decision, "--as", "olga") == 0
    assert "adopted by olga (asserted)" in capsys.readouterr().out
    assert await tandem(*decision, "--as", "olga") == 1
    assert "olga already decided" in capsys.readouterr().err

    after = await until(capsys, lambda found: starts(found) != starts(first), "roadmap", "web")
    moved = next(item for item, start in starts(first).items() if starts(after)[item] != start)
    why = (await shown(capsys, "why", "web", moved))["explanation"]
    assert "olga" in why["summary"]
    assert {step for step, _ in why["links"]} == {"event", "rule", "proposal", "decision", "effect"}
    assert any("-25,000 EUR" in line["what"] for _, line in why["links"])

    history = await shown(capsys, "workflows", "show", "approval/web/1")
    kinds = [line["kind"] for line in history["lines"] if not line["kind"].startswith("message.")]
    assert kinds[:3:2] == ["approval.requested", "approval.concluded"]
    runs = await shown(capsys, "workflows", "list", "--product", "web", "--kind", "reprioritization")
    assert {one["state"] for one in runs} == {"ended"}
    assert await tandem("ledger", "verify", "web") == 0


async def test_a_decision_on_what_has_changed_is_refused_with_the_differences(here: Path, capsys: Out) -> None:
    await declared(here, "shop")
    first = await until(capsys, lambda found: all(starts(found).values()), "roadmap", "shop")
    month, following = first["data"]["periods"][:2]
    cut = event("cut", "budget.adjusted", "shop", period=month, delta=-2_500_000, reason="cut")
    assert await tandem("send", write(here / "cut.jsonl", cut)) == 0
    [seen] = await until(capsys, bool, "approvals", "list", "--product", "shop")
    cut = event("cut-2", "budget.adjusted", "shop", period=following, total=0, reason="cut again")
    assert await tandem("send", write(here / "cut.jsonl", cut)) == 0
    await until(capsys, lambda found: [one["number"] for one in found] == [2], "approvals", "list", "--product", "shop")

    decision = ("approvals", "approve", "shop", "1", "--reason", "ok", "--as", "olga", "--hash", seen["hash"])
    capsys.readouterr()
    assert await tandem(*decision) == 1
    err = capsys.readouterr().err
    assert "changed since you looked" in err
    assert "starts" in err or "funds" in err
    assert "tandem approvals show shop 2" in err


BAD_EVENTS: list[Any] = [
    pytest.param({"type": "budget.ajusted"}, SINGLE, 400, "type", id="unknown type"),
    pytest.param({"subject": "bad-inputs"}, SINGLE, 404, "did you mean bad-input?", id="unknown product"),
    pytest.param({"data": {"period": "2026-03"}}, SINGLE, 400, "data.reason", id="missing field"),
    pytest.param({"data": {"period": 3, "delta": 1, "reason": ""}}, SINGLE, 400, "data.period", id="wrong field"),
    pytest.param({}, "application/json", 415, SINGLE, id="wrong content type"),
    pytest.param(b'{"specversion": "1.0",', SINGLE, 400, "line 1, column", id="invalid JSON"),
    pytest.param(b" " * (1024 * 1024 + 1), SINGLE, 413, "1,048,576 bytes", id="oversize"),
]


@pytest.fixture
async def settled(here: Path, stack: LocalStack, capsys: Out) -> AsyncIterator[httpx.AsyncClient]:
    """Have a product that is at rest; nothing may have changed in its ledger afterwards."""
    async with httpx.AsyncClient(base_url=f"{stack.settings.web_url}/api/v1", trust_env=False) as http:
        if (await http.get("/products/bad-input")).status_code == httpx.codes.NOT_FOUND:
            await declared(here, "bad-input")
            await until(capsys, lambda found: all(starts(found).values()), "roadmap", "bad-input")
        before = (await http.get("/products/bad-input/ledger/verify")).json()
        products = (await http.get("/products")).json()
        yield http
        assert (await http.get("/products/bad-input/ledger/verify")).json() == before
        assert (await http.get("/products")).json() == products


@pytest.mark.parametrize(("changes", "content_type", "status", "named"), BAD_EVENTS)
async def test_a_bad_event_is_refused_by_its_place_and_changes_nothing(
    settled: httpx.AsyncClient, changes: Any, content_type: str, status: int, named: str
) -> None:
    good = event("bad", "budget.adjusted", "bad-input", period="2026-03", delta=1, reason="")
    content = changes if isinstance(changes, bytes) else json.dumps(good | changes)
    answer = await settled.post("/events", content=content, headers={"content-type": content_type})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert named in answer.text
    assert (await settled.get("/events/%2Ffinance/bad")).status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param("after: [single-sign-on]", "after: [personal-offers]", "circle: personal-offers", id="a cycle"),
        pytest.param(
            "input-it: 12", "input-itt: 12", "faster-search.efforts.bad-input-itt: there is no team", id="unknown team"
        ),
        pytest.param("title: Corp", "titel: Corp", "titel: unknown field; did you mean title", id="unknown field"),
        pytest.param("title: Corp", "title: [Corp", "is not YAML", id="no YAML"),
        pytest.param(
            "currency: EUR", "currency: USD", "currency: EUR cannot become USD", id="what the product refuses"
        ),
        pytest.param("allotment: 40", "allotment: 90", "90 person-days are more than the team's 80", id="too much"),
    ],
)
async def test_a_bad_product_file_is_refused_by_its_place_and_changes_nothing(
    settled: httpx.AsyncClient, here: Path, capsys: Out, old: str, new: str, named: str
) -> None:
    (here / "product.yaml").unlink(missing_ok=True)
    path = await product_file(here, "bad-input")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    capsys.readouterr()
    assert await tandem("apply", "product.yaml", "--as", "maria") == 1
    err = capsys.readouterr().err
    assert "error: product.yaml:" in err
    assert named in err
