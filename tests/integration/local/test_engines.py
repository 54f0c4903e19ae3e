"""The engines: started, asked, killed, paused, restarted, and never left behind."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from pydantic import ValidationError
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from groundswell_contracts.topics import Topic
from groundswell_kit.kafka import ensure_topics
from groundswell_local.engines import Engine, EngineError, Engines, running_engines
from groundswell_local.engines import redis as redis_engine
from groundswell_local.engines.native import NativeProcess
from groundswell_local.engines.recipe import Place
from groundswell_local.ownership import AlreadyOwnedError
from groundswell_local.ports import is_free
from tests.support.processes import all_gone

NAMES = ("kafka", "mongo", "redis")


@pytest.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engines]:
    """Engines of this module alone: it kills them."""
    async with running_engines(tmp_path_factory.mktemp("own")) as engines:
        yield engines


@pytest.fixture(params=NAMES)
def engine(own: Engines, request: pytest.FixtureRequest) -> Engine:
    named: Engine = getattr(own, request.param)
    return named


def port(engine: Engine) -> int:
    return int(re.findall(r":(\d+)", engine.address)[-1])


def mongo_client(address: str) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(address)


async def write(engines: Engines, mark: str) -> None:
    """Leave `mark` in each engine, acknowledged."""
    # Which waits for a broker that its controller shut out, because it was paused.
    await ensure_topics(engines.kafka.address, [Topic(mark, key="mark", partitions=1)], 1)
    async with AIOKafkaProducer(bootstrap_servers=engines.kafka.address, acks="all") as producer:
        await producer.send_and_wait(mark, b"here")
    async with mongo_client(engines.mongo.address) as mongo:
        await mongo["test"]["marks"].insert_one({"_id": mark})
    async with Redis.from_url(engines.redis.address) as redis:
        await redis.set(mark, "here")


async def until_written(redis_server: Engine) -> None:
    """Redis keeps what it has to write in its own memory for a while, when the disk is slow."""
    async with Redis.from_url(redis_server.address) as redis, asyncio.timeout(45):
        while (await redis.info("persistence"))["aof_buffer_length"]:  # noqa: ASYNC110 - polled
            await asyncio.sleep(0.05)


async def holds(engine: Engine, mark: str) -> bool:
    """Whether `mark` is there."""
    match engine.name:
        case "kafka":
            admin = AIOKafkaAdminClient(bootstrap_servers=engine.address)
            await admin.start()
            topics = await admin.list_topics()
            await admin.close()
            return mark in topics
        case "mongo":
            async with mongo_client(engine.address) as mongo:
                return await mongo["test"]["marks"].find_one({"_id": mark}) is not None
        case _:
            async with Redis.from_url(engine.address) as redis:
                return await redis.get(mark) is not None


async def test_each_tells_the_version_that_runs(own: Engines) -> None:
    assert re.fullmatch(r"Kafka 4\.\d+\.\d+", own.kafka.version)
    assert re.fullmatch(r"MongoDB \d+\.\d+\.\d+", own.mongo.version)
    assert re.fullmatch(r"(Valkey|Redis) \d+\.\d+\.\d+", own.redis.version)


async def test_transactions_and_settings_are_there(own: Engines) -> None:
    async with mongo_client(own.mongo.address) as mongo, mongo.start_session() as session:
        await session.with_transaction(
            lambda bound: mongo["test"]["transactions"].insert_one({}, session=bound)
        )
    async with Redis.from_url(own.redis.address, decode_responses=True) as redis:
        settings = await redis.config_get("appendonly", "maxmemory-policy", "save", "appendfsync")
        assert settings == {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": "",
        }


async def test_a_killed_engine_comes_back_with_its_data(own: Engines, engine: Engine) -> None:
    mark = f"killed-{engine.name}"
    await write(own, mark)
    if engine.name == "redis":
        await until_written(engine)
    first, address = engine.pid, engine.address
    assert first is not None
    await engine.kill()
    assert engine.pid is None
    assert await all_gone([first], within_seconds=0.1)
    assert is_free(port(engine))
    await engine.start()
    assert engine.address == address
    assert engine.pid != first
    assert await holds(engine, mark)


async def test_a_paused_engine_says_nothing_until_it_goes_on(own: Engines, engine: Engine) -> None:
    mark = f"paused-{engine.name}"
    await write(own, mark)
    await engine.pause()
    try:
        # Waited for and not cut off: a client that is, leaves a connection behind.
        answer = asyncio.create_task(holds(engine, mark))
        answered, _ = await asyncio.wait({answer}, timeout=1)
        assert not answered
    finally:
        await engine.resume()
    assert await asyncio.wait_for(answer, 30)


async def test_a_paused_engine_can_be_restarted(engine: Engine) -> None:
    first = engine.pid
    await engine.pause()
    await engine.restart()
    assert engine.pid != first
    assert not await holds(engine, "never written")


async def test_stopping_or_killing_twice_is_safe(engine: Engine) -> None:
    await engine.stop()
    await engine.stop()
    await engine.kill()
    await engine.start()


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_nothing_is_left_and_the_data_stay_also_on_other_ports(tmp_path: Path) -> None:
    async with running_engines(tmp_path) as engines:
        await write(engines, "first-run")
        pids = [engine.pid for engine in engines.all() if engine.pid]
        ports = [port(engine) for engine in engines.all()]
    assert len(pids) == 3
    assert await all_gone(pids, within_seconds=0.1)
    assert all(map(is_free, ports))
    assert list((tmp_path / "pids").iterdir()) == []
    async with AsyncExitStack() as others:
        for taken in ports:
            # MongoDB asks who is there, and waits half a minute for one who says nothing at all.
            other = await asyncio.start_server(hang_up, "127.0.0.1", taken)
            await others.enter_async_context(other)
        async with running_engines(tmp_path) as engines:
            assert {port(engine) for engine in engines.all()}.isdisjoint(ports)
            assert all([await holds(engine, "first-run") for engine in engines.all()])


async def test_a_directory_has_one_owner(own: Engines) -> None:
    assert own.kafka.log_path is not None
    directory = own.kafka.log_path.parents[1]
    with pytest.raises(AlreadyOwnedError, match=r"in use by process \d+"):
        async with running_engines(directory):
            raise AssertionError("started twice")


async def test_an_engine_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    (tmp_path / "redis" / "appendonlydir").write_text("in the way")
    with pytest.raises(EngineError, match=r"redis: it ended"):
        async with running_engines(tmp_path):
            raise AssertionError("started without its data")
    assert list((tmp_path / "pids").iterdir()) == []


async def test_addresses_of_the_environment_are_used_and_not_touched(
    own: Engines, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in own.environment().items():
        monkeypatch.setenv(name, value)
    async with running_engines(tmp_path) as engines:
        assert engines.environment() == own.environment()
        assert engines.mongo.version == own.mongo.version
        for engine in engines.all():
            assert engine.pid is None
            with pytest.raises(EngineError, match="cannot kill what is not ours"):
                await engine.kill()
    assert not (tmp_path / "kafka").exists()


async def test_half_the_addresses_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GROUNDSWELL_REDIS_URL", "redis://127.0.0.1:6379/0")
    with pytest.raises(ValidationError, match="or none of them"):
        async with running_engines(tmp_path):
            raise AssertionError("started with half the addresses")


async def test_an_engine_is_not_taken_for_another_on_its_port(own: Engines, tmp_path: Path) -> None:
    taken = port(own.redis)
    place = Place(redis_engine.RECIPE.find(print), str(tmp_path), "127.0.0.1", taken)
    output = tmp_path / "output.log"
    process = NativeProcess(redis_engine.RECIPE.command(place), taken, tmp_path / "pid", output)
    late = Engine(redis_engine.RECIPE, own.redis.address, process)
    with pytest.raises(EngineError, match="it ended"):
        await late.start()
    assert await holds(own.redis, "nothing") is False
