"""Long lists in pages with signed cursors. Used by the routes of lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeVar

from fastapi import Depends, Query, Request, Response

from groundswell_kit import cursors
from groundswell_kit.problems import FieldError, validation


class Listed(Protocol):
    """What a list is made of, in the order of its ids."""

    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=Listed)


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a request asks for: `size` items from those behind the item `behind`."""

    behind: str | None
    size: int
    request: Request
    response: Response

    @property
    def wanted(self) -> int:
        """How many items to look for: one more than shown tells whether another page follows."""
        return self.size + 1

    def cut(self, found: Sequence[Item]) -> tuple[Sequence[Item], str | None]:
        """The items to show of those found, and the next page's cursor, also told in `Link`."""
        if len(found) <= self.size:
            return found, None
        shown = found[: self.size]
        payload = {"list": self.request.url.path, "behind": shown[-1].id}
        cursor = cursors.encode(payload, _secret(self.request))
        target = self.request.url.include_query_params(cursor=cursor)
        self.response.headers["Link"] = f'<{target.path}?{target.query}>; rel="next"'
        return shown, cursor


def _page(
    request: Request,
    response: Response,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page:
    if cursor is None:
        return Page(None, limit, request, response)
    payload = cursors.decode(cursor, _secret(request))
    if payload["list"] != request.url.path:
        raise validation(FieldError("query.cursor", "cursor", "a cursor of another list"))
    return Page(payload["behind"], limit, request, response)


def _secret(request: Request) -> bytes:
    secret: bytes = request.app.state.cursor_secret
    return secret


AskedPage = Annotated[Page, Depends(_page)]
"""The page that `cursor` and `limit` of the query ask for; 422 for a cursor not of this list."""
