"""The folder of one installation: where its files are, and the lock that lets one `tandem up` run in it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.errors import AlreadyRunningError, PlainError


class Home:
    """Paths under the home folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run = path / "run"
        self.logs = path / "logs"
        self.temporal_db = path / "temporal.db"
        self.stream = path / "stream"  # Faust wants a folder
        self.api_token = self.run / "api.token"  # whoever can read it may act under any name here

    def create(self) -> None:
        """Make the folders; only their owner may look inside."""
        try:
            for folder in (self.path, self.run, self.logs, self.stream):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise PlainError(f"cannot make {exc.filename}: {exc.strerror}; set TANDEM_HOME to another folder") from exc

    def pid_file(self, name: str) -> Path:
        return self.run / f"{name}.pid"

    def ready_file(self, name: str) -> Path:
        """Written by a process, with its pid, when it has started to work."""
        return self.run / f"{name}.ready"

    def log_file(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the home. Raises AlreadyRunningError; the kernel frees the lock when its holder dies."""
        self.create()
        fd = os.open(self.run / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(fd, 20).decode() or "unknown"
                raise AlreadyRunningError(
                    f"Tandem already runs in {self.path} (pid {holder}); stop it first, or set TANDEM_HOME to another "
                    "folder"
                ) from None
            os.truncate(fd, 0)
            os.pwrite(fd, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(fd)

    def holder(self) -> int | None:
        """Return the pid of the `tandem up` that holds this home, if one does."""
        try:
            fd = os.open(self.run / "up.lock", os.O_RDWR)
        except OSError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
        except BlockingIOError:
            text = os.read(fd, 20).decode()
            return int(text) if text.isdigit() else None
        finally:
            os.close(fd)


def read_pid(path: Path) -> int | None:
    """Return the pid in a file, if there is one."""
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
