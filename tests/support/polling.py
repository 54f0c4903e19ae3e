"""One poll as its voters, its staff and its readers see it over HTTP; for scenario tests."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from groundswell_local.installation import Installation
from tests.support.story import PATIENCE_SECONDS, Story

NOT_NOW = 503


@dataclass(slots=True)
class Polling:
    """A poll of a contest in its voting phase, and the passes of those who voted."""

    groundswell: Installation
    story: Story
    poll_id: str
    ideas: list[str]
    waiting: str = ""
    passes: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the voting API shows the poll."""
        return f"{self.groundswell.voting_url}/v1/polls/{self.poll_id}"

    async def ask_pass(self, voter: str, body: Any = None, **claims: Any) -> httpx2.Response:
        """Ask for a ballot pass, with what identity would say of the voter in `claims`."""
        token = self.story.issuer.mint(voter, ["participant"], **claims)
        headers = {"Authorization": f"Bearer {token}"}
        return await self.story.http.post(f"{self.url}/passes", headers=headers, json=body)

    async def permit(self, voter: str, body: Any = None, **claims: Any) -> str:
        """The voter's ballot pass, asked for once."""
        if voter not in self.passes:
            answer = await self.ask_pass(voter, body, **claims)
            assert answer.status_code == 201, answer.text
            self.passes[voter] = answer.json()["pass"]
        return self.passes[voter]

    async def vote(self, voter: str, idea: str) -> httpx2.Response:
        """Vote for an idea in a standing poll."""
        return await self._send(voter, "POST", "votes", {"idea_id": idea})

    async def state_ballot(
        self, voter: str, ideas: Sequence[str], revision: int
    ) -> httpx2.Response:
        """State the whole ballot in a changeable poll."""
        body = {"idea_ids": list(ideas), "revision": revision}
        return await self._send(voter, "PUT", "ballot", body)

    async def votes(self, **choices: str) -> None:
        """Let voters vote, each for one idea, all of whom are heard."""
        for voter, idea in choices.items():
            answer = await self.vote(voter, idea)
            assert answer.status_code in (200, 202), answer.text

    async def receipt(self, voter: str, vote_id: str) -> str:
        """What became of a vote."""
        headers = {"Authorization": f"Bearer {self.passes[voter]}"}
        url = f"{self.groundswell.voting_url}/v1/receipts/{vote_id}"
        answer = await self.story.http.get(url, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["state"])

    async def receipt_becomes(self, voter: str, vote_id: str, state: str) -> None:
        """Wait until a receipt says so; fails with what it says after a minute."""
        await becomes(lambda: self.receipt(voter, vote_id), state)

    async def standings(self, **query: str) -> dict[str, Any]:
        """The standings as everybody reads them."""
        answer = await self.story.http.get(f"{self.url}/standings", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def stands(self, **query: str) -> dict[str, int]:
        """Votes by idea."""
        found = await self.standings(**query)
        return {idea["idea_id"]: idea["votes"] for idea in found["ideas"]}

    async def stand_at(self, expected: dict[str, int], **query: str) -> None:
        """Wait until the standings are these; fails with what they are after a minute."""
        await becomes(lambda: self.stands(**query), expected)

    async def as_manager(self, path: str, body: Any, method: str = "POST") -> httpx2.Response:
        """What a manager of the brand asks of voting about this poll."""
        headers = self.story.staff("manager")
        return await self.story.http.request(
            method, f"{self.url}/{path}", headers=headers, json=body
        )

    async def amend(self, reason: str, **change: Any) -> httpx2.Response:
        """A manager changes the open poll, with a reason for everybody."""
        return await self.story.http.post(
            f"{self.groundswell.ideas_url}/v1/contests/{self.story.contest_id}/amendments",
            headers=self.story.staff("manager"),
            json={"reason": reason, "poll_changed": {"poll_id": self.poll_id, **change}},
        )

    async def until_poll(self, holds: Any) -> dict[str, Any]:
        """Wait until what the poll's page shows holds."""
        return await self.story.until(self.url, holds)

    async def certified(self) -> dict[str, Any]:
        """The certified tally, once there is one."""
        return await self.story.until(f"{self.url}/tally", lambda _: True)

    async def _send(self, voter: str, method: str, path: str, body: Any) -> httpx2.Response:
        url = f"{self.groundswell.ballot_box_url}/v1/polls/{self.poll_id}/{path}"
        headers = {"Authorization": f"Bearer {await self.permit(voter)}"}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.story.http.request(method, url, headers=headers, json=body)
                # The box may hear of the poll a little later than the voting API does.
                if answer.status_code != NOT_NOW:
                    return answer
                await asyncio.sleep(0.1)


async def becomes(read: Callable[[], Awaitable[Any]], expected: Any) -> None:
    """Reads until it is what is expected; fails with what it is after a minute."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := await read()) != expected:
        assert time.monotonic() < deadline, f"{found} instead of {expected}"
        await asyncio.sleep(0.1)


async def open_polls(
    groundswell: Installation,
    http: httpx2.AsyncClient,
    title: str,
    polls: Any,
    ideas: int = 3,
    waiting: str | None = None,
) -> list[Polling]:
    """A contest with these polls, opened, its ideas approved and put to the vote.

    Another idea, called `waiting`, has been handed in and not been looked at.
    """
    story = Story(groundswell.ideas_url, groundswell.voting_url, groundswell.issuer, http)
    await story.open_contest(title, polls=polls)
    idea_ids = [await story.submit_and_approve(f"{title} {n}") for n in range(1, ideas + 1)]
    late = await story.submit(waiting, story.participant("late author")) if waiting else ""
    await story.shortlist(idea_ids)
    poll_ids = (await story.move_to("voting"))["poll_ids"]
    opened = [Polling(groundswell, story, poll_id, idea_ids, late) for poll_id in poll_ids]
    for polling in opened:
        await polling.until_poll(lambda poll: poll["stage"] == "open")
    story.poll_id = poll_ids[0]
    return opened


async def open_poll(
    groundswell: Installation,
    http: httpx2.AsyncClient,
    title: str,
    ideas: int = 3,
    waiting: str | None = None,
    **rules: Any,
) -> Polling:
    """A contest with one poll under these rules, which takes votes."""
    polls = [{"name": title, "rules": rules}]
    (polling,) = await open_polls(groundswell, http, title, polls, ideas, waiting)
    return polling
