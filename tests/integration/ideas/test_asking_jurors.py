"""Jurors hear that a round waits for their scores: when it opens, and when they join later."""

import asyncio
from contextvars import Context
from datetime import timedelta

import pytest

from groundswell_contracts.staff import ScoresAsked
from groundswell_ideas.app import worker_role
from groundswell_ideas.app.parts import asking
from groundswell_ideas.juries.commands import Appointed, JuryCommands
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from tests.integration.ideas.programmes import appoint, open_round, themed
from tests.integration.ideas.world import BRAND, World
from tests.support.service import Json, running, until

HOUR = timedelta(hours=1)
SOON = (utc_now() + 24 * HOUR).strftime("%Y-%m-%dT%H:%M")
LATER = (utc_now() + 48 * HOUR).strftime("%Y-%m-%dT%H:%M")


async def asked(world: World) -> list[tuple[str, ...]]:
    """Whom the events ask, one after the other."""
    return [event.juror_ids for event in await asking_events(world)]


async def asking_events(world: World) -> list[ScoresAsked]:
    return [e.data for e in await world.events() if isinstance(e.data, ScoresAsked)]


async def plan(world: World, contest_id: str, **times: str) -> Json:
    body = {"name": "First look", "purpose": "shortlist", **times}
    return await world.done("POST", f"/v1/contests/{contest_id}/rounds", body)


async def open_in_the_past(world: World, round_id: str, **times: object) -> None:
    """As if the clocks had reached the opening."""
    ago = {"opens_at": utc_now() - HOUR, **times}
    await world.database["jury_rounds"].update_one({"_id": round_id}, {"$set": ago})


async def test_all_on_the_jury_are_asked_when_a_round_is_opened(world: World) -> None:
    contest_id = await themed(world)
    await appoint(world, contest_id, "jur_1", "jur_2", "jur_3")
    gone = f"/v1/contests/{contest_id}/jurors/jur_3/replacement"
    await world.done("POST", gone, {"reason": "On leave."})
    planned = await plan(world, contest_id, closes=LATER)
    assert await asked(world) == []
    path = f"/v1/contests/{contest_id}/rounds/{planned['id']}"
    await world.done("POST", f"{path}/open")
    (event,) = await asking_events(world)
    assert event == ScoresAsked(
        contest_id=contest_id,
        title="Name our ship",
        round_id=planned["id"],
        round="First look",
        juror_ids=("jur_1", "jur_2"),
        closes_at=planned["closes_at"],
    )
    again = await world.send("POST", f"{path}/open")
    assert again.status_code == 409
    await world.done("PATCH", path, {"closes": SOON})
    await world.done("POST", f"{path}/close")
    assert await asking_events(world) == [event]


async def test_a_round_that_is_planned_for_now_is_told_at_once(world: World) -> None:
    contest_id = await themed(world)
    await appoint(world, contest_id, "jur_1")
    past = (utc_now() - 24 * HOUR).strftime("%Y-%m-%dT%H:%M")
    await plan(world, contest_id, opens=past)
    assert await asked(world) == [("jur_1",)]
    moved = await plan(world, contest_id, opens=SOON)
    await world.done("PATCH", f"/v1/contests/{contest_id}/rounds/{moved['id']}", {"opens": past})
    assert await asked(world) == [("jur_1",)] * 2


async def test_who_joins_while_a_round_is_open_is_asked_alone(world: World) -> None:
    contest_id = await themed(world)
    await open_round(world, contest_id, "shortlist")
    assert await asked(world) == []  # nobody was on the jury
    await plan(world, contest_id, opens=SOON)
    over = await open_round(world, contest_id, "shortlist")
    await world.done("POST", f"{over}/close")
    for _ in range(2):
        await appoint(world, contest_id, "jur_1")
    stand_in = {"juror_id": "jur_2", "office": "A guest"}
    body = {"reason": "On leave.", "by": stand_in}
    await world.done("POST", f"/v1/contests/{contest_id}/jurors/jur_1/replacement", body)
    assert await asked(world) == [("jur_1",), ("jur_2",)]


async def test_what_the_calendar_opens_is_told_once(world: World) -> None:
    contest_id = await themed(world)
    await appoint(world, contest_id, "jur_1", "jur_2")
    planned = await plan(world, contest_id, opens=SOON, closes=LATER)
    ask = asking(world.stores).ask_next
    assert not await ask()
    await open_in_the_past(world, planned["id"])
    await asyncio.gather(ask(), ask())
    assert not await ask()
    assert await asked(world) == [("jur_1", "jur_2")]


