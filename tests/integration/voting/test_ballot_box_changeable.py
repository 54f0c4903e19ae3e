"""In a changeable poll a voter states the whole ballot, and the highest revision stands."""

import json
from typing import Any

import pytest
from redis.asyncio import Redis

from groundswell_contracts.cloudevents import from_kafka
from groundswell_contracts.topics import VOTES
from groundswell_contracts.votes import VoteCast
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.rules import Vote
from tests.integration.voting.boxes import (
    announce_change,
    announced,
    ballot_box,
    count,
    problem,
    recorded,
)
from tests.integration.voting.world import IDEAS, Log, eventually

pytestmark = pytest.mark.usefixtures("redis")  # emptied: nothing is counted yet

RULES: dict[str, Any] = {"kind": "changeable", "ideas_per_ballot": 3}


async def test_a_ballot_is_in_the_log_in_the_order_of_the_poll(
    settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer, **RULES)
        answer = await box.state(poll_id, "voter_1", [IDEAS[3], IDEAS[0]], 7, channel="app")
        assert answer.status_code == 202
        assert answer.json() == box.ballot_receipt(poll_id, "voter_1", [IDEAS[0], IDEAS[3]], 7)
        turned = await box.state(poll_id, "voter_1", [IDEAS[0], IDEAS[3]], 7)
        assert turned.json() == answer.json()
    first, _ = await recorded(votes_log, poll_id)
    event = from_kafka(VOTES.name, first.key, first.value, first.headers)
    assert event.data == VoteCast(
        vote_id=answer.json()["vote_id"],
        poll_id=poll_id,
        voter="voter_1",
        idea_ids=[IDEAS[0], IDEAS[3]],
        revision=7,
        pass_id="pass_1",
        channel="app",
    )


async def test_a_vote_can_be_taken_back(
    settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer, **RULES)
        answer = await box.state(poll_id, "voter_1", [], 2)
        assert answer.status_code == 202
        assert answer.json() == box.ballot_receipt(poll_id, "voter_1", [], 2)
    (record,) = await recorded(votes_log, poll_id)
    assert json.loads(record.value or b"")["idea_ids"] == []


async def test_a_counted_ballot_answers_by_itself(
    settings: Settings, writer: LogWriter, redis: Redis, votes_log: Log
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer, **RULES)
        counted = Vote("v", poll_id, "voter_1", (IDEAS[0], IDEAS[2]), "pass_1", revision=4)
        await count(redis, settings, counted, **RULES)
        same = await box.state(poll_id, "voter_1", [IDEAS[2], IDEAS[0]], 4)
        assert same.status_code == 200
        assert same.json() == box.ballot_receipt(poll_id, "voter_1", [IDEAS[0], IDEAS[2]], 4)
        for ideas, revision in ((IDEAS[:1], 4), (IDEAS[:1], 3), ((IDEAS[0], IDEAS[2]), 3)):
            outdated = await box.state(poll_id, "voter_1", ideas, revision)
            assert problem(outdated) == (409, "revision-taken")
            assert outdated.json()["current_revision"] == 4
        assert await recorded(votes_log, poll_id) == []
        assert (await box.state(poll_id, "voter_1", IDEAS[:1], 5)).status_code == 202


async def test_a_ballot_with_a_withdrawn_idea_is_not_recorded(
    settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer, **RULES)
        await announce_change(writer, poll_id, 2, withdrawn_idea_ids=IDEAS[1:2])

        async def is_refused() -> bool:
            answer = await box.state(poll_id, "voter_1", IDEAS[:2], 1)
            return answer.status_code != 202 and problem(answer) == (409, "idea-withdrawn")

        await eventually(is_refused, "the box knows that it is withdrawn")
        before = len(await recorded(votes_log, poll_id))
        assert await is_refused()
        assert len(await recorded(votes_log, poll_id)) == before
        assert (await box.state(poll_id, "voter_1", IDEAS[:1], 1)).status_code == 202


async def test_the_longest_ballot_fits(settings: Settings, writer: LogWriter) -> None:
    """Ten thousand ideas with ids as they are made, announced in pieces."""
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer, kind="changeable", ideas_per_ballot=None)
        ideas = [f"idea_{number:026}" for number in range(10_000)]
        for number, start in enumerate(range(0, len(ideas), 2_500), 2):
            piece = {"first_ordinal": len(IDEAS) + start, "idea_ids": ideas[start : start + 2_500]}
            await announce_change(writer, poll_id, number, ideas=piece)

        async def is_taken() -> bool:
            return (await box.state(poll_id, "voter_1", ideas, 1)).status_code == 202

        await eventually(is_taken, "the ballot is taken")
