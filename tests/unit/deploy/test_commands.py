"""The commands, over HTTP to the real application with ports in memory."""

import asyncio
import io
import json
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvicorn

from deploy.cli.main import run
from tests.fakes.engine import FakeEngine
from tests.fakes.ledger import FakeLedger
from tests.harness import free_port
from tests.unit.web.site import event, proposal, services
from web.app import create_app
from workflows.client import RefusedError

T = TypeVar("T")


class Served:
    """The application on a port, in a thread with a loop of its own."""

    def __init__(self) -> None:
        self.ledger = FakeLedger()
        self.engine = FakeEngine(self.ledger)
        self.port = free_port()
        self.loop = asyncio.new_event_loop()
        app = create_app(services(self.ledger, self.engine))
        self.server = uvicorn.Server(uvicorn.Config(app, port=self.port, log_config=None, lifespan="off"))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the loop of the application."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.server.serve())

    def __enter__(self) -> "Served":
        self._thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self._thread.join(10)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Served]:
    """Serve, and let the commands find it; the present folder is empty."""
    monkeypatch.chdir(tmp_path)
    with Served() as found:
        monkeypatch.setenv("TANDEM_API", f"http://127.0.0.1:{found.port}")
        yield found


Out = pytest.CaptureFixture[str]


@pytest.fixture
def product(served: Served, capsys: Out) -> Served:
    """Have the product of `tandem init`."""
    assert run(["init"]) == 0
    assert run(["apply", "product.yaml", "--as", "maria"]) == 0
    capsys.readouterr()
    return served


def test_the_file_that_init_writes_can_be_applied(served: Served, capsys: Out) -> None:
    assert run(["init"]) == 0
    assert run(["apply", "product.yaml", "--dry-run"]) == 0
    assert "is valid: product web" in capsys.readouterr().out
    assert served.engine.applied == []
    assert run(["apply", "product.yaml", "--as", "maria"]) == 0
    assert "web: created" in capsys.readouterr().out
    assert run(["apply", "product.yaml", "--as", "maria"]) == 0
    assert "web: nothing changed" in capsys.readouterr().out


def test_init_never_overwrites(served: Served, capsys: Out) -> None:
    Path("product.yaml").write_text("mine")
    assert run(["init"]) == 1
    assert "product.yaml is there already" in capsys.readouterr().err
    assert Path("product.yaml").read_text() == "mine"


def test_applying_needs_a_person(served: Served, capsys: Out) -> None:
    run(["init"])
    assert run(["apply", "product.yaml"]) == 2
    assert "say who you are: --as PERSON" in capsys.readouterr().err
    assert run(["apply", "product.yaml", "--as", "zed"]) == 1
    assert "zed holds no role" in capsys.readouterr().err


def test_what_the_product_refuses_is_named_with_its_place_in_the_file(product: Served, capsys: Out) -> None:
    product.engine.refuse("apply", RefusedError("currency: EUR cannot become USD", "ProductRefusedError"))
    text = Path("product.yaml").read_text()
    line = text.splitlines().index("currency: EUR") + 1
    Path("product.yaml").write_text(text.replace("currency: EUR", "currency: USD"))
    assert run(["apply", "product.yaml", "--as", "maria"]) == 1
    assert f"product.yaml:{line}:1: currency: EUR cannot become USD" in capsys.readouterr().err


def test_products_are_listed_and_shown(product: Served, capsys: Out) -> None:
    assert run(["products"]) == 0
    assert "Corporate web site" in capsys.readouterr().out
    assert run(["products", "list", "--json"]) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == ["web"]
    assert run(["products", "show", "web"]) == 0
    assert "olga" in capsys.readouterr().out
    assert run(["roadmap", "web"]) == 0
    out = capsys.readouterr().out
    assert "12,000 EUR" in out
    assert "spring-launch" in out
    assert run(["products", "show", "wep"]) == 1
    assert capsys.readouterr().err == "error: there is no product 'wep'; did you mean web?\n"


