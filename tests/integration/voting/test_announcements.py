"""What a ballot box knows of polls, how fresh that is, and what it leaves behind."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sized
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from structlog.testing import capture_logs

from groundswell_contracts.polls import AnnouncedIdeas, PollAnnounced
from groundswell_contracts.topics import Topic
from groundswell_kit.clock import seconds_since_boot, utc_now
from groundswell_kit.partitions import PartitionReader
from groundswell_local.engines import Engines
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.intake import announcements as announcements_module
from groundswell_voting.intake.announcements import LEASE_SECONDS, Announcements, NotFollowing
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.codec import milliseconds, record_id
from groundswell_voting.voteslog.rules import Rules
from groundswell_voting.voteslog.source import read_partition
from tests.integration.voting.boxes import announce, announce_change
from tests.integration.voting.conftest import NewLog
from tests.integration.voting.test_partition_reader import Shelf
from tests.integration.voting.world import (
    BRAND,
    IDEAS,
    Log,
    cast,
    eventually,
    running,
    voters_of,
)

NOBODY = "127.0.0.1:1"


async def test_all_that_was_ever_announced_is_known(settings: Settings, writer: LogWriter) -> None:
    closes_at = utc_now() + timedelta(hours=2)
    before = await announce(writer, closes_at=closes_at)
    announcements = Announcements(settings.kafka_bootstrap)
    assert not announcements.confirmed()
    with pytest.raises(NotFollowing):
        await announcements.ready()
    async with running(announcements.run):
        await eventually(lambda: _is_confirmed(announcements), "it follows")
        poll = announcements.polls[before]
        assert (poll.brand_id, poll.accepting, poll.rules) == (BRAND, True, Rules())
        assert poll.closes_at_ms == milliseconds(closes_at)
        assert list(poll.ideas) == list(IDEAS)

        await announce_change(writer, before, 2, accepting=False)
        await eventually(lambda: _has_closed(announcements, before), "the closing is known")


async def test_a_poll_changes_with_its_announcements(settings: Settings, writer: LogWriter) -> None:
    closes_at = utc_now() + timedelta(hours=2)
    sooner = closes_at - timedelta(hours=1)
    poll_id = await announce(writer, closes_at=closes_at, kind="changeable", weights={"crew": 3})
    more = AnnouncedIdeas(first_ordinal=len(IDEAS), idea_ids=["idea_trout"])
    await announce_change(writer, poll_id, 2, ideas=more, withdrawn_idea_ids=IDEAS[:2])
    await announce_change(writer, poll_id, 3, accepts_until=sooner)
    await announce_change(writer, poll_id, 4, removed_idea_ids=IDEAS[:1])
    announcements = Announcements(settings.kafka_bootstrap)
    async with running(announcements.run):
        await eventually(lambda: _is_confirmed(announcements), "it follows")
    poll = announcements.polls[poll_id]
    assert poll.rules == Rules(kind="changeable", weights={"crew": 3})
    assert list(poll.ideas) == [*IDEAS, "idea_trout"]
    assert poll.ideas["idea_trout"] == len(IDEAS)
    assert [idea for idea in poll.ideas if not poll.takes([idea])] == list(IDEAS[:2])
    assert poll.removed() == {0}
    assert poll.surely_open_at(milliseconds(sooner) - 1)
    assert not poll.surely_open_at(milliseconds(sooner))


async def test_the_lease_is_dated_from_the_question(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer may have been on its way for long; what came meanwhile is not in it."""
    monkeypatch.setattr(announcements_module, "LEASE_SECONDS", 30.0)
    answered, answers = asyncio.Event(), asyncio.Semaphore(0)
    end_offsets: Callable[..., Awaitable[Any]] = AIOKafkaConsumer.end_offsets

    async def slowly(consumer: AIOKafkaConsumer, *args: Any) -> Any:
        ends = await end_offsets(consumer, *args)
        answered.set()
        await answers.acquire()
        return ends

    announcements = Announcements(settings.kafka_bootstrap)
    async with running(announcements.run):
        await eventually(lambda: _is_confirmed(announcements), "it follows")
        monkeypatch.setattr(AIOKafkaConsumer, "end_offsets", slowly)
        await answered.wait()
        before, on_its_way_at = announcements._confirmed_at, seconds_since_boot()
        await eventually(lambda: _is(on_its_way_at + 0.2), "it is on its way for long")
        assert announcements._confirmed_at == before

        async def is_known() -> bool:
            return announcements._confirmed_at != before

        answers.release()
        await eventually(is_known, "the answer is known")
        assert before < announcements._confirmed_at < on_its_way_at
        monkeypatch.setattr(AIOKafkaConsumer, "end_offsets", end_offsets)
        answers.release()


