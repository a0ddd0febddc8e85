"""How keys are wrapped and texts are sealed: AES-256-GCM, each bound to what it belongs to."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from activities.ports import BrokenSealError
from domain.record import canonical

PREFIX = "sealed:v1:"
ERASED = f"{PREFIX}erased"  # shorter than anything sealed can be
KEY_BYTES = 32
NONCE_BYTES = 12  # random: safe for 2**32 keys under one product's key (NIST SP 800-38D, 8.3)

Name = tuple[str, ...]  # (product,) of a product's key; (product, source, id) of a feedback's key and text


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def wrap(key: bytes, under: bytes, name: Name) -> bytes:
    """Return ``key`` encrypted under another one."""
    return _encrypt(under, key, "key", name)


def unwrap(wrapped: bytes, under: bytes, name: Name) -> bytes:
    """Return the key that was wrapped. Raises BrokenSealError."""
    return _decrypt(under, wrapped, "key", name)


def seal_text(text: str, key: bytes, name: Name) -> str:
    return PREFIX + urlsafe_b64encode(_encrypt(key, text.encode(), "text", name)).decode()


def open_text(sealed: str, key: bytes, name: Name) -> str:
    """Return the text that was sealed. Raises BrokenSealError."""
    try:
        if sealed.startswith(PREFIX):
            return _decrypt(key, urlsafe_b64decode(sealed.removeprefix(PREFIX)), "text", name).decode()
    except ValueError as exc:
        raise _broken("text", name) from exc
    raise _broken("text", name)


def _encrypt(key: bytes, plain: bytes, what: str, name: Name) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, canonical([what, *name]))


def _decrypt(key: bytes, sealed: bytes, what: str, name: Name) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], canonical([what, *name]))
    except (InvalidTag, ValueError) as exc:
        raise _broken(what, name) from exc


def _broken(what: str, name: Name) -> BrokenSealError:
    return BrokenSealError(f"the {what} of {'/'.join(name)} is not what was sealed under this name with this root key")
