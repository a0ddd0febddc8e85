"""What the tools cannot express: every top-level package is in the layers contract, `__init__` files stay empty."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def packages() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/__init__.py")}


def test_every_top_level_package_is_in_the_layers_contract() -> None:
    layers = next(contract for contract in CONTRACTS["contracts"] if contract["type"] == "layers")["layers"]
    assert packages() - {"tests"} == set(layers) == set(CONTRACTS["root_packages"])


def test_init_files_are_empty() -> None:
    ours = (path for package in packages() for path in (ROOT / package).rglob("__init__.py"))
    assert [path for path in ours if path.read_text().strip()] == []


def test_nothing_below_deploy_reads_the_environment() -> None:
    below = ("events", "domain", "workflows", "activities", "web")
    readers = [
        path.relative_to(ROOT)
        for package in below
        for path in (ROOT / package).rglob("*.py")
        if "os.environ" in path.read_text() or "os.getenv" in path.read_text()
    ]
    assert readers == []


def calls(name: str) -> Iterator[ast.Call]:
    for path in (ROOT / "workflows").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"workflow.{name}":
                yield node


def test_every_activity_call_has_a_summary_and_every_handler_a_description() -> None:
    """Temporal's own pages show them."""
    activities = list(calls("execute_activity_method"))
    handlers = [call for name in ("signal", "update", "query") for call in calls(name)]
    assert len(activities) >= 6
    assert len(handlers) >= 10
    assert all("summary" in {word.arg for word in call.keywords} for call in activities)
    assert all("description" in {word.arg for word in call.keywords} for call in handlers)
