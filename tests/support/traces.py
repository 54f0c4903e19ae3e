"""Looks for texts everywhere an installation keeps something: engines, logs, metrics."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from groundswell_local.engines import Engines
from groundswell_local.paths import engines_directory, mail_directory
from groundswell_local.settings import LocalPorts
from tests.support.spellings import Spellings
from tests.support.topic_audit import every_record

OPLOG = "local.oplog.rs"
"""MongoDB's own journal of what changed lately; it is searched by itself."""

_NO_HTTP = {"kafka_port", "mongo_port", "redis_port", "smtp_port", "local_mail_port"}

Trace = tuple[str, str]
"""Where something was found, and in which spelling."""

Place = tuple[str, bytes]
"""A name for people, and what is there."""


async def traces(
    engines: Engines, state: Path, ports: LocalPorts, wanted: Spellings
) -> list[Trace]:
    """Where the texts are found now.

    Searched are all documents of all databases but for the oplog, all records of all topics, all
    keys of Redis, all files of the state directory, and the metrics of all roles. Left out of the
    files are the mails, which are in their recipients' mailboxes, and the data of the engines,
    which were read through the engines.
    """
    found = [trace async for place in _documents(engines) for trace in _look(place, wanted)]
    found += [trace async for place in _keys(engines) for trace in _look(place, wanted)]
    found += [trace async for place in _metrics(ports) for trace in _look(place, wanted)]
    found += await asyncio.to_thread(_in_records_and_files, engines, state, wanted)
    return found


async def oplog_traces(engines: Engines, wanted: Spellings) -> list[Trace]:
    """Where the texts are found in the oplog."""
    database, _, collection = OPLOG.partition(".")
    async with _mongo(engines) as mongo:
        return [
            trace
            async for document in mongo[database][collection].find()
            for trace in _look((OPLOG, bytes(document.raw)), wanted)
        ]


def _look(place: Place, wanted: Spellings) -> list[Trace]:
    name, content = place
    return [(name, spelling) for spelling in wanted.found_in(content)]


def _mongo(engines: Engines) -> AsyncMongoClient[RawBSONDocument]:
    """A client that gives documents as they are stored: every key and value, text and bytes."""
    return AsyncMongoClient(engines.mongo.address, document_class=RawBSONDocument)


async def _documents(engines: Engines) -> AsyncIterator[Place]:
    async with _mongo(engines) as mongo:
        for database in await mongo.list_database_names():
            for collection in await mongo[database].list_collection_names():
                name = f"{database}.{collection}"
                if name == OPLOG:
                    continue
                yield name, collection.encode()
                async for document in mongo[database][collection].find():
                    yield name, bytes(document.raw)


async def _keys(engines: Engines) -> AsyncIterator[Place]:
    redis: Redis = Redis.from_url(engines.redis.address)
    try:
        async for key in redis.scan_iter(count=1000):
            yield f"Redis {key!r}", key + repr(await _value(redis, key)).encode()
    finally:
        await redis.aclose()


async def _value(redis: Redis, key: bytes) -> Any:
    """The whole value of a key, of whatever type."""
    match await redis.type(key):
        case b"string":
            return await redis.get(key)
        case b"hash":
            return await redis.hgetall(key)
        case b"list":
            return await redis.lrange(key, 0, -1)
        case b"set":
            return await redis.smembers(key)
        case b"zset":
            return await redis.zrange(key, 0, -1)
        case other:
            raise TypeError(f"a value of the type {other!r}")


async def _metrics(ports: LocalPorts) -> AsyncIterator[Place]:
    async with httpx2.AsyncClient(timeout=40) as http:
        for name, port in ports.model_dump(exclude=_NO_HTTP).items():
            answer = await http.get(f"http://127.0.0.1:{port}/metrics")
            answer.raise_for_status()
            yield f"metrics of {name.removesuffix('_port')}", answer.content


def _in_records_and_files(engines: Engines, state: Path, wanted: Spellings) -> list[Trace]:
    places = (*_records(engines), *_files(state))
    return [trace for place in places for trace in _look(place, wanted)]


def _records(engines: Engines) -> Iterator[Place]:
    for record in every_record(engines.kafka.address):
        headers = b"\n".join(name.encode() + b"\n" + text for name, text in record.headers)
        content = b"\n".join((record.key or b"", record.value or b"", headers))
        yield f"{record.topic} {record.partition}@{record.offset}", content


def _files(state: Path) -> Iterator[Place]:
    engines = engines_directory(state)
    left_out = {
        mail_directory(state),
        engines / "kafka" / "data",
        engines / "mongo" / "data",
        engines / "redis" / "appendonlydir",
    }
    for path in state.rglob("*"):
        if path.is_file() and left_out.isdisjoint(path.parents):
            yield str(path.relative_to(state)), str(path).encode() + path.read_bytes()
