"""Which ports are free, and who holds the others."""

import socket
from collections.abc import Iterable
from typing import NamedTuple

import psutil

from deploy.errors import PortTakenError
from deploy.settings import Settings, variable


class NeededPort(NamedTuple):
    """A port that a process of the stack will listen on."""

    setting: str  # field of Settings
    host: str
    port: int


def needed_ports(settings: Settings, names: Iterable[str]) -> list[NeededPort]:
    """Return the ports that the named processes need."""
    wanted = set(names)
    ports = []
    if "temporal" in wanted and settings.embedded:
        ports.append(NeededPort("temporal_port", "127.0.0.1", settings.temporal_port))
        ports.append(NeededPort("temporal_ui_port", "127.0.0.1", settings.temporal_ui_port))
    if "broker" in wanted and settings.broker_embedded:
        ports.append(NeededPort("broker_port", "127.0.0.1", settings.broker_port))
    if "stream" in wanted:
        ports.append(NeededPort("stream_port", "127.0.0.1", settings.stream_port))
    if "web" in wanted:
        ports.append(NeededPort("web_port", settings.web_host, settings.web_port))
    return ports


def is_free(host: str, port: int) -> bool:
    """Return whether a server could listen there now."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError:
            return False
    return True


def holder(port: int) -> str | None:
    """Return "name (pid n)" of who listens on a port; None when the system does not tell us."""
    for process in psutil.process_iter(["name"]):  # per process: the whole table needs privileges on macOS
        try:
            listening = [c.laddr.port for c in process.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        except (psutil.Error, OSError):
            continue
        if port in listening:
            return f"{process.info['name']} (pid {process.pid})"
    return None


def taken_sentence(needed: NeededPort) -> str:
    """Return who holds a port and which setting chooses another one."""
    return (
        f"port {needed.port} is taken by {holder(needed.port) or 'another program'}; "
        f"set {variable(needed.setting)} to a free port"
    )


def require_free(needed: Iterable[NeededPort]) -> None:
    """Raise PortTakenError naming every taken port and its setting."""
    wanted = list(needed)
    by_port: dict[int, str] = {}
    for entry in wanted:
        if entry.port in by_port:
            raise PortTakenError(
                f"{variable(entry.setting)} and {variable(by_port[entry.port])} are both {entry.port}; change one"
            )
        by_port[entry.port] = entry.setting
    taken = [taken_sentence(entry) for entry in wanted if not is_free(entry.host, entry.port)]
    if taken:
        raise PortTakenError("; ".join(taken))
