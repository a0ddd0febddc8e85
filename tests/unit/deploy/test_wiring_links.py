"""Links are signed with a key of their own, as soon as there is one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from activities.links import ForgedLinkError, Links, LinkTo
from deploy.errors import SettingsError
from deploy.keys import root_key
from deploy.settings import Settings, load_settings
from deploy.wiring_links import links_of, links_when_there_is_a_key

NOW = datetime.now(UTC)
LINK = LinkTo(thing="approval/web/7", until=NOW + timedelta(hours=1))


def test_what_the_worker_signs_the_web_reads(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, public_url="https://tandem.example/shop")
    key = root_key(settings.key_file, may_create=True)
    signed = links_when_there_is_a_key(settings)()
    assert signed is not None
    url = signed.url(LINK, "olga")
    assert url.startswith("https://tandem.example/shop/open/")
    token = url.rpartition("/")[2]
    assert links_of(key, settings.public_url).read(token, NOW).thing == "approval/web/7"
    with pytest.raises(ForgedLinkError):  # the root key itself signs nothing
        Links(key, settings.public_url).read(token, NOW)


def test_a_worker_without_a_key_says_so_once_and_takes_the_key_when_it_is_there(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    links = links_when_there_is_a_key(settings)
    with capture_logs() as logged:
        assert [links(), links()] == [None, None]
    assert [line["event"] for line in logged] == ["links_left_out"]
    root_key(settings.key_file, may_create=True)
    assert links() is links() is not None


def test_an_unusable_key_is_named_and_work_goes_on(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.key_file.write_text("nonsense")
    settings.key_file.chmod(0o600)
    with capture_logs() as logged:
        assert links_when_there_is_a_key(settings)() is None
    assert "malformed" in logged[0]["because"]


def test_links_lead_to_the_web_process_unless_said_otherwise(tmp_path: Path) -> None:
    settings = load_settings({"TANDEM_HOME": str(tmp_path), "TANDEM_WEB_PORT": "9000"})
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.channels_file == tmp_path / "channels.yaml"
    with pytest.raises(SettingsError, match="TANDEM_PUBLIC_URL"):
        load_settings({"TANDEM_PUBLIC_URL": "tandem.example"})
