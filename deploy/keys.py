"""The root key: the one secret that is needed to read what customers wrote, and is never in the database."""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from activities.ledger.envelope import KEY_BYTES
from deploy.errors import PlainError

MOST = 1_000  # bytes read of a file that should hold 45
HOW = "it holds 32 random bytes in base64"


class RootKeyError(PlainError):
    """The root key cannot be used."""


def root_key(path: Path, *, may_create: bool) -> bytes:
    """Return the key in a file; make the file at first use. Raises RootKeyError.

    ``may_create`` is False when there are texts that only the missing key could open.
    """
    try:
        return read_key(path)
    except FileNotFoundError:
        if not may_create:
            raise RootKeyError(
                f"the root key {path} is missing, but the database holds texts that only it can open; bring it back "
                "from a backup, or set TANDEM_KEY_FILE to where it is: a new key would lose them"
            ) from None
    _create(path)
    return read_key(path)


def read_key(path: Path) -> bytes:
    """Return the key in a file. Raises FileNotFoundError, or RootKeyError when it is unusable."""
    try:
        with path.open("rb") as file:
            mode, content = os.fstat(file.fileno()).st_mode, file.read(MOST)
    except FileNotFoundError:
        raise
    except OSError as exc:
        raise RootKeyError(f"the root key {path} cannot be read: {exc.strerror}") from exc
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise RootKeyError(f"the root key {path} can be read or changed by others; run `chmod 600 {path}`")
    try:
        key = base64.b64decode(content.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise RootKeyError(f"the root key {path} is malformed: {HOW}; bring it back from a backup")
    return key


def _create(path: Path) -> None:
    """Write a new key, whole and on the disk before it has its name; who comes second leaves the first one's."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(beside, path)  # refuses what is there already, as O_EXCL does
        except FileExistsError:
            return
        finally:
            beside.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as exc:
        raise RootKeyError(f"the root key {path} cannot be made: {exc.strerror}; set TANDEM_KEY_FILE") from exc
