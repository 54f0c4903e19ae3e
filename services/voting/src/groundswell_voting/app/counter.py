"""Wires the counter: Kafka in, Redis out."""

from groundswell_contracts.topics import VOTES
from groundswell_kit.health import Health
from groundswell_kit.partitions import PartitionReader
from groundswell_kit.serve import Role
from groundswell_voting.app.clients import check_log, redis
from groundswell_voting.app.garbage import collect_rarely
from groundswell_voting.counting.counter import Counter
from groundswell_voting.counting.projection import Projection
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.codec import record_id

SILENCE_SECONDS = 30.0


def counter_role(settings: Settings) -> Role:
    """Counts votes. Ready while it turns and no partition is halted."""
    health = Health("counter")
    client = redis(settings)
    projection = Projection(client)
    reader = PartitionReader(
        settings.kafka_bootstrap,
        VOTES.name,
        "groundswell.voting.counter",
        load=projection.position,
        record_id=record_id,
        session_seconds=settings.kafka_session_seconds,
    )
    health.add("partitions", reader.ready)

    async def start() -> None:
        collect_rarely()
        await check_log(settings)

    counter = Counter(
        reader,
        projection,
        settings.voting_partitions,
        health.heartbeat("counting", SILENCE_SECONDS),
    )
    return Role(
        name="counter",
        port=settings.voting_counter_port,
        health=health,
        tasks=[counter.run],
        start=start,
        close=client.aclose,
    )
