"""Keeps what is personal or secret unreadable in MongoDB, and finds it again without reading it.

Used by the stores and commands of all capabilities.
"""

import hashlib
import hmac
import json
from typing import Any

from cryptography.fernet import Fernet, MultiFernet

Fields = dict[str, Any]


class Vault:
    """Encrypts with the first of `master_keys`, decrypts with all; `mark_key` makes the marks."""

    def __init__(self, master_keys: str, mark_key: str) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in master_keys.split(",")])
        self._mark_key = mark_key.encode()

    def seal(self, fields: Fields) -> bytes:
        """The fields (JSON types) encrypted; never the same bytes twice."""
        return self._fernet.encrypt(json.dumps(fields).encode())

    def open(self, sealed: bytes) -> Fields:
        """What `seal` was given. Raises Fernet's InvalidToken when no key fits."""
        fields: Fields = json.loads(self._fernet.decrypt(sealed))
        return fields

    def mark(self, purpose: str, text: str) -> str:
        """A keyed hash, the same for the same text: to find it, or to compare with it.

        Marks of different purposes tell nothing of each other.
        """
        message = f"{purpose}\n{text}".encode()
        return hmac.digest(self._mark_key, message, hashlib.sha256).hex()


def same(mark: str, other: str) -> bool:
    """Whether two marks are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(mark.encode(), other.encode())
