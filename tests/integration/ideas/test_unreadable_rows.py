"""A row that nobody can read, as a hand at the database leaves it: no other one waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from groundswell_contracts.contests import ContestPhaseChanged
from groundswell_contracts.ideas import IdeaShortlisted
from groundswell_contracts.staff import ScoresAsked
from groundswell_ideas.app import contest_commands
from groundswell_ideas.app.parts import asking, ballot_commands, shortlist_commands
from groundswell_ideas.backlog.queries import BacklogQueries
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import Document
from tests.integration.ideas.programmes import appoint, themed
from tests.integration.ideas.world import BRAND, World
from tests.support.service import WAIT_SECONDS

HOUR = timedelta(hours=1)


async def broke(do_next: Callable[[], Awaitable[bool]]) -> list[str]:
    """Does what is due, as the worker does; the bits that broke, each as often as it did."""
    with capture_logs() as logs:
        async with asyncio.timeout(WAIT_SECONDS):
            while await do_next():
                pass
    return [entry["bit"] for entry in logs if entry["event"] == "chore broke"]


async def row(world: World, collection: str, row_id: str) -> Document:
    found = await world.database[collection].find_one({"_id": row_id})
    assert found is not None
    return found


async def opening_in_time(world: World, ago: timedelta) -> str:
    """A draft whose calendar opens it, as if that time had come so long ago."""
    at = f"{utc_now() + HOUR:%Y-%m-%dT%H:%M}"
    contest_id = str((await world.draft(calendar=[{"to": "submission", "at": at}]))["id"])
    past = {"due_at": utc_now() - ago, "try_at": utc_now() - ago}
    known = {"_id": f"{contest_id}/submission"}
    assert (await world.database["timers"].update_one(known, {"$set": past})).matched_count == 1
    return contest_id


async def opened(world: World) -> list[str]:
    """The contests that a calendar has opened, sorted."""
    told = [event.data for event in await world.events()]
    return sorted(data.contest_id for data in told if isinstance(data, ContestPhaseChanged))


@pytest.mark.parametrize(
    ("damage", "state"),
    [
        ({"$set": {"state": "dormant"}}, "dormant"),  # may mean something to another release
        ({"$unset": {"due_at": 1}}, "refused"),
        ({"$unset": {"brand_id": 1}}, "refused"),
        ({"$set": {"obstacles": "none"}}, "refused"),
        ({"$set": {"aim": "voting"}}, "refused"),  # which its id does not tell
    ],
)
async def test_of_timers(world: World, damage: Document, state: str) -> None:
    bad, sound = [await opening_in_time(world, ago) for ago in (HOUR, HOUR / 2)]
    timers, timer_id = world.database["timers"], f"{bad}/submission"
    whole = await row(world, "timers", timer_id)
    await timers.update_one({"_id": timer_id}, damage)
    tick = contest_commands(world.stores).try_next_timer
    assert await broke(tick) == [f"timer {timer_id}"]
    assert await opened(world) == [sound]
    put_off = await row(world, "timers", timer_id)
    assert (put_off["state"], put_off["try_at"] > utc_now()) == (state, True)

    backlog = BacklogQueries(world.stores.media, world.stores.cases, world.stores.timers)
    assert (await backlog.look()).timers.count == (1 if state == "refused" else 0)
    await timers.replace_one({"_id": timer_id}, whole)
    assert await broke(tick) == []
    assert await opened(world) == sorted([sound, bad])


async def test_a_timer_that_was_cancelled_by_hand_is_left_alone(world: World) -> None:
    bad, sound = [await opening_in_time(world, ago) for ago in (HOUR, HOUR / 2)]
    by_hand = {"$set": {"state": "cancelled"}}
    await world.database["timers"].update_one({"_id": f"{bad}/submission"}, by_hand)
    assert await broke(contest_commands(world.stores).try_next_timer) == []
    assert await opened(world) == [sound]


@pytest.mark.parametrize("lost", ["name", "brand_id", "contest_id"])
async def test_of_rounds(world: World, lost: str) -> None:
    rounds, round_ids = world.database["jury_rounds"], []
    soon = f"{utc_now() + HOUR:%Y-%m-%dT%H:%M}"
    for juror_id, ago in (("jur_1", HOUR), ("jur_2", HOUR / 2)):
        contest_id = await themed(world)
        await appoint(world, contest_id, juror_id)
        body = {"name": "First look", "purpose": "shortlist", "opens": soon}
        planned = await world.done("POST", f"/v1/contests/{contest_id}/rounds", body)
        known = {"_id": planned["id"]}
        await rounds.update_one(known, {"$set": {"opens_at": utc_now() - ago}})
        round_ids.append(planned["id"])

    async def asked() -> list[tuple[str, ...]]:
        told = [event.data for event in await world.events()]
        return [data.juror_ids for data in told if isinstance(data, ScoresAsked)]

    whole = await row(world, "jury_rounds", round_ids[0])
    await rounds.update_one({"_id": round_ids[0]}, {"$unset": {lost: 1}})
    ask = asking(world.stores).ask_next
    assert await broke(ask) == [f"asking for {round_ids[0]}"]
    assert await asked() == [("jur_2",)]
    await rounds.replace_one({"_id": round_ids[0]}, whole)
    assert await broke(ask) == []
    assert sorted(await asked()) == [("jur_1",), ("jur_2",)]


@pytest.mark.parametrize("lost", ["idea_ids", "brand_id", "contest_id"])
async def test_of_tidings(world: World, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    monkeypatch.setattr("groundswell_ideas.selection.commands.TOGETHER", 1)
    late = []
    for _ in range(2):
        contest_id, ideas = await world.contest_in("moderation")
        await world.shortlist(contest_id, ideas[:2])
        late.append(ideas[1])

    async def told() -> set[str]:
        events = await world.events()
        return {e.data.key for e in events if isinstance(e.data, IdeaShortlisted)} & {*late}

    untold = world.database["untold_shortlisted"]
    whole = await untold.find_one({"idea_ids": late[0]})
    assert whole is not None
    await untold.update_one({"_id": whole["_id"]}, {"$unset": {lost: 1}})
    tell = shortlist_commands(world.stores).try_next_tidings
    assert await broke(tell) == [f"tidings {whole['_id']}"]
    assert await told() == {late[1]}
    await untold.replace_one({"_id": whole["_id"]}, whole)
    assert await broke(tell) == []
    assert await told() == {*late}


@pytest.mark.parametrize("lost", ["brand_id", "contest_id"])
async def test_of_newcomers(world: World, lost: str) -> None:
    """They wait here in a contest without ballots: once they are looked at they wait no more."""
    contest_id, (first, second, _) = await world.contest_in("moderation")
    newcomers = world.database["newcomers"]
    for idea_id, ago in ((first, HOUR), (second, HOUR / 2)):
        await world.stores.newcomers.put(BRAND, contest_id, idea_id, utc_now() - ago)
    whole = await row(world, "newcomers", first)
    await newcomers.update_one({"_id": first}, {"$unset": {lost: 1}})
    list_next = ballot_commands(world.stores).try_next_listing
    assert await broke(list_next) == [f"listing of {first}"]
    assert [left["_id"] for left in (await world.kept("newcomers"))["newcomers"]] == [first]
    await newcomers.replace_one({"_id": first}, whole)
    assert await broke(list_next) == []
    assert (await world.kept("newcomers"))["newcomers"] == []
