"""One-time codes: made by chance, read aloud and typed on phones, kept as hashes."""

import hashlib
import secrets

# No 0/O, 1/I/L: they are mistaken for each other.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 10


def fresh() -> str:
    """A new code (49 bits of chance), as it is shown."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{code[:5]}-{code[5:]}"


def hashed(code: str) -> str:
    """What a code is found again by, however it is spaced and written."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
