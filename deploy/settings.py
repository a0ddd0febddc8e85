"""The settings, and the only reader of the environment.

Every field is read from ``TANDEM_<NAME>``; an empty value counts as not set.
"""

import difflib
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo

from deploy.errors import SettingsError

PREFIX = "TANDEM_"
DEBUG = f"{PREFIX}DEBUG"
_SECRET = {"database_url", "kafka_password", "oidc_client_secret", "token"}  # never repeated in a message

Port = Annotated[int, Field(ge=1, le=65535)]
TOPIC = r"^[A-Za-z0-9._-]{1,249}$"  # Kafka's own rule


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address is this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_every_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _reachable(host: str, known: ValidationInfo) -> str:
    """Refuse what other machines could reach without sign-in: they could decide in anybody's name."""
    if not is_loopback(host) and known.data.get("sign_in", "off") == "off":
        raise ValueError(
            "without sign-in Tandem listens on loopback only (127.0.0.1, ::1 or localhost); set TANDEM_SIGN_IN to "
            "local or oidc first"
        )
    return host


def _safe_url(url: str, known: ValidationInfo) -> str:
    """Refuse an address that passwords and sessions would cross a network to in the clear."""
    parts = urlsplit(url)
    if known.data.get("sign_in", "off") != "off" and parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError(
            "with sign-in this is the address that browsers use: https://..., or http:// for localhost alone"
        )
    return url


def _for_provider(value: str | None, known: ValidationInfo) -> str | None:
    if value is None and known.data.get("sign_in") == "oidc":
        raise ValueError("TANDEM_SIGN_IN=oidc needs it")
    return value


def _issuer(url: str | None, known: ValidationInfo) -> str | None:
    parts = urlsplit(_for_provider(url, known) or "")
    if url is not None and parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("must be https://..., or http:// for localhost alone")
    return url


def _brokers(url: str) -> str:
    """Refuse what is no list of host:port."""
    for one in url.removeprefix("kafka://").split(","):
        host, _, port = one.strip().rpartition(":")
        if not host or not port.isdigit():
            raise ValueError("must be host:port, or several of them with commas in between")
    return url


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _here(host: str, port: int) -> str:
    """Return the address at which this machine reaches its own web process."""
    return f"http://{_url_host('127.0.0.1' if _is_every_address(host) else host)}:{port}"


