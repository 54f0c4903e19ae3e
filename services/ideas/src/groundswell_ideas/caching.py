"""Answers that browsers and caches may keep, and ask again whether they still hold."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import Header, Response
from pydantic import BaseModel

from groundswell_kit.etags import etag

IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=1000)]
"""The ETags that the caller has."""

_SHARED_SECONDS = 15

Keeper = Literal["everybody", "caller", "nobody"]

_CACHE_CONTROL: Mapping[Keeper, str] = {
    # What was taken from the public is in no cache after a minute and a quarter.
    "everybody": f"public, max-age={_SHARED_SECONDS}, stale-while-revalidate=60",
    "caller": "private, no-cache",
    "nobody": "no-store",
}


def keeper_of(subject: str | None) -> Keeper:
    """Who may keep an answer that is the same for all who send no token."""
    return "everybody" if subject is None else "caller"


def cacheable(
    answer: BaseModel,
    if_none_match: str | None,
    keeper: Keeper,
    headers: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
) -> Response:
    """The answer as JSON with a strong ETag; 304 without a body when the caller has it already.

    The ETag of what has a `version` names it, so that If-Match takes it too. What varies by more
    than the caller says so in `headers`.
    """
    body = answer.model_dump_json().encode()
    content = hashlib.sha256(body).hexdigest()[:32]
    tag = f'"{content}"' if version is None else etag(version, content)
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    varies = [*filter(None, [sent.get("vary")]), "Authorization"]
    sent |= {"etag": tag, "cache-control": _CACHE_CONTROL[keeper], "vary": ", ".join(varies)}
    if is_known(if_none_match, tag):
        return Response(status_code=304, headers=sent)
    return Response(body, headers=sent, media_type="application/json")


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller has what this ETag stands for."""
    named = {one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")}
    return tag in named or "*" in named
