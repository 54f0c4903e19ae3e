"""Ideas climb on real engines: steps are told once, whoever dies, and judged at their deadlines."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from groundswell_contracts.tallies import TallyCertified, ThresholdMissed, ThresholdReached
from groundswell_contracts.topics import TALLIES
from groundswell_voting.control.scribe import Scribe
from groundswell_voting.control.watch import Watcher
from groundswell_voting.ladders.commands import DeadlineNotCounted, LadderCommands
from groundswell_voting.ladders.rules import Climb
from groundswell_voting.ladders.store import ClimbStore
from groundswell_voting.polls.commands import PollCommands
from groundswell_voting.polls.merging import MergedIdeaChange, MergedVotesChange
from groundswell_voting.polls.rules import ChangeState, ClosingChange, Poll, PollStage
from groundswell_voting.voteslog.rules import LadderStep, Rules
from tests.integration.voting.installation import Voting
from tests.integration.voting.sealed import tally_of
from tests.integration.voting.world import IDEAS, cast, eventually, running

A, B = IDEAS[0], IDEAS[1]
LONG = 3_600


def rules(*steps: tuple[int, int]) -> Rules:
    """A poll whose ideas climb: votes to reach, and the seconds for each step."""
    ladder = tuple(LadderStep(votes, seconds) for votes, seconds in steps)
    return Rules(ideas_per_ballot=None, ladder=ladder)


def ladders(voting: Voting) -> LadderCommands:
    stores = voting.stores
    return LadderCommands(
        stores.climbs,
        PollCommands(stores.polls, stores.poll_changes),
        stores.poll_changes,
        stores.archive,
        voting.projection,
        voting.settings.voting_partitions,
        Scribe(stores.polls, voting.writer, 0.5).passed,
    )


async def support(voting: Voting, poll: Poll, idea: str, *voters: str) -> None:
    await voting.votes_log.cast(*(cast(voter, idea, poll.poll_id) for voter in voters))


async def supported(voting: Voting, rules: Rules, supporters: dict[str, Sequence[str]]) -> Poll:
    """A poll that is open, with its votes, of which nobody has looked at a ladder yet.

    A deadline is judged by what the log has before its record, and whoever looks asks for that: so
    these votes are in time, however long they took.
    """
    poll = await voting.open(rules=rules, idea_ids=(A, B))
    for idea, voters in supporters.items():
        await support(voting, poll, idea, *voters)
    return poll


async def told(voting: Voting, poll: Poll) -> list[tuple[str, str, int, int]]:
    """What the outbox has of the poll's steps: kind, idea, step and votes."""
    kinds = {kind.type.encode(): kind for kind in (ThresholdReached, ThresholdMissed)}
    found: list[tuple[str, str, int, int]] = []
    async for row in voting.database["outbox"].find({"topic": TALLIES.name}).sort("_id", 1):
        kind = kinds.get(dict(row["headers"])["ce_type"])
        if kind is None:
            continue
        event = kind.model_validate_json(row["value"])
        if event.poll_id == poll.poll_id:
            found.append((kind.__name__, event.idea_id, event.step, event.votes))
    return found


async def tells(voting: Voting, poll: Poll, *expected: tuple[str, str, int, int]) -> None:
    async def holds() -> bool:
        return sorted(await told(voting, poll)) == sorted(expected)

    await eventually(holds, f"{expected} is told")


async def test_a_step_is_told_once_by_whichever_worker_sees_it(voting: Voting) -> None:
    poll = await voting.plan(rules=rules((2, LONG), (3, LONG)), idea_ids=(A, B))
    watchers: list[Watcher] = [ladders(voting).step]
    async with voting.counted(), running(voting.machine(watchers=watchers).run):
        await voting.reaches(poll, PollStage.OPEN)
        await support(voting, poll, A, "ada", "ben")
        await support(voting, poll, B, "ada")
        await tells(voting, poll, ("ThresholdReached", A, 1, 2))
        # Others that believe to be the one worker look at the same time.
        opened = await voting.poll(poll)
        zombies = [ladders(voting) for _ in range(4)]
        await support(voting, poll, A, "cy", "dot")
        await voting.archived()
        await asyncio.gather(*(z.step(opened) for z in zombies), return_exceptions=True)
        await tells(voting, poll, ("ThresholdReached", A, 1, 2), ("ThresholdReached", A, 2, 4))


