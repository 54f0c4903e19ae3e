"""A state machine goes on only where the stored polls and the log tell the same."""

import asyncio
from typing import Any

import pytest

from groundswell_voting.control.machine import PollMachine, StateDisagrees
from groundswell_voting.polls.rules import PollStage
from tests.integration.voting.installation import Voting
from tests.integration.voting.world import running, until


@pytest.mark.parametrize("changes", [{"control_number": 0}, {"control_number": 2}, {"_id": "gone"}])
async def test_a_state_that_does_not_fit_its_log_halts_everything(
    voting: Voting, changes: dict[str, Any]
) -> None:
    """MongoDB or Kafka was set back: writing on would give two records one number."""
    poll = await voting.open()
    waiting = await voting.plan()
    polls = voting.database["polls"]
    stored = await polls.find_one_and_delete({"_id": poll.poll_id})
    assert stored is not None
    if "_id" not in changes:
        await polls.insert_one(stored | changes)
    machine = voting.machine()
    before = await voting.log_of(poll)
    try:
        async with running(machine.run):
            await until(lambda: bool(machine.halted), "it is halted")
            assert poll.poll_id in str(machine.halted)
            with pytest.raises(StateDisagrees, match=poll.poll_id):
                await machine.ready()
            await voting.close(poll)
            await _some_turns(machine)
        assert await voting.log_of(poll) == before
        assert (await voting.poll(waiting)).stage is PollStage.PLANNED
    finally:
        await polls.replace_one({"_id": poll.poll_id}, stored, upsert=True)
    async with running(voting.machine().run):
        await voting.reaches(waiting, PollStage.OPEN)


async def test_a_worker_that_comes_while_another_still_writes_is_not_halted(
    voting: Voting,
) -> None:
    """The one before it lost its lease in the middle of a record that it then finished.

    The new one has read the polls already, and compares with a log that has gone on meanwhile.
    """
    poll = await voting.plan()
    other, machine = voting.machine(), voting.machine()
    numbers = machine._history.numbers

    async def numbers_after_the_other(poll_ids: list[str]) -> dict[str, int]:
        if (before := await voting.poll(poll)).stage is PollStage.PLANNED:
            await other._life._enter(before, PollStage.OPENED)
        return await numbers(poll_ids)

    machine._history.numbers = numbers_after_the_other  # type: ignore[method-assign]
    async with running(machine.run):
        await until(lambda: machine._compared or machine.halted is not None, "it has compared")
        assert machine.halted is None
        await voting.reaches(poll, PollStage.OPEN)


async def _some_turns(machine: PollMachine) -> None:
    """Waits until it had time to do what it must not do."""
    for _ in range(5):
        await machine._turn(asyncio.Event())
        await asyncio.sleep(0)
