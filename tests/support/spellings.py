"""How a text may be written in bytes, and the search for it, also within what is encrypted."""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from cryptography.fernet import Fernet, InvalidToken

_FERNET = re.compile(rb"gAAAAA[A-Za-z0-9_-]{60,}={0,2}")


def fernet_keys(secrets: dict[str, str]) -> list[Fernet]:
    """The keys among an installation's secrets that Fernet takes."""
    keys = []
    for text in ",".join(secrets.values()).split(","):
        try:
            keys.append(Fernet(text))
        except ValueError:
            continue  # a secret of another kind
    return keys


class Spellings:
    """Texts that are looked for, and the keys that open what may hold them.

    Each is found in UTF-8 and UTF-16, in capital and small letters, in JSON's and URLs' escapes,
    as hex, and in Base64 wherever in it the text begins.
    """

    def __init__(self, texts: Sequence[str], keys: Sequence[Fernet] = ()) -> None:
        self._keys = keys
        folded = {text.casefold() for text in texts}
        self._caseless = {variant for text in folded for variant in _caseless(text)}
        written = {*texts, *folded}
        self._exact = {variant for text in written for variant in _in_base64(text.encode())}

    def found_in(self, content: bytes) -> list[str]:
        """The spellings that the content has, or that encrypted parts of it have, once each."""
        found = self._plain_in(content)
        for opened in self._opened(content):
            found += [f"encrypted {spelling}" for spelling in self._plain_in(opened)]
        return sorted(set(found))

    def _plain_in(self, content: bytes) -> list[str]:
        small = content.lower()
        found = [variant for variant in self._caseless if variant in small]
        found += [variant for variant in self._exact if variant in content]
        return [repr(variant) for variant in found]

    def _opened(self, content: bytes) -> Iterator[bytes]:
        for token in _FERNET.findall(content):
            for key in self._keys:
                try:
                    yield key.decrypt(token)
                except InvalidToken:
                    continue  # another key's


def _caseless(text: str) -> Iterator[bytes]:
    """Spellings in which the case of letters tells nothing, all small."""
    plain = text.encode()
    yield plain
    yield plain.hex().encode()
    yield quote(text, safe="").lower().encode()
    yield json.dumps(text)[1:-1].encode()
    # Its ASCII letters are lowered by bytes.lower in UTF-16 too.
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")


def _in_base64(plain: bytes) -> Iterator[bytes]:
    """What Base64 makes of the text whatever stands before and after it, in both alphabets."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + plain)
        # Characters that share their bits with a neighbour of the text are left out.
        first, last = (0, 2, 3)[before], (before + len(plain)) * 8 // 6
        yield whole[first:last]
        yield whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))
