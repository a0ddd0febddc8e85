"""`tandem sources`, over HTTP to the real application with ports in memory."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from deploy.cli.main import run
from tests.fakes.engine import NOON
from tests.unit.deploy.served import Out, Served
from tests.unit.web.hooks import hook_services
from web.app import create_app

SECRET = "what-jira-has-chosen"


class _Served(Served):
    """The application with the services that webhooks need."""

    def __init__(self) -> None:
        super().__init__()
        app = create_app(hook_services(self.ledger, self.engine, [NOON]))
        self.server = uvicorn.Server(uvicorn.Config(app, port=self.port, log_config=None, lifespan="off"))


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with _Served() as found:
        monkeypatch.setenv("TANDEM_API", f"http://127.0.0.1:{found.port}")
        yield found


def add(name: str = "github-web", kind: str = "github", *more: str) -> int:
    return run(["sources", "add", name, "--kind", kind, "--as", "ada", *more])


def test_a_source_is_added_and_its_secret_shown_once(served: Served, capsys: Out) -> None:
    assert add() == 0
    out = capsys.readouterr().out
    secret = re.search(r"^secret +([0-9a-f]{64})$", out, re.MULTILINE)
    assert secret
    assert f"http://127.0.0.1:{served.port}/api/v1/webhooks/github-web" in out
    assert "No product takes from it yet: add `sources: {github-web: {}}`" in out
    assert run(["sources", "list"]) == run(["sources", "list", "--json"]) == 0
    out = capsys.readouterr().out
    assert "/api/v1/webhooks/github-web" in out
    assert secret[1] not in out


def test_a_secret_of_the_other_side_comes_on_standard_input(
    served: Served, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
    assert add("jira-web", "jira", "--secret-from-stdin") == 0
    assert SECRET not in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert add("jira-shop", "jira", "--secret-from-stdin") == 2


def test_secrets_are_rotated_retired_and_removed(served: Served, capsys: Out) -> None:
    add()
    capsys.readouterr()
    assert run(["sources", "rotate", "github-web", "--overlap", "90m", "--as", "ada", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["secrets"]) == 2
    assert run(["sources", "rotate", "github-web", "--as", "ada"]) == 1
    assert "retire the old one first" in capsys.readouterr().err
    assert run(["sources", "list"]) == 0
    assert "old secret ends (UTC)" in capsys.readouterr().out
    assert run(["sources", "retire-secret", "github-web", "--as", "ada"]) == 0
    assert run(["sources", "remove", "github-web", "--as", "ada"]) == 0
    assert run(["sources", "list"]) == 0
    assert "no sources" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "a/b", "--kind", "github", "--as", "ada"],
        ["add", "github-web", "--kind", "gitlab", "--as", "ada"],
        ["add", "github-web", "--kind", "github"],
        ["rotate", "github-web", "--overlap", "soon", "--as", "ada"],
    ],
    ids=["no name", "an unknown kind", "nobody", "no duration"],
)
def test_wrong_usage_is_told(served: Served, arguments: list[str]) -> None:
    assert run(["sources", *arguments]) == 2


def test_removing_a_source_says_which_products_still_name_it(
    served: Served, capsys: Out, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    add()
    assert run(["init"]) == 0
    with Path("product.yaml").open("a", encoding="utf-8") as file:
        file.write("\nsources: {github-web: {}}\n")
    assert run(["apply", "product.yaml", "--as", "maria"]) == 0
    assert run(["sources", "rotate", "github-web", "--as", "ada"]) == 0
    assert re.search(r"is valid until \S+ \S+ UTC", capsys.readouterr().out)
    assert run(["sources", "remove", "github-web", "--as", "ada"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "product file of web still names it: take `sources.github-web` and `aliases.github-web` out" in said
