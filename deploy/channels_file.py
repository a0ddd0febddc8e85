"""The channels of this installation, in a file of their own: it holds secrets, and product files do not.

Errors name the file and the field, and never repeat a value.
"""

import ipaddress
import os
import stat
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, unquote, urlsplit

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from activities.channels.smtp import Server
from activities.messages.delivery import LOG
from deploy.errors import PlainError
from events.fields import Name
from events.webhooks.signatures import STANDARD_PREFIX, standard_key

MOST = 256 * 1024  # bytes
SHORTEST_SECRET = 24  # bytes, as Standard Webhooks 1.0.0 recommends
PORTS = {"starttls": 587, "implicit": 465, "none": 25}
KINDS = ("smtp", "apprise", "webhook")


class ChannelsFileError(PlainError):
    """The file of the channels cannot be used."""


def _sender(text: str) -> str:
    name, address = parseaddr(text)
    try:
        Address(name, addr_spec=address)
    except (MessageError, ValueError, IndexError):
        address = ""
    if "@" not in address or any(not one.isprintable() for one in text):
        raise ValueError("must be an address such as Tandem <tandem@example.com>")
    return text


def _webhook(url: str) -> str:
    parts = _split(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("must be an address such as https://example.com/hook")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise ValueError("must be https, because messages are for nobody else's eyes; only this machine may be http")
    return url


def _secret(text: str) -> str:
    try:
        key = standard_key(text) if text.startswith(STANDARD_PREFIX) else b""
    except ValueError:
        key = b""
    if len(key) < SHORTEST_SECRET:
        raise ValueError(f"must be {STANDARD_PREFIX} and at least {SHORTEST_SECRET} random bytes in base64")
    return text


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SmtpEntry(_Strict):
    """Mail over SMTP."""

    smtp: Annotated[str, Field(repr=False)]  # smtp://user:password@host:587, each percent-encoded
    sender: Annotated[str, Field(alias="from"), AfterValidator(_sender)]
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    to: Annotated[str, Field(pattern=r"^[^@\s<>]{1,64}@[^@\s<>]{1,255}$")] | None = None  # of messages to the channel

    @model_validator(mode="after")
    def _usable(self) -> "SmtpEntry":
        parts = _split(self.smtp)
        if parts.scheme != "smtp" or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError("smtp: must be smtp://user:password@host:port")
        if self.tls == "none" and parts.password and not _loopback(parts.hostname):
            raise ValueError("tls: none would send the password in the clear; use starttls or implicit")
        return self

    @property
    def server(self) -> Server:
        """Return the server that is named."""
        parts = _split(self.smtp)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return Server(parts.hostname or "", parts.port or PORTS[self.tls], self.tls, user, password)

    @property
    def address(self) -> Address:
        """Return whom mail comes from."""
        name, address = parseaddr(self.sender)
        return Address(name, addr_spec=address)

    def shown(self) -> str:
        """Return where it leads, without a secret."""
        return f"{self.server.host}:{self.server.port} ({self.tls}), from {self.address.addr_spec}"


class ChatEntry(_Strict):
    """Whatever Apprise has an address for."""

    apprise: Annotated[str, Field(repr=False, min_length=3)]

    def shown(self) -> str:
        """Return where it leads, without a secret: anything after the scheme may be one."""
        return f"{self.apprise.partition(':')[0]}://…"


class WebhookEntry(_Strict):
    """A signed webhook that goes out."""

    webhook: Annotated[str, AfterValidator(_webhook), Field(repr=False)]
    secret: Annotated[str, AfterValidator(_secret), Field(repr=False)]

    def shown(self) -> str:
        """Return where it leads, without a secret: its path may be one."""
        return f"{_split(self.webhook).scheme}://{_split(self.webhook).hostname}"


def _kind(value: Any) -> str | None:
    found = [kind for kind in KINDS if isinstance(value, dict) and kind in value]
    return found[0] if len(found) == 1 else None


ChannelEntry = Annotated[
    Annotated[SmtpEntry, Tag("smtp")] | Annotated[ChatEntry, Tag("apprise")] | Annotated[WebhookEntry, Tag("webhook")],
    Discriminator(
        _kind,
        custom_error_type="kind",
        custom_error_message="must have exactly one of smtp, apprise and webhook",
    ),
]
_FILE: TypeAdapter[dict[str, SmtpEntry | ChatEntry | WebhookEntry]] = TypeAdapter(
    dict[Name, ChannelEntry], config=ConfigDict(hide_input_in_errors=True)
)


def read_channels(path: Path) -> dict[str, SmtpEntry | ChatEntry | WebhookEntry]:
    """Return the channels in a file by their names; none when there is no file. Raises ChannelsFileError."""
    try:
        with path.open("rb") as file:
            mode, content = os.fstat(file.fileno()).st_mode, file.read(MOST + 1)
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise ChannelsFileError(f"{path}: {exc.strerror}") from exc
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ChannelsFileError(f"{path} holds secrets and can be read or changed by others; run `chmod 600 {path}`")
    if len(content) > MOST:
        raise ChannelsFileError(f"{path}: is larger than {MOST:,} bytes")
    return _checked(path, _loaded(path, content))


def _loaded(path: Path, content: bytes) -> Any:
    try:
        return yaml.safe_load(content.decode())
    except UnicodeDecodeError:
        raise ChannelsFileError(f"{path}: is not UTF-8") from None
    except yaml.MarkedYAMLError as exc:  # its message may quote a secret
        mark = exc.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark is not None else ""
        raise ChannelsFileError(f"{path}{place}: is not YAML") from None
    except (yaml.YAMLError, RecursionError):
        raise ChannelsFileError(f"{path}: is not YAML") from None


def _checked(path: Path, value: Any) -> dict[str, SmtpEntry | ChatEntry | WebhookEntry]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ChannelsFileError(f"{path}: must map the names of channels to what they are")
    try:
        found = _FILE.validate_python(value)
    except ValidationError as exc:
        lines = [_line(path, error["loc"], error["msg"]) for error in exc.errors(include_input=False)]
        raise ChannelsFileError("\n".join(lines)) from None
    if LOG in found:
        raise ChannelsFileError(f"{path}: {LOG}: this channel is always there; choose another name")
    return found


def _line(path: Path, loc: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    place = ".".join(str(part) for part in (loc[0], *loc[2:]))  # the second is the kind of channel
    return f"{path}: {place}: {said}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no number
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
