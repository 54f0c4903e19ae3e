"""What operators are shown of what waits: as much as there is, and for as long as it does."""

from datetime import timedelta

from prometheus_client import REGISTRY

from groundswell_ideas.app import worker_role
from groundswell_ideas.backlog.queries import Backlog, BacklogQueries, Waiting
from groundswell_kit.clock import utc_now
from tests.integration.ideas.world import World
from tests.support.service import Json, running, until

NONE = Waiting(0, 0.0)


async def look(world: World) -> Backlog:
    stores = world.stores
    return await BacklogQueries(stores.media, stores.cases, stores.timers).look()


async def test_nothing_waits_at_first(world: World) -> None:
    assert await look(world) == Backlog(NONE, NONE, NONE)


async def test_what_waits_and_since_when(world: World) -> None:
    contest_id = str((await world.draft())["id"])
    await world.enter(contest_id, "submission")
    for n in range(3):
        await world.submit(contest_id, f"Ship {n}")
    now = utc_now()
    ago = {n: now - timedelta(minutes=n) for n in (1, 5, 9)}
    uploads: list[Json] = [
        {"_id": "a", "check_at": ago[5]},
        {"_id": "b", "check_at": ago[1]},
        {"_id": "claimed", "check_at": now + timedelta(minutes=2)},
        {"_id": "checked", "check_at": None},
    ]
    await world.database["media"].insert_many([one | {"brand_id": "nerc"} for one in uploads])
    known: Json = {"settled_at": None, "held": False, "due_at": ago[9], "try_at": now}
    timers = [
        known | {"_id": "refused", "state": "refused"},
        known | {"_id": "waiting", "state": "waiting"},
        known | {"_id": "held", "state": "refused", "held": True},
        known | {"_id": "over", "state": "refused", "settled_at": now},
    ]
    await world.database["timers"].delete_many({})
    await world.database["timers"].insert_many([one | {"brand_id": "nerc"} for one in timers])
    found = await look(world)
    assert (found.uploads.count, found.cases.count, found.timers.count) == (2, 3, 1)
    assert 300 <= found.uploads.seconds < 360
    assert 540 <= found.timers.seconds < 600
    assert 0 <= found.cases.seconds < 60


async def test_the_worker_tells_prometheus(world: World) -> None:
    contest_id = str((await world.draft())["id"])
    await world.enter(contest_id, "submission")
    for n in range(4):
        await world.submit(contest_id, f"Ship {n}")

    async def is_told() -> bool:
        return REGISTRY.get_sample_value("groundswell_cases_open") == 4

    async with running(worker_role(world.settings)):
        await until(is_told)
