"""A vault in memory, held to the same contract as the one in the database."""

from collections.abc import Sequence

from activities.ledger.envelope import ERASED, new_key, open_text, seal_text
from activities.ports import TextToSeal, VaultUnavailableError


class FakeVault:
    """The port ``Vault``; public, so that a test may look, or cut it off."""

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str, str], bytes | None] = {}  # None: erased
        self.reachable = True

    async def seal(self, texts: Sequence[TextToSeal]) -> list[str]:
        self._reach()
        return [self._sealed(text, (product, source, event_id)) for product, source, event_id, text in texts]

    async def open(self, product: str, source: str, event_id: str, sealed: str) -> str | None:
        self._reach()
        if sealed in ("", ERASED):
            return None if sealed else ""
        key = self.keys.get((product, source, event_id))
        return None if key is None else open_text(sealed, key, (product, source, event_id))

    async def erase(self, product: str, source: str, event_id: str) -> bool:
        self._reach()
        name = (product, source, event_id)
        if name in self.keys:
            self.keys[name] = None
        return name in self.keys

    def _sealed(self, text: str, name: tuple[str, str, str]) -> str:
        if not text:
            return text
        key = self.keys.setdefault(name, new_key())
        return ERASED if key is None else seal_text(text, key, name)

    def _reach(self) -> None:
        if not self.reachable:
            raise VaultUnavailableError
