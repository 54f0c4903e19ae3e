"""What is sealed cannot be read, and is found by its mark."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from groundswell_identity.vault import Vault, same

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
FIELDS = {"email": "ann@example.com", "display_name": None}


def test_a_seal_is_opened() -> None:
    vault = Vault(NEW, "key")
    sealed = vault.seal(FIELDS)
    assert vault.open(sealed) == FIELDS
    assert sealed != vault.seal(FIELDS)
    assert b"ann" not in sealed


def test_keys_change_one_after_the_other() -> None:
    sealed = Vault(OLD, "key").seal(FIELDS)
    both = Vault(f"{NEW},{OLD}", "key")
    assert both.open(sealed) == FIELDS
    assert Vault(NEW, "key").open(both.seal(FIELDS)) == FIELDS
    with pytest.raises(InvalidToken):
        Vault(NEW, "key").open(sealed)


@given(st.text(), st.text())
def test_a_mark_is_of_one_text_one_purpose_and_one_key(text: str, other: str) -> None:
    vault = Vault(NEW, "key")
    mark = vault.mark("address", text)
    assert same(mark, vault.mark("address", text))
    assert same(mark, vault.mark("address", other)) == (text == other)
    assert not same(mark, vault.mark("code", text))
    assert not same(mark, Vault(NEW, "another").mark("address", text))
