"""Ballot boxes on sockets of their own, polls announced to them, and votes cast over HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
from redis.asyncio import Redis

from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.polls import AnnouncedIdeas, PollAnnounced
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.serve import Role, server_of
from groundswell_voting.app.ballot_box import ballot_box_role
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.projection import Projection
from groundswell_voting.passes.rules import Pass, parse_key, parse_keys, sign
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.rules import (
    Body,
    Opened,
    Record,
    Rules,
    Vote,
    partition_of,
    vote_id,
)
from tests.integration.voting.world import (
    BRAND,
    IDEAS,
    PATIENCE_SECONDS,
    Log,
    RawRecord,
    eventually,
    running,
)

COME_LATER = 503


@asynccontextmanager
async def serving(role: Role) -> AsyncIterator[str]:
    """A role as its process runs it, on a free port; its address."""
    server = server_of(role, "127.0.0.1")
    serve = asyncio.create_task(server.serve())
    try:
        await role.start()
        try:
            async with running(*role.tasks):
                server.open()
                yield f"http://127.0.0.1:{server.port}"
                await server.drain(2)
        finally:
            await role.close()
    finally:
        await server.drain(1)
        await serve


@dataclass
class Box:
    """A ballot box and a client of it, which comes again when it is told to come later.

    A box whose machine stood still for as long as its lease lasts says so to whoever comes next.
    """

    url: str
    http: httpx2.AsyncClient
    settings: Settings
    patient: bool = True

    @property
    def once(self) -> "Box":
        """The same box and a client that takes the first answer; for who waits for that 503."""
        return replace(self, patient=False)

    async def send(
        self, method: str, path: str, permit: str | None, body: bytes | dict[str, Any]
    ) -> httpx2.Response:
        headers = {} if permit is None else {"Authorization": f"Bearer {permit}"}
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = await self.http.request(method, self.url + path, headers=headers, **content)
            over = not self.patient or time.monotonic() > give_up_at
            if answer.status_code != COME_LATER or over:
                return answer
            await asyncio.sleep(0.05)

    async def post(
        self, poll_id: str, permit: str | None, body: bytes | dict[str, Any]
    ) -> httpx2.Response:
        """A vote in a standing poll, or what pretends to be one."""
        return await self.send("POST", f"/v1/polls/{poll_id}/votes", permit, body)

    async def put(
        self, poll_id: str, permit: str | None, body: bytes | dict[str, Any]
    ) -> httpx2.Response:
        """A ballot of a changeable poll, or what pretends to be one."""
        return await self.send("PUT", f"/v1/polls/{poll_id}/ballot", permit, body)

    async def vote(
        self, poll_id: str, voter: str, idea_id: str = IDEAS[0], **changes: Any
    ) -> httpx2.Response:
        """A vote as a voter with a good pass sends it, but for the changes of the pass."""
        permit = self.permit(poll_id, voter, **changes)
        return await self.post(poll_id, permit, {"idea_id": idea_id})

    async def state(
        self, poll_id: str, voter: str, idea_ids: Sequence[str], revision: int, **changes: Any
    ) -> httpx2.Response:
        """A whole ballot as a voter with a good pass states it, but for the changes of the pass."""
        body = {"idea_ids": list(idea_ids), "revision": revision}
        return await self.put(poll_id, self.permit(poll_id, voter, **changes), body)

    def permit(self, poll_id: str, voter: str, **changes: Any) -> str:
        expires_at = int((utc_now() + timedelta(minutes=5)).timestamp())
        permit = replace(Pass(poll_id, voter, "pass_1", expires_at), **changes)
        return sign(permit, parse_keys(self.settings.voting_pass_keys.get_secret_value()))

    def receipt(
        self, poll_id: str, voter: str, idea_id: str = IDEAS[0], period: str = ""
    ) -> dict[str, Any]:
        """What a vote must be answered with, whenever it is."""
        mine = vote_id(self._receipt_key(), poll_id, voter, period, [idea_id])
        return {"vote_id": mine, "poll_id": poll_id, "idea_id": idea_id}

    def ballot_receipt(
        self, poll_id: str, voter: str, idea_ids: Sequence[str], revision: int
    ) -> dict[str, Any]:
        """What a ballot, its ideas in the order of the poll, must be answered with."""
        return {
            "vote_id": vote_id(self._receipt_key(), poll_id, voter, "", idea_ids, revision),
            "poll_id": poll_id,
            "idea_ids": list(idea_ids),
            "revision": revision,
        }

    def _receipt_key(self) -> bytes:
        return parse_key(self.settings.voting_receipt_key.get_secret_value())

    async def is_ready(self) -> bool:
        return (await self.http.get(f"{self.url}/readyz")).status_code == 200

    async def is_not_ready(self) -> bool:
        return not await self.is_ready()

    async def knows(self, poll_id: str) -> bool:
        """Whether the announcement of a poll, of whatever kind, has come to this box."""
        answer = await self.once.vote(poll_id, "nobody", "idea_that_is_on_no_ballot")
        return answer.status_code != COME_LATER


@asynccontextmanager
async def ballot_box(settings: Settings, **changes: Any) -> AsyncIterator[Box]:
    """A ballot box that is ready, with changes of its settings."""
    changed = settings.model_copy(update=changes)
    async with (
        serving(ballot_box_role(changed)) as url,
        httpx2.AsyncClient(timeout=60) as http,
    ):
        box = Box(url, http, changed)
        await eventually(box.is_ready, "the ballot box is ready")
        yield box


async def announce(
    writer: LogWriter,
    *,
    closes_at: datetime | None = None,
    accepting: bool = True,
    **rules: Any,
) -> str:
    """A new poll that ballot boxes hear of, and nobody else."""
    poll_id = new_id("poll")
    await announce_change(
        writer,
        poll_id,
        1,
        accepting=accepting,
        closes_at=closes_at or utc_now() + timedelta(hours=1),
        rules=PollRules(**rules),
        ideas=AnnouncedIdeas(first_ordinal=0, idea_ids=list(IDEAS)),
    )
    return poll_id


async def announce_change(writer: LogWriter, poll_id: str, number: int, **changes: Any) -> None:
    """A further announcement of a poll."""
    change = PollAnnounced(poll_id=poll_id, contest_id="con_1", number=number, **changes)
    await writer.announce(BRAND, change)


async def announced(box: Box, writer: LogWriter, **how: Any) -> str:
    """A new poll that this box knows."""
    poll_id = await announce(writer, **how)
    await eventually(lambda: box.knows(poll_id), "the box knows the poll")
    return poll_id


def problem(answer: httpx2.Response) -> tuple[int, str]:
    """Status and kind of a problem; 503 always says when to come again.

    It names the vote just where that may be in the log.
    """
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    kind = document["type"].removeprefix("/problems/")
    if answer.status_code == 503:
        assert int(answer.headers["retry-after"]) > 0
    assert ("vote_id" in document) == (kind == "outcome-unknown")
    return answer.status_code, kind


async def recorded(votes_log: Log, poll_id: str) -> list[RawRecord]:
    """The votes of a poll in the log."""
    found = [record for records in (await votes_log.read()).values() for record in records]
    return [r for r in found if b'"poll_id":"%b"' % poll_id.encode() in (r.value or b"")]


async def until_taken(box: Box, poll_id: str, voter: str) -> dict[str, str]:
    """Sends a vote until it is taken, as a phone does; its receipt."""
    answer = await box.vote(poll_id, voter)
    assert answer.status_code == 202, answer.text
    receipt: dict[str, str] = answer.json()
    return receipt


async def count(redis: Redis, settings: Settings, *votes: Vote, **rules: Any) -> None:
    """Stores votes of one voter as counted, in an empty partition."""
    partitions = settings.voting_partitions
    partition = partition_of(votes[0].voter, partitions)
    fold = Fold(partition, partitions)
    bodies: list[Body] = [Opened(votes[0].poll_id, 1, IDEAS, Rules(**rules), 10**15), *votes]
    log = [Record(partition, offset, 0, f"id_{offset}", b) for offset, b in enumerate(bodies)]
    fold.take_all(log)
    assert await Projection(redis).save(fold, 0, log[-1])
