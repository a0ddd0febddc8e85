"""Settings: every variable is named when it is not usable."""

import os
from pathlib import Path

import pytest

from deploy.errors import SettingsError
from deploy.settings import Settings, _problem, child_environment, load_settings, unknown_variables, variable


def test_nothing_set_means_the_embedded_stack_in_this_folder() -> None:
    settings = load_settings({})
    assert settings.home == Path.cwd() / ".tandem"
    assert settings.embedded
    assert settings.temporal_target == "127.0.0.1:7233"
    assert settings.temporal_ui == "http://127.0.0.1:8233"
    assert settings.web_url == settings.api == "http://127.0.0.1:8080"
    assert settings.database_url == f"sqlite+aiosqlite:///{settings.home}/ledger.db"


def test_what_follows_from_other_settings_follows(tmp_path: Path) -> None:
    settings = load_settings({"TANDEM_HOME": str(tmp_path), "TANDEM_WEB_PORT": "9000", "TANDEM_WEB_HOST": "::1"})
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    assert settings.api == "http://[::1]:9000"


def test_a_configured_server_is_not_embedded() -> None:
    settings = load_settings({"TANDEM_TEMPORAL_ADDRESS": "temporal.example:7233"})
    assert not settings.embedded
    assert settings.temporal_target == "temporal.example:7233"
    assert settings.temporal_ui is None


@pytest.mark.parametrize(
    ("url", "brokers"),
    [
        pytest.param("", ("127.0.0.1:9092",), id="embedded"),
        pytest.param("a.example:9092", ("a.example:9092",), id="one"),
        pytest.param("kafka://a.example:9092, b.example:9093", ("a.example:9092", "b.example:9093"), id="several"),
    ],
)
def test_a_configured_kafka_wins_over_the_embedded_broker(url: str, brokers: tuple[str, ...]) -> None:
    settings = load_settings({"TANDEM_KAFKA_URL": url})
    assert settings.kafka_brokers == brokers
    assert settings.broker_embedded is (not url)


def test_a_password_is_neither_repeated_nor_shown() -> None:
    settings = load_settings({"TANDEM_KAFKA_PASSWORD": "hush", "TANDEM_KAFKA_SECURITY": "sasl_ssl"})
    assert settings.kafka_password == "hush"
    assert "hush" not in repr(settings)


def test_an_empty_value_counts_as_not_set() -> None:
    assert load_settings({"TANDEM_TEMPORAL_ADDRESS": "  ", "TANDEM_WEB_PORT": ""}) == load_settings({})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        pytest.param("TANDEM_WEB_PORT", "http", "'http' is not usable", id="not a number"),
        pytest.param("TANDEM_WEB_PORT", "0", "greater than or equal to 1", id="below the first port"),
        pytest.param("TANDEM_WEB_PORT", "65536", "less than or equal to 65535", id="above the last port"),
        pytest.param("TANDEM_LOG_FORMAT", "xml", "'auto', 'json' or 'text'", id="not one of the formats"),
        pytest.param("TANDEM_API", "127.0.0.1:80", "is not usable", id="an address without a scheme"),
        pytest.param("TANDEM_WEB_HOST", "0.0.0.0", "listens on loopback only", id="every interface"),
        pytest.param("TANDEM_WEB_HOST", "192.168.1.7", "listens on loopback only", id="a private address"),
        pytest.param("TANDEM_KAFKA_URL", "kafka.example", "must be host:port", id="a broker without a port"),
        pytest.param("TANDEM_KAFKA_TOPIC", "our events", "is not usable", id="no name of a topic"),
        pytest.param("TANDEM_WEB_HOST", "tandem.example", "listens on loopback only", id="a name"),
    ],
)
def test_an_unusable_value_is_named(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({name: value})
    assert str(refused.value).startswith(f"{name}: ")
    assert says in str(refused.value)
    assert refused.value.status == 2


LOCAL = {"TANDEM_SIGN_IN": "local"}
OIDC = {"TANDEM_SIGN_IN": "oidc", "TANDEM_OIDC_ISSUER": "https://id.example", "TANDEM_OIDC_CLIENT_ID": "tandem"}
EVERYWHERE = LOCAL | {"TANDEM_WEB_HOST": "0.0.0.0"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        pytest.param({"TANDEM_SIGN_IN": "on"}, "TANDEM_SIGN_IN", id="no way to sign in"),
        pytest.param(EVERYWHERE, "TANDEM_PUBLIC_URL", id="other machines, and no address for them"),
        pytest.param(
            EVERYWHERE | {"TANDEM_PUBLIC_URL": "http://tandem.example"}, "TANDEM_PUBLIC_URL", id="in the clear"
        ),
        pytest.param(
            LOCAL | {"TANDEM_PUBLIC_URL": "http://10.0.0.1"}, "TANDEM_PUBLIC_URL", id="in the clear by a proxy"
        ),
        pytest.param({**OIDC, "TANDEM_OIDC_ISSUER": ""}, "TANDEM_OIDC_ISSUER", id="no service"),
        pytest.param({**OIDC, "TANDEM_OIDC_CLIENT_ID": ""}, "TANDEM_OIDC_CLIENT_ID", id="unknown to the service"),
        pytest.param(
            {**OIDC, "TANDEM_OIDC_ISSUER": "http://id.example"}, "TANDEM_OIDC_ISSUER", id="service in the clear"
        ),
        pytest.param({**OIDC, "TANDEM_OIDC_ISSUER": "id.example"}, "TANDEM_OIDC_ISSUER", id="no address"),
        pytest.param({**OIDC, "TANDEM_OIDC_SCOPE": "profile"}, "TANDEM_OIDC_SCOPE", id="nobody to be told of"),
    ],
)
def test_sign_in_that_cannot_work_or_is_not_safe_is_refused(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(given)
    assert str(refused.value).startswith(f"{named}: ")
    assert "; TANDEM_" not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(EVERYWHERE | {"TANDEM_PUBLIC_URL": "https://tandem.example"}, id="encrypted"),
        pytest.param(EVERYWHERE | {"TANDEM_PUBLIC_URL": "http://localhost:8080"}, id="by a tunnel"),
        pytest.param(LOCAL, id="this machine alone"),
        pytest.param(OIDC | {"TANDEM_OIDC_ISSUER": "http://127.0.0.1:9400"}, id="a service on this machine"),
    ],
)
def test_sign_in_that_is_safe_is_taken(given: dict[str, str]) -> None:
    assert load_settings(given).sign_in == given["TANDEM_SIGN_IN"]


