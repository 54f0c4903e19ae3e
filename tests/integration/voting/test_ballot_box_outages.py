"""What 202 promises is kept, and what cannot be promised is said, whatever engine is away."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2
import pytest

from groundswell_kit.clock import seconds_since_boot, utc_now
from groundswell_local.engines import Engines
from groundswell_voting.app.ballot_box import ballot_box_role
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.intake import announcements as announcements_module
from groundswell_voting.intake import appender
from groundswell_voting.intake.announcements import Announcements
from groundswell_voting.intake.server import REFUSAL_SECONDS
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.codec import milliseconds
from tests.integration.voting.boxes import (
    Box,
    announce_change,
    announced,
    ballot_box,
    problem,
    recorded,
    serving,
    until_taken,
)
from tests.integration.voting.world import (
    Log,
    eventually,
    running,
)

pytestmark = pytest.mark.usefixtures("redis")  # emptied: nothing is counted yet

LONG_LEASE_SECONDS = 30.0


@pytest.fixture
def long_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease that does not run out while Kafka is paused for a moment."""
    monkeypatch.setattr(announcements_module, "LEASE_SECONDS", LONG_LEASE_SECONDS)


async def test_no_promise_before_the_log_has_acknowledged(
    engines: Engines, settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    async with ballot_box(settings, voting_request_deadline_seconds=1.5) as box:
        poll_id = await announced(box, writer)
        assert (await box.vote(poll_id, "voter_before")).status_code == 202
        await engines.kafka.pause()
        try:
            # Kafka says nothing before that, so this is the answer of the deadline.
            early = await box.once.vote(poll_id, "voter_1")
            assert problem(early) == (503, "outcome-unknown")
            mine = box.receipt(poll_id, "voter_1")
            assert early.json()["vote_id"] == mine["vote_id"]
            # The lease has run out: nothing is taken any more, and that is known for sure.
            await eventually(box.is_not_ready, "the box is not ready")
            assert problem(await box.once.vote(poll_id, "voter_2")) == (503, "not-recorded")
        finally:
            await engines.kafka.resume()
        again = await until_taken(box, poll_id, "voter_1")
        assert again == mine
    voters = {json.loads(r.value or b"")["voter"] for r in await recorded(votes_log, poll_id)}
    assert voters == {"voter_before", "voter_1"}


async def test_a_box_that_missed_kafka_is_ready_again_without_a_vote(
    engines: Engines, settings: Settings, writer: LogWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sends votes to a box that is not ready, so readiness must not wait for one."""
    monkeypatch.setattr(appender, "FORGET_FAILURE_SECONDS", 1.0)
    deadline = 1.5
    async with ballot_box(settings, voting_request_deadline_seconds=deadline) as box:
        poll_id = await announced(box, writer)
        assert (await box.vote(poll_id, "voter_before")).status_code == 202
        await engines.kafka.pause()
        try:
            lost = [box.once.vote(poll_id, f"voter_{n}") for n in range(5)]
            assert {problem(answer)[0] for answer in await asyncio.gather(*lost)} == {503}
            await eventually(box.is_not_ready, "the box is not ready")
        finally:
            await engines.kafka.resume()
        # Later than any deadline or lease that could still run out.
        later = utc_now() + timedelta(seconds=2 * deadline)
        await eventually(lambda: _is_past(later), "some time has passed")
        await eventually(box.is_ready, "the box is ready again")


@pytest.mark.usefixtures("long_lease")
async def test_a_vote_waits_for_its_acknowledgement(
    engines: Engines, settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    async with ballot_box(settings, voting_request_deadline_seconds=15.0) as box:
        poll_id = await announced(box, writer)
        assert (await box.vote(poll_id, "voter_before")).status_code == 202
        await engines.kafka.pause()
        try:
            vote = asyncio.create_task(box.vote(poll_id, "voter_1"))
            done, _ = await asyncio.wait([vote], timeout=0.7)
            assert not done
        finally:
            await engines.kafka.resume()
        assert (await vote).status_code == 202
    assert len(await recorded(votes_log, poll_id)) >= 1


async def test_a_vote_appended_after_the_closing_time_is_promised_nothing(
    settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    """The closing itself is not announced yet: the log may have a later one, and count the vote."""
    async with ballot_box(settings) as box:
        closes_at = utc_now() + timedelta(seconds=1)
        poll_id = await announced(box, writer, closes_at=closes_at)
        await eventually(lambda: _is_past(closes_at), "the closing time has passed")

        async def answers(status: int, kind: str) -> bool:
            return problem(await box.once.vote(poll_id, "voter_1")) == (status, kind)

        await eventually(lambda: answers(503, "outcome-unknown"), "nothing is promised")
        await announce_change(writer, poll_id, 2, accepting=False)
        await eventually(lambda: answers(409, "voting-not-open"), "a vote is refused")
    late = await recorded(votes_log, poll_id)
    assert late
    assert all(r.timestamp >= milliseconds(closes_at) for r in late)


async def test_a_vote_that_may_have_been_in_time_is_not_refused(
    engines: Engines, settings: Settings, writer: LogWriter
) -> None:
    """The producer may have sent it twice; of the first time it knows nothing."""
    async with ballot_box(settings, voting_request_deadline_seconds=15.0) as box:
        other_id = await announced(box, writer)
        assert (await box.vote(other_id, "voter_1")).status_code == 202
        closes_at = utc_now() + timedelta(seconds=5)
        poll_id = await announced(box, writer, closes_at=closes_at)
        await engines.kafka.pause()
        try:
            vote = asyncio.create_task(box.once.vote(poll_id, "voter_2"))
            await eventually(lambda: _is_past(closes_at), "the closing time has passed")
            assert not vote.done()
        finally:
            await engines.kafka.resume()
        assert problem(await vote) == (503, "outcome-unknown")


@pytest.mark.usefixtures("long_lease")
async def test_a_lost_lease_takes_the_promise_back(
    engines: Engines, settings: Settings, writer: LogWriter
) -> None:
    """The log has acknowledged, but a closing of the poll may have come in between unseen."""
    role = ballot_box_role(settings.model_copy(update={"voting_request_deadline_seconds": 15.0}))
    follow, _ = role.tasks
    announcements: Announcements = follow.__self__  # type: ignore[attr-defined]
    async with serving(replace(role, tasks=())) as url, httpx2.AsyncClient(timeout=60) as http:
        box = Box(url, http, settings)
        async with running(follow):
            await eventually(box.is_ready, "the box is ready")
            poll_id = await announced(box, writer)
            assert (await box.vote(poll_id, "voter_before")).status_code == 202
        # From here on nobody follows the announcements.
        await engines.kafka.pause()
        try:
            announcements._confirmed_at = seconds_since_boot()
            vote = asyncio.create_task(box.once.vote(poll_id, "voter_1"))
            done, _ = await asyncio.wait([vote], timeout=0.5)
            assert not done
            announcements._confirmed_at -= LONG_LEASE_SECONDS
        finally:
            await engines.kafka.resume()
        assert problem(await vote) == (503, "outcome-unknown")
        assert problem(await box.once.vote(poll_id, "voter_2")) == (503, "not-recorded")


@pytest.mark.parametrize("how", ["paused", "killed"])
async def test_redis_may_be_away(
    engines: Engines, settings: Settings, writer: LogWriter, how: str
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        await (engines.redis.pause() if how == "paused" else engines.redis.kill())
        try:
            for turn in range(3):
                votes = [box.vote(poll_id, f"voter_{turn}_{n}") for n in range(20)]
                answers = await asyncio.gather(*votes)
                assert {answer.status_code for answer in answers} == {202}
                await eventually(box.is_ready, "the box is ready")
        finally:
            await (engines.redis.resume() if how == "paused" else engines.redis.start())
        assert (await box.vote(poll_id, "voter_later")).status_code == 202


async def test_mongodb_is_never_needed(settings: Settings, writer: LogWriter) -> None:
    async with ballot_box(settings, mongo_uri="mongodb://127.0.0.1:1/") as box:
        poll_id = await announced(box, writer)
        assert (await box.vote(poll_id, "voter_1")).status_code == 202
        await eventually(box.is_ready, "the box is ready")


@pytest.mark.usefixtures("long_lease")
async def test_a_full_queue_takes_nothing_more(
    engines: Engines, settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    changes = {"voting_waiting_votes": 5, "voting_request_deadline_seconds": 15.0}
    async with ballot_box(settings, **changes) as box:
        poll_id = await announced(box, writer)
        assert (await box.vote(poll_id, "voter_before")).status_code == 202
        await engines.kafka.pause()
        try:
            first = [asyncio.create_task(box.vote(poll_id, f"voter_{n}")) for n in range(5)]
            await eventually(lambda: _waits(box, 5), "five are waiting")
            began = time.monotonic()
            assert problem(await box.once.vote(poll_id, "voter_5")) == (503, "not-recorded")
            # Who asks again at once must not keep it busy.
            assert time.monotonic() - began >= REFUSAL_SECONDS
            assert not any(vote.done() for vote in first)
        finally:
            await engines.kafka.resume()
        assert {(await vote).status_code for vote in first} == {202}
        assert (await box.vote(poll_id, "voter_6")).status_code == 202
        await eventually(lambda: _waits(box, 0), "nobody is waiting")
    keys = {r.key for r in await recorded(votes_log, poll_id)}
    assert keys == {b"voter_before", *(b"voter_%d" % n for n in (0, 1, 2, 3, 4, 6))}


async def _is_past(moment: datetime) -> bool:
    return utc_now() > moment


async def _waits(box: Box, count: int) -> bool:
    text = (await box.http.get(f"{box.url}/metrics")).text
    return f"groundswell_votes_waiting {count:.1f}" in text
