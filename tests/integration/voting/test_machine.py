"""Polls open, close and end by what the log holds and by the broker's time, whoever is killed."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from aiokafka.errors import KafkaError
from prometheus_client import REGISTRY

from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.polls import AnnouncedIdeas, PollAnnounced
from groundswell_kit.clock import seconds_since_boot, utc_now
from groundswell_voting.control import broker_clock
from groundswell_voting.control import machine as machine_module
from groundswell_voting.control.records import ControlEvent, record_of_stage
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.voteslog.codec import milliseconds
from groundswell_voting.voteslog.rules import Opened
from tests.integration.voting.installation import Voting, bodies
from tests.integration.voting.world import IDEAS, eventually, running, until

LIFE = ["Opened", "Closed", "Sealed", "Retired"]


class Failing(LogWriter):
    """Kafka fails in the middle of a control record, or right after its last partition."""

    def __init__(self, voting: Voting, number: int, partitions: int) -> None:
        super().__init__(voting.votes_log.producer, voting.settings.voting_partitions)
        self._number = number
        self._only = partitions
        self.failed = 0

    async def append_control(self, brand_id: str, events: Sequence[ControlEvent]) -> int:
        if events[0].number != self._number:
            return await super().append_control(brand_id, events)
        some = LogWriter(self._producer, self._only)
        await some.append_control(brand_id, events[: self._only])
        self.failed += 1
        raise KafkaError("gone in the middle of it")


async def test_a_planned_poll_is_opened_in_every_partition_and_then_announced(
    voting: Voting,
) -> None:
    poll = await voting.plan()
    async with running(voting.machine().run):
        opened = await voting.reaches(poll, PollStage.OPEN)
    assert (opened.control_number, opened.writing, opened.announcement_number) == (1, None, 1)
    log = await voting.log_of(poll)
    assert len(log) == voting.settings.voting_partitions
    records = [record for (record,) in log.values()]
    expected = Opened(poll.poll_id, 1, IDEAS, poll.rules, milliseconds(opened.closes_at))
    assert {record.body for record in records} == {expected}
    assert len({record.id for record in records}) == len(records)
    ((announced_at, announcement),) = await voting.announcements(poll)
    assert (announcement.number, announcement.accepting) == (1, True)
    assert announcement.ideas == AnnouncedIdeas(first_ordinal=0, idea_ids=list(IDEAS))
    assert (announcement.rules, announcement.closes_at) == (PollRules(), opened.closes_at)
    # What gives is written first and announced after.
    assert max(record.appended_at_ms for record in records) <= announced_at


async def test_it_ends_with_the_step_in_hand_however_many_polls_wait(
    voting: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await voting.plan()
    machine, stop = voting.machine(0.1), asyncio.Event()
    stepped: list[str] = []

    async def step(poll: Poll) -> None:
        stepped.append(poll.poll_id)
        stop.set()

    monkeypatch.setattr(machine._life, "step", step)
    async with asyncio.timeout(40):
        await machine.run(stop)
    assert len(stepped) == 1


async def test_closing_early_is_announced_long_before_it_is_written(voting: Voting) -> None:
    wait = 1.0
    poll = await voting.plan()
    async with running(voting.machine(announce_seconds=wait).run):
        await voting.reaches(poll, PollStage.OPEN)
        await voting.close(poll)
        closed = await voting.reaches(poll, PollStage.CLOSED)
    assert closed.close_reason == "closed_early"
    *_, (announced_at, announcement) = await voting.announcements(poll)
    assert announcement.accepting is False
    assert announcement.number == closed.announcement_number
    assert closed.closed_at_ms is not None
    for records in (await voting.log_of(poll)).values():
        assert bodies(records)[:2] == LIFE[:2]
        assert records[1].appended_at_ms - announced_at >= wait * 1000
        assert records[1].appended_at_ms <= closed.closed_at_ms


async def test_a_poll_closes_when_the_brokers_time_has_come(voting: Voting) -> None:
    closes_at = utc_now() + timedelta(seconds=2)
    poll = await voting.plan(closes_at=closes_at)
    async with running(voting.machine().run):
        closed = await voting.reaches(poll, PollStage.CLOSED)
    assert closed.close_reason == "deadline"
    announcements = await voting.announcements(poll)
    assert announcements[-1][0] >= milliseconds(closes_at)
    assert announcements[-1][1].accepting is False


async def test_a_clock_that_runs_ahead_closes_nothing(
    voting: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker's clock only says when to ask; a question changes nothing for ballot boxes."""
    closes_at = utc_now() + timedelta(seconds=5)
    poll = await voting.plan(closes_at=closes_at)
    monkeypatch.setattr(broker_clock, "seconds_since_boot", lambda: 4 * seconds_since_boot())
    async with running(voting.machine().run):
        await voting.reaches(poll, PollStage.CLOSED)
    announcements = await voting.announcements(poll)
    early = [change for at_ms, change in announcements if at_ms < milliseconds(closes_at)]
    assert len(early) >= 3, "it was not asked at all"
    assert all(change.accepting is not False for change in early)
    assert all(_says_nothing(change) for change in early[1:])
    assert len(early) < 20, "it asks all the time"
    for records in (await voting.log_of(poll)).values():
        assert records[1].appended_at_ms >= milliseconds(closes_at)
    numbers = [change.number for _, change in announcements]
    assert numbers == sorted(set(numbers))