async def test_who_joins_between_the_opening_and_its_telling_is_asked_once(world: World) -> None:
    contest_id = await themed(world)
    await appoint(world, contest_id, "jur_1")
    planned = await plan(world, contest_id, opens=SOON)
    await open_in_the_past(world, planned["id"])
    await appoint(world, contest_id, "jur_2")
    assert await asked(world) == []
    assert await asking(world.stores).ask_next()
    assert await asked(world) == [("jur_1", "jur_2")]


async def test_a_contest_that_breaks_keeps_no_other_jury_waiting(world: World) -> None:
    broken, sound = [await themed(world) for _ in range(2)]
    for contest_id, juror_id in ((broken, "jur_1"), (sound, "jur_2")):
        await appoint(world, contest_id, juror_id)
        planned = await plan(world, contest_id, opens=SOON)
        await open_in_the_past(world, planned["id"])
    contests, rounds = world.database["contests"], world.database["jury_rounds"]
    whole = await contests.find_one({"_id": broken})
    assert whole is not None
    await contests.update_one({"_id": broken}, {"$unset": {"programme": 1}})
    ask = asking(world.stores).ask_next
    while await ask():
        pass
    assert await asked(world) == [("jur_2",)]

    await contests.replace_one({"_id": broken}, whole)
    assert not await ask()  # not tried again so soon
    await rounds.update_one({"contest_id": broken}, {"$set": {"try_at": utc_now()}})
    assert await ask()
    assert sorted(await asked(world)) == [("jur_1",), ("jur_2",)]


@pytest.mark.parametrize("phase", [None, "decided", "closed"])
async def test_what_is_over_is_told_to_nobody(world: World, phase: str | None) -> None:
    """The round itself is, or the contest has gone on to where its scores have no use."""
    contest_id = await themed(world)
    await appoint(world, contest_id, "jur_1")
    planned = await plan(world, contest_id, opens=SOON, closes=LATER)
    if phase is None:
        await open_in_the_past(world, planned["id"], closes_at=utc_now() - HOUR / 2)
    else:
        await open_in_the_past(world, planned["id"])
        phases = {"$push": {"phases": {"phase": phase, "reached_at": utc_now()}}}
        await world.database["contests"].update_one({"_id": contest_id}, phases)
    assert await asking(world.stores).ask_next()
    assert not await asking(world.stores).ask_next()
    assert await asked(world) == []


@pytest.mark.parametrize("first", ["the opening", "the juror"])
async def test_of_an_opening_and_a_new_juror_one_sees_the_other(world: World, first: str) -> None:
    """The second begins when the first is done, and not committed."""
    contest_id = await themed(world)
    await appoint(world, contest_id, "jur_1")
    planned = await plan(world, contest_id)
    juries = JuryCommands(
        world.stores.contests, world.stores.ideas, world.stores.juries, asking(world.stores)
    )
    done = asyncio.Event()

    async def act(name: str) -> None:
        if name == "the opening":
            await juries.open(BRAND, contest_id, planned["id"])
        else:
            await juries.appoint(BRAND, contest_id, Appointed(juror_id="jur_2", office="A guest"))

    async def held_open() -> None:
        await act(first)
        done.set()
        await asyncio.wait([other], timeout=0.5)

    async def later() -> None:
        await done.wait()
        await act("the juror" if first == "the opening" else "the opening")

    # Each in a context of its own, as a transaction belongs to one.
    other = asyncio.create_task(later(), context=Context())
    begun = transaction(world.stores.contests.client, held_open)
    await asyncio.create_task(begun, context=Context())
    await other
    everybody = sorted(juror for jurors in await asked(world) for juror in jurors)
    assert everybody == ["jur_1", "jur_2"]


@pytest.mark.usefixtures("topics")
async def test_the_worker_tells_what_the_calendar_opens(world: World) -> None:
    contest_id = await themed(world)
    await appoint(world, contest_id, "jur_1")
    planned = await plan(world, contest_id, opens=SOON)
    async with running(worker_role(world.settings)):
        await open_in_the_past(world, planned["id"])
        await until(lambda: is_asked(world))
    assert await asked(world) == [("jur_1",)]


async def is_asked(world: World) -> bool:
    return bool(await asked(world))
