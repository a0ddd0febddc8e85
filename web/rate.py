"""How long somebody has to wait who failed to sign in again and again: longer each time, and never for ever."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

OF_NAME = 5  # failures in a row before a name has to wait
OF_ADDRESS = 20  # an office has one address for many people
FIRST_WAIT_S = 15.0  # then twice as long with each failure
LONGEST_WAIT_S = 15 * 60.0
FORGOTTEN_S = 60 * 60.0  # without a failure
MOST = 10_000  # names, and as many addresses; who was quiet the longest is forgotten first


@dataclass
class _Failures:
    count: int = 0
    last: float = 0.0
    until: float = 0.0  # no attempt is looked at before


class _Counted:
    """Failures of names, or of addresses."""

    def __init__(self, allowed: int, most: int) -> None:
        self._allowed, self._most = allowed, most
        self._found: OrderedDict[str, _Failures] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        known = self._found.get(key)
        return 0.0 if known is None else max(0.0, known.until - now)

    def count(self, key: str, now: float) -> bool:
        """Count a failure, and tell whether the next attempt has to wait."""
        known = self._found.setdefault(key, _Failures())
        self._found.move_to_end(key)
        if now - known.last > FORGOTTEN_S:
            known.count = 0
        known.count, known.last = known.count + 1, now
        if known.count >= self._allowed:
            known.until = now + min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(known.count - self._allowed, 20))
        while len(self._found) > self._most:
            self._found.popitem(last=False)
        return known.until > now

    def forgive(self, key: str) -> None:
        """Take one failure back."""
        known = self._found.get(key)
        if known is not None:
            known.count, known.until = max(0, known.count - 1), 0.0

    def forget(self, key: str) -> None:
        self._found.pop(key, None)


class Tries:
    """Counts attempts by name and by address. An attempt counts as failed until it has succeeded.

    So that many attempts at once cannot pass before the first of them is answered.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, most: int = MOST) -> None:
        self._clock = clock
        self._names, self._addresses = _Counted(OF_NAME, most), _Counted(OF_ADDRESS, most)

    def begin(self, name: str, address: str | None) -> float:
        """Return the seconds to wait before an attempt; 0: it may be made now, and is counted.

        ``address``: None, where it came from does not count.
        """
        now, network = self._clock(), None if address is None else network_of(address)
        wait = max(self._names.wait(name, now), 0.0 if network is None else self._addresses.wait(network, now))
        if not wait:
            self._names.count(name, now)
            if network is not None:
                self._addresses.count(network, now)
        return wait

    def waits(self, name: str) -> bool:
        """Tell whether the next attempt with this name has to wait."""
        return self._names.wait(name, self._clock()) > 0

    def forget(self, name: str) -> None:
        """Forget the failures of a name."""
        self._names.forget(name)

    def succeeded(self, name: str, address: str | None) -> None:
        """Forget the failures of the name, and that this attempt of the address was one."""
        self._names.forget(name)
        if address is not None:
            self._addresses.forgive(network_of(address))


def network_of(address: str) -> str:
    """Return what counts as one sender: an address, or the network that one household has of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if found.version == 6:
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
