"""The root key: made once, kept to its owner, never replaced when that would lose texts."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from activities.ledger.migrate import upgrade
from activities.ledger.vault import SqlVault
from deploy.doctor import FAIL, NOTE, OK
from deploy.doctor import root_key as check
from deploy.keys import RootKeyError, root_key
from deploy.opening import open_vault
from deploy.settings import Settings, load_settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "root.key"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    upgrade(settings.database_url)
    return settings


def test_it_lies_in_the_home_unless_told_otherwise(tmp_path: Path) -> None:
    assert load_settings({"TANDEM_HOME": str(tmp_path)}).key_file == tmp_path / "root.key"
    assert load_settings({"TANDEM_KEY_FILE": "~/k"}).key_file == Path.home() / "k"


def test_it_is_made_at_first_use_for_its_owner_alone(path: Path) -> None:
    key = root_key(path, may_create=True)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert base64.b64decode(path.read_bytes()) == key
    assert root_key(path, may_create=True) == root_key(path, may_create=False) == key
    assert [file.name for file in path.parent.iterdir()] == ["root.key"]


def test_those_who_make_it_at_once_get_the_same(path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: root_key(path, may_create=True), range(8)))) == 1


def test_a_missing_one_is_not_replaced_where_texts_need_it(path: Path) -> None:
    with pytest.raises(RootKeyError, match=r"root\.key is missing, but .* TANDEM_KEY_FILE .* would lose them"):
        root_key(path, may_create=False)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_one_that_others_reach_is_refused(path: Path, mode: int) -> None:
    root_key(path, may_create=True)
    path.chmod(mode)
    with pytest.raises(RootKeyError, match=f"by others; run `chmod 600 {path}`"):
        root_key(path, may_create=True)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(base64.b64encode(b"x" * 31), id="too short"),
        pytest.param(base64.b64encode(b"x" * 33), id="too long"),
        pytest.param(b"x" * 32, id="no base64"),
        pytest.param(bytes(range(32)), id="raw bytes"),
    ],
)
def test_a_malformed_one_is_refused_and_kept(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(RootKeyError, match="malformed"):
        root_key(path, may_create=True)
    assert path.read_bytes() == content


def test_where_none_can_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RootKeyError, match=r"cannot be (made|read): Not a directory"):
        root_key(tmp_path / "file" / "root.key", may_create=True)


async def with_a_text(settings: Settings) -> SqlVault:
    vault = await open_vault(settings)
    await vault.seal([("web", "/crm", "17", "text")])
    await vault.close()
    return vault


async def test_a_stack_without_its_key_does_not_start(settings: Settings) -> None:
    await (await open_vault(settings)).close()
    settings.key_file.unlink()
    await with_a_text(settings)  # nothing was sealed with the first one
    settings.key_file.unlink()
    with pytest.raises(RootKeyError, match="missing"):
        await open_vault(settings)
    root_key(settings.key_file, may_create=True)
    with pytest.raises(RootKeyError, match="not the one that the texts in the database were sealed under"):
        await open_vault(settings)


async def test_doctor_looks_at_it_and_makes_none(settings: Settings, tmp_path: Path) -> None:
    assert [one.state for one in await check(Settings(home=tmp_path / "new"))] == [NOTE]
    assert [one.state for one in await check(settings)] == [NOTE]
    assert not settings.key_file.exists()
    await with_a_text(settings)
    assert [one.state for one in await check(settings)] == [OK]
    settings.key_file.chmod(0o644)
    (found,) = await check(settings)
    assert (found.state, found.fix) == (FAIL, f"run `chmod 600 {settings.key_file}`")
    settings.key_file.unlink()
    (found,) = await check(settings)
    assert (found.state, "texts are lost" in found.fix) == (FAIL, True)
    root_key(settings.key_file, may_create=True)
    (found,) = await check(settings)
    assert (found.state, "not the one of this database" in found.found) == (FAIL, True)
