"""A worker process of the tests' service, to be killed: relay and consumer until SIGTERM.

Its arguments are MongoDB's address, the database, Kafka's address, the service, the topic, and
how many effects it lives for: with the last one it kills itself, 0 lets it live.
"""

import asyncio
import os
import signal
import sys

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.registry import EVENTS
from groundswell_contracts.topics import Topic
from groundswell_kit.mongo import connect
from groundswell_kit.observability import configure_logging
from tests.integration.kit.messaging.world import Happened, World


async def main(mongo: str, database: str, kafka: str, service: str, topic: str, lives: str) -> None:
    Happened.topic = Topic(topic, key="thing", partitions=2)
    EVENTS[Happened.type] = Happened
    configure_logging(service, "member")
    world = World(connect(mongo, database), kafka, service)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    relay = world.relay(f"member-{id(stop)}")
    left = int(lives)

    async def note(event: CloudEvent) -> None:
        nonlocal left
        await world.note(event)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    await asyncio.gather(relay.run(stop), world.consumer(note).run(stop))
    await world.database.client.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
