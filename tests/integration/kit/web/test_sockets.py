"""What comes over a socket, however broken, gets a problem and leaves the server as it was."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

POST = b"POST /v1/things HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
JSON = b"content-type: application/json\r\n"


async def exchange(port: int, *parts: bytes) -> bytes:
    """Sends the parts one after the other, and returns all until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
        return await asyncio.wait_for(reader.read(), 30)
    finally:
        writer.close()


def problem(answer: bytes, status: int, slug: str) -> dict[str, Any]:
    """The problem in an answer, after checking that it is one."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer[:500]
    assert b"content-type: application/problem+json" in head
    document: dict[str, Any] = json.loads(body)
    assert document["type"] == f"/problems/{slug}"
    return document


@pytest.fixture(autouse=True)
async def unharmed(api: int) -> AsyncIterator[None]:
    """After each test the server still answers."""
    yield
    answer = await exchange(api, b"GET /healthz HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_a_chunked_body_that_grows_too_large_is_413(api: int) -> None:
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    answer = await exchange(
        api, POST + JSON + b"transfer-encoding: chunked\r\n\r\n", *[chunk] * 5, b"0\r\n\r\n"
    )
    assert "65536" in problem(answer, 413, "body-too-large")["detail"]


async def test_a_body_announced_too_large_is_413_before_it_is_sent(api: int) -> None:
    head = POST + JSON + b"content-length: 10000000000\r\nexpect: 100-continue\r\n\r\n"
    answer = await exchange(api, head)
    assert b"100 Continue" not in answer
    problem(answer, 413, "body-too-large")


async def test_a_chunked_body_is_read_whole(api: int) -> None:
    chunks = (b'2\r\n{"\r\n', b'c\r\ntitle": "a"}\r\n', b"0\r\n\r\n")
    answer = await exchange(api, POST + JSON + b"transfer-encoding: chunked\r\n\r\n", *chunks)
    assert answer.startswith(b"HTTP/1.1 201")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a TLS greeting
        b"BREW /pot HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
        b"GET /v1/things/\xc3\xa9 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nname\x00: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nname: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nname: a\rb: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\n: empty\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: " + b"9" * 30 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + JSON + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=lambda request: repr(request[:60]),
)
async def test_what_is_not_http_is_400(api: int, request_bytes: bytes) -> None:
    answer = await exchange(api, request_bytes)
    first = answer[answer.rfind(b"HTTP/1.1 ") :]
    problem(first, 400, "bad-request")


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nname: " + b"x" * 400_000,
        b"GET /" + b"x" * 400_000,
        b"GET / HTTP/1.1\r\n" + b"name: x\r\n" * 40_000,
    ],
    ids=["a value", "an address", "many headers"],
)
async def test_a_head_without_end_is_400(api: int, head: bytes) -> None:
    parts = [head[i : i + 16_384] for i in range(0, len(head), 16_384)]
    try:
        answer = await exchange(api, *parts)
    except ConnectionError:
        return  # Closed while we were still sending: the answer may be lost on the way.
    problem(answer, 400, "bad-request")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/v1/things/%zz", 200),
        (b"/v1/things/%", 200),
        (b"/v1/things/%00", 200),
        (b"/v1/things/%ff%fe", 200),
        (b"/v1/things/%ed%a0%80", 200),
        (b"/v1/things/a?like=%ff%00%zz&like&&=&%=%", 200),
        (b"/v1/things/..%2f..%2fetc%2fpasswd", 404),
        (b"//v1/things/a", 404),
        (b"http://elsewhere.test/v1/things/a", 200),
        (b"*", 404),
    ],
)
async def test_an_odd_address_breaks_nothing(api: int, target: bytes, status: int) -> None:
    answer = await exchange(
        api, b"GET " + target + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    if status == 200:
        assert answer.startswith(b"HTTP/1.1 200"), answer
    else:
        assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")), answer


async def test_doubled_headers_break_nothing(api: int) -> None:
    body = b'{"title": "a"}'
    doubled = JSON * 2 + b"traceparent: a\r\n" * 2 + b"idempotency-key: k\r\n" * 2
    answer = await exchange(api, POST + doubled + b"content-length: 14\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 201")


async def test_a_client_that_leaves_in_the_middle_breaks_nothing(api: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", api)
    writer.write(POST + JSON + b'content-length: 14\r\n\r\n{"ti')
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def test_requests_sent_ahead_are_answered_in_order(api: int) -> None:
    first = b"GET /v1/naps/0.1 HTTP/1.1\r\nhost: x\r\n\r\n"
    last = b"GET /v1/things/b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    answer = await exchange(api, first + last)
    assert answer.index(b"rested") < answer.index(b'"b"')


async def test_an_upgrade_is_declined(api: int) -> None:
    head = b"GET /v1/things/a HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, close\r\n"
    answer = await exchange(api, head + b"upgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
