"""Commands of this machine say so with a token that only its owner can read."""

import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.bearer import bearer_headers, remove_machine_token, write_machine_token
from deploy.cli.api import SIGN_IN, ApiError, checked
from deploy.home import Home
from deploy.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path / "home")
    found.create()
    return found


def headers(home: Home, **changes: Any) -> dict[str, str]:
    return bearer_headers(Settings.model_validate({"home": home.path} | changes))


def test_a_new_token_replaces_the_one_before_and_only_its_owner_reads_it(home: Home) -> None:
    first = write_machine_token(home.api_token)
    second = write_machine_token(home.api_token)
    assert first != second
    assert home.api_token.read_text() == second
    assert stat.S_IMODE(home.api_token.stat().st_mode) == 0o600
    assert list(home.run.iterdir()) == [home.api_token]


def test_a_link_that_somebody_put_there_is_not_followed(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept")
    home.api_token.symlink_to(elsewhere)
    token = write_machine_token(home.api_token)
    assert (elsewhere.read_text(), home.api_token.read_text()) == ("kept", token)
    assert not home.api_token.is_symlink()


@pytest.mark.parametrize(
    ("api", "sent"),
    [
        pytest.param("http://127.0.0.1:8080", True, id="this machine"),
        pytest.param("http://localhost:9000", True, id="this machine by name"),
        pytest.param("https://tandem.example", False, id="another machine"),
        pytest.param("http://localhost.elsewhere.example", False, id="a name that only looks like ours"),
    ],
)
def test_the_token_of_this_machine_is_not_sent_to_others(home: Home, api: str, sent: bool) -> None:
    token = write_machine_token(home.api_token)
    assert headers(home, api=api) == ({"Authorization": f"Bearer {token}"} if sent else {})


def test_a_configured_token_comes_first_and_goes_anywhere(home: Home) -> None:
    write_machine_token(home.api_token)
    for api in ("http://127.0.0.1:8080", "https://tandem.example"):
        assert headers(home, api=api, token="t1.secret") == {"Authorization": "Bearer t1.secret"}


def test_without_a_token_nothing_is_sent(home: Home) -> None:
    assert headers(home) == {}
    home.api_token.write_bytes(b"\xff\xfe\n")
    assert headers(home) == {}
    remove_machine_token(home.api_token)
    remove_machine_token(home.api_token)
    assert headers(home) == {}


def test_whoever_is_not_known_reads_what_to_do() -> None:
    body = {"type": "urn:tandem:problem:sign-in", "title": "Sign in first", "status": 401, "detail": "sign in first"}
    request = httpx.Request("GET", "http://localhost/api/v1/products")
    with pytest.raises(ApiError) as refused:
        checked(httpx.Response(401, json=body, request=request))
    assert str(refused.value) == SIGN_IN
    assert "TANDEM_TOKEN" in SIGN_IN
