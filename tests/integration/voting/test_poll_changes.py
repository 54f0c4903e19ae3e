"""An open poll is changed: what takes away is announced first, what gives is logged first."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from groundswell_contracts.polls import AnnouncedIdeas, PollAnnounced
from groundswell_kit.clock import utc_now
from groundswell_voting.polls.refusals import CLOSED, CLOSING
from groundswell_voting.polls.rules import (
    ChangeState,
    ClosingChange,
    IdeasChange,
    PauseChange,
    Poll,
    PollStage,
    VotersChange,
    What,
)
from groundswell_voting.voteslog.codec import milliseconds
from groundswell_voting.voteslog.rules import BallotChanged, Record, Rules
from tests.integration.voting.installation import Voting, bodies
from tests.integration.voting.world import IDEAS, cast, running, until_exact

WAIT = 0.6


async def carried_out(voting: Voting, poll: Poll, *changes: Any) -> list[ChangeState]:
    """Lets a machine carry these changes out; what became of each."""
    asked = [await voting.ask(poll, what) for what in changes]
    async with running(voting.machine(announce_seconds=WAIT).run):
        return [(await voting.settled(change)).state for change in asked]


async def changes_in_log(voting: Voting, poll: Poll) -> tuple[list[Record], list[BallotChanged]]:
    """The records that changed the ballot in the first partition; the same stand in all others."""
    log = await voting.log_of(poll)
    for records in log.values():
        assert [r.body for r in records] == [r.body for r in log[0]]
    changed = [r for r in log[0] if isinstance(r.body, BallotChanged)]
    return changed, [r.body for r in changed if isinstance(r.body, BallotChanged)]


async def announced(voting: Voting, poll: Poll) -> list[tuple[int, dict[str, Any]]]:
    """What was announced behind the opening, each with its time, without what asked for it."""
    found = (await voting.announcements(poll))[1:]
    return [(at_ms, said) for at_ms, change in found if (said := content(change))]


def content(change: PollAnnounced) -> dict[str, Any]:
    named = change.model_dump(exclude_defaults=True, exclude={"number", "poll_id", "contest_id"})
    return {name: value for name, value in named.items() if value not in (None, ())}


async def test_ideas_that_come_are_logged_and_then_announced(voting: Voting) -> None:
    poll = await voting.open()
    new = ("idea_new", "idea_newer")
    assert await carried_out(voting, poll, IdeasChange(added=new)) == ["done"]
    (record,), (change,) = await changes_in_log(voting, poll)
    assert change == BallotChanged(poll.poll_id, 2, added=new)
    ((at_ms, said),) = await announced(voting, poll)
    assert said == {
        "ideas": AnnouncedIdeas(first_ordinal=len(IDEAS), idea_ids=list(new)).model_dump()
    }
    assert record.appended_at_ms <= at_ms
    after = await voting.poll(poll)
    assert (after.idea_ids, after.removed_idea_ids) == (IDEAS + new, ())
    assert (after.control_number, after.writing, after.change_record) == (2, None, None)


async def test_an_idea_that_goes_is_withdrawn_long_before_it_is_removed(voting: Voting) -> None:
    poll = await voting.open()
    gone = (IDEAS[1], IDEAS[3])
    assert await carried_out(voting, poll, IdeasChange(removed=gone)) == ["done"]
    (record,), (change,) = await changes_in_log(voting, poll)
    assert change == BallotChanged(poll.poll_id, 2, removed=gone)
    (withdrawn_at, withdrawn), (removed_at, removed) = await announced(voting, poll)
    assert (withdrawn, removed) == ({"withdrawn_idea_ids": gone}, {"removed_idea_ids": gone})
    assert record.appended_at_ms - withdrawn_at >= WAIT * 1000
    assert record.appended_at_ms <= removed_at
    assert (await voting.poll(poll)).removed_idea_ids == gone


async def test_a_removed_idea_frees_its_place(voting: Voting) -> None:
    poll = await voting.open(rules=Rules(ideas_per_ballot=1))
    async with voting.counted():
        await voting.votes_log.cast(cast("ada", IDEAS[0], poll.poll_id))
        await carried_out(voting, poll, IdeasChange(removed=IDEAS[:1]))
        await voting.votes_log.cast(cast("ada", IDEAS[1], poll.poll_id))
        await until_exact(voting.votes_log, voting.projection)
        votes = await voting.votes(poll)
    assert votes[IDEAS[1]] == 1


async def test_a_later_closing_is_logged_and_then_announced(voting: Voting) -> None:
    poll = await voting.open()
    later = poll.closes_at + timedelta(days=1)
    assert await carried_out(voting, poll, ClosingChange(later)) == ["done"]
    (record,), (change,) = await changes_in_log(voting, poll)
    assert change == BallotChanged(poll.poll_id, 2, closes_at_ms=milliseconds(later))
    ((at_ms, said),) = await announced(voting, poll)
    assert said == {"closes_at": later, "accepts_until": later}
    assert record.appended_at_ms <= at_ms
    assert (await voting.poll(poll)).closes_at == later


async def test_an_earlier_closing_is_announced_long_before_it_is_logged(voting: Voting) -> None:
    poll = await voting.open()
    earlier = poll.closes_at - timedelta(minutes=30)
    assert await carried_out(voting, poll, ClosingChange(earlier)) == ["done"]
    (record,), (change,) = await changes_in_log(voting, poll)
    assert change.closes_at_ms == milliseconds(earlier)
    (first_at, first), (second_at, second) = await announced(voting, poll)
    assert first == {"accepts_until": earlier}
    assert second == {"closes_at": earlier, "accepts_until": earlier}
    assert record.appended_at_ms - first_at >= WAIT * 1000
    assert record.appended_at_ms <= second_at


async def test_a_poll_closes_at_its_new_time(voting: Voting) -> None:
    poll = await voting.open()
    sooner = utc_now() + timedelta(seconds=8)
    change = await voting.ask(poll, ClosingChange(sooner))
    async with running(voting.machine(announce_seconds=0.3).run):
        await voting.settled(change)
        closed = await voting.reaches(poll, PollStage.CLOSED)
    assert closed.close_reason == "deadline"
    assert closed.closed_at_ms is not None
    assert closed.closed_at_ms >= milliseconds(sooner)
    (record, *_), _ = await changes_in_log(voting, poll)
    assert record.appended_at_ms < milliseconds(sooner)


@pytest.mark.parametrize("seconds", [-60.0, WAIT / 2])
async def test_a_closing_time_that_is_overtaken_closes_early(
    voting: Voting, seconds: float
) -> None:
    """It had passed when its turn came, or passes before the log may have it."""
    poll = await voting.open()
    change = await voting.ask(poll, ClosingChange(utc_now() + timedelta(seconds=seconds)))
    async with running(voting.machine(announce_seconds=WAIT).run):
        assert (await voting.settled(change)).state is ChangeState.DONE
        closed = await voting.reaches(poll, PollStage.CLOSED)
    assert (closed.close_reason, closed.closes_at) == ("closed_early", poll.closes_at)
    *_, (closing_at, said) = await announced(voting, poll)
    assert said == {"accepting": False}
    for records in (await voting.log_of(poll)).values():
        assert bodies(records)[:2] == ["Opened", "Closed"]
        assert records[1].appended_at_ms - closing_at >= WAIT * 1000


async def test_a_pause_is_an_announcement_and_no_more(voting: Voting) -> None:
    poll = await voting.open()
    assert await carried_out(voting, poll, PauseChange(paused=True)) == ["done"]
    assert (await voting.poll(poll)).paused
    assert await carried_out(voting, poll, PauseChange(paused=False)) == ["done"]
    assert not (await voting.poll(poll)).paused
    assert [said for _, said in await announced(voting, poll)] == [
        {"accepting": False},
        {"accepting": True},
    ]
    assert all(bodies(records) == ["Opened"] for records in (await voting.log_of(poll)).values())


@pytest.mark.parametrize(
    "pending",
    [
        IdeasChange(removed=IDEAS[:1]),
        VotersChange("set_aside", "c-1", "Nobody archives.", pass_ids=("pass_1",)),
    ],
)
async def test_a_pause_overtakes_what_takes_long(voting: Voting, pending: What) -> None:
    """An idea is being withdrawn, or an archive searched that does not come on."""
    poll = await voting.open()
    change = await voting.ask(poll, pending)
    machine = voting.machine(announce_seconds=600)
    await machine._turn(asyncio.Event())
    async with running(machine.run):
        for paused in (True, False, True):
            pause = await voting.ask(poll, PauseChange(paused=paused))
            assert (await voting.settled(pause)).state is ChangeState.DONE
            assert (await voting.poll(poll)).paused == paused
    after = await voting.poll(poll)
    assert (after.changes_done, after.pauses_done) == (0, 3)
    found = await voting.stores.poll_changes.find(poll.brand_id, change.change_id)
    assert found is not None
    assert found.state is ChangeState.PENDING
    said = [said["accepting"] for _, said in await announced(voting, poll) if "accepting" in said]
    assert said == [False, True, False]


async def test_voting_does_not_go_on_when_it_is_over(voting: Voting) -> None:
    """Who resumes a poll that is to close, or has closed, is told so; nothing is announced."""
    poll = await voting.open()
    await voting.ask(poll, PauseChange(paused=True))
    machine = voting.machine(announce_seconds=0.2)
    await machine._turn(asyncio.Event())
    resumed = await voting.ask(poll, PauseChange(paused=False))
    await voting.close(poll)
    async with running(machine.run):
        assert (await voting.settled(resumed)).refusal == CLOSING
        await voting.reaches(poll, PollStage.SEALED)
    assert [said for _, said in await announced(voting, poll)] == [{"accepting": False}] * 2


async def test_a_paused_poll_closes_in_its_time(voting: Voting) -> None:
    poll = await voting.open(closes_at=utc_now() + timedelta(seconds=8))
    await voting.ask(poll, PauseChange(paused=True))
    async with running(voting.machine(announce_seconds=0.2).run):
        closed = await voting.reaches(poll, PollStage.CLOSED)
    assert (closed.close_reason, closed.paused) == ("deadline", True)


async def test_what_cannot_be_done_is_refused_and_holds_nothing_up(voting: Voting) -> None:
    poll = await voting.open()
    states = await carried_out(
        voting,
        poll,
        IdeasChange(added=IDEAS[:1]),
        IdeasChange(removed=("idea_unknown",)),
        IdeasChange(removed=IDEAS[:1]),
        IdeasChange(added=IDEAS[:1]),
        IdeasChange(added=("idea_new",)),
    )
    assert states == ["refused", "refused", "done", "refused", "done"]
    _, changes = await changes_in_log(voting, poll)
    assert [change.number for change in changes] == [2, 3]
    after = await voting.poll(poll)
    assert (after.changes_asked, after.changes_done) == (5, 5)


async def test_changes_wait_for_the_opening_and_end_with_the_closing(voting: Voting) -> None:
    poll = await voting.plan()
    early = await voting.ask(poll, IdeasChange(added=("idea_new",)))
    # Closing takes long enough that somebody asks for more meanwhile.
    async with running(voting.machine(announce_seconds=5).run):
        await voting.settled(early)
        await voting.close(poll)
        await voting.reaches(poll, PollStage.CLOSING)
        late = await voting.ask(poll, IdeasChange(added=("idea_late",)))
        refused = await voting.settled(late)
        sealed = await voting.reaches(poll, PollStage.SEALED)
    assert (refused.state, refused.refusal) == ("refused", CLOSED)
    assert sealed.idea_ids == (*IDEAS, "idea_new")


async def test_a_change_that_has_begun_comes_before_an_early_closing(voting: Voting) -> None:
    poll = await voting.open()
    change = await voting.ask(poll, IdeasChange(removed=IDEAS[:1]))
    machine = voting.machine(announce_seconds=WAIT)
    await machine._turn(asyncio.Event())
    assert (await voting.poll(poll)).change_record == 2
    await voting.close(poll)
    async with running(machine.run):
        closed = await voting.reaches(poll, PollStage.CLOSED)
    assert (await voting.settled(change)).state is ChangeState.DONE
    assert closed.removed_idea_ids == IDEAS[:1]
    for records in (await voting.log_of(poll)).values():
        assert bodies(records)[:3] == ["Opened", "BallotChanged", "Closed"]
