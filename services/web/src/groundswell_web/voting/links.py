"""The link by which a visitor came: read from the address of a page, kept in that of the next.

Used by the routes of pages that lead to a vote.
"""

from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse

from groundswell_web.voting.rules import link_named


def link_of(request: Request) -> str:
    """What the link named itself; empty if it named nothing, or what no link can."""
    return link_named(request.query_params.get("via", ""))


def back_to(path: str, via: str, place: str = "", **shown: str) -> RedirectResponse:
    """Leads who sent a form to a place on a page, as somebody who came by this link, or by none.

    `shown` is what else the address says.
    """
    query = urlencode(shown | ({"via": via} if via else {}))
    address = f"{path}?{query}" if query else path
    return RedirectResponse(f"{address}#{place}" if place else address, 303)