@pytest.mark.parametrize(
    ("given", "names", "api"),
    [
        pytest.param({}, set(), "http://127.0.0.1:8080", id="without sign-in no other name"),
        pytest.param(LOCAL, set(), "http://127.0.0.1:8080", id="this machine alone"),
        pytest.param(
            EVERYWHERE | {"TANDEM_PUBLIC_URL": "https://Tandem.example:8443/x"},
            {"tandem.example"},
            "http://127.0.0.1:8080",
            id="every address: its public name",
        ),
        pytest.param(
            LOCAL | {"TANDEM_WEB_HOST": "10.0.0.1", "TANDEM_PUBLIC_URL": "https://tandem.example"},
            {"tandem.example", "10.0.0.1"},
            "http://10.0.0.1:8080",
            id="one address: that one, too",
        ),
    ],
)
def test_the_server_answers_to_its_own_names(given: dict[str, str], names: set[str], api: str) -> None:
    settings = load_settings(given)
    assert settings.web_hosts == names
    assert settings.api == settings.web_url == api


@pytest.mark.parametrize("name", ["TANDEM_OIDC_CLIENT_SECRET", "TANDEM_TOKEN"])
def test_a_secret_is_not_repeated(name: str) -> None:
    settings = load_settings({**OIDC, name: "hush-hush"})
    assert "hush" not in repr(settings)
    assert "hush" not in _problem((name.removeprefix("TANDEM_").lower(),), "wrong", {name: "hush-hush"})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_loopback_is_allowed(host: str) -> None:
    assert load_settings({"TANDEM_WEB_HOST": host}).web_host == host


def test_every_unusable_variable_is_named_and_nothing_else() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({"TANDEM_WEB_PORT": "x", "TANDEM_TEMPORAL_PORT": "y"})
    named = [problem.split(":")[0] for problem in str(refused.value).split("; ")]
    assert named == ["TANDEM_TEMPORAL_PORT", "TANDEM_WEB_PORT"]


def test_a_misspelt_variable_is_found_with_what_was_meant() -> None:
    assert unknown_variables({"TANDEM_WEBPORT": "1", "TANDEM_HOME": ".", "PATH": ""}) == {
        "TANDEM_WEBPORT": "TANDEM_WEB_PORT"
    }


def test_a_child_sees_exactly_these_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_LOG_LEVEL", "debug")
    settings = Settings(home=tmp_path, web_port=9001, debug=True)
    child = child_environment(settings)
    assert load_settings(child) == settings
    assert child["PATH"] == os.environ["PATH"]


def test_every_setting_has_its_own_variable() -> None:
    assert len({variable(field) for field in Settings.model_fields}) == len(Settings.model_fields)
