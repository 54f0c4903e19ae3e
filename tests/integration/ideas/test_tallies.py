"""What voting certifies reaches the contest: once, and only if it is this contest's."""

import pytest
from pymongo.errors import DuplicateKeyError
from structlog.testing import capture_logs

from groundswell_ideas.app import worker_role
from tests.integration.ideas.ships import SHIPS, open_vote, tally_of, until_certified
from tests.integration.ideas.world import World
from tests.support.service import handled, running, until_handled
from tests.support.topics import publish

pytestmark = pytest.mark.usefixtures("topics")


async def test_a_tally_delivered_twice_takes_effect_once(world: World) -> None:
    bootstrap = world.settings.kafka_bootstrap
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


async def test_a_tally_of_another_poll_is_parked(world: World) -> None:
    bootstrap = world.settings.kafka_bootstrap
    contest_id, _, idea_ids, _ = await open_vote(world)
    parked = handled("parked")
    with capture_logs() as logs:
        async with running(worker_role(world.settings)):
            await publish(bootstrap, tally_of(contest_id, "poll_x", {idea_ids[0]: 7}))
            await until_handled("parked", parked + 1)
    assert "event parked" in [line["event"] for line in logs]
    (event,) = await world.stores.dead_letters.list(10)
    assert "poll_x is not a poll of" in event.reason
    assert await world.kept("tallies", "inbox") == {"tallies": [], "inbox": []}


async def test_a_tally_names_only_ideas_of_the_shortlist(world: World) -> None:
    contest_id, _, idea_ids, rejected = await open_vote(world)
    with pytest.raises(ValueError, match="not on the shortlist"):
        await world.certify(contest_id, [(idea_ids[0], 7), (rejected, 1)])
    assert await world.kept("tallies") == {"tallies": []}


async def test_a_certified_tally_is_never_replaced(world: World) -> None:
    contest_id, _, idea_ids, _ = await open_vote(world)
    await world.certify(contest_id, [(idea_ids[0], 7)])
    kept = await world.kept("tallies")
    with pytest.raises(DuplicateKeyError):
        await world.certify(contest_id, [(idea_ids[0], 8)])
    assert await world.kept("tallies") == kept
