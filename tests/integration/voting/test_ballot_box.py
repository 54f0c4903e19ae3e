"""Votes are recorded as they were sent, each once, and answered by what is counted."""

import asyncio
import json
from collections import Counter
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from groundswell_contracts.cloudevents import from_kafka
from groundswell_contracts.topics import VOTES
from groundswell_contracts.votes import VoteCast
from groundswell_kit.clock import utc_now
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.intake import appender
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.codec import milliseconds
from groundswell_voting.voteslog.rules import Vote, partition_of
from tests.integration.voting.boxes import (
    Box,
    announce_change,
    announced,
    ballot_box,
    count,
    problem,
    recorded,
)
from tests.integration.voting.world import (
    BRAND,
    IDEAS,
    Log,
    dump,
    eventually,
)

pytestmark = pytest.mark.usefixtures("redis")  # emptied: nothing is counted yet


async def test_a_vote_is_in_the_log_as_it_was_sent(
    settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        before = milliseconds(utc_now())
        carried: dict[str, Any] = {"segment": "uk", "channel": "app", "via": "qr"}
        answer = await box.vote(poll_id, "voter_1", IDEAS[2], **carried)
        assert answer.status_code == 202
        assert answer.json() == box.receipt(poll_id, "voter_1", IDEAS[2])
    (record,) = await recorded(votes_log, poll_id)
    assert record.partition == partition_of("voter_1", settings.voting_partitions)
    assert before - 1 <= record.timestamp <= milliseconds(utc_now())
    event = from_kafka(VOTES.name, record.key, record.value, record.headers)
    assert (event.id, event.brand_id) == (answer.json()["vote_id"], BRAND)
    assert event.data == VoteCast(
        vote_id=event.id,
        poll_id=poll_id,
        voter="voter_1",
        idea_ids=[IDEAS[2]],
        pass_id="pass_1",
        **carried,
    )


async def test_many_votes_at_once_are_each_recorded_once(
    settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        voters = [f"voter_{n}" for n in range(300)]
        answers = await asyncio.gather(*(box.vote(poll_id, voter) for voter in voters))
    assert {answer.status_code for answer in answers} == {202}
    found = Counter(json.loads(r.value or b"")["voter"] for r in await recorded(votes_log, poll_id))
    assert found == dict.fromkeys(voters, 1)


async def test_a_counted_ballot_answers_by_itself(
    settings: Settings, writer: LogWriter, redis: Redis, votes_log: Log
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        await count(redis, settings, Vote("v", poll_id, "voter_1", (IDEAS[1],), "pass_1"))
        same = await box.vote(poll_id, "voter_1", IDEAS[1])
        assert (same.status_code, same.json()) == (200, box.receipt(poll_id, "voter_1", IDEAS[1]))
        assert problem(await box.vote(poll_id, "voter_1", IDEAS[0])) == (409, "ballot-full")
        assert (await box.vote(poll_id, "voter_2", IDEAS[0])).status_code == 202
    assert [r.key for r in await recorded(votes_log, poll_id)] == [b"voter_2"]


async def test_a_ballot_takes_as_many_ideas_as_the_poll_says(
    settings: Settings, writer: LogWriter, redis: Redis
) -> None:
    vote = Vote("v", "", "voter_1", (IDEAS[1],), "pass_1")
    async with ballot_box(settings) as box:
        two = await announced(box, writer, ideas_per_ballot=2)
        first, second = (
            msgspec.structs.replace(vote, poll_id=two, idea_ids=(idea,)) for idea in IDEAS[1:3]
        )
        await count(redis, settings, first, second, ideas_per_ballot=2)
        assert problem(await box.vote(two, "voter_1", IDEAS[0])) == (409, "ballot-full")
        # The place of a removed idea is free; as long as it is only withdrawn, it is taken.
        await announce_change(writer, two, 2, withdrawn_idea_ids=IDEAS[1:2])
        await until_answer(box, two, IDEAS[4], "ballot-full")
        await announce_change(writer, two, 3, removed_idea_ids=IDEAS[1:2])
        await until_answer(box, two, IDEAS[4], None)


async def until_answer(box: Box, poll_id: str, idea_id: str, kind: str | None) -> None:
    """Votes until the answer is this problem, or none."""

    async def is_it() -> bool:
        answer = await box.vote(poll_id, "voter_1", idea_id)
        return (None if answer.status_code == 202 else problem(answer)[1]) == kind

    await eventually(is_it, f"the answer is {kind}")


async def test_a_poll_without_a_limit_has_room_for_every_idea(
    settings: Settings, writer: LogWriter, redis: Redis
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer, ideas_per_ballot=None)
        votes = [Vote("v", poll_id, "voter_1", (idea,), "pass_1") for idea in IDEAS[1:]]
        await count(redis, settings, *votes, ideas_per_ballot=None)
        assert (await box.vote(poll_id, "voter_1", IDEAS[1])).status_code == 200
        assert (await box.vote(poll_id, "voter_1", IDEAS[0])).status_code == 202


async def test_each_day_has_its_ballot(settings: Settings, writer: LogWriter, redis: Redis) -> None:
    """The day is in the pass."""
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer, period="day")
        monday = Vote("v", poll_id, "voter_1", (IDEAS[1],), "pass_1", period="2026-11-16")
        await count(redis, settings, monday, period="day")
        same = await box.vote(poll_id, "voter_1", IDEAS[1], period="2026-11-16")
        assert same.status_code == 200
        assert same.json() == box.receipt(poll_id, "voter_1", IDEAS[1], "2026-11-16")
        other = await box.vote(poll_id, "voter_1", IDEAS[0], period="2026-11-16")
        assert problem(other) == (409, "ballot-full")
        tuesday = await box.vote(poll_id, "voter_1", IDEAS[1], period="2026-11-17")
        assert tuesday.status_code == 202
        assert tuesday.json() == box.receipt(poll_id, "voter_1", IDEAS[1], "2026-11-17")


async def test_nonsense_in_redis_stops_nobody(
    settings: Settings, writer: LogWriter, redis: Redis
) -> None:
    """The look-up spares work and decides nothing."""
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        await count(redis, settings, Vote("v", poll_id, "voter_1", (IDEAS[1],), "pass_1"))
        for key, ballots in (await dump(redis)).items():
            if ":ballots:" in key:
                await redis.hset(key, mapping=dict.fromkeys(ballots, b"nonsense"))
        answers = await asyncio.gather(
            box.vote(poll_id, "voter_1"), *(box.vote(poll_id, f"voter_{n}") for n in range(2, 9))
        )
        assert {answer.status_code for answer in answers} == {202}


async def test_what_breaks_one_batch_breaks_no_other(
    settings: Settings, writer: LogWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same voter's partition takes votes again at once."""
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        with monkeypatch.context() as broken:
            broken.setattr(appender, "encode_vote", None)
            assert problem(await box.once.vote(poll_id, "voter_1")) == (503, "outcome-unknown")
        assert (await box.vote(poll_id, "voter_1")).status_code == 202


async def test_a_caller_that_goes_away_takes_nobody_along(
    settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        impatient = [asyncio.create_task(box.vote(poll_id, f"gone_{n}")) for n in range(10)]
        patient = [asyncio.create_task(box.vote(poll_id, f"voter_{n}")) for n in range(10)]
        await asyncio.sleep(0)
        for vote in impatient:
            vote.cancel()
        assert {(await vote).status_code for vote in patient} == {202}
    keys = {r.key for r in await recorded(votes_log, poll_id)}
    assert keys >= {b"voter_%d" % n for n in range(10)}
