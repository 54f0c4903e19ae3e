"""Whatever bytes the ballot box is sent, it understands them as others do, or refuses them."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

import h11
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from groundswell_voting.intake import server as server_module
from groundswell_voting.intake.http import Answer, Request
from tests.integration.voting.test_box_http import LAST, Site, bodies, post
from tests.integration.voting.test_box_http_hostile import CHUNKED, gone, on_the_real_loop


@pytest.fixture(scope="module")
def echo() -> Iterator[Site]:
    with on_the_real_loop() as it:
        yield it


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "SWEEP_SECONDS", 0.02)
    monkeypatch.setattr(server_module, "REQUEST_SECONDS", 0.4)
    monkeypatch.setattr(server_module, "KEEP_ALIVE_SECONDS", 0.4)
    monkeypatch.setattr(server_module, "GOING_SECONDS", 5.0)  # longer than this test may be held up


class TestWhatCounts:
    async def test_a_trailer_is_no_header(self) -> None:
        seen: list[str] = []

        async def note(request: Request) -> Answer:
            seen.append(request.authorization)
            return 200, [], b""

        trailer = b"1\r\na\r\n0\r\nauthorization: Bearer theirs\r\n\r\n"
        with on_the_real_loop(answer=note) as it:
            await it.exchange(CHUNKED + trailer + LAST)
        assert seen == ["", ""]

    @pytest.mark.parametrize(
        "coding", [b"gzip, chunked", b"identity\r\ntransfer-encoding: chunked"]
    )
    async def test_the_only_coding_is_chunked(self, echo: Site, coding: bytes) -> None:
        head = CHUNKED.replace(b"chunked", coding)
        answer = await echo.exchange(head + b"1\r\na\r\n0\r\n\r\n" + LAST)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"The only Transfer-Encoding" in answer

    async def test_there_is_one_authorization(self, echo: Site) -> None:
        twice = b"authorization: Bearer a\r\nauthorization: Bearer b\r\n"
        answer = await echo.exchange(post(b"x", more=twice))
        assert answer.startswith(b"HTTP/1.1 400 ")

    async def test_a_connection_of_http_1_0_does_not_go_on(self, echo: Site) -> None:
        head = CHUNKED.replace(b"1.1\r\n", b"1.0\r\nconnection: keep-alive\r\n")
        assert bodies(await echo.exchange(head + b"1\r\na\r\n0\r\n\r\n" + LAST)) == [b"a"]

    @pytest.mark.parametrize("version", [b" HTTP/2.0", b" HTTP/0.9", b""])
    async def test_other_versions_are_refused(self, echo: Site, version: bytes) -> None:
        answer = await echo.exchange(post(b"x").replace(b" HTTP/1.1", version))
        assert answer.startswith(b"HTTP/1.1 400 ")

    async def test_who_speaks_http_1_0_is_not_told_to_go_on(self, echo: Site) -> None:
        answer = await echo.exchange(
            b"POST / HTTP/1.0\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\n", b"a"
        )
        assert bodies(answer) == [b"a"]

    async def test_a_target_may_be_absolute_and_without_a_path(self, echo: Site) -> None:
        answer = await echo.exchange(
            b"GET http://x/a?b HTTP/1.1\r\n\r\nGET http://x HTTP/1.1\r\nconnection: close\r\n\r\n"
        )
        assert re.findall(rb"x-path: (\S+)", answer) == [b"/a", b"/"]

    async def test_what_breaks_in_reading_a_request_is_told_from_bad_http(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_: Request) -> int:
            raise LookupError

        with on_the_real_loop() as it:
            application = it.server.application
            monkeypatch.setattr(it.server, "application", replace(application, body_limit=broken))
            answer = await it.exchange(LAST)
        assert answer.startswith(b"HTTP/1.1 500 ")
        assert b"LookupError" not in answer


# Messages of these parts are mostly no HTTP, and those that are HTTP to somebody are the dangerous
# ones: what stands in front of the box must not see another request in them than the box does.
METHODS = b"POST PUT GET HEAD OPTIONS CONNECT PRI post M-SEARCH".split()
TARGETS = [b"", *b"/ /a?b=/c * http://x/y http://x x:1 /%2f%ff% /\xff //z".split()]
VERSIONS = [b"HTTP/1.1"] * 6 + b"HTTP/1.0 HTTP/0.9 HTTP/2.0 HTTP/1.2".split()
LINE_ENDS = [b"\r\n"] * 30 + [b"\n", b"\r", b"\r\r\n", b"\r\n ", b"\n\r\n", b"\x00\r\n"]
LENGTHS = [b"0", b"5", b"05", b"+5", b"-1", b"5, 5", b"0x5", b"5;", b"99", b"9" * 30, b""]
CODINGS = [b"chunked", b"Chunked", b"identity", b"x", b"", b"gzip, chunked", b"chunked, x"]
HEADERS = [
    *(b"content-length: " + length for length in LENGTHS),
    *(b"transfer-encoding: " + coding for coding in CODINGS),
    b"content-length: 5 \t",
    b"content-length: 5\x0b",
    b"content-length: \x0c5",
    b"content-length : 5",
    b"content-length\x00: 5",
    b"content_length: 5",
    b"transfer-encoding: \x0bchunked",
    b'transfer-encoding: "chunked"',
    b"transfer-encoding:\r\n chunked",
    b"transfer-encoding : chunked",
    b" transfer-encoding: chunked",
    b"connection: close",
    b"connection: keep-alive",
    b"connection: upgrade\r\nupgrade: h2c",
    b"connection: transfer-encoding",
    b"expect: 100-continue",
    b"authorization: Bearer x",
    b"x: \xff\x80",
    b": y",
    b"x",
    b"x: " + b"y" * 3_000,
]
BODIES = [
    b"",
    b"12345",
    b"5\r\n12345\r\n0\r\n\r\n",
    b'5;x="y"\r\n12345\r\n0\r\nx: y\r\n\r\n',
    b"5\r\n12345\r\n0\r\nContent-Length: 9\r\n\r\n",
    b"5 \r\n12345\r\n0\r\n\r\n",
    b"5\n12345\n0\n\n",
    b"5;\n12345\r\n0\r\n\r\n",
    b"0x5\r\n12345\r\n0\r\n\r\n",
    b"-5\r\n12345\r\n0\r\n\r\n",
    b"5\r\n1234567\r\n0\r\n\r\n",
    b"10000000000000005\r\n12345\r\n0\r\n\r\n",
    b"00000000000000000005\r\n12345\r\n0\r\n\r\n",
    b"1\r\n1\r\n" * 20 + b"0\r\n\r\n",
    b"c8\r\n" + b"z" * 200 + b"\r\n0\r\n\r\n",
    b"GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n",
]


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Something like a request."""
    line = b" ".join(draw(st.sampled_from(it)) for it in (METHODS, TARGETS, VERSIONS))
    lines = [line, b"host: x", *draw(st.lists(st.sampled_from(HEADERS), max_size=4)), b""]
    head = b"".join(it + draw(st.sampled_from(LINE_ENDS)) for it in lines)
    return head + draw(st.sampled_from(BODIES))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Good requests, some of their bytes lost, doubled or changed."""
    good = bytearray(post(b"12345", more=b"x: y\r\n") + CHUNKED + BODIES[3] + post(b"6"))
    for place in draw(st.lists(st.integers(0, len(good) - 1), max_size=4)):
        length = draw(st.integers(0, 8))
        good[place : place + length] = draw(
            st.sampled_from([b"", bytes(good[place : place + length]) * 2, b"\r\n", b"0", b"\x00"])
            | st.binary(max_size=3)
        )
    return bytes(good)


class Asked(NamedTuple):
    """A request as somebody understands it."""

    method: str
    path: str
    body: bytes


# What h11 does not take and the box does. Nobody sees other requests for it.
HARMLESS = re.compile(
    "Missing mandatory Host|Found multiple Host|no request line|illegal request line.*  "
)


def as_h11_sees_it(sent: bytes) -> tuple[list[Asked], str]:
    """The requests in what was sent, up to the first that h11 does not take, and why not."""
    ours = h11.Connection(h11.SERVER)
    ours.receive_data(sent)
    seen: list[Asked] = []
    method, path, body, upgrades = "", "", b"", False
    try:
        while True:
            match ours.next_event():
                case h11.Request(method=word, target=target, headers=headers):
                    method = word.decode()
                    upgrades = any(name == b"upgrade" for name, _ in headers)
                    path = unquote(re.sub(r"^http://x|[?#].*", "", target.decode())) or "/"
                    body = b""
                case h11.Data(data=data):
                    body += data
                case h11.EndOfMessage():
                    # The box takes only requests without a body along with an upgrade.
                    seen.append(Asked(method, path, b"" if upgrades else body))
                    ours.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
                    ours.send(h11.EndOfMessage())
                    ours.start_next_cycle()
                case _:
                    return seen, ""
    except h11.ProtocolError as error:
        return seen, str(error)


def answers(received: bytes, asked: list[Asked]) -> list[tuple[int, bytes]]:
    """Status and body of each answer; after those to what was asked there may be a refusal."""
    found: list[tuple[int, bytes]] = []
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        status_line, *lines = head.split(b"\r\n")
        status = int(status_line.split(b" ")[1])
        assert status_line == b"HTTP/1.1 %d %b" % (status, HTTPStatus(status).phrase.encode())
        if status == HTTPStatus.CONTINUE:
            continue
        headers = dict(line.split(b": ", 1) for line in lines)
        assert headers[b"date"].endswith(b" GMT")
        has_body = len(found) >= len(asked) or asked[len(found)].method != "HEAD"
        length = int(headers[b"content-length"]) if has_body else 0
        assert len(received) >= length
        found.append((status, received[:length]))
        received = received[length:]
    return found


async def send_and_check(it: Site, pieces: list[bytes], *, says_its_last: bool) -> None:
    """Send it; whatever it is, there are answers to what was understood, and an end."""
    it.asked.clear()
    reader, writer = await it.connect()
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0)
    if says_its_last:
        with suppress(OSError):  # the box may have ended it
            writer.write_eof()
    async with asyncio.timeout(30):
        received = await reader.read()
    writer.close()
    asked = [Asked(request.method, request.path, request.body) for request in it.asked]
    found = answers(received, asked)
    told = [(200, b"" if request.method == "HEAD" else request.body) for request in asked]
    assert found[: len(told)] == told
    assert [status for status, _ in found[len(told) :]] in ([], [400], [413])
    seen, complaint = as_h11_sees_it(b"".join(pieces))
    assert asked[: len(seen)] == seen[: len(asked)]
    assert len(asked) <= len(seen) or HARMLESS.match(complaint)


@how(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.lists(messages() | mutated() | st.just(post(b"good")), max_size=4).map(b"".join),
    cuts=st.sets(st.integers(1, 300), max_size=6),
    says_its_last=st.sampled_from([True] * 9 + [False]),
)
@pytest.mark.usefixtures("impatient")
async def test_whatever_is_sent_is_understood_as_others_do_or_refused(
    echo: Site, sent: bytes, cuts: set[int], says_its_last: bool
) -> None:
    places = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    pieces = [sent[a:b] for a, b in pairwise(places)]
    await send_and_check(echo, pieces, says_its_last=says_its_last)


async def test_after_all_that_nobody_is_left_and_it_serves_on(echo: Site) -> None:
    await gone(echo)
    assert bodies(await echo.exchange(LAST)) == [b"last"]
    assert not echo.server._answering
