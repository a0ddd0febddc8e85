"""The token of this machine: the web process writes it, and commands of the same user send it along."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from deploy.home import Home
from deploy.settings import Settings, is_loopback

MOST = 200  # characters of a token


def write_machine_token(path: Path) -> str:
    """Make a new token, put it where only the owner of this installation can read it, and return it."""
    token = secrets.token_urlsafe(32)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        beside.unlink()  # of a process that was killed here
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(token)
    beside.replace(path)
    return token


def remove_machine_token(path: Path) -> None:
    """Leave no token of an earlier process behind."""
    with suppress(FileNotFoundError):
        path.unlink()


def bearer_headers(settings: Settings) -> dict[str, str]:
    """Return what a command says who it is with: the configured token, else this machine's where there is one."""
    token = settings.token or (_machine_token(Home(settings.home).api_token) if _is_here(settings) else "")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _is_here(settings: Settings) -> bool:
    host = urlsplit(settings.api).hostname or ""
    return is_loopback(host) or host == urlsplit(settings.web_url).hostname


def _machine_token(path: Path) -> str:
    try:
        text = path.read_text()[:MOST].strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return text if text.isascii() and text.isprintable() else ""
