"""One-time codes: made by chance, read aloud and typed on phones, kept as keyed hashes."""

import re
import secrets
import unicodedata
from hashlib import sha256

from sqlalchemy import Connection, select, update

from storage.base.vault import Vault
from storage.tables import invite, link_code

# No 0/O, 1/I/L: they are mistaken for each other.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # pragma: allowlist secret
# None of those drawn looks like an account (QQ…, WX…, VX…), which would be hidden in what is shown.
_DRAWN = "".join(each for each in _ALPHABET if each not in "QVW")
_LENGTH = 10
# However it is spaced: `marks` takes it so too. One may begin within what looks like another.
_SHAPE = rf"(?i:(?<![A-Z0-9])(?=([{_ALPHABET}](?:[\W_]{{0,3}}[{_ALPHABET}]){{{_LENGTH - 1}}})(?![A-Z0-9])))"
_SPOKEN = re.compile(_SHAPE)
# What may stand right behind a command's word: a code, or what leads to one (【…, 邀请码…).
GLUED = rf"[0-9A-Za-z]|.{{0,30}}?{_SHAPE}"
# By which a keyed hash is told from a bare SHA-256 in hexadecimal, as codes were kept once.
_KEYED = "k"


def fresh() -> str:
    """A new code (48 bits of chance), as it is shown."""
    code = "".join(secrets.choice(_DRAWN) for _ in range(_LENGTH))
    return f"{code[:5]}-{code[5:]}"


def marks(vault: Vault, code: str) -> list[str]:
    """What a code is found again by, however it is spaced and written, under each key; store the first."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return _keyed(vault, sha256(plain.encode()).hexdigest())


def _keyed(vault: Vault, bare: str) -> list[str]:
    # Shortened by as much as the mark takes: 252 bits.
    return [f"{_KEYED}{each[1:]}" for each in vault.fingerprints(f"code {bare}")]


def spoken(text: str) -> list[str]:
    """Whatever has the shape of a code in what somebody said."""
    return [code for code, _ in apart(text)]


def apart(text: str) -> list[tuple[str, str]]:
    """(whatever has the shape of a code, what else is said): however they are put together, in whatever order."""
    plain = unicodedata.normalize("NFKC", text)
    return [(each[1].upper(), f"{plain[: each.start(1)]} {plain[each.end(1) :]}") for each in _SPOKEN.finditer(plain)]


def key_old(db: Connection, vault: Vault) -> None:
    """Codes of the time when their bare hashes were kept: those are keyed, and the codes go on being good."""
    for table in (invite, link_code):
        old = select(table.c.id, table.c.code_hash).where(~table.c.code_hash.startswith(_KEYED))
        for id, bare in db.execute(old).all():
            db.execute(update(table).where(table.c.id == id).values(code_hash=_keyed(vault, bare)[0]))
