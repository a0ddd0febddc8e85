"""The composition root of links: what signs and reads them."""

from collections.abc import Callable

import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from activities.links import Links
from deploy.keys import RootKeyError, read_key
from deploy.settings import Settings

PURPOSE = b"tandem links 1"  # another purpose has another key, so that none can be found from the other
KEY_BYTES = 32

log = structlog.get_logger()


def links_of(root_key: bytes, public_url: str) -> Links:
    """Return what signs and reads links, with a key of its own."""
    return Links(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(root_key), public_url)


def links_when_there_is_a_key(settings: Settings) -> Callable[[], Links | None]:
    """Return what a worker signs links with.

    The key is made by whoever takes events in, maybe after the worker was started: until then messages go out without
    links, and the log says so once.
    """
    found: Links | None = None
    told = False

    def links() -> Links | None:
        nonlocal found, told
        if found is None:
            try:
                found = links_of(read_key(settings.key_file), settings.public_url)
            except (FileNotFoundError, RootKeyError) as exc:
                if not told:
                    why = str(exc) if isinstance(exc, RootKeyError) else f"there is no root key {settings.key_file}"
                    log.warning("links_left_out", because=why)
                told = True
        return found

    return links
