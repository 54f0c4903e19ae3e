"""Requests that nobody sends by mistake, made from what the OpenAPI document says of a route."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

Json = Any
Place = tuple[str | int, ...]

ALWAYS_WRONG: Mapping[str, Json] = {
    "an operator of the database": {"$gt": ""},
    "lists in lists": [[[]]],
    "a number beyond 64 bits": 10**30,
    "a negative one": -(10**30),
    "no number": float("nan"),
    "an infinite one": float("inf"),
    "half a character": "\ud800",
    "a null character": "nul\x00",
}
"""By what they are: no field of any request may take them."""

UNSEEN = "Plain words\u202e, it seems\u2066\x1b"
UNSEEN_CHARACTERS = frozenset("\u202e\u2066\x1b")
"""A text with a few characters that nobody sees: refused, or kept without them."""

BAD_BODIES: Mapping[str, bytes] = {
    "no JSON": b'{"title": ',
    "bytes that are no text": b'{"title": "\xff\xfe\x80"}',
    "another encoding": '{"title": "T"}'.encode("utf-16"),
    "a null byte": b"\x00",
    "a list": b"[1]",
    "a text": b'"title"',
    "no finite number": b"1e999",
    "a number of 5,000 digits": b'{"title": ' + b"9" * 5_000 + b"}",
    "a hundred thousand brackets": b"[" * 100_000,
    "as many closed ones": b'{"title": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "an unknown field": b'{"$where": "sleep(1000)"}',
    "10 MB": b'{"title": "' + b"x" * 10_000_000 + b'"}',
}

BAD_IDS: Mapping[str, str] = {
    "unknown": "none_of_them",
    "a null byte": "%00",
    "bytes that are no text": "%FF%FE",
    "turned around": quote("\u202edi"),
    "an operator": quote('{"$gt":""}'),
    "a way up": "..%2F..%2Fetc%2Fpasswd",
    "long": "x" * 5_000,
}

BAD_WORDS: Mapping[str, str] = {
    **{name: value for name, value in BAD_IDS.items() if name != "unknown"},
    "empty": "",
    "negative": "-1",
    "no number": "nan",
    "5,000 digits": "9" * 5_000,
    "other digits": quote("\u0663"),
}

BAD_HEADERS: Sequence[Mapping[str, bytes]] = [
    {name: value}
    for name in (
        *("If-Match", "If-None-Match", "Idempotency-Key", "Accept-Language", "Authorization"),
        *("Upload-Offset", "Content-Type", "Tus-Resumable", "Range"),
    )
    for value in (
        *(b"\xff\xfe", b"", b"-1", b"9" * 5_000, b'"v' + b"9" * 5_000 + b'"', b"x" * 20_000),
        *("\u0663".encode(), b"Bearer \xff", b"q;q=q,,,;;q=" * 500, b"application/json;charset=x"),
    )
]


class Field(NamedTuple):
    """A place in a body, and whether a text may stand there."""

    place: Place
    takes_text: bool


def fields(document: Json, schema: Json, depth: int = 6) -> Iterator[Field]:
    """Every place in the bodies of a schema, lists by their first element."""
    for branch in _branches(document, schema) if depth else ():
        yield from _fields_of(document, branch, depth)


def _fields_of(document: Json, schema: Json, depth: int) -> Iterator[Field]:
    properties = dict(schema.get("properties", {}))
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        properties["some_name"] = extra
    for name, one in properties.items():
        yield Field((name,), _takes_text(document, one))
        for inner in fields(document, one, depth - 1):
            yield Field((name, *inner.place), inner.takes_text)
    if isinstance(schema.get("items"), dict):
        yield Field((0,), _takes_text(document, schema["items"]))
        for inner in fields(document, schema["items"], depth - 1):
            yield Field((0, *inner.place), inner.takes_text)


def _branches(document: Json, schema: Json) -> Iterator[Json]:
    """What a schema comes to, without references and choices."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    choices = [one for key in ("anyOf", "oneOf", "allOf") for one in schema.get(key, ())]
    if not choices:
        yield schema
    for choice in choices:
        yield from _branches(document, choice)


def _takes_text(document: Json, schema: Json) -> bool:
    branches = _branches(document, schema)
    return any(one.get("type") == "string" and "enum" not in one for one in branches)


def with_value(body: Json, place: Place, value: Json) -> Json:
    """The body with another value at a place; what leads to it is made where it is missing."""
    if not place:
        return value
    first, rest = place[0], place[1:]
    if isinstance(first, int):
        inside = body[0] if isinstance(body, list) and body else None
        return [with_value(inside, rest, value)]
    known = body if isinstance(body, dict) else {}
    return known | {first: with_value(known.get(first), rest, value)}


def written(body: Json) -> bytes:
    """The body as JSON, with what only lax writers let through."""
    return json.dumps(body).encode()
