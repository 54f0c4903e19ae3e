"""A contest that goes on by itself, when its calendar says so, whatever dies meanwhile."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from groundswell_contracts.contests import ContestPhaseChanged
from groundswell_ideas.app import contest_commands
from groundswell_kit.clock import utc_now
from tests.integration.ideas.world import BRAND, World
from tests.support.service import WAIT_SECONDS, Json

MINUTE = timedelta(minutes=1)


def times(*steps: tuple[str, datetime]) -> list[Json]:
    """A calendar in the time zone UTC."""
    return [{"to": to, "at": f"{at:%Y-%m-%dT%H:%M}"} for to, at in steps]


async def draft_with(world: World, *steps: tuple[str, datetime], **changes: object) -> str:
    draft = await world.draft(calendar=times(*steps), **changes)
    return str(draft["id"])


async def make_due(world: World, contest_id: str, aim: str) -> None:
    """As if the time of a timer had come."""
    past = utc_now() - timedelta(seconds=1)
    changed = await world.database["timers"].update_one(
        {"_id": f"{contest_id}/{aim}"}, {"$set": {"due_at": past, "try_at": past}}
    )
    assert changed.matched_count == 1


async def keep_time(world: World) -> None:
    """Does what is due, as the worker does."""
    async with asyncio.timeout(WAIT_SECONDS):
        while await contest_commands(world.stores).try_next_timer():
            pass


async def timers(world: World, contest_id: str) -> dict[str, Json]:
    path = f"/v1/contests/{contest_id}/timers"
    shown = await world.done("GET", path, by="auditor")
    return {item["aim"]: item for item in shown["items"]}


async def phases(world: World, contest_id: str) -> list[str]:
    contest = await world.done("GET", f"/v1/contests/{contest_id}")
    return [reached["phase"] for reached in contest["phases"]]


async def changes_told(world: World) -> list[str]:
    told = [event.data for event in await world.events()]
    return [data.to_phase for data in told if isinstance(data, ContestPhaseChanged)]


async def test_a_contest_opens_and_moves_on_when_its_time_has_come(world: World) -> None:
    now = utc_now()
    contest_id = await draft_with(
        world, ("submission", now + 5 * MINUTE), ("moderation", now + 30 * MINUTE)
    )
    assert (await timers(world, contest_id)).keys() == {"submission"}
    await keep_time(world)
    assert await phases(world, contest_id) == ["draft"]
    await make_due(world, contest_id, "submission")
    await keep_time(world)
    assert await phases(world, contest_id) == ["draft", "submission"]
    planned = await timers(world, contest_id)
    assert planned.keys() == {"submission", "moderation", "answer"}
    assert planned["submission"]["state"] == "done"
    await make_due(world, contest_id, "moderation")
    await keep_time(world)
    assert await phases(world, contest_id) == ["draft", "submission", "moderation"]
    assert await changes_told(world) == ["submission", "moderation"]


async def test_a_time_in_the_past_opens_no_draft(world: World) -> None:
    draft = await draft_with(world, ("submission", utc_now() - 5 * MINUTE))
    clone = await world.done("POST", f"/v1/contests/{draft}/clone")
    await keep_time(world)
    for contest_id in (draft, str(clone["id"])):
        assert await timers(world, contest_id) == {}
        assert await phases(world, contest_id) == ["draft"]


async def test_an_edit_of_a_draft_plans_anew(world: World) -> None:
    now = utc_now()
    contest_id = await draft_with(world, ("submission", now + 5 * MINUTE))
    body = {"calendar": times(("submission", now + 9 * MINUTE))}
    await world.done("PATCH", f"/v1/contests/{contest_id}", body, if_match="*")
    (timer,) = (await timers(world, contest_id)).values()
    assert datetime.fromisoformat(timer["due_at"]) > now + 7 * MINUTE
    await world.done("PATCH", f"/v1/contests/{contest_id}", {"calendar": None}, if_match="*")
    assert await timers(world, contest_id) == {}


async def test_what_stands_in_the_way_is_shown_and_tried_again(world: World) -> None:
    contest_id = await draft_with(world, ("voting", utc_now() + 30 * MINUTE))
    await world.enter(contest_id, "submission")
    await make_due(world, contest_id, "voting")
    await keep_time(world)
    refused = (await timers(world, contest_id))["voting"]
    assert refused["state"] == "refused"
    assert [obstacle["field"] for obstacle in refused["obstacles"]] == ["shortlist"]
    await keep_time(world)
    assert (await timers(world, contest_id))["voting"] == refused

    idea_id = await world.submit(contest_id)
    await world.approve(idea_id)
    await world.shortlist(contest_id, [idea_id])
    await make_due(world, contest_id, "voting")
    await keep_time(world)
    assert (await phases(world, contest_id))[-1] == "voting"
    assert (await timers(world, contest_id))["voting"]["state"] == "done"


async def test_a_person_who_comes_first_cancels_the_timer(world: World) -> None:
    soon = utc_now() + 30 * MINUTE
    contest_id = await draft_with(world, ("moderation", soon), ("voting", soon + MINUTE))
    await world.enter(contest_id, "submission")
    await world.enter(contest_id, "moderation")
    states = {aim: timer["state"] for aim, timer in (await timers(world, contest_id)).items()}
    assert states == {"moderation": "cancelled", "voting": "waiting", "answer": "waiting"}
    await keep_time(world)
    assert await changes_told(world) == ["submission", "moderation"]


async def test_a_paused_contest_waits_and_then_catches_up(world: World) -> None:
    contest_id = await draft_with(world, ("moderation", utc_now() + 30 * MINUTE))
    await world.enter(contest_id, "submission")
    await make_due(world, contest_id, "moderation")
    why = {"reason": "We look into it."}
    await world.done("POST", f"/v1/contests/{contest_id}/pause", why)
    await keep_time(world)
    timer = (await timers(world, contest_id))["moderation"]
    assert (timer["held"], timer["state"]) == (True, "waiting")
    await world.done("POST", f"/v1/contests/{contest_id}/resume", why)
    await keep_time(world)
    assert await phases(world, contest_id) == ["draft", "submission", "moderation"]


async def test_a_contest_that_breaks_keeps_no_other_waiting(world: World) -> None:
    soon = utc_now() + 30 * MINUTE
    broken, sound = [await draft_with(world, ("submission", soon)) for _ in range(2)]
    for contest_id in (broken, sound):
        await make_due(world, contest_id, "submission")
    whole = await world.database["contests"].find_one({"_id": broken})
    assert whole is not None
    await world.database["contests"].update_one({"_id": broken}, {"$unset": {"programme": 1}})
    await keep_time(world)
    assert await phases(world, sound) == ["draft", "submission"]

    await world.database["contests"].replace_one({"_id": broken}, whole)
    (timer,) = (await timers(world, broken)).values()
    assert (timer["state"], [o["rule"] for o in timer["obstacles"]]) == ("refused", ["internal"])
    await make_due(world, broken, "submission")
    await keep_time(world)
    assert await phases(world, broken) == ["draft", "submission"]


async def test_many_workers_do_each_thing_once(world: World) -> None:
    soon = utc_now() + 30 * MINUTE
    contests = [await draft_with(world, ("submission", soon)) for _ in range(5)]
    for contest_id in contests:
        await make_due(world, contest_id, "submission")
    await asyncio.gather(*(keep_time(world) for _ in range(4)))
    assert await changes_told(world) == ["submission"] * 5


async def test_a_calendar_past_its_time_is_no_calendar_to_open_with(world: World) -> None:
    contest_id = await draft_with(world, ("moderation", utc_now() - 5 * MINUTE))
    answer = await world.send(
        "POST", f"/v1/contests/{contest_id}/phase", {"to": "submission"}, if_match="*"
    )
    assert answer.status_code == 409
    assert [error["field"] for error in answer.json()["errors"]] == ["calendar.0.at"]


async def test_local_times_are_shown_as_asked_and_as_they_are(world: World) -> None:
    draft = await world.draft(
        time_zone="Europe/London",
        calendar=[
            {"to": "moderation", "at": "2027-03-28T01:30"},
            {"to": "voting", "at": "2027-10-31T01:30"},
        ],
    )
    skipped, twice = draft["calendar"]
    assert skipped["asked"] == "2027-03-28T01:30:00"
    assert skipped["at"] == {
        "local": "2027-03-28T02:30:00+01:00",
        "utc": "2027-03-28T01:30:00Z",
    }
    assert twice["at"]["utc"] == "2027-10-31T00:30:00Z"
    stored = await world.stores.contests.get(BRAND, str(draft["id"]))
    assert stored.terms.calendar[0].at == datetime(2027, 3, 28, 1, 30)  # noqa: DTZ001 - local


@pytest.mark.parametrize(
    ("calendar", "field"),
    [
        ([{"to": "voting", "at": "2027-03-28T01:30+01:00"}], "body.calendar.0.at"),
        ([{"to": "voting", "at": "2027-03-28T01:30:30"}], "body.calendar.0.at"),
        ([{"to": "draft", "at": "2027-03-28T01:30"}], "body.calendar.0.to"),
        (
            [
                {"to": "voting", "at": "2027-03-28T01:30"},
                {"to": "moderation", "at": "2027-04-01T00:00"},
            ],
            "body.calendar.1",
        ),
    ],
)
async def test_a_calendar_that_makes_no_sense_is_refused(
    world: World, calendar: Sequence[Json], field: str
) -> None:
    body = {"title": "Name our ship", "vote": "advisory", "calendar": calendar}
    answer = await world.send("POST", "/v1/contests", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("topics")
async def test_a_worker_that_is_killed_at_the_time_neither_skips_nor_repeats(world: World) -> None:
    await world.program.output("prepare")
    timers = world.database["timers"]
    soon = utc_now() + 30 * MINUTE
    contests = [await draft_with(world, ("submission", soon)) for _ in range(60)]

    async def done() -> int:
        return await timers.count_documents({"aim": "submission", "state": "done"})

    async def until_done(number: int) -> None:
        async with asyncio.timeout(2 * WAIT_SECONDS):
            while await done() < number:  # noqa: ASYNC110 - what another process keeps has no event
                await asyncio.sleep(0.002)

    killed_at = [0]
    for due in (30, 50):
        async with world.program.serving("worker", roles=1) as running:
            for contest_id in contests[:due]:
                past = {"due_at": utc_now(), "try_at": utc_now()}
                waiting = {"_id": f"{contest_id}/submission", "state": "waiting"}
                await timers.update_one(waiting, {"$set": past})
            await until_done(killed_at[-1] + 10)
            running.process.kill()
            await running.process.wait()
        killed_at.append(await done())
        # The dead one's lease would hold the next one up for seconds.
        await world.database["leases"].delete_one({"_id": "timers"})
    assert killed_at[-1] < len(contests)
    await timers.update_many({"aim": "submission"}, {"$set": {"try_at": utc_now()}})
    async with world.program.serving("worker", roles=1):
        await until_done(len(contests))
    assert await changes_told(world) == ["submission"] * len(contests)
    for contest_id in contests:
        assert await phases(world, contest_id) == ["draft", "submission"]