async def test_an_idea_reaches_a_step_by_the_votes_of_one_that_goes_on_in_it(
    voting: Voting,
) -> None:
    """Who supported both counts once; the step stays reached when the merge is undone."""
    poll = await voting.plan(rules=rules((3, LONG), (4, LONG)), idea_ids=(A, B))
    watchers: list[Watcher] = [ladders(voting).step]
    reached = ("ThresholdReached", B, 1, 3)
    async with voting.counted(), running(voting.machine(0.2, watchers=watchers).run):
        await voting.reaches(poll, PollStage.OPEN)
        await support(voting, poll, A, "ada", "ben")
        await support(voting, poll, B, "ben", "cy")
        await voting.ask(poll, MergedIdeaChange(A, B, "leave"))
        await voting.ask(poll, MergedVotesChange(A, B, "merge"))
        await tells(voting, poll, reached)
        await voting.ask(poll, MergedIdeaChange(A, B, "return"))
        await voting.settled(await voting.ask(poll, MergedVotesChange(A, B, "unmerge")))
        await support(voting, poll, A, "dot")
        await tells(voting, poll, reached, ("ThresholdReached", A, 1, 3))


async def test_what_misses_its_step_leaves_the_ballot(voting: Voting) -> None:
    poll = await supported(voting, rules((2, 3), (9, LONG)), {A: ("ada", "ben"), B: ("ada",)})
    watchers: list[Watcher] = [ladders(voting).step]
    async with voting.counted(), running(voting.machine(watchers=watchers).run):
        await tells(voting, poll, ("ThresholdReached", A, 1, 2), ("ThresholdMissed", B, 1, 1))

        async def has_left() -> bool:
            return (await voting.poll(poll)).removed_idea_ids == (B,)

        await eventually(has_left, "the idea has left the ballot")
    climbs = await voting.stores.climbs.of_poll(poll.brand_id, poll.poll_id)
    assert (climbs[A].step, climbs[A].missed_votes) == (2, None)
    assert (climbs[B].step, climbs[B].missed_votes) == (1, 1)


async def test_votes_before_the_deadline_count_though_nobody_looked(voting: Voting) -> None:
    """Counted only after the deadline, by a counter that was away; the log has them before it."""
    poll = await supported(voting, rules((2, 2), (9, LONG)), {A: ("ada", "ben")})
    watchers: list[Watcher] = [ladders(voting).step]
    async with running(voting.machine(watchers=watchers).run):
        await asyncio.sleep(2)
        async with voting.counted():
            await tells(voting, poll, ("ThresholdReached", A, 1, 2), ("ThresholdMissed", B, 1, 0))


async def test_a_worker_that_dies_while_judging_tells_nothing_twice(voting: Voting) -> None:
    poll = await supported(voting, rules((2, 2), (9, LONG)), {A: ("ada", "ben")})

    class Killed(ClimbStore):
        """Dies with a move behind it: alone committed, or taken back with the deadline's."""

        moves = 0

        async def move(self, *args: Any) -> None:
            await super().move(*args)
            if args[1]:
                Killed.moves += 1
                if Killed.moves <= 2:
                    raise ConnectionError("the worker is gone")

    stores = voting.stores
    dying = ladders(voting)
    object.__setattr__(dying, "climbs", Killed(voting.database, stores.outbox))
    async with voting.counted(), running(voting.machine(watchers=[dying.step]).run):
        await tells(voting, poll, ("ThresholdReached", A, 1, 2), ("ThresholdMissed", B, 1, 0))
        assert Killed.moves >= 2


async def climb_of(voting: Voting, poll: Poll, idea: str) -> Climb:
    """How far the idea has come, once its climb has begun."""

    async def has_begun() -> bool:
        return idea in await voting.stores.climbs.of_poll(poll.brand_id, poll.poll_id)

    await eventually(has_begun, "the idea climbs")
    return (await voting.stores.climbs.of_poll(poll.brand_id, poll.poll_id))[idea]


async def closing_when_due(voting: Voting, poll: Poll, idea: str, margin: timedelta) -> None:
    """Lets the poll close when the idea's first step is due, or that much later."""

    climb = await climb_of(voting, poll, idea)
    due_at = datetime.fromtimestamp(climb.due_at_ms / 1000, UTC)
    await voting.settled(await voting.ask(poll, ClosingChange(due_at + margin)))


