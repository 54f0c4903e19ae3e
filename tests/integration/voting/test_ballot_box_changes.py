"""What is announced while a poll takes votes: pauses, ideas that leave or join, other ends."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from groundswell_kit.clock import utc_now
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.intake.appender import Appender, Outcome
from groundswell_voting.intake.rules import KnownPoll
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.rules import Vote
from tests.integration.voting.boxes import (
    Box,
    announce_change,
    announced,
    ballot_box,
    problem,
    recorded,
)
from tests.integration.voting.world import IDEAS, Log, eventually

pytestmark = pytest.mark.usefixtures("redis")  # emptied: nothing is counted yet


async def until(
    box: Box, poll_id: str, kind: str | None, idea_id: str = IDEAS[0]
) -> httpx2.Response:
    """Votes as a new voter each time until the answer is this problem, or none; the answer."""
    answers: list[httpx2.Response] = []

    async def is_it() -> bool:
        answers.append(await box.once.vote(poll_id, f"voter_{len(answers)}", idea_id))
        got = None if answers[-1].status_code == 202 else problem(answers[-1])[1]
        return got == kind

    await eventually(is_it, f"the answer is {kind}")
    return answers[-1]


async def test_a_poll_can_pause_and_go_on(
    settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        await announce_change(writer, poll_id, 2, accepting=False)
        paused = await until(box, poll_id, "voting-not-open")
        assert "paused" in paused.json()["detail"]
        before = len(await recorded(votes_log, poll_id))
        assert problem(await box.vote(poll_id, "voter_x")) == (409, "voting-not-open")
        assert len(await recorded(votes_log, poll_id)) == before
        await announce_change(writer, poll_id, 3, accepting=True)
        await until(box, poll_id, None)


async def test_whoever_comes_after_the_end_is_told_so(
    settings: Settings, writer: LogWriter
) -> None:
    async with ballot_box(settings) as box:
        over = utc_now() - timedelta(seconds=1)
        poll_id = await announced(box, writer, closes_at=over, accepting=False)
        answer = await box.vote(poll_id, "voter_1")
        assert problem(answer) == (409, "voting-not-open")
        assert answer.json()["detail"] == "Voting has closed."


async def test_a_withdrawn_idea_takes_no_votes_and_a_new_one_does(
    settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        joined = {"first_ordinal": len(IDEAS), "idea_ids": ["idea_trout"]}
        await announce_change(writer, poll_id, 2, ideas=joined, withdrawn_idea_ids=IDEAS[:1])
        await until(box, poll_id, "idea-withdrawn")
        assert (await box.vote(poll_id, "voter_new", "idea_trout")).status_code == 202
        before = len(await recorded(votes_log, poll_id))
        assert problem(await box.vote(poll_id, "voter_x")) == (409, "idea-withdrawn")
        await announce_change(writer, poll_id, 3, removed_idea_ids=IDEAS[:1])
        assert problem(await box.vote(poll_id, "voter_x")) == (409, "idea-withdrawn")
        assert len(await recorded(votes_log, poll_id)) == before


async def test_while_the_end_moves_nothing_is_promised_behind_it(
    settings: Settings, writer: LogWriter, votes_log: Log
) -> None:
    """The log is about to have the earlier end, and may or may not count what comes between."""
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        now = utc_now()
        await announce_change(writer, poll_id, 2, accepts_until=now)
        unknown = await until(box, poll_id, "outcome-unknown")
        assert "closing" in unknown.json()["detail"]
        assert await recorded(votes_log, poll_id)
        await announce_change(writer, poll_id, 3, closes_at=now)
        await until(box, poll_id, "outcome-unknown")
        await announce_change(writer, poll_id, 4, closes_at=now + timedelta(hours=1))
        await until(box, poll_id, None)


async def vote_overtaken_by(
    changes: Sequence[dict[str, Any]],
    box: Box,
    writer: LogWriter,
    poll_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> httpx2.Response:
    """The answer to a vote that the log has, when the box hears of changes before it answers."""
    append = Appender.append

    async def slow(self: Appender, vote: Vote, poll: KnownPoll) -> Outcome:
        def stands() -> tuple[bool, bool]:
            return poll.accepting, poll.takes(vote.idea_ids)

        async def is_known() -> bool:
            return stands() != before

        outcome = await append(self, vote, poll)
        for number, change in enumerate(changes, 2):
            before = stands()
            await announce_change(writer, poll_id, number, **change)
            await eventually(is_known, "the box knows of the change")
        return outcome

    with monkeypatch.context() as patch:
        patch.setattr(Appender, "append", slow)
        return await box.once.vote(poll_id, "voter_slow")


async def test_a_vote_that_the_log_took_is_not_refused_by_a_pause(
    settings: Settings, writer: LogWriter, votes_log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log may have a later closing already, which is announced in a moment."""
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer, closes_at=utc_now() - timedelta(seconds=1))
        paused = {"accepting": False}
        answer = await vote_overtaken_by([paused], box, writer, poll_id, monkeypatch)
        assert problem(answer) == (503, "outcome-unknown")
        assert answer.json()["vote_id"] == box.receipt(poll_id, "voter_slow")["vote_id"]
        assert {r.key for r in await recorded(votes_log, poll_id)} >= {b"voter_slow"}
        # Nothing was recorded of what comes now: that may be said.
        assert problem(await box.vote(poll_id, "voter_x")) == (409, "voting-not-open")


OFF, ON = {"withdrawn_idea_ids": IDEAS[:1]}, {"returned_idea_ids": IDEAS[:1]}


@pytest.mark.parametrize("changes", [[{"accepting": False}], [OFF], [OFF, ON]])
async def test_nothing_is_promised_that_the_poll_no_longer_allows(
    settings: Settings,
    writer: LogWriter,
    monkeypatch: pytest.MonkeyPatch,
    changes: list[dict[str, Any]],
) -> None:
    """As after a sleep of the machine: the lease holds again, and the log may have the change.

    Of an idea that left and is back the log may have the vote in between, where it did not count.
    """
    async with ballot_box(settings) as box:
        poll_id = await announced(box, writer)
        answer = await vote_overtaken_by(changes, box, writer, poll_id, monkeypatch)
        assert problem(answer) == (503, "outcome-unknown")