def _says_nothing(change: PollAnnounced) -> bool:
    asked = PollAnnounced(
        poll_id=change.poll_id, contest_id=change.contest_id, number=change.number
    )
    return change == asked


async def test_every_announcement_has_a_number_of_its_own(voting: Voting) -> None:
    """The highest number wins, so two contents under one number would depend on who came last."""
    poll = await voting.open(closes_at=utc_now() + timedelta(seconds=1.5))
    for _ in range(2):
        async with running(voting.machine(announce_seconds=0.3).run):
            await eventually(lambda: _announced(voting, poll, 2), "it was asked or announced")
    async with running(voting.machine(announce_seconds=0.3).run):
        await voting.reaches(poll, PollStage.CLOSED)
    numbers = [change.number for _, change in await voting.announcements(poll)]
    assert len(numbers) >= 3
    assert len(set(numbers)) == len(numbers)


async def _announced(voting: Voting, poll: Poll, count: int) -> bool:
    return len(await voting.announcements(poll)) >= count


@pytest.mark.parametrize(("number", "partitions"), [(1, 5), (2, 12), (3, 1)])
async def test_a_control_record_that_was_cut_off_is_repeated(
    voting: Voting, number: int, partitions: int
) -> None:
    """Some partitions have it, or all and only the state does not say so; a new worker comes."""
    poll = await voting.plan()
    writer = Failing(voting, number, partitions)
    async with running(voting.machine(announce_seconds=0.1, writer=writer).run):
        if number > 1:
            await voting.reaches(poll, PollStage.OPEN)
            await voting.close(poll)
        await until(lambda: writer.failed, "Kafka has failed")
    assert (await voting.poll(poll)).writing == number
    async with running(voting.machine(announce_seconds=0.1).run):
        await voting.reaches(poll, PollStage.OPEN)
        await voting.close(poll)
        sealed = await voting.reaches(poll, PollStage.SEALED)
    assert (sealed.control_number, sealed.writing) == (3, None)
    twice = 0
    for records in (await voting.log_of(poll)).values():
        kinds = bodies(records)
        assert [kind for kind, _ in itertools.groupby(kinds)] == LIFE[:3]
        twice += len(kinds) - 3
        assert len({record.id for record in records}) == 3
    assert twice == writer.failed * partitions


