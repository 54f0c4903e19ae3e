"""Ballot passes for the crowd: signed here as voting does, or got from the api by name.

The api asks a poll's electoral roll, so where there is one, it says for how much a vote counts.
"""

import asyncio
import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import aiohttp

from groundswell_voting.passes.rules import Pass, PassKeys, sign, verify
from tests.chaos.history import History
from tests.chaos.plan import Journey, Request
from tests.support.issuer import LocalIssuer

LIFETIME_SECONDS = 900
ATTEMPTS = 12
AGAIN_SECONDS = 1.0
AWAY = (aiohttp.ClientError, OSError, TimeoutError)

Key = tuple[str, str, str]
"""Poll, the voter as the plan names them, channel."""


@dataclass(slots=True)
class Permits:
    """Passes for all voters; `api` is where the api serves."""

    history: History
    keys: PassKeys
    issuer: LocalIssuer
    api: str = ""
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _asked: dict[Key, "asyncio.Task[Pass | None]"] = field(default_factory=dict)
    _pseudonyms: dict[tuple[str, str], str] = field(default_factory=dict)
    _voted_with: dict[tuple[str, str], str] = field(default_factory=dict)

    async def get(self, http: aiohttp.ClientSession, journey: Journey, channel: str) -> Pass | None:
        """A pass for a vote by this channel; None when the api gives none."""
        if journey.segment is None:
            return Pass(
                poll_id=journey.poll_id,
                voter=journey.voter,
                pass_id=f"pass_{next(self._numbers)}",
                expires_at=int(time.time()) + LIFETIME_SECONDS,
                period=journey.period,
                channel=channel,
            )
        key = (journey.poll_id, journey.voter, channel)
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._ask(http, key))
        return await self._asked[key]

    def text(self, permit: Pass, request: Request) -> str:
        """The pass as it is sent, with what is wrong with it, if something is."""
        match request.bad:
            case "the pass has expired":
                permit = replace(permit, expires_at=int(time.time()) - 60)
            case "the pass is of another poll":
                permit = replace(permit, poll_id=f"{permit.poll_id}_other")
            case "the pass is invented":
                return sign(permit, self.keys)[:-4] + "AAA="
        return sign(permit, self.keys)

    def has_voted(self, journey: Journey, permit: Pass) -> None:
        """A vote with this pass was taken: the log has it."""
        self._voted_with[journey.poll_id, journey.voter] = permit.pass_id

    def passes_of(self, poll_id: str, voters: Iterable[str]) -> list[str]:
        """A pass of each of these voters that the log has, where there is one."""
        keys = [(poll_id, voter) for voter in voters]
        return [self._voted_with[key] for key in keys if key in self._voted_with]

    def pseudonyms_of(self, poll_id: str, voters: Iterable[str]) -> list[str]:
        """What the api calls these voters, as far as they have asked it for a pass."""
        keys = [(poll_id, voter) for voter in voters]
        return [self._pseudonyms[key] for key in keys if key in self._pseudonyms]

    async def _ask(self, http: aiohttp.ClientSession, key: Key) -> Pass | None:
        poll_id, voter, channel = key
        url = f"{self.api}/v1/polls/{poll_id}/passes"
        headers = {"Authorization": f"Bearer {self.issuer.token(sub=voter)}"}
        status = 0
        for _ in range(ATTEMPTS):
            asked_ms = time.time_ns() // 1_000_000
            try:
                async with http.post(url, json={"channel": channel}, headers=headers) as answer:
                    status, body = answer.status, await answer.json()
            except AWAY:
                status, body = 0, {}
            if status == 201:
                permit = verify(body["pass"], self.keys, time.time())
                self._pseudonyms[poll_id, voter] = permit.voter
                self.history.note(
                    "pass",
                    poll=poll_id,
                    participant=voter,
                    voter=permit.voter,
                    channel=[channel, permit.channel],
                    segment=permit.segment,
                    period=permit.period,
                    between_ms=[asked_ms, time.time_ns() // 1_000_000],
                )
                return permit
            if 400 <= status < 500 and "paused" not in str(body):
                break
            await asyncio.sleep(AGAIN_SECONDS)
        self.history.note("no pass", poll=poll_id, participant=voter, status=status)
        return None
