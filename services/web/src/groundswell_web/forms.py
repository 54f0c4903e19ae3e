"""Reads what a form sends: small, URL-encoded, UTF-8. Used by the routes that take forms."""

import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from groundswell_kit.ids import new_id

MAX_BYTES = 64 * 1024
MAX_FIELDS = 1_000
"""A ballot has a field for each idea on it."""

_TYPE = "application/x-www-form-urlencoded"
_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of the form, the last value of each. Raises 400, 413 or 415."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _TYPE:
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise HTTPException(413)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:  # not ASCII, not UTF-8, too many fields
        raise HTTPException(400) from error
    if any("\0" in part for pair in pairs for part in pair):
        raise HTTPException(400)
    # Browsers send line ends as CRLF, whatever was typed.
    fields = {name: value.replace("\r\n", "\n") for name, value in pairs}
    request.state.fields = fields
    return fields


def form_key(fields: Mapping[str, str]) -> str:
    """The key that makes sending a form again safe; a new one when it has none that can be one."""
    key = fields.get("key", "")
    return key if _KEY.fullmatch(key) else new_id("form")


Fields = Annotated[Mapping[str, str], Depends(read_form)]
"""What was typed and ticked."""
