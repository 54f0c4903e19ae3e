"""Recounts beside the machine's turns: some at a time, and none without the lease."""

import asyncio

import pytest
from pymongo.errors import AutoReconnect

from groundswell_kit.ids import new_id
from groundswell_kit.leases import Lease
from groundswell_voting.control.machine import RECOUNTS_AT_ONCE
from groundswell_voting.control.watch import Watch
from groundswell_voting.polls.rules import Poll, PollStage
from tests.integration.voting.installation import Voting
from tests.integration.voting.sealed import sealing
from tests.integration.voting.world import running, until


class Recounts:
    """Certification of some polls that does not end before it is let go on."""

    def __init__(self) -> None:
        self.polls: set[str] = set()
        self.begun: list[str] = []
        self.go_on = asyncio.Event()
        self.under_way = self.most = self.cut_off = 0

    async def certify(self, poll: Poll) -> None:
        if poll.poll_id not in self.polls:
            return
        self.begun.append(poll.poll_id)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cut_off += 1
            raise
        finally:
            self.under_way -= 1


async def test_long_recounts_hold_up_no_other_poll(voting: Voting) -> None:
    """Some at a time, each once at a time, and none behind the end of the machine."""
    recounts = Recounts()
    polls = [await voting.plan() for _ in range(RECOUNTS_AT_ONCE + 1)]
    recounts.polls = {poll.poll_id for poll in polls}
    async with running(voting.machine(0.1, certification=recounts).run):
        for poll in polls:
            await voting.reaches(poll, PollStage.OPEN)
            await voting.close(poll)
        for poll in polls:
            await voting.reaches(poll, PollStage.SEALED)
        await until(lambda: recounts.under_way == recounts.most > 0, "begun")
        await voting.reaches(await voting.plan(), PollStage.OPEN)
        await until(lambda: recounts.most == RECOUNTS_AT_ONCE, "all places")
        assert len(recounts.begun) == RECOUNTS_AT_ONCE
        recounts.go_on.set()
        await until(lambda: set(recounts.begun) == recounts.polls, "all")
        recounts.go_on.clear()
        await until(lambda: recounts.under_way, "one is begun again")
    assert recounts.under_way == 0
    assert recounts.cut_off > 0
    assert recounts.most == RECOUNTS_AT_ONCE


async def test_a_worker_that_loses_its_lease_ends_its_recounts(voting: Voting) -> None:
    recounts = Recounts()
    machine = voting.machine(0.1, certification=recounts)
    poll = await voting.plan()
    recounts.polls = {poll.poll_id}
    async with running(machine.run):
        await voting.reaches(poll, PollStage.OPEN)
        await voting.close(poll)
        await until(lambda: recounts.under_way, "it is recounted")
        other = Lease(voting.database, "polls", new_id("machine"))
        while not await other.acquire_or_renew():
            await machine._lease.release()
        await until(lambda: recounts.cut_off == 1, "it is cut off")
        assert recounts.under_way == 0
        await other.release()
        await until(lambda: recounts.under_way, "whoever has it next does it again")
    assert recounts.most == 1


async def test_a_lease_that_came_back_before_anybody_looked_ends_recounts_too(
    voting: Voting,
) -> None:
    """The machine goes on only when it has compared again, and halts here: with nothing begun."""
    recounts = Recounts()
    machine = voting.machine(0.1, certification=recounts)
    lease, other = machine._lease, Lease(voting.database, "polls", new_id("machine"))
    async with sealing(voting) as (poll, _), sealing(voting) as (second, _):
        pass
    recounts.polls = {poll.poll_id, second.poll_id}

    async def loses_the_lease(_: Poll) -> None:
        await lease.release()
        assert await other.acquire_or_renew()

    polls = voting.database["polls"]
    try:
        async with asyncio.timeout(40):
            while recounts.under_way < 2:
                await machine._turn(asyncio.Event())
                await asyncio.sleep(0.01)
        machine._watch = Watch([loses_the_lease])
        await machine._turn(asyncio.Event())
        assert not machine._compared
        assert (recounts.under_way, recounts.cut_off) == (2, 0)
        await other.release()
        await polls.update_one({"_id": poll.poll_id}, {"$inc": {"control_number": -1}})
        await machine._turn(asyncio.Event())
        assert machine.halted is not None
        assert (recounts.under_way, recounts.cut_off) == (0, 2)
    finally:
        await polls.update_one(
            {"_id": poll.poll_id}, {"$set": {"control_number": poll.control_number}}
        )
        await machine._drop_all()
        await lease.release()


async def test_a_machine_that_ends_while_mongodb_is_away_lets_its_lease_go(
    voting: Voting,
) -> None:
    """Or the next one waits until it has run out."""
    machine = voting.machine()
    stop = asyncio.Event()

    async def away() -> None:
        raise AutoReconnect("gone for a moment")

    running_machine = asyncio.create_task(machine.run(stop))
    await until(lambda: machine._compared, "it has begun")
    machine._life.forget = away  # type: ignore[method-assign]
    stop.set()
    with pytest.raises(AutoReconnect):
        await asyncio.wait_for(running_machine, 40)
    other = Lease(voting.database, "polls", new_id("machine"))
    assert await other.acquire_or_renew()
    await other.release()