async def test_the_lease_runs_out(engines: Engines, settings: Settings) -> None:
    announcements = Announcements(settings.kafka_bootstrap)
    async with running(announcements.run):
        await eventually(lambda: _is_confirmed(announcements), "it follows")
        await engines.kafka.pause()
        paused_at = seconds_since_boot()

        async def has_run_out() -> bool:
            at = seconds_since_boot()
            confirmed = announcements.confirmed()
            assert not confirmed or at <= paused_at + LEASE_SECONDS
            return not confirmed

        try:
            await eventually(has_run_out, "the lease runs out")
        finally:
            await engines.kafka.resume()
        await eventually(lambda: _is_confirmed(announcements), "it follows again")


async def test_announcements_that_went_back_are_not_followed(settings: Settings) -> None:
    """The topic ends before what was read already: it is not the topic that was read."""
    announcements = Announcements(settings.kafka_bootstrap)
    announcements._next = 1_000_000
    began = seconds_since_boot()
    async with running(announcements.run):
        await eventually(
            lambda: _is(began + 1.5, announcements.confirmed()), "time to follow has passed"
        )
        assert not announcements.confirmed()


async def test_an_announcement_that_cannot_be_read_is_not_passed_over(
    settings: Settings, producer: AIOKafkaProducer, new_log: NewLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may take something away; what was announced before it stays known."""
    own = await new_log(1)
    topic = Topic(own.topic, key="poll", partitions=1, append_time=True)
    monkeypatch.setattr(PollAnnounced, "topic", topic)
    monkeypatch.setattr(announcements_module, "_PARTITION", TopicPartition(own.topic, 0))
    poll_id = await announce(LogWriter(producer, settings.voting_partitions))
    announcements = Announcements(settings.kafka_bootstrap)
    async with running(announcements.run):
        await eventually(lambda: _is_confirmed(announcements), "it follows")
        await own.append_raw(0, [(b"poll_1", b"{}", [("ce_type", b"groundswell.PollEaten.v1")])])
        await eventually(lambda: _is_not_confirmed(announcements), "the lease runs out")
        assert await announce(LogWriter(producer, settings.voting_partitions))
        with pytest.raises(Exception, match="offset 1"):
            await announcements.ready()
        assert list(announcements.polls) == [poll_id]


async def test_nothing_is_left_behind_while_kafka_is_away() -> None:
    """A client per attempt, never closed, would fill the process in a long outage."""
    announcements = Announcements(NOBODY)
    with capture_logs() as logged:
        async with running(announcements.run):
            await eventually(lambda: _is_long(logged, 3), "it was tried again and again")
    assert not announcements.confirmed()
    gc.collect()


async def test_a_log_that_cannot_be_read_leaves_nothing_behind() -> None:
    with pytest.raises(KafkaError):
        await anext(read_partition(NOBODY, 0))
    gc.collect()


async def test_a_reader_that_cannot_start_leaves_nothing_behind() -> None:
    reader = PartitionReader(NOBODY, "votes", "group", load=Shelf().load, record_id=record_id)
    with pytest.raises(KafkaError):
        await reader.start()
    del reader
    gc.collect()


async def test_log_ends_leave_nothing_behind(engines: Engines, settings: Settings) -> None:
    nobody = LogEnds(NOBODY, 1)
    assert await nobody.read() is None
    await nobody.close()
    ends = LogEnds(settings.kafka_bootstrap, settings.voting_partitions)
    first = await ends.read()
    assert first is not None
    assert len(first) == settings.voting_partitions
    await engines.kafka.pause()
    try:
        assert await ends.read() is None
    finally:
        await engines.kafka.resume()
    await eventually(lambda: _tells(ends), "Kafka tells again")
    await ends.close()
    gc.collect()


async def test_a_log_that_ends_before_the_offset_is_an_error(settings: Settings) -> None:
    """As a log that was set back: nothing to read is not the same as nothing there."""
    with pytest.raises(KafkaError):
        async for _ in read_partition(settings.kafka_bootstrap, 0, 10_000_000):
            pass


async def test_a_partition_is_read_from_an_offset_to_its_end(
    settings: Settings, votes_log: Log
) -> None:
    await votes_log.append(3, *(cast(voter) for voter in voters_of(3, 12, 20)))
    whole = [r.offset async for r in read_partition(settings.kafka_bootstrap, 3)]
    assert whole == list(range(len(whole)))
    rest = [r.offset async for r in read_partition(settings.kafka_bootstrap, 3, len(whole) // 2)]
    assert rest == whole[len(whole) // 2 :]
    end = [r.offset async for r in read_partition(settings.kafka_bootstrap, 3, len(whole))]
    assert end == []


async def _is(moment: float, or_already: bool = False) -> bool:
    return or_already or seconds_since_boot() >= moment


async def _is_long(logged: Sized, count: int) -> bool:
    return len(logged) >= count


async def _is_confirmed(announcements: Announcements) -> bool:
    return announcements.confirmed()


async def _is_not_confirmed(announcements: Announcements) -> bool:
    return not announcements.confirmed()


async def _has_closed(announcements: Announcements, poll_id: str) -> bool:
    return not announcements.polls[poll_id].accepting


async def _tells(ends: LogEnds) -> bool:
    return await ends.read() is not None
