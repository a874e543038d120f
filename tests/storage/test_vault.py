"""What is sealed: opened by its key only, also what Fernet sealed before; every token is another one."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from storage.base.vault import Vault, WrongKey

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
ANYTHING = st.recursive(
    st.text() | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(ANYTHING)
def test_what_was_sealed_is_opened(value: object) -> None:
    vault = Vault([NEW, OLD])
    token = vault.seal(value)
    assert vault.open(token) == value and vault.again(token) is None
    assert token.isascii() and b"\n" not in token and token != vault.seal(value)
    with pytest.raises(WrongKey):
        Vault([OLD]).open(token)


@pytest.mark.parametrize("keys", [[OLD], [NEW, OLD]])
def test_what_fernet_sealed_is_opened_and_sealed_anew(keys: list[str]) -> None:
    vault = Vault(keys)
    token = Fernet(OLD).encrypt('{"text":"王小明"}'.encode())
    assert vault.open(token) == {"text": "王小明"}
    again = vault.again(token)
    assert again is not None and Vault(keys[:1]).open(again) == {"text": "王小明"}


def test_a_token_of_the_older_key_is_sealed_anew() -> None:
    again = Vault([NEW, OLD]).again(Vault([OLD]).seal("王小明"))
    assert again is not None and Vault([NEW]).open(again) == "王小明"


@pytest.mark.parametrize("keep", range(0, 57, 3))
def test_a_damaged_token_is_opened_by_no_key(keep: int) -> None:
    vault = Vault([NEW, OLD])
    token = vault.seal("王小明")
    with pytest.raises(WrongKey):
        vault.open(token[:keep])
    changed = bytearray(token)
    changed[5 + keep % 48] ^= 1
    with pytest.raises(WrongKey):
        vault.open(bytes(changed))
