"""The crypto and the XML of WeCom callbacks (its document 91144): the one place that knows wechatpy.

What wechatpy leaves out is here: it compares signatures with `!=`, checks no padding, raises a dozen kinds of error.
"""

import base64
import binascii
import hmac
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.utils import WeChatSigner
from wechatpy.work.crypto import PrpCrypto, WeChatCrypto

_BLOCK = 32
# Before the text: random bytes, and its length.
_RANDOM, _HEAD = 16, 20
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
_UNSOUND = dict.fromkeys([*(code for code in range(32) if chr(code) not in "\n\t"), 0xFFFE, 0xFFFF])
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,9})|(\d{1,9}));", re.IGNORECASE)
_HALVES = range(0xD800, 0xE000)


class Refused(Exception):
    """A request that is turned away; `reason` is the word it is counted under."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(Exception):
    """What was truly said to us, and is not of the form that the platform promises."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What comes beside the cipher text, as it came."""

    signature: str
    timestamp: str
    nonce: str


def _randoms() -> Iterator[str]:
    """Random words of 16 characters; the kernel is asked for many at once, since every question gives the GIL away."""
    while True:
        block = token_urlsafe(12 * 256)
        yield from (block[place : place + _RANDOM] for place in range(0, len(block), _RANDOM))


_RANDOMS = _randoms()


class _Prp(PrpCrypto):  # type: ignore[misc]
    def get_random_string(self) -> str:
        return next(_RANDOMS)


class _Cipher(WeChatCrypto):  # type: ignore[misc]
    """One token and one key."""

    def signature_of(self, signed: Signed, encrypted: str) -> str:
        signer = WeChatSigner()
        signer.add_data(self.token, signed.timestamp, signed.nonce, encrypted)
        signature: str = signer.signature
        return signature

    def encrypt_message(self, msg: str, nonce: str, timestamp: str) -> str:
        xml: str = self._encrypt_message(msg, nonce, timestamp, _Prp)
        return xml


@dataclass(frozen=True, slots=True)
class Opened:
    """What a callback said, and the cipher in which it is to be answered."""

    text: str
    cipher: _Cipher
    nonce: str

    def answer(self, xml: str, timestamp: str) -> bytes:
        """The encrypted and signed envelope of a reply."""
        return self.cipher.encrypt_message(xml, self.nonce, timestamp).encode()


class Crypto:
    """Opens what one corp sends us: while tokens and keys change, two of each are known."""

    def __init__(self, tokens: Sequence[str], keys: Sequence[str], receiver: str) -> None:
        """`keys` are EncodingAESKeys, `receiver` is the corp's id."""
        self._receiver = receiver.encode()
        self._ciphers = [[_Cipher(token, key, receiver) for key in keys] for token in tokens]

    def open(self, signed: Signed, encrypted: str) -> Opened:
        """Check and decrypt; raises Refused (signature, cipher, receiver)."""
        known = [of_token for of_token in self._ciphers if _is_signed(of_token[0], signed, encrypted)]
        if not known:
            raise Refused("signature")
        refused = Refused("cipher")
        for cipher in known[0]:
            try:
                return Opened(self._text(unwrap(cipher.key, _bytes(encrypted))), cipher, signed.nonce)
            except Refused as fault:
                # With the other of two keys it is noise. That it was meant for others is the better reason.
                refused = fault if fault.reason == "receiver" else refused
        raise refused

    def verification(self, word: str, timestamp: str, nonce: str) -> dict[str, str]:
        """The parameters with which the platform asks whether an address is ours; `word` is to be answered."""
        cipher = self._ciphers[0][0]
        sealed = fields(cipher.encrypt_message(word, nonce, timestamp))
        signed = {"msg_signature": sealed["MsgSignature"], "timestamp": timestamp, "nonce": nonce}
        return {**signed, "echostr": sealed["Encrypt"]}

    def _text(self, plain: bytes) -> str:
        end = _HEAD + int.from_bytes(plain[_RANDOM:_HEAD], "big")
        if len(plain) < _HEAD or end > len(plain):
            raise Refused("cipher")
        if not hmac.compare_digest(plain[end:], self._receiver):
            raise Refused("receiver")
        try:
            return plain[_HEAD:end].decode()
        except UnicodeDecodeError:
            raise Refused("cipher") from None


def _is_signed(cipher: _Cipher, signed: Signed, encrypted: str) -> bool:
    return hmac.compare_digest(cipher.signature_of(signed, encrypted).encode(), signed.signature.encode())


def _bytes(encrypted: str) -> bytes:
    try:
        return base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("cipher") from None


def unwrap(key: bytes, content: bytes) -> bytes:
    """AES-256-CBC with the key's first half as IV, padded by PKCS#7 to blocks of 32; raises Refused."""
    if not content or len(content) % _BLOCK:
        raise Refused("cipher")
    plain: bytes = PrpCrypto(key).cipher.decrypt(content)
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise Refused("cipher")
    return plain[:-padding]


def encrypted_in(body: bytes) -> str:
    """The cipher text in a callback's envelope; raises Refused. Nothing is parsed: nobody has signed it yet."""
    before, opened, rest = body.partition(b"<Encrypt>")
    inside, closed, after = rest.partition(b"</Encrypt>")
    if not (opened and closed) or b"<Encrypt>" in after or any(word in body for word in _DECLARED):
        raise Refused("envelope")
    inside = inside.strip()
    if inside.startswith(b"<![CDATA["):
        inside = inside.removeprefix(b"<![CDATA[").removesuffix(b"]]>").strip()
    try:
        return inside.decode("ascii")
    except UnicodeDecodeError:
        raise Refused("envelope") from None


def fields(text: str) -> dict[str, Any]:
    """The elements of a decrypted message; raises Unreadable."""
    try:
        # A vertical tab in somebody's words makes the whole no XML, and so does a line before its first sign.
        root = xmltodict.parse(_REFERENCE.sub(_sound, text.translate(_UNSOUND)).strip())
    except (ExpatError, ValueError, RecursionError) as fault:
        # ValueError: it declares entities.
        raise Unreadable(type(fault).__name__) from fault
    found = next(iter(root.values()))
    if not isinstance(found, dict):
        raise Unreadable("no elements")
    return found


def _sound(found: re.Match[str]) -> str:
    """A reference that XML can hold; what it cannot goes, the halves of a pair by which some write an emoji too."""
    code = int(found[1], 16) if found[1] else int(found[2])
    return "" if code in _UNSOUND or code in _HALVES or code > sys.maxunicode else found[0]


def reply(to: str, sender: str, text: str, timestamp: str) -> str:
    """The XML of a passive text reply; nothing in `text` can end its CDATA section."""
    parts = {"ToUserName": to, "FromUserName": sender, "CreateTime": timestamp, "MsgType": "text", "Content": text}
    return "<xml>" + "".join(f"<{name}>{_cdata(value)}</{name}>" for name, value in parts.items()) + "</xml>"


def _cdata(words: str) -> str:
    # What XML cannot hold at all goes; what would end the section is divided between two.
    sound = words.translate(_UNSOUND).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{sound}]]>"
