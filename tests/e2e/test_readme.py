"""What the README tells a reader to do is done here, as written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploy.channels_file import read_channels
from deploy.product_file import load_product_file

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the project as it stands, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        source = ROOT / name
        if source.is_file():
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    return tmp_path


def run(copy: Path, *words: str) -> str:
    done = subprocess.run([*words], cwd=copy, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_event_type_that_the_readme_adds_works(copy: Path) -> None:
    (patch,) = blocks("diff")
    (copy / "outages.diff").write_text(patch)
    run(copy, "git", "apply", "outages.diff")
    run(copy, sys.executable, "-m", "events.schema", "write")
    tests = (
        "tests/unit/domain/test_outages.py",
        "tests/unit/domain/test_narrative.py",
        "tests/unit/events/test_schema.py",
    )
    assert "passed" in run(copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert "outage.reported" in (copy / "events/schemas/outage.reported.json").read_text()


def test_the_product_file_of_the_readme_is_valid(tmp_path: Path) -> None:
    sources, skeleton, *_ = blocks("yaml")
    path = tmp_path / "product.yaml"
    path.write_text(skeleton + sources)
    definition = load_product_file(path).definition()
    assert definition.product == yaml.safe_load(skeleton)["product"]
    assert list(definition.sources) == list(yaml.safe_load(sources)["sources"])


def test_the_policy_the_people_and_the_channels_of_the_readme_are_valid(tmp_path: Path) -> None:
    _, skeleton, policy, people, channels = (yaml.safe_load(block) for block in blocks("yaml"))
    declared = skeleton | people | {"policy": skeleton["policy"] | policy["policy"]}
    path = tmp_path / "product.yaml"
    path.write_text(yaml.safe_dump(declared))
    definition = load_product_file(path).definition()
    assert [str(rung.after) for rung in definition.policy.ladder.rungs][1] == "2 business days"
    assert definition.contacts["olga"].calendar == "berlin"
    file = tmp_path / "channels.yaml"
    file.write_text(yaml.safe_dump(channels).replace("whsec_...", "whsec_" + "QUJD" * 8))
    file.chmod(0o600)
    assert set(definition.contacts["olga"].reach) <= set(read_channels(file))
