"""Whatever is wrong with a vote, a problem says so and the log has nothing of it."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx2
import pytest
from pydantic import SecretStr

from groundswell_kit.problems import ProblemType
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.intake import server
from groundswell_voting.intake.problems import PROBLEM_TYPES
from groundswell_voting.settings import Settings
from tests.integration.voting.boxes import Box, announced, ballot_box
from tests.integration.voting.world import IDEAS, Log

GOOD = {"idea_id": IDEAS[0]}


class Polls(NamedTuple):
    """Polls that the box knows: two that take votes, each of its kind, and one that has closed."""

    open: str
    changeable: str
    closed: str


@pytest.fixture(scope="module")
async def box(settings: Settings) -> AsyncIterator[Box]:
    async with ballot_box(settings) as box:
        yield box


@pytest.fixture(scope="module")
async def polls(box: Box, writer: LogWriter) -> Polls:
    return Polls(
        await announced(box, writer),
        await announced(box, writer, kind="changeable", ideas_per_ballot=2),
        await announced(box, writer, accepting=False),
    )


@pytest.fixture(autouse=True)
async def nothing_is_recorded(votes_log: Log) -> AsyncIterator[None]:
    before = {p: len(records) for p, records in (await votes_log.read()).items()}
    yield
    assert {p: len(records) for p, records in (await votes_log.read()).items()} == before


class Bad(NamedTuple):
    """A body, and the problem that it is."""

    body: bytes | dict[str, Any]
    status: int
    kind: str
    field: str | None = None


def nested(depth: int) -> bytes:
    return b'{"x":' + b"[" * depth + b"]" * depth + b',"idea_id":1}'


BODIES = {
    "no JSON": Bad(b'{"idea_id": ', 400, "malformed-json"),
    "empty": Bad(b"", 400, "malformed-json"),
    "no UTF-8": Bad(b'{"idea_id": "\xff"}', 400, "malformed-json"),
    "a surrogate in UTF-8": Bad(b'{"idea_id": "\xed\xa0\x80"}', 400, "malformed-json"),
    "half a character": Bad(b'{"idea_id": "\\ud800"}', 400, "malformed-json"),
    "more than JSON": Bad(b'{"idea_id": "a"} x', 400, "malformed-json"),
    "NaN": Bad(b'{"idea_id": NaN}', 400, "malformed-json"),
    "a list": Bad(b"[1]", 422, "validation", "body"),
    "null": Bad(b"null", 422, "validation", "body"),
    "no field": Bad({}, 422, "validation", "body.idea_id"),
    "another field": Bad({"idea": "idea_boaty"}, 422, "validation", "body.idea_id"),
    "a number": Bad({"idea_id": 5}, 422, "validation", "body.idea_id"),
    "nothing": Bad({"idea_id": None}, 422, "validation", "body.idea_id"),
    "two ideas": Bad({"idea_id": list(IDEAS[:2])}, 422, "validation", "body.idea_id"),
    "an object": Bad({"idea_id": {"idea_id": IDEAS[0]}}, 422, "validation", "body.idea_id"),
    "nested": Bad(nested(100), 422, "validation", "body.idea_id"),
    "nested deeply": Bad(nested(2_000), 400, "malformed-json"),
    "too large": Bad({"idea_id": "x" * 5_000}, 413, "body-too-large"),
    "no text in the idea": Bad({"idea_id": ""}, 404, "not-found"),
    "an unknown idea": Bad({"idea_id": "idea_trout"}, 404, "not-found"),
    "a NUL": Bad({"idea_id": "\0"}, 404, "not-found"),
    "the poll's id": Bad({"idea_id": "{open}"}, 404, "not-found"),
}


BALLOTS = {
    "no JSON": Bad(b"{", 400, "malformed-json"),
    "no field": Bad({}, 422, "validation", "body.idea_ids"),
    "no revision": Bad({"idea_ids": []}, 422, "validation", "body.revision"),
    "one idea": Bad({"idea_ids": IDEAS[0], "revision": 1}, 422, "validation", "body.idea_ids"),
    "a number": Bad({"idea_ids": [1], "revision": 1}, 422, "validation", "body.idea_ids"),
    "an idea twice": Bad(
        {"idea_ids": [IDEAS[0]] * 2, "revision": 1}, 422, "validation", "body.idea_ids"
    ),
    "too many ideas": Bad(
        {"idea_ids": list(IDEAS[:3]), "revision": 1}, 422, "validation", "body.idea_ids"
    ),
    "an unknown idea": Bad({"idea_ids": ["idea_trout"], "revision": 1}, 404, "not-found"),
    "revision 0": Bad({"idea_ids": [], "revision": 0}, 422, "validation", "body.revision"),
    "revision -1": Bad({"idea_ids": [], "revision": -1}, 422, "validation", "body.revision"),
    "a high revision": Bad(
        {"idea_ids": [], "revision": 10_001}, 422, "validation", "body.revision"
    ),
    "a huge revision": Bad(
        {"idea_ids": [], "revision": 10**30}, 422, "validation", "body.revision"
    ),
    "a fraction": Bad({"idea_ids": [], "revision": 1.5}, 422, "validation", "body.revision"),
    "a text": Bad({"idea_ids": [], "revision": "1"}, 422, "validation", "body.revision"),
    "too large": Bad({"idea_ids": ["x" * 400_000], "revision": 1}, 413, "body-too-large"),
    "too large for so few ideas": Bad(
        {"idea_ids": ["x" * 20_000], "revision": 1}, 413, "body-too-large"
    ),
}


def check(answer: httpx2.Response, status: int, kind: str) -> dict[str, Any]:
    document: dict[str, Any] = answer.json()
    assert (answer.status_code, document["type"]) == (status, f"/problems/{kind}")
    assert document["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    return document


@pytest.mark.parametrize("name", BODIES)
async def test_a_bad_body_is_refused(box: Box, polls: Polls, name: str) -> None:
    bad = BODIES[name]
    answer = await box.post(polls.open, box.permit(polls.open, "voter_1"), bad.body)
    document = check(answer, bad.status, bad.kind)
    assert [e["field"] for e in document.get("errors", [])] == ([bad.field] if bad.field else [])


@pytest.mark.parametrize("name", BALLOTS)
async def test_a_bad_ballot_is_refused(box: Box, polls: Polls, name: str) -> None:
    bad = BALLOTS[name]
    answer = await box.put(polls.changeable, box.permit(polls.changeable, "voter_1"), bad.body)
    document = check(answer, bad.status, bad.kind)
    assert [e["field"] for e in document.get("errors", [])] == ([bad.field] if bad.field else [])


async def test_each_kind_of_poll_has_its_way_of_voting(box: Box, polls: Polls) -> None:
    check(await box.vote(polls.changeable, "voter_1"), 409, "wrong-kind-of-poll")
    check(await box.state(polls.open, "voter_1", IDEAS[:1], 1), 409, "wrong-kind-of-poll")
    check(await box.state(polls.closed, "voter_1", IDEAS[:1], 1), 409, "voting-not-open")


async def test_a_ballot_needs_a_pass_too(box: Box, polls: Polls) -> None:
    ballot = {"idea_ids": [], "revision": 1}
    check(await box.put(polls.changeable, None, ballot), 401, "unauthenticated")
    theirs = box.permit(polls.open, "voter_1")
    check(await box.put(polls.changeable, theirs, ballot), 403, "forbidden")


async def test_a_body_that_comes_in_pieces_is_bounded_too(box: Box, polls: Polls) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" " * 100

    headers = {"Authorization": f"Bearer {box.permit(polls.open, 'voter_1')}"}
    path = f"{box.url}/v1/polls/{polls.open}/votes"
    check(await box.http.post(path, content=pieces(), headers=headers), 413, "body-too-large")


async def test_a_body_that_does_not_come_is_not_waited_for(
    box: Box, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.2)
    head = head_of(f"/v1/polls/{polls.open}/votes", box.permit(polls.open, "voter_1"), length=25)
    answer = await exchange(box, head + b'{"idea_id":')
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]


def head_of(path: str, permit: str, length: int) -> bytes:
    """A request's head as bytes on the wire, because a client would tidy it up."""
    lines = [
        f"POST {path} HTTP/1.1",
        "host: x",
        "connection: close",
        f"authorization: Bearer {permit}",
        f"content-length: {length}",
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


async def exchange(box: Box, request: bytes) -> bytes:
    host, port = box.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    return answer


class TestPass:
    @pytest.mark.parametrize(
        "authorization",
        ["", "Bearer", "Basic dm90ZXI6cGFzcw==", "bearer nonsense", "Bearer a.b.c"],
    )
    async def test_there_must_be_one(self, box: Box, polls: Polls, authorization: str) -> None:
        path = f"{box.url}/v1/polls/{polls.open}/votes"
        headers = {"Authorization": authorization}
        answer = await box.http.post(path, json=GOOD, headers=headers)
        check(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_without_any_header(self, box: Box, polls: Polls) -> None:
        answer = await box.post(polls.open, None, GOOD)
        check(answer, 401, "unauthenticated")
        assert "invalid_token" not in answer.headers["www-authenticate"]

    async def test_its_time_must_not_be_over(self, box: Box, polls: Polls) -> None:
        answer = await box.vote(polls.open, "voter_1", expires_at=1)
        assert "expired" in check(answer, 401, "unauthenticated")["detail"]

    async def test_it_must_be_signed_with_a_key_of_ours(self, polls: Polls, box: Box) -> None:
        keys = SecretStr(f"k1:{urlsafe_b64encode(b'f' * 32).decode()}")
        theirs = box.settings.model_copy(update={"voting_pass_keys": keys})
        foreign = Box(box.url, box.http, theirs)
        check(await foreign.vote(polls.open, "voter_1"), 401, "unauthenticated")

    async def test_it_must_not_be_changed(self, box: Box, polls: Polls) -> None:
        permit = box.permit(polls.open, "voter_1")
        key_id, claims, signature = permit.split(".")
        other = box.permit(polls.open, "voter_2").split(".")[1]
        for changed in (f"{key_id}.{other}.{signature}", f"k2.{claims}.{signature}", permit[:-9]):
            check(await box.post(polls.open, changed, GOOD), 401, "unauthenticated")

    async def test_it_must_be_for_this_poll(self, box: Box, polls: Polls) -> None:
        permit = box.permit(polls.closed, "voter_1")
        check(await box.post(polls.open, permit, GOOD), 403, "forbidden")

    async def test_an_access_token_is_none(self, box: Box, polls: Polls) -> None:
        check(await box.post(polls.open, "eyJhbGciOiJub25lIn0.e30.", GOOD), 401, "unauthenticated")


async def test_a_poll_must_be_known(box: Box) -> None:
    check(await box.once.vote("poll_unheard_of", "voter_1"), 503, "not-recorded")


async def test_a_poll_must_take_votes(box: Box, polls: Polls) -> None:
    check(await box.vote(polls.closed, "voter_1"), 409, "voting-not-open")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_another_method_is_refused(box: Box, polls: Polls, method: str) -> None:
    answer = await box.http.request(method, f"{box.url}/v1/polls/{polls.open}/votes")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    if method != "PUT":
        answer = await box.http.request(method, f"{box.url}/v1/polls/{polls.open}/ballot")
        assert answer.headers["allow"] == "PUT"


@pytest.mark.parametrize(
    "path", ["/", "/v1/polls", "/v1/polls/p/votes/", "//v1/polls/p/votes", "/x"]
)
async def test_another_path_is_not_found(box: Box, path: str) -> None:
    check(await box.http.post(f"{box.url}{path}", json=GOOD), 404, "not-found")


@pytest.mark.parametrize(
    "segment",
    ["%00", "%ff", "%ed%a0%80", "%f0%9f%90%9f", "%2e%2e", "a%2fb", "%", "x" * 5_000, "\xff", "{}"],
)
async def test_strange_paths_are_answered(box: Box, segment: str) -> None:
    head = head_of(f"/v1/polls/{segment}/votes", box.permit("poll_1", "voter_1"), length=15)
    answer = await exchange(box, head + b'{"idea_id":"i"}')
    assert int(answer.split(b" ", 2)[1]) in (400, 403, 404), answer[:200]
    assert b"application/problem+json" in answer


async def test_the_description_is_served(box: Box) -> None:
    document = (await box.http.get(f"{box.url}/openapi.json")).json()
    for path, method in (("votes", "post"), ("ballot", "put")):
        (found,) = document["paths"][f"/v1/polls/{{poll_id}}/{path}"].items()
        assert found[0] == method
        assert set(found[1]["responses"]) == {
            *("200", "202", "400", "401", "403", "404", "409", "413", "422", "503"),
        }
        assert "vote_id" in members(found[1], "503")
        has_revisions = "current_revision" in members(found[1], "409")
        assert has_revisions == (path == "ballot")


def members(operation: dict[str, Any], status: str) -> dict[str, Any]:
    """What a problem of this status may say, by the description."""
    content = operation["responses"][status]["content"]["application/problem+json"]
    properties: dict[str, Any] = content["schema"]["properties"]
    return properties


@pytest.mark.parametrize("kind", PROBLEM_TYPES, ids=lambda kind: kind.slug)
async def test_problems_are_explained(box: Box, kind: ProblemType) -> None:
    told = (await box.http.get(f"{box.url}/problems/{kind.slug}")).json()
    assert told["meaning"] == kind.meaning
