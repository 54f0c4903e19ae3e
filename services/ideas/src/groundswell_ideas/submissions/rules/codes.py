"""The code by which sales refer to a design. Pure; called by the commands."""

import hashlib

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Those of Crockford's base 32: none is taken for another one when it is read out or typed in."""

_GROUPS, _GROUP = 3, 4


def product_code_of(idea_id: str) -> str:
    """The product code of an idea, such as 7QK2-M9XA-4TRB; always the same.

    It has 60 bits: of a million ideas two have the same one once in two million times.
    """
    number = int.from_bytes(hashlib.sha256(idea_id.encode()).digest()[:8])
    letters = [_LETTERS[number >> 5 * place & 31] for place in range(_GROUPS * _GROUP)]
    groups = ("".join(letters[n : n + _GROUP]) for n in range(0, len(letters), _GROUP))
    return "-".join(groups)
