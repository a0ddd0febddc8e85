"""The settings, and the only reader of the environment.

Every field is read from ``TANDEM_<NAME>``; an empty value counts as not set.
"""

import difflib
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from deploy.errors import SettingsError

PREFIX = "TANDEM_"
DEBUG = f"{PREFIX}DEBUG"
_SECRET = {"database_url"}  # may hold a password: never repeated in a message

Port = Annotated[int, Field(ge=1, le=65535)]


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))


def _loopback(host: str) -> str:
    """Refuse what other machines could reach: anybody who reaches the server may decide in anybody's name."""
    if host != "localhost":
        try:
            loopback = ipaddress.ip_address(host).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise ValueError("until sign-in exists Tandem listens on loopback only (127.0.0.1, ::1 or localhost)")
    return host


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class Settings(BaseModel):
    """How this installation runs. Paths are absolute."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Annotated[Path, AfterValidator(_absolute)] = Field(default=Path(".tandem"), validate_default=True)
    temporal_address: str | None = None  # host:port; None: the embedded server on temporal_port
    temporal_namespace: str = Field(default="default", min_length=1)
    task_queue: str = Field(default="tandem", min_length=1)
    temporal_port: Port = 7233
    temporal_ui_port: Port = 8233
    web_host: Annotated[str, AfterValidator(_loopback)] = "127.0.0.1"
    web_port: Port = 8080
    database_url: str = Field(
        default_factory=lambda known: f"sqlite+aiosqlite:///{known.get('home', _absolute(Path('.tandem')))}/ledger.db"
    )
    key_file: Annotated[Path, AfterValidator(_absolute)] = Field(  # the root key; whoever has it can read all texts
        default_factory=lambda known: known.get("home", _absolute(Path(".tandem"))) / "root.key"
    )
    log_format: Literal["auto", "json", "text"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    api: str = Field(
        default_factory=lambda known: (
            f"http://{_url_host(known.get('web_host', '127.0.0.1'))}:{known.get('web_port', 8080)}"
        ),
        pattern=r"^https?://",
    )
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
        """Return the address of the embedded server's own pages; unknown for a configured server."""
        return f"http://127.0.0.1:{self.temporal_ui_port}" if self.embedded else None

    @property
    def web_url(self) -> str:
        """Return the address of our own web process."""
        return f"http://{_url_host(self.web_host)}:{self.web_port}"


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
