"""What voting certifies reaches the contest: once, and only if it is this contest's."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from groundswell_contracts.tallies import TallyCertified
from groundswell_ideas.app import worker_role
from tests.integration.ideas.ships import SHIPS, open_vote, tally_of, until_certified
from tests.integration.ideas.topics import WAIT_SECONDS, publish, skip_to_end
from tests.integration.ideas.world import World, running

pytestmark = pytest.mark.usefixtures("topics")


def handled(outcome: str) -> float:
    """How many tallies this process has brought to this end."""
    labels = {"type": TallyCertified.type, "outcome": outcome}
    return REGISTRY.get_sample_value("groundswell_events_handled_total", labels) or 0.0


async def until_handled(outcome: str, count: float) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            if handled(outcome) >= count:
                return
            await asyncio.sleep(0.05)


async def test_a_tally_delivered_twice_takes_effect_once(world: World) -> None:
    bootstrap = world.settings.kafka_bootstrap
    await skip_to_end(bootstrap, "groundswell.ideas")
    contest_id, poll_id, idea_ids, _ = await open_vote(world)
    certified = tally_of(contest_id, poll_id, dict(zip(idea_ids, SHIPS.values(), strict=True)))
    repeats = handled("repeated")
    async with running(worker_role(world.settings)):
        await publish(bootstrap, certified)
        await until_certified(world, contest_id)
        once = await world.kept("tallies", "inbox", "contests", "parked")
        await publish(bootstrap, certified)
        await until_handled("repeated", repeats + 1)
    assert await world.kept("tallies", "inbox", "contests", "parked") == once
    assert len(once["tallies"]) == len(once["inbox"]) == 1


@pytest.mark.parametrize("wrong", ["poll", "idea"])
async def test_a_tally_of_something_else_is_parked(world: World, wrong: str) -> None:
    bootstrap = world.settings.kafka_bootstrap
    await skip_to_end(bootstrap, "groundswell.ideas")
    contest_id, poll_id, idea_ids, rejected = await open_vote(world)
    named = rejected if wrong == "idea" else idea_ids[0]
    certified = tally_of(contest_id, "poll_x" if wrong == "poll" else poll_id, {named: 7})
    parked = handled("parked")
    async with running(worker_role(world.settings)):
        await publish(bootstrap, certified)
        await until_handled("parked", parked + 1)
    (event,) = await world.stores.dead_letters.list(10)
    assert "poll_x" in event.reason if wrong == "poll" else rejected in event.reason
    assert (await world.kept("tallies", "inbox")) == {"tallies": [], "inbox": []}