@pytest.mark.parametrize("margin", [timedelta(0), timedelta(milliseconds=60)])
async def test_what_is_due_when_its_poll_closes_is_judged_by_the_certified_tally(
    voting: Voting, margin: timedelta
) -> None:
    """Counted only after the closing; and a worker dies when it is judged, before it is noted."""
    poll = await voting.plan(rules=rules((2, 15), (3, LONG), (9, LONG)), idea_ids=(A, B))
    commands = ladders(voting)
    deaths: list[str] = []

    async def conclude(concluded: Poll, tally: TallyCertified) -> None:
        await commands.conclude(concluded, tally)
        if concluded.poll_id == poll.poll_id and not deaths:
            deaths.append(poll.poll_id)
            raise ConnectionError("the worker is gone")

    machine = voting.machine(announce_seconds=0.3, watchers=[commands.step], conclusions=[conclude])
    async with running(machine.run):
        async with voting.counted():
            await voting.reaches(poll, PollStage.OPEN)
            await closing_when_due(voting, poll, A, margin)
        await support(voting, poll, A, "ada", "ben", "cy")
        await support(voting, poll, B, "ada")
        await voting.reaches(poll, PollStage.CLOSED)
        async with voting.counted():
            retired = await voting.reaches(poll, PollStage.RETIRED)
    assert deaths
    assert retired.removed_idea_ids == ()
    assert sorted(await told(voting, poll)) == [
        ("ThresholdMissed", B, 1, 1),
        ("ThresholdReached", A, 1, 3),
        ("ThresholdReached", A, 2, 3),
    ]


async def test_nobody_is_judged_by_a_deadline_that_voting_did_not_live_to_see(
    voting: Voting,
) -> None:
    poll = await voting.plan(rules=rules((2, LONG), (9, LONG)), idea_ids=(A, B))
    commands = ladders(voting)
    machine = voting.machine(0.2, watchers=[commands.step], conclusions=[commands.conclude])
    async with voting.counted(), running(machine.run):
        await voting.reaches(poll, PollStage.OPEN)
        await support(voting, poll, A, "ada", "ben")
        await support(voting, poll, B, "ada")
        await voting.close(poll)
        await voting.reaches(poll, PollStage.RETIRED)
    assert await told(voting, poll) == [("ThresholdReached", A, 1, 2)]


async def test_a_deadline_is_judged_by_the_log_though_redis_lost_it(voting: Voting) -> None:
    """Its record came before the end, was never judged, and is being counted again just then."""
    poll = await voting.plan(rules=rules((2, 6), (9, LONG)), idea_ids=(A, B))
    commands = ladders(voting)

    async def not_yet(_: Poll, __: TallyCertified) -> None:
        raise ConnectionError("the worker is gone")

    async with running(voting.machine(0.2, watchers=[commands.step]).run), voting.counted():
        climb = await climb_of(voting, poll, A)
    # Nobody asks for the record of the deadline before the votes are there.
    await support(voting, poll, A, "ada", "ben")
    await support(voting, poll, B, "ada")
    async with running(voting.machine(0.2, watchers=[commands.step]).run):
        change_id = f"{poll.poll_id}.deadline.{climb.due_at_ms}"

        async def is_logged() -> bool:
            change = await voting.stores.poll_changes.find(poll.brand_id, change_id)
            return change is not None and change.state is ChangeState.DONE

        await eventually(is_logged, "the log has the deadline")
        await support(voting, poll, B, "late", "later")
        await voting.close(poll)
        await voting.reaches(poll, PollStage.CLOSED)
    async with voting.counted(), running(voting.machine(0.2, conclusions=[not_yet]).run):
        certified = await voting.reaches(poll, PollStage.CERTIFIED)
    tally = await tally_of(voting, poll)
    assert {idea.idea_id: idea.votes for idea in tally.tally} == {A: 2, B: 3}
    await voting.redis.flushdb()
    with pytest.raises(DeadlineNotCounted, match=change_id):
        await commands.conclude(certified, tally)
    assert await told(voting, poll) == []
    machine = voting.machine(0.2, conclusions=[commands.conclude])
    async with voting.counted(), running(machine.run):
        await voting.reaches(poll, PollStage.RETIRED)
    assert sorted(await told(voting, poll)) == [
        ("ThresholdMissed", B, 1, 1),
        ("ThresholdReached", A, 1, 2),
    ]
