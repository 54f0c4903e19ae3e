"""Wires the archiver: Kafka in, MongoDB out."""

from groundswell_contracts.topics import VOTES
from groundswell_kit.health import Health
from groundswell_kit.mongo import connect
from groundswell_kit.partitions import PartitionReader
from groundswell_kit.serve import Role
from groundswell_voting.app import SERVICE
from groundswell_voting.app.clients import check_log
from groundswell_voting.app.garbage import collect_rarely
from groundswell_voting.archive.archiver import Archiver
from groundswell_voting.archive.records import Archive
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.codec import record_id

SILENCE_SECONDS = 30.0


def archiver_role(settings: Settings) -> Role:
    """Archives the votes log. Ready while it turns and no partition is halted."""
    health = Health("archiver")
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    archive = Archive(database)
    reader = PartitionReader(
        settings.kafka_bootstrap,
        VOTES.name,
        "groundswell.voting.archiver",
        load=archive.position,
        record_id=record_id,
        session_seconds=settings.kafka_session_seconds,
    )
    health.add("partitions", reader.ready)

    async def start() -> None:
        collect_rarely()
        await check_log(settings)

    archiver = Archiver(reader, archive, health.heartbeat("archiving", SILENCE_SECONDS))
    return Role(
        name="archiver",
        port=settings.voting_archiver_port,
        health=health,
        tasks=[archiver.run],
        start=start,
        close=database.client.close,
    )