def test_products_are_archived_and_refreshed(product: Served) -> None:
    assert run(["products", "refresh"]) == run(["products", "refresh", "web"]) == 0
    assert product.engine.refreshed == ["web", "web"]
    assert run(["products", "archive", "web", "--as", "olga", "--reason", "done"]) == 0
    assert product.engine.archived == [("web", "olga", "done")]


def test_a_simulated_clock_is_on_every_output(served: Served, capsys: Out) -> None:
    run(["init"])
    with Path("product.yaml").open("a") as out:
        out.write("clock: {origin: 2026-01-01T00:00:00Z, rate: 60}\n")
    for command in (
        ["apply", "product.yaml", "--as", "maria"],
        ["products"],
        ["products", "show", "web"],
        ["roadmap", "web"],
        ["ledger", "show", "web"],
        ["ledger", "verify", "web"],
        ["workflows", "list"],
        ["workflows", "show", "product/web"],
    ):
        assert run(command) == 0
        assert "simulated clock" in capsys.readouterr().out, command
        if command[0] not in ("apply",):
            assert run([*command, "--json"]) == 0
            assert '"simulated_clock": true' in capsys.readouterr().out, command


def write_events(*events: Any) -> None:
    Path("events.jsonl").write_text(
        "".join(json.dumps(one) + "\n" if not isinstance(one, str) else one for one in events)
    )


def test_events_are_sent_and_found_again(product: Served, capsys: Out) -> None:
    write_events(event("a"), event("b"), "\n", event("a"))
    assert run(["send", "events.jsonl"]) == 0
    assert "3 events: 2 accepted, 1 duplicate, 0 refused" in capsys.readouterr().out
    assert run(["events", "show", "/crm/survey", "a"]) == 0
    assert "web: applied" in capsys.readouterr().out
    assert run(["why", "web", "/crm/survey/a"]) == 0
    assert "growth" in capsys.readouterr().out


def test_refused_lines_are_named_and_the_rest_is_taken(product: Served, capsys: Out) -> None:
    write_events(event("a"), "{\n", event("b", type="goal.chnged"), event("c"))
    assert run(["send", "events.jsonl"]) == 1
    captured = capsys.readouterr()
    assert "2 accepted, 0 duplicate, 2 refused" in captured.out
    assert "events.jsonl:2: body: is not JSON" in captured.err
    assert "events.jsonl:3: type: unknown type; did you mean goal.changed or" in captured.err
    assert run(["send", "events.jsonl", "--json"]) == 1
    assert [one["line"] for one in json.loads(capsys.readouterr().out)["refused"]] == [2, 3]


def test_events_come_from_standard_input(product: Served, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(event()).encode())))
    assert run(["send", "-"]) == 0
    assert "1 accepted" in capsys.readouterr().out


def test_the_ledger_is_shown_verified_and_exported(product: Served, capsys: Out) -> None:
    assert run(["ledger", "show", "web"]) == 0
    assert "#1 " in capsys.readouterr().out
    assert run(["ledger", "verify", "web"]) == 0
    assert "the chain holds" in capsys.readouterr().out
    assert run(["ledger", "export", "web", "--output", "web.jsonl"]) == 0
    assert json.loads(Path("web.jsonl").read_text())["seq"] == 1
    assert run(["ledger", "show", "web", "--since", "soon"]) == 2
    kept = product.ledger.by_product["web"]
    kept[0] = kept[0].model_copy(update={"hash": "0" * 64})
    assert run(["ledger", "verify", "web"]) == 1
    assert "the chain breaks at entry 1" in capsys.readouterr().err


def decide(*more: str, verb: str = "approve") -> int:
    return run(["approvals", verb, "web", "1", "--reason", "good", "--as", "olga", *more])