class Settings(BaseModel):
    """How this installation runs. Paths are absolute."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Annotated[Path, AfterValidator(_absolute)] = Field(default=Path(".tandem"), validate_default=True)
    temporal_address: str | None = None  # host:port; None: the embedded server on temporal_port
    temporal_namespace: str = Field(default="default", min_length=1)
    task_queue: str = Field(default="tandem", min_length=1)
    temporal_port: Port = 7233
    temporal_ui_port: Port = 8233
    temporal_ui_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] | None = None  # of a configured server
    sign_in: Literal["off", "local", "oidc"] = "off"  # off: nobody is asked, and only this machine is served
    oidc_issuer: Annotated[str | None, AfterValidator(_issuer)] = Field(
        default=None, pattern=r"^https?://[^\s?#]+$", validate_default=True
    )
    oidc_client_id: Annotated[str | None, AfterValidator(_for_provider)] = Field(default=None, validate_default=True)
    oidc_client_secret: str | None = Field(default=None, repr=False)  # None: a public client
    oidc_name_claim: str = Field(default="preferred_username", min_length=1)  # that holds what products call people
    oidc_scope: str = Field(default="openid profile email", pattern=r"^(.* )?openid( .*)?$")
    token: str | None = Field(default=None, repr=False)  # that commands send along, when they run elsewhere
    web_host: Annotated[str, AfterValidator(_reachable)] = "127.0.0.1"
    web_port: Port = 8080
    database_url: str = Field(
        default_factory=lambda known: f"sqlite+aiosqlite:///{known.get('home', _absolute(Path('.tandem')))}/ledger.db"
    )
    key_file: Annotated[Path, AfterValidator(_absolute)] = Field(  # the root key; whoever has it can read all texts
        default_factory=lambda known: known.get("home", _absolute(Path(".tandem"))) / "root.key"
    )
    channels_file: Annotated[Path, AfterValidator(_absolute)] = Field(  # how people are told; it holds secrets
        default_factory=lambda known: known.get("home", _absolute(Path(".tandem"))) / "channels.yaml"
    )
    kafka_url: Annotated[str, AfterValidator(_brokers)] | None = None  # None: the embedded broker on broker_port
    kafka_security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = "plaintext"
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    kafka_user: str | None = None
    kafka_password: str | None = Field(default=None, repr=False)
    kafka_ca_file: Annotated[Path, AfterValidator(_absolute)] | None = None  # None: the authorities of this machine
    kafka_topic: str = Field(default="tandem.events", pattern=TOPIC)
    kafka_dead_topic: str = Field(default="tandem.events.dead", pattern=TOPIC)
    kafka_group: str = Field(default="tandem", pattern=TOPIC)
    broker_port: Port = 9092
    stream_port: Port = 8081
    stream_events: int = Field(default=10_000, ge=1, le=1_000_000)  # read and not stored; then reading pauses
    stream_bytes: int = Field(default=32 * 1024 * 1024, ge=1024)  # of them
    stream_stalled_after: float = Field(default=30.0, gt=0)  # seconds without progress; then it is not ready
    intake_kept_hours: float = Field(default=6.0, ge=0.1, le=24 * 31)  # how long rates stay, second by second
    dead_letters_most: int = Field(default=100_000, ge=1)
    dead_letters_days: int = Field(default=90, ge=1)  # the greatest age
    dead_letters_mib: int = Field(default=1_024, ge=1)  # of their bodies
    log_format: Literal["auto", "json", "text"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    api: str = Field(
        default_factory=lambda known: _here(known.get("web_host", "127.0.0.1"), known.get("web_port", 8080)),
        pattern=r"^https?://",
    )
    public_url: Annotated[str, AfterValidator(_safe_url)] = Field(  # where browsers reach it; links begin with it
        default_factory=lambda known: (
            f"http://{_url_host(known.get('web_host', '127.0.0.1'))}:{known.get('web_port', 8080)}"
        ),
        pattern=r"^https?://[^\s?#]+$",
        validate_default=True,
    )
    trusted_proxies: str = "127.0.0.1,::1"  # addresses or networks, with commas; they say for whom they ask
    debug: bool = False  # tracebacks on the terminal

    @property
    def embedded(self) -> bool:
        """Whether `tandem up` starts a Temporal server of its own."""
        return self.temporal_address is None

    @property
    def temporal_target(self) -> str:
        """Return host:port of the Temporal server to talk to."""
        return self.temporal_address or f"127.0.0.1:{self.temporal_port}"

    @property
    def temporal_ui(self) -> str | None:
        """Return the address of Temporal's own pages; of a configured server only when it is configured, too."""
        if self.temporal_ui_url is not None:
            return self.temporal_ui_url
        return f"http://127.0.0.1:{self.temporal_ui_port}" if self.embedded else None

    @property
    def broker_embedded(self) -> bool:
        """Whether `tandem up` starts a broker of its own."""
        return self.kafka_url is None

    @property
    def kafka_brokers(self) -> tuple[str, ...]:
        """Return host:port of the brokers to talk to."""
        url = self.kafka_url or f"127.0.0.1:{self.broker_port}"
        return tuple(one.strip() for one in url.removeprefix("kafka://").split(","))

    @property
    def stream_url(self) -> str:
        """Return where the stream process says how it is."""
        return f"http://127.0.0.1:{self.stream_port}"

    @property
    def web_url(self) -> str:
        """Return the address of our own web process."""
        return _here(self.web_host, self.web_port)

    @property
    def web_hosts(self) -> frozenset[str]:
        """Return the names that the web process answers to, besides those of this machine; none without sign-in."""
        if self.sign_in == "off":
            return frozenset()
        names = {urlsplit(self.public_url).hostname or "", urlsplit(self.web_url).hostname or ""}
        return frozenset(name for name in names if not is_loopback(name))


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    return f"{PREFIX}{field.upper()}"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises SettingsError naming every variable that is not usable."""
    source = os.environ if environ is None else environ
    given = {field: value for field in Settings.model_fields if (value := source.get(variable(field), "").strip())}
    try:
        return Settings.model_validate(given)
    except ValidationError as exc:
        problems = [
            _problem(error["loc"], error["msg"], given)
            for error in exc.errors()
            if error["type"] != "default_factory_not_called"  # follows from another problem
        ]
        raise SettingsError("; ".join(problems)) from None


def _problem(loc: tuple[int | str, ...], message: str, given: Mapping[str, str]) -> str:
    field = str(loc[0]) if loc else ""
    shown = "what it holds" if field in _SECRET else repr(given.get(field, ""))
    return f"{variable(field)}: {shown} is not usable: {message.removeprefix('Value error, ')}"


def unknown_variables(environ: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Return variables that look like settings and are none, each with the closest setting."""
    source = os.environ if environ is None else environ
    known = [variable(field) for field in Settings.model_fields]
    strange = sorted(name for name in source if name.startswith(PREFIX) and name not in known)
    return {name: next(iter(difflib.get_close_matches(name, known, n=1)), None) for name in strange}


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a process that must see exactly these settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    values: dict[str, Any] = settings.model_dump(mode="json", exclude_none=True)
    return inherited | {variable(field): str(value) for field, value in values.items()}


def search_path() -> str:
    """Return the PATH on which programs are looked for."""
    return os.environ.get("PATH", os.defpath)


def debug_wanted() -> bool:
    """Whether errors show their traceback; answers even when the other settings are unusable."""
    return os.environ.get(DEBUG, "").strip().lower() not in ("", "0", "false", "no", "off")
