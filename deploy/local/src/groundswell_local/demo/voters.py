"""The crowd: each voter gets a ballot pass and votes once; later some look at their receipts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_local.demo.ballot_boxes import BallotBoxes
from groundswell_local.demo.calls import Calls
from groundswell_local.demo.progress import Progress
from groundswell_local.issuer import LocalIssuer

# Enough to keep two cores busy; with more, each vote only waits longer.
_AT_ONCE = 48
_SAMPLED = 200


@dataclass(frozen=True, slots=True)
class CastVote:
    """A vote whose receipt is looked at in the end."""

    voter: str
    vote_id: str
    idea_id: str


class Voters:
    """Different people, all in one poll. In the next run's poll the same people vote again."""

    def __init__(
        self, calls: Calls, issuer: LocalIssuer, voting_url: str, poll_id: str, boxes: BallotBoxes
    ) -> None:
        self._calls = calls
        self._issuer = issuer
        self._voting_url = voting_url
        self._poll_id = poll_id
        self._boxes = boxes

    async def vote(self, choices: Sequence[str], progress: Progress) -> list[CastVote]:
        """The n-th voter votes for the n-th of `choices`; returns an even sample of the votes.

        Raises CallFailed as soon as one voter cannot vote.
        """
        sample: list[CastVote] = []
        voters = iter(range(len(choices)))
        every = max(1, len(choices) // _SAMPLED)

        async def lane() -> None:
            for number in voters:
                voter = _voter(number)
                permit = await self._pass(voter, progress)
                boxes = self._boxes.beginning_with(number)
                cast = await self._cast(voter, permit, choices[number], boxes)
                progress.votes += 1
                if number % every == 0:
                    sample.append(cast)

        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(_AT_ONCE):
                    lanes.create_task(lane())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return sample

    async def uncounted(self, sample: Sequence[CastVote]) -> list[CastVote]:
        """Those whose receipts do not say that the vote was counted for that idea."""
        wrong = []
        for cast in sample:
            token = self._issuer.mint(cast.voter, ["participant"])
            url = f"{self._voting_url}/v1/receipts/{cast.vote_id}"
            receipt = (await self._calls.send("GET", [url], token)).json()
            if (receipt["state"], receipt["idea_id"]) != ("counted", cast.idea_id):
                wrong.append(cast)
        return wrong

    async def _pass(self, voter: str, progress: Progress) -> str:
        token = self._issuer.mint(voter, ["participant"])
        url = f"{self._voting_url}/v1/polls/{self._poll_id}/passes"
        issued = (await self._calls.send("POST", [url], token)).json()
        progress.passes += 1
        permit: str = issued["pass"]
        return permit

    async def _cast(self, voter: str, permit: str, idea_id: str, boxes: Sequence[str]) -> CastVote:
        urls = [f"{box}/v1/polls/{self._poll_id}/votes" for box in boxes]
        vote = {"idea_id": idea_id}
        receipt = (await self._calls.send("POST", urls, permit, vote)).json()
        return CastVote(voter, receipt["vote_id"], idea_id)


def _voter(number: int) -> str:
    return f"voter-{number:06}"
