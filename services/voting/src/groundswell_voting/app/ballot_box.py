"""Wires the ballot box. It needs Kafka; Redis spares it work; MongoDB it does not know."""

from aiokafka import AIOKafkaProducer

from groundswell_kit.health import Health
from groundswell_kit.kafka import close, new_producer
from groundswell_kit.serve import Role
from groundswell_voting.app.clients import check_log, redis
from groundswell_voting.app.garbage import collect_rarely
from groundswell_voting.counting.projection import Projection
from groundswell_voting.intake.announcements import Announcements
from groundswell_voting.intake.appender import Appender
from groundswell_voting.intake.application import box_app
from groundswell_voting.intake.box import BallotBox
from groundswell_voting.intake.server import BoxServer
from groundswell_voting.passes.rules import parse_key, parse_keys
from groundswell_voting.settings import Settings

BATCH_BYTES = 512 * 1024
# The log must answer or give up before the request does, or every slow answer became a timeout.
MARGIN_SECONDS = 0.5
CLOSE_SECONDS = 0.3


def ballot_box_role(settings: Settings) -> Role:
    """Takes votes. Ready when it follows the announcements of polls and its votes get through."""
    health = Health("ballot-box")
    announcements = Announcements(settings.kafka_bootstrap)
    client = redis(settings)
    producer = new_producer(
        settings.kafka_bootstrap,
        request_timeout_seconds=settings.voting_request_deadline_seconds - MARGIN_SECONDS,
        max_batch_bytes=BATCH_BYTES,
    )
    appender = _appender(settings, Projection(client), producer)
    health.add("announcements", announcements.ready)
    health.add("votes-log", appender.ready)

    application = box_app(_box(settings, announcements, appender), settings.voting_waiting_votes)

    async def start() -> None:
        await check_log(settings)
        await producer.start()
        collect_rarely()

    async def close_all() -> None:
        await appender.drain()
        await close(producer, CLOSE_SECONDS)
        await client.aclose()

    return Role(
        name="ballot-box",
        port=settings.voting_ballot_box_port,
        health=health,
        server=lambda host: BoxServer(
            "ballot-box", host, settings.voting_ballot_box_port, health, application
        ),
        tasks=[announcements.run, appender.watch],
        start=start,
        close=close_all,
    )


def _appender(settings: Settings, projection: Projection, producer: AIOKafkaProducer) -> Appender:
    return Appender(
        projection,
        producer,
        settings.voting_partitions,
        settings.voting_request_deadline_seconds,
    )


def _box(settings: Settings, announcements: Announcements, appender: Appender) -> BallotBox:
    return BallotBox(
        announcements,
        appender,
        parse_keys(settings.voting_pass_keys.get_secret_value()),
        parse_key(settings.voting_receipt_key.get_secret_value()),
    )