async def test_a_restart_in_the_middle_of_closing_waits_the_whole_time_again(
    voting: Voting,
) -> None:
    wait = 1.0
    poll = await voting.open()
    await voting.close(poll)
    async with running(voting.machine(announce_seconds=60).run):
        await eventually(lambda: _announced(voting, poll, 2), "closing is announced")
    assert (await voting.poll(poll)).stage is PollStage.CLOSING
    async with running(voting.machine(announce_seconds=wait).run):
        await voting.reaches(poll, PollStage.CLOSED)
    first, *closings = await voting.announcements(poll)
    assert first[1].accepting
    assert len(closings) == 2
    assert [change.accepting for _, change in closings] == [False, False]
    for records in (await voting.log_of(poll)).values():
        assert records[1].appended_at_ms - closings[1][0] >= wait * 1000


async def test_of_two_workers_one_works(voting: Voting) -> None:
    poll = await voting.plan()
    async with running(voting.machine(0.2).run, voting.machine(0.2).run):
        await voting.reaches(poll, PollStage.OPEN)
        await voting.close(poll)
        await voting.reaches(poll, PollStage.SEALED)
    for records in (await voting.log_of(poll)).values():
        assert bodies(records)[:3] == LIFE[:3]


async def test_a_poll_that_cannot_be_moved_on_holds_up_no_other(
    voting: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even by the growing delays between the attempts at it."""
    stuck = await voting.plan()
    attempts: list[str] = []

    class Broken:
        async def certify(self, poll: Poll) -> None:
            attempts.append(poll.poll_id)
            raise RuntimeError("it cannot be certified")

    machine = voting.machine(0.1, certification=Broken())
    async with running(machine.run):
        await voting.reaches(stuck, PollStage.OPEN)
        await voting.close(stuck)
        await voting.reaches(stuck, PollStage.SEALED)
        await until(lambda: attempts.count(stuck.poll_id) >= 3, "again")
        # Earlier tests may have left polls that are stuck as well.
        assert stuck.poll_id in machine._failures
        assert REGISTRY.get_sample_value("groundswell_polls_stuck") == len(machine._failures)
        # Who waits for the next attempt at it waits for longer than this test.
        monkeypatch.setattr(machine_module, "growing_delay", lambda _: 600.0)
        tried = len(attempts)
        await until(lambda: len(attempts) > tried, "once more")
        await voting.reaches(await voting.plan(), PollStage.OPEN)
    assert (await voting.poll(stuck)).stage is PollStage.SEALED


async def test_a_record_that_kafka_does_not_take_is_kafkas_error(voting: Voting) -> None:
    """And not one of many tasks; the partitions behind the failure are waited for."""
    poll = await voting.plan()
    waited: list[int] = []

    class Refusing(LogWriter):
        async def _append(self, *args: Any) -> int:
            await asyncio.sleep(0)
            waited.append(args[-1])
            if args[-1] == 1:
                raise KafkaError("not taken")
            return 1

    writer = Refusing(voting.votes_log.producer, voting.settings.voting_partitions)
    events = [record_of_stage(poll, PollStage.OPENED)] * writer.partitions
    with pytest.raises(KafkaError, match="not taken"):
        await writer.append_control(poll.brand_id, events)
    assert sorted(waited) == list(range(writer.partitions))


async def test_what_watches_polls_holds_up_none_of_them(voting: Voting) -> None:
    seen: set[tuple[str, PollStage]] = set()

    async def broken(poll: Poll) -> None:
        raise RuntimeError(f"{poll.poll_id} cannot be looked at")

    async def watching(poll: Poll) -> None:
        seen.add((poll.poll_id, poll.stage))

    poll = await voting.plan()
    async with running(voting.machine(0.2, watchers=[broken, watching]).run):
        await voting.reaches(poll, PollStage.OPEN)
        await voting.close(poll)
        await voting.reaches(poll, PollStage.SEALED)
    stages = {stage for poll_id, stage in seen if poll_id == poll.poll_id}
    assert stages >= {PollStage.OPEN, PollStage.CLOSING, PollStage.CLOSED}
    assert PollStage.PLANNED not in stages
