"""Reads what a form sends: small, URL-encoded, UTF-8. Used by the routes that take forms."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

MAX_BYTES = 64 * 1024
MAX_FIELDS = 200

_TYPE = "application/x-www-form-urlencoded"


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


Fields = Annotated[Mapping[str, str], Depends(read_form)]
"""What was typed and ticked."""