def test_a_decision_names_what_was_looked_at(product: Served, capsys: Out) -> None:
    digest = product.do(product.engine.ask("web", 1, proposal()))
    assert run(["approvals", "list", "--as", "olga"]) == run(["approvals", "show", "web", "1"]) == 0
    shown = capsys.readouterr().out
    assert f"hash {digest}" in shown
    assert f"tandem approvals approve web 1 --hash {digest[:12]}" in shown
    assert decide() == 2
    assert "--hash" in capsys.readouterr().err
    assert decide("--hash", digest[:7]) == 2
    assert decide("--hash", "0" * 64) == 1
    assert "changed since you looked" in capsys.readouterr().err
    assert product.engine.answers == []
    assert decide("--hash", digest[:8]) == 0
    assert "adopted by olga (asserted)" in capsys.readouterr().out
    [given] = product.engine.answers
    assert (given.role, given.actor, given.reason) == ("product_owner", "olga", "good")


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("n\n", 1)], ids=["yes", "no"])
def test_on_a_terminal_the_request_is_shown_and_confirmed(
    product: Served, capsys: Out, monkeypatch: pytest.MonkeyPatch, typed: str, status: int
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    product.do(product.engine.ask("web", 1, proposal()))
    out = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stdout", out)
    assert decide() == status
    assert "Decision 1 for Corporate web site" in out.getvalue()
    assert len(product.engine.answers) == (status == 0)


def test_keeping_needs_a_date_and_rejecting_none(product: Served) -> None:
    digest = product.do(product.engine.ask("web", 1, proposal()))
    assert decide("--hash", digest, verb="keep") == 2
    assert decide("--hash", digest, "--until", "soon", verb="keep") == 2
    assert decide("--hash", digest, "--until", "2030-01-31", verb="keep") == 0
    assert decide("--hash", digest, verb="reject") == 0
    kept, rejected = product.engine.answers
    assert kept.until is not None
    assert kept.until.isoformat() == "2030-01-31T23:00:00+00:00"  # the day's end in Berlin
    assert rejected.until is None


def test_a_superseded_request_shows_the_differences_and_what_is_open_now(product: Served, capsys: Out) -> None:
    seen = product.do(product.engine.ask("web", 1, proposal(), "superseded"))
    product.do(product.engine.ask("web", 2, proposal(value=70.0)))
    assert decide("--hash", seen) == 1
    err = capsys.readouterr().err
    assert "is worth 70.0 points instead of 60.0 points" in err
    assert "tandem approvals show web 2" in err


def test_the_role_is_the_lowest_that_may(product: Served, capsys: Out) -> None:
    digest = product.do(product.engine.ask("web", 1, proposal()))
    for person, role in (("bernd", "executive_board"), ("maria", "product_manager")):
        command = ["approvals", "reject", "web", "1", "--reason", "no", "--as", person, "--hash", digest]
        assert run(command) == 0
        assert product.engine.answers[-1].role == role
    assert run([*command, "--role", "product_owner"]) == 0
    assert product.engine.answers[-1].role == "product_owner"


def test_an_escalation_is_listed_shown_and_answered(product: Served, capsys: Out) -> None:
    product.do(product.engine.escalate("web", "sso-certificate"))
    assert run(["escalations", "list"]) == run(["escalations", "show", "web", "sso-certificate", "1"]) == 0
    assert "sso-certificate" in capsys.readouterr().out
    answer = [
        "escalations",
        "answer",
        "web",
        "sso-certificate",
        "1",
        "accept-delay",
        "--reason",
        "fine",
        "--as",
        "olga",
    ]
    assert run([*answer, "--until", "2030-01-31"]) == 0
    assert "answered by olga (asserted)" in capsys.readouterr().out


def test_a_history_is_told_in_lines(product: Served, capsys: Out) -> None:
    product.do(product.engine.ask("web", 1, proposal()))
    assert run(["workflows", "show", "approval/web/1"]) == 0
    assert "Decision 1" in capsys.readouterr().out
    assert run(["workflows", "show", "approval/web/9"]) == 1


@pytest.mark.parametrize(
    "command",
    [
        ["products"],
        ["roadmap", "web"],
        ["approvals", "list"],
        ["ledger", "verify", "web"],
        ["ledger", "export", "web"],
    ],
)
def test_a_tandem_that_does_not_run_is_said_so(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.setenv("TANDEM_API", f"http://127.0.0.1:{free_port()}")
    assert run(command) == 1
    assert "does not answer at http://127.0.0.1" in capsys.readouterr().err
