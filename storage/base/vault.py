"""Sealing what must not lie open in the database: names, message bodies, failed messages."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKey(LookupError):
    """What was sealed with another NAME_KEY cannot be opened."""


class Vault:
    """Seals with the first key and opens with any; `keys` are Fernet keys (32 bytes, url-safe base64)."""

    def __init__(self, keys: list[str]) -> None:
        self._first = Fernet(keys[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        # Those of all keys: what was stored under an older one is still found after a rotation.
        self._mac_keys = [hashlib.sha256(b"find again:" + key.encode()).digest() for key in keys]

    def seal(self, value: Any) -> bytes:
        """JSON-serialise and encrypt."""
        return self._fernet.encrypt(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

    def open(self, token: bytes) -> Any:
        """The value that was sealed; raises WrongKey when no key fits."""
        try:
            return json.loads(self._fernet.decrypt(token))
        except InvalidToken:
            raise WrongKey("sealed with another NAME_KEY") from None

    def again(self, token: bytes) -> bytes | None:
        """The same value sealed with the first key; None when it is that already, raises WrongKey when no key fits."""
        try:
            self._first.decrypt(token)
        except InvalidToken:
            try:
                return self._fernet.rotate(token)
            except InvalidToken:
                raise WrongKey("sealed with another NAME_KEY") from None
        return None

    def fingerprints(self, text: str) -> list[str]:
        """Keyed hashes by which an equal text is found again without opening anything; store the first."""
        return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in self._mac_keys]


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
