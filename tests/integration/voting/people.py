"""The voting API as people use it: asking for passes, voting, reading receipts."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI

from groundswell_contracts.votes import VoteCast
from groundswell_kit.clock import utc_now
from groundswell_kit.health import Health
from groundswell_kit.streams import EventStreams
from groundswell_voting.app.api import create_api
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.passes.rules import Pass, parse_key, parse_keys, verify
from groundswell_voting.polls.rules import Poll
from groundswell_voting.standings.live import LiveBoards
from groundswell_voting.voteslog.rules import vote_id
from tests.integration.voting.installation import Voting
from tests.integration.voting.world import IDEAS, PATIENCE_SECONDS
from tests.support.issuer import LocalIssuer


@dataclass
class Api:
    """The API and the people who use it."""

    voting: Voting
    app: FastAPI
    http: httpx2.AsyncClient
    issuer: LocalIssuer

    def token(self, person: str = "person_1", *roles: str, **claims: Any) -> str:
        return self.issuer.token(sub=person, roles=list(roles) or ["participant"], **claims)

    async def get(self, path: str, token: str | None = None) -> httpx2.Response:
        return await self.http.get(path, headers=bearer(token))

    async def get_once(self, path: str, token: str | None = None) -> httpx2.Response:
        """The first answer; for who waits for a 503."""
        async with _client(httpx2.ASGITransport(app=self.app)) as http:
            return await http.get(path, headers=bearer(token))

    async def ask_pass(self, poll: Poll | str, token: str | None) -> httpx2.Response:
        poll_id = poll if isinstance(poll, str) else poll.poll_id
        return await self.http.post(f"/v1/polls/{poll_id}/passes", headers=bearer(token))

    async def permit(self, poll: Poll, person: str = "person_1") -> str:
        answer = await self.ask_pass(poll, self.token(person))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["pass"])

    def read(self, permit: str) -> Pass:
        keys = parse_keys(self.voting.settings.voting_pass_keys.get_secret_value())
        return verify(permit, keys, utc_now().timestamp())

    async def vote(self, poll: Poll, person: str, idea_id: str = IDEAS[0]) -> str:
        """A person's vote in the log; its receipt."""
        return await self.vote_with(await self.permit(poll, person), idea_id)

    async def vote_with(self, permit: str, idea_id: str = IDEAS[0]) -> str:
        """A vote in the log, as the ballot box writes it; its receipt."""
        voter = self.read(permit)
        key = parse_key(self.voting.settings.voting_receipt_key.get_secret_value())
        mine = vote_id(key, voter.poll_id, voter.voter, "", [idea_id])
        vote = VoteCast(
            vote_id=mine,
            poll_id=voter.poll_id,
            voter=voter.voter,
            idea_ids=[idea_id],
            pass_id=voter.pass_id,
        )
        await self.voting.votes_log.cast(vote)
        return mine

    async def state(self, receipt: str, token: str) -> str:
        answer = await self.get(f"/v1/receipts/{receipt}", token)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["state"])


@asynccontextmanager
async def served(voting: Voting, issuer: LocalIssuer) -> AsyncIterator[Api]:
    """The API over the installation, in this process."""
    settings, boards = voting.settings, LiveBoards()
    ends = LogEnds(settings.kafka_bootstrap, settings.voting_partitions)
    app = create_api(
        settings, voting.stores, voting.projection, ends, Health("api"), boards, EventStreams(100)
    )
    async with _client(_ComingAgain(app)) as client:
        yield Api(voting, app, client, issuer)
    await boards.close()
    await ends.close()


class _ComingAgain(httpx2.ASGITransport):
    """Reads once more when it is told to come later, as Redis and Kafka may stand still."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = await super().handle_async_request(request)
            later = request.method == "GET" and answer.status_code == 503
            if not later or time.monotonic() > give_up_at:
                return answer
            await asyncio.sleep(0.05)


def _client(transport: httpx2.ASGITransport) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=transport, base_url="http://voting.test")


def bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}
