"""Sealing what must not lie open in the database: names, message bodies, failed messages."""

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# What is sealed begins so; before, it was sealed by Fernet, whose tokens begin with gAAAAA.
_MARK = b"gcm1."
# So many random bytes with each token: with one key 2^32 tokens are safe (NIST SP 800-38D, 8.3).
_NONCE = 12
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class WrongKey(LookupError):
    """What was sealed with another NAME_KEY cannot be opened."""


class Vault:
    """Seals with the first key and opens with any; `keys` are 32 bytes each in url-safe base64, as Fernet's are.

    AES-256-GCM: the ciphers are made once, a token costs some microseconds. What Fernet sealed before is still opened.
    """

    def __init__(self, keys: list[str]) -> None:
        self._ciphers = [AESGCM(_of("seal:", key)) for key in keys]
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        # Those of all keys: what was stored under an older one is still found after a rotation.
        self._mac_keys = [_of("find again:", key) for key in keys]

    def seal(self, value: Any) -> bytes:
        """JSON-serialise and encrypt; one line of ASCII."""
        return self._sealed(_dump(value).encode())

    def open(self, token: bytes) -> Any:
        """The value that was sealed; raises WrongKey when no key fits."""
        return json.loads(self._opened_by(token)[1])

    def again(self, token: bytes) -> bytes | None:
        """The same value sealed with the first key; None when it is that already, raises WrongKey when no key fits."""
        place, plain = self._opened_by(token)
        return self._sealed(plain) if place else None

    def _sealed(self, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return _MARK + urlsafe_b64encode(nonce + self._ciphers[0].encrypt(nonce, plain, None))

    def _opened_by(self, token: bytes) -> tuple[int, bytes]:
        """(the place of the key that opens it, what it holds); Fernet's are behind all keys."""
        if not token.startswith(_MARK):
            try:
                return len(self._ciphers), self._fernet.decrypt(token)
            except InvalidToken:
                raise WrongKey("sealed with another NAME_KEY") from None
        for place, cipher in enumerate(self._ciphers):
            try:
                sealed = urlsafe_b64decode(token[len(_MARK) :])
                return place, cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
            except (InvalidTag, ValueError):
                # Another key, or half a token.
                continue
        raise WrongKey("sealed with another NAME_KEY")

    def fingerprints(self, text: str) -> list[str]:
        """Keyed hashes by which an equal text is found again without opening anything; store the first."""
        return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in self._mac_keys]


def _of(use: str, key: str) -> bytes:
    """A key of its own for each use, made of the one that is given, which is random."""
    return hashlib.sha256(f"{use}{key}".encode()).digest()


class Listening(Vault):
    """The same vault; what it opens is told to somebody."""

    def __init__(self, vault: Vault, opened: Callable[[Any], None]) -> None:
        self.__dict__.update(vault.__dict__)
        self._opened = opened

    def open(self, token: bytes) -> Any:
        """The value that was sealed; raises WrongKey when no key fits."""
        value = super().open(token)
        self._opened(value)
        return value
