"""Files that people send to the robot: fetched by their address within five minutes, opened with their own key."""

import base64
import binascii
import json

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channels import Failure, SendError
from bot.channels.http import SECONDS_FOR_A_FILE, TooLong, client, taken, within

MOST_BYTES = 10 << 20
_BLOCK = 32


class Media:
    """Fetches and decrypts."""

    def __init__(self, *, encrypted_way: bool) -> None:
        """`encrypted_way`: only https addresses; for a server on this machine it is not asked for."""
        self._schemes = ("https://",) if encrypted_way else ("https://", "http://")
        # The address comes from the platform and is followed nowhere else.
        self._client = client(20, follow_redirects=False)

    async def close(self) -> None:
        """End all connections."""
        await self._client.aclose()

    async def fetch(self, ref: str) -> bytes:
        """The content of the file that `robot_decode` named so; raises SendError (permanent: it is gone)."""
        given = json.loads(ref)
        if not given["url"].startswith(self._schemes):
            raise SendError("下载地址不是认得的样子", Failure.REJECTED)
        return decrypted(await self._download(given["url"]), given["key"])

    async def _download(self, url: str) -> bytes:
        try:
            async with within(SECONDS_FOR_A_FILE), self._client.stream("GET", url) as answer:
                if not answer.is_success:
                    kind = Failure.REJECTED if 300 <= answer.status_code < 500 else Failure.LATER
                    raise SendError(f"HTTP {answer.status_code}", kind)
                return await taken(answer.aiter_bytes(), MOST_BYTES + _BLOCK)
        except TooLong:
            raise SendError("文件太大", Failure.REJECTED) from None
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            # Without its words: the address opens the file to whoever has it.
            kind = Failure.REJECTED if isinstance(fault, httpx.InvalidURL) else Failure.LATER
            raise SendError(type(fault).__name__, kind) from None


def decrypted(content: bytes, key: str) -> bytes:
    """AES-256-CBC, padded to 32 bytes as in PKCS#7 (document 101463); raises SendError."""
    try:
        secret = base64.b64decode(key.rstrip("=") + "=" * (-len(key.rstrip("=")) % 4))
        opened = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor()
        padded = opened.update(content) + opened.finalize()
    except (binascii.Error, ValueError) as fault:
        raise SendError(f"解不开：{type(fault).__name__}", Failure.REJECTED) from None
    length = padded[-1] if padded else 0
    if len(secret) != 32 or not 0 < length <= _BLOCK or padded[-length:] != bytes([length]) * length:
        raise SendError("解不开：填充不对", Failure.REJECTED)
    return padded[:-length]
