"""Polls as the contests' service opens them; their voters, over HTTP or straight in the log."""

import asyncio
import itertools
import json
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from groundswell_contracts.cloudevents import CloudEvent, timestamp, to_kafka
from groundswell_contracts.contests import (
    ContestPhaseChanged,
    ContestPublished,
    PollPlan,
    Timetable,
)
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.topics import VOTES
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_voting.passes.rules import Pass, pseudonym, sign
from groundswell_voting.voteslog.codec import encode_vote, vote_headers
from groundswell_voting.voteslog.rules import Vote, partition_of, vote_id
from tests.load.world import World, until

BRAND = "nerc"
OPEN_SECONDS = 60.0
COUNT_SECONDS = 600.0
LASTS = timedelta(hours=6)
AT_ONCE = 20_000


@dataclass
class Poll:
    """A plain poll, one idea per voter, open in this world. No voter is taken twice."""

    world: World
    poll_id: str
    idea_ids: list[str]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def vote_path(self) -> str:
        return f"/v1/polls/{self.poll_id}/votes"

    @property
    def standings_path(self) -> str:
        return f"/v1/polls/{self.poll_id}/standings"

    @property
    def standings_url(self) -> str:
        return self.world.urls["api"] + self.standings_path

    def _new_voters(self, count: int) -> Iterator[tuple[str, str]]:
        """Pseudonyms as the service makes them, with the idea that each votes for."""
        for number in itertools.islice(self._numbers, count):
            voter = pseudonym(b"bench", f"{self.poll_id}/{number}")
            yield voter, self.idea_ids[number % len(self.idea_ids)]

    @asynccontextmanager
    async def votes_of_new_voters(self, count: int) -> AsyncIterator[Path]:
        """A file of passes and ideas, one voter per line, for the load tools."""
        expires_at = int((utc_now() + LASTS).timestamp())
        with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
            for voter, idea_id in self._new_voters(count):
                permit = Pass(
                    poll_id=self.poll_id, voter=voter, pass_id="pass", expires_at=expires_at
                )
                file.write(f"{sign(permit, self.world.pass_keys)}\t{idea_id}\n")
            file.flush()
            yield Path(file.name)

    @asynccontextmanager
    async def tokens_of_new_people(self, count: int) -> AsyncIterator[Path]:
        """A file of access tokens and ideas, one person per line."""
        with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
            for number in itertools.islice(self._numbers, count):
                token = self.world.issuer.mint(f"person-{number}", ["participant"])
                file.write(f"{token}\t{self.idea_ids[number % len(self.idea_ids)]}\n")
            file.flush()
            yield Path(file.name)

    async def append(self, count: int) -> None:
        """Votes of new voters straight into the log, as the ballot box would have put them."""
        time = timestamp(utc_now())
        key, poll_id = self.world.receipt_key, self.poll_id
        left = count
        while left:
            votes = [
                Vote(
                    vote_id=vote_id(key, poll_id, voter, "", (idea_id,)),
                    poll_id=poll_id,
                    voter=voter,
                    idea_ids=(idea_id,),
                    pass_id="pass_01k9f1m2b8bqk7",
                )
                for voter, idea_id in self._new_voters(min(left, AT_ONCE))
            ]
            left -= len(votes)
            await self._append(votes, time)

    async def _append(self, votes: Iterable[Vote], time: str) -> None:
        by_partition: dict[int, list[Vote]] = {}
        for vote in votes:
            by_partition.setdefault(partition_of(vote.voter, VOTES.partitions), []).append(vote)
        await asyncio.gather(
            *(self._append_to(partition, mine, time) for partition, mine in by_partition.items())
        )

    async def _append_to(self, partition: int, votes: list[Vote], time: str) -> None:
        producer, left = self.world.producer, list(reversed(votes))
        while left:
            batch = producer.create_batch()
            while left and batch.append(
                timestamp=None,
                key=left[-1].voter.encode(),
                value=encode_vote(left[-1]),
                headers=vote_headers(left[-1], BRAND, time),
            ):
                left.pop()
            await (await producer.send_batch(batch, VOTES.name, partition=partition))

    async def votes_counted(self) -> int:
        """The sum of votes in the standings, as everybody can read it."""
        answer = await self.world.http.get(self.standings_url)
        answer.raise_for_status()
        votes: int = answer.json()["total_votes"]
        return votes

    async def until_counted(
        self, votes: int, within_seconds: float = COUNT_SECONDS, pause_seconds: float = 0.05
    ) -> None:
        """Waits until the standings show so many votes; LoadFailed when they do not in time."""

        async def are_counted() -> bool:
            return await self.votes_counted() >= votes

        await until(are_counted, f"{votes} votes are counted", within_seconds, pause_seconds)


async def open_poll(world: World, ideas: int = 5) -> Poll:
    """A contest is published and enters voting; its poll, open, and known to the ballot boxes."""
    contest_id, poll_id, now = new_id("con"), new_id("poll"), utc_now()
    closes_at = now + LASTS
    plan = PollPlan(
        poll_id=poll_id,
        rules=PollRules(),
        idea_ids=[f"idea_{number:05}" for number in range(ideas)],
        closes_at=closes_at,
    )
    published = ContestPublished(
        contest_id=contest_id,
        title="Name our ship",
        owner="The bench",
        vote="advisory",
        answer_by=closes_at.date(),
        rules="One vote each.",
        timetable=Timetable(
            submission_closes_at=now, voting_opens_at=now, voting_closes_at=closes_at
        ),
    )
    enters_voting = ContestPhaseChanged(
        contest_id=contest_id,
        title="Name our ship",
        from_phase="moderation",
        to_phase="voting",
        polls=(plan,),
    )
    for sequence, event in enumerate((published, enters_voting), 1):
        message = to_kafka(
            CloudEvent(new_id("evt"), "/groundswell/ideas", now, BRAND, event, sequence=sequence)
        )
        await world.producer.send_and_wait(
            message.topic, key=message.key, value=message.value, headers=message.headers
        )
    poll = Poll(world, poll_id, plan.idea_ids)
    await until(lambda: _is_open(poll), "the poll is open", OPEN_SECONDS)
    for name in world.urls:
        if name.startswith("ballot-box"):
            await until(partial(_is_known, poll, name), f"{name} knows the poll")
    return poll


async def _is_open(poll: Poll) -> bool:
    answer = await poll.world.http.get(f"{poll.world.urls['api']}/v1/polls/{poll.poll_id}")
    return answer.status_code == 200 and answer.json()["stage"] == "open"


async def _is_known(poll: Poll, box: str) -> bool:
    """Whether a ballot box has heard of a poll: then it refuses an idea that is not on it."""
    permit = Pass(
        poll_id=poll.poll_id,
        voter=pseudonym(b"bench", "nobody"),
        pass_id="pass",
        expires_at=int((utc_now() + LASTS).timestamp()),
    )
    answer = await poll.world.http.post(
        poll.world.urls[box] + poll.vote_path,
        content=json.dumps({"idea_id": "idea_on_no_ballot"}),
        headers={
            "authorization": f"Bearer {sign(permit, poll.world.pass_keys)}",
            "content-type": "application/json",
        },
    )
    return answer.status_code == 404
