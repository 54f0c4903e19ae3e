"""The languages in which a visitor wants to read a contest, as a dependency of routes."""

import re
from typing import Annotated

from fastapi import Depends, Request

LONGEST = 500

_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4}){0,2}")


def _wanted(request: Request, locale: str = "") -> str:
    picked = locale if _LOCALE.fullmatch(locale) else ""
    by_browser = request.headers.get("accept-language", "")
    return ", ".join(said for said in (picked, by_browser) if said)[:LONGEST]


Languages = Annotated[str, Depends(_wanted)]
"""The one that was picked on the page, then those of the browser, as Accept-Language says it."""
