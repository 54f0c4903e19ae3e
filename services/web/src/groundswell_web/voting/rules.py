"""By which link a voter came: kept in addresses and forms up to the vote, in no cookie. Pure."""

import re

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


def link_named(via: str = "") -> str:
    """What a link named itself, if it can be that; what it stands for is known to ideas."""
    return via if _NAME.fullmatch(via) else ""
