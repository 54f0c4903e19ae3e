"""The least that counter and archiver could do: loops over the same records that do nothing else.

Each runs as a process of its own, with the event loop and the pace of the garbage collector that
the counter has, and prints what it took as one line of JSON.
"""

import json
import time

import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import WriteConcern

from groundswell_contracts.topics import VOTES
from groundswell_kit.mongo import Document, connected
from groundswell_kit.serve import run
from groundswell_voting.app.garbage import collect_rarely
from groundswell_voting.archive.archiver import BATCH_RECORDS
from groundswell_voting.voteslog.codec import decode

main = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)

SILENCE_SECONDS = 20.0
SOURCE, TARGET = "votes_log", "bench_bare"


@main.command()
def consume(bootstrap: str, records: int) -> None:
    """Read so many records of the votes log from its beginning, each with the service's decoder."""
    run(_consume(bootstrap, records))


@main.command()
def insert(uri: str, database: str, records: int) -> None:
    """Insert so many documents of the archive into another collection with the same index."""
    run(_insert(uri, database, records))


async def _consume(bootstrap: str, records: int) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    collect_rarely()
    await consumer.start()
    try:
        partitions = [TopicPartition(VOTES.name, number) for number in range(VOTES.partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        began = heard_at = time.monotonic()
        read = first = 0
        while read < records:
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                for record in batch:
                    decode(record)
                read += len(batch)
                heard_at = time.monotonic()
            if not first and 0 < read < records:  # neither what came first counts nor its wait
                first, began = read, heard_at
            if time.monotonic() - heard_at > SILENCE_SECONDS:
                raise TimeoutError(f"nothing more came after {read} records")
        seconds = time.monotonic() - began
    finally:
        await consumer.stop()
    return _tell(read - first, seconds)


async def _insert(uri: str, database: str, records: int) -> int:
    async with connected(uri, database) as opened:
        documents: list[Document] = await opened[SOURCE].find().sort("_id", 1).to_list(records)
        await opened.drop_collection(TARGET)
        target = opened.get_collection(TARGET, write_concern=WriteConcern(w="majority"))
        await target.create_index([("poll_id", 1), ("voter", 1), ("_id", 1)])
        collect_rarely()  # that all documents lie ready is the bench's way, and not to be paid for
        began = time.monotonic()
        for start in range(0, len(documents), BATCH_RECORDS):
            await target.insert_many(documents[start : start + BATCH_RECORDS], ordered=False)
        seconds = time.monotonic() - began
    return _tell(len(documents), seconds)


def _tell(records: int, seconds: float) -> int:
    result = {
        "records": records,
        "seconds": seconds,
        "per_second": records / seconds,
        "cpu_seconds": time.process_time(),
    }
    typer.echo(json.dumps(result))
    return 0


if __name__ == "__main__":
    main()
