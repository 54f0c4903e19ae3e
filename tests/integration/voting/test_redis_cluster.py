"""The count lies in a Redis cluster of three nodes as it lies in one Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis, RedisCluster
from redis.exceptions import RedisError

from groundswell_local.child import Child
from groundswell_local.engines.redis import RECIPE
from groundswell_local.ports import free_ports
from groundswell_voting.counting.fold import BallotKey, Fold, ballot_key
from groundswell_voting.counting.projection import Projection
from groundswell_voting.voteslog.rules import Body, Opened, Record, Rules, Vote, partition_of
from tests.integration.voting.world import eventually

NODES, PARTITIONS, VOTERS, SLOTS = 3, 12, 300, 16_384
IDEAS = ("idea_boaty", "idea_poppy")
STOP_SECONDS = 10.0


@asynccontextmanager
async def node(directory: Path, port: int, bus_port: int) -> AsyncIterator[Redis]:
    """One Redis that is to be a node of a cluster."""
    directory.mkdir()  # noqa: ASYNC240 - takes no time
    options = {
        "port": port,
        "cluster-port": bus_port,
        "bind": "127.0.0.1",
        "cluster-enabled": "yes",
        "dir": directory,
        "save": "",
    }
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    server = Child.start(
        [*RECIPE.find(print), *words],
        pid_file=directory / "pid",
        log_path=directory / "log",
    )
    client: Redis = Redis(port=port)

    async def answers() -> bool:
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False

    try:
        await eventually(answers, "the node answers")
        yield client
    finally:
        await client.aclose()
        await server.stop(STOP_SECONDS)


async def ask(client: Redis, *words: str | int) -> Any:
    """A CLUSTER command to one node."""
    return await client.execute_command("CLUSTER", *words)  # type: ignore[no-untyped-call]  # it is


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[RedisCluster]:
    """Three nodes that share the slots, each with a third."""
    ports = free_ports(2 * NODES)
    async with AsyncExitStack() as running:
        nodes = [
            await running.enter_async_context(node(tmp_path / str(n), ports[n], ports[NODES + n]))
            for n in range(NODES)
        ]
        for number, client in enumerate(nodes):
            first, behind = number * SLOTS // NODES, (number + 1) * SLOTS // NODES
            await ask(client, "ADDSLOTSRANGE", first, behind - 1)
            await ask(client, "SET-CONFIG-EPOCH", number + 1)
        for port, bus_port in zip(ports[1:NODES], ports[NODES + 1 :], strict=True):
            await ask(nodes[0], "MEET", "127.0.0.1", port, bus_port)

        async def is_whole() -> bool:
            infos = [await ask(client, "INFO") for client in nodes]
            return all(b"cluster_state:ok" in info for info in infos)

        await eventually(is_whole, "the cluster is whole")
        whole: RedisCluster = RedisCluster.from_url(f"redis://127.0.0.1:{ports[0]}")
        try:
            yield whole
        finally:
            await whole.aclose()


def votes_of(partition: int) -> list[Vote]:
    voters = (f"voter_{n}" for n in range(VOTERS))
    return [
        Vote(f"ship.{voter}", "ship", voter, (IDEAS[0],), "pass_1")
        for voter in voters
        if partition_of(voter, PARTITIONS) == partition
    ]


async def test_every_partition_is_stored_loaded_and_dropped(cluster: RedisCluster) -> None:
    projection = Projection(cluster)
    folds: dict[int, Fold] = {}
    keys: dict[BallotKey, int] = {}
    for partition in range(PARTITIONS):
        bodies: list[Body] = [Opened("ship", 1, IDEAS, Rules(), 10**15), *votes_of(partition)]
        records = [Record(partition, n, 1_000 + n, f"id_{n}", b) for n, b in enumerate(bodies)]
        position, fold = await projection.restore(partition, PARTITIONS)
        assert position.offset == 0
        fold.take_all(records)
        assert await projection.save(fold, 0, records[-1])
        assert not await projection.save(fold, 0, records[-1])
        folds[partition] = fold
        keys |= {ballot_key(vote): partition for vote in votes_of(partition)}

    used = [await n.execute_command("DBSIZE") for n in cluster.get_nodes()]
    assert all(size > 0 for size in used), "every node holds some partitions"
    found = await projection.ballots((partition, key) for key, partition in keys.items())
    assert found.keys() == keys.keys()
    positions = await projection.positions(PARTITIONS)
    for partition, fold in folds.items():
        assert positions[partition].offset == len(votes_of(partition)) + 1
        _, ballots = await projection.load(partition, fold.ballots)
        assert ballots == fold.ballots
        tally = (await projection.tally(partition, "ship")).tally
        assert tally.votes() == fold.tallies["ship"].votes()

    await projection.drop(0)
    emptied, kept = await asyncio.gather(projection.position(0), projection.position(1))
    assert (emptied.offset, kept.offset) == (0, positions[1].offset)
