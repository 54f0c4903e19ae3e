"""Kafka dies and comes back: whoever follows it goes on by itself."""

from pathlib import Path

import pytest

from groundswell_kit.kafka import new_producer
from groundswell_local.engines import running_engines
from groundswell_voting.app.worker import prepare
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.settings import Settings
from tests.integration.voting.boxes import announced, ballot_box
from tests.integration.voting.world import eventually


@pytest.mark.timeout(120)
async def test_a_ballot_box_takes_votes_again_after_kafka_was_killed(
    settings: Settings, tmp_path: Path
) -> None:
    async with running_engines(tmp_path) as own:
        there = settings.model_copy(
            update={
                "kafka_bootstrap": own.kafka.address,
                "mongo_uri": own.mongo.address,
                "redis_url": own.redis.address,
            }
        )
        await prepare(there)
        producer = new_producer(there.kafka_bootstrap)
        await producer.start()
        writer = LogWriter(producer, there.voting_partitions)
        async with ballot_box(there) as box:
            poll_id = await announced(box, writer)
            assert (await box.vote(poll_id, "voter_before")).status_code == 202

            await own.kafka.kill()
            await eventually(box.is_not_ready, "the lease has run out")
            assert (await box.once.vote(poll_id, "voter_between")).status_code == 503

            await own.kafka.start()
            await eventually(box.is_ready, "the announcements are followed again")
            assert (await box.vote(poll_id, "voter_after")).status_code == 202
        await producer.stop()
