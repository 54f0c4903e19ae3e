"""What the ideas service says of uploads."""

from collections.abc import Mapping

from groundswell_web.answers import Shape


class Refusal(Shape):
    """Why the content was not taken."""

    rule: str
    message: str


class Upload(Shape):
    """An upload: open, checking, ready or refused; `offset` is how much has arrived in pieces."""

    upload_id: str
    name: str = ""
    state: str
    method: str = "PATCH"
    url: str | None = None
    headers: Mapping[str, str] = {}
    offset: int = 0
    refused: Refusal | None = None
