"""Support ladders: what reaches the top is collected by windows, and everybody is answered."""

from datetime import datetime, timedelta

import pytest

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.ideas import IdeaAnswered
from groundswell_contracts.tallies import ThresholdMissed, ThresholdReached
from groundswell_contracts.topics import TALLIES
from groundswell_contracts.winners import WinnerSelected
from groundswell_ideas.app import worker_role
from groundswell_ideas.app.parts import review_commands
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from tests.integration.ideas.programmes import climbing
from tests.integration.ideas.world import BRAND, World
from tests.support.service import Json, handled, running, until_handled
from tests.support.topics import publish, skip_to_end


def window(name: str, opens: timedelta, closes: timedelta) -> Json:
    """A window of review, in hours of UTC."""
    now = utc_now()
    return {
        "name": name,
        "opens": (now + opens).strftime("%Y-%m-%dT%H:%M"),
        "closes": (now + closes).strftime("%Y-%m-%dT%H:%M"),
    }


DAY = timedelta(days=1)


def windows() -> tuple[Json, Json]:
    """One that is open, and one that will be."""
    return window("Spring", -DAY, DAY), window("Autumn", 100 * DAY, 130 * DAY)


def heard(data: ThresholdReached | ThresholdMissed, sequence: int) -> CloudEvent:
    return CloudEvent(
        id=new_id("evt"),
        source="/groundswell/voting",
        time=utc_now(),
        brand_id=BRAND,
        data=data,
        sequence=sequence,
    )


def reached(contest_id: str, poll_id: str, idea_id: str, at: datetime) -> CloudEvent:
    return heard(
        ThresholdReached(
            contest_id=contest_id,
            poll_id=poll_id,
            idea_id=idea_id,
            step=1,
            votes=100,
            reached_at=at,
        ),
        1,
    )


async def qualify(world: World, contest_id: str, poll_id: str, idea_id: str, at: datetime) -> None:
    """As if voting had told of the last step."""
    await review_commands(world.stores).reached(
        BRAND, contest_id, poll_id, idea_id, step=1, votes=100, at=at
    )


@pytest.mark.usefixtures("topics")
async def test_voting_tells_who_reached_the_top_and_who_did_not(world: World) -> None:
    bootstrap = world.settings.kafka_bootstrap
    await skip_to_end(bootstrap, "groundswell.ideas", [TALLIES])
    contest_id, poll_id, (up, down) = await climbing(world, *windows(), ideas=2)
    done, repeats = handled("handled"), handled("repeated")
    missed = ThresholdMissed(
        contest_id=contest_id, poll_id=poll_id, idea_id=down, step=1, votes=57, deadline=utc_now()
    )
    event = reached(contest_id, poll_id, up, utc_now())
    async with running(worker_role(world.settings)):
        for each in (event, heard(missed, 2)):
            await publish(bootstrap, each)
        await until_handled("handled", done + 2)
        await publish(bootstrap, event)
        await until_handled("repeated", repeats + 1)
    page = await world.done("GET", f"/v1/contests/{contest_id}/reviews", by=None)
    (shown,) = page["items"]
    assert (shown["idea_id"], shown["votes"], shown["window"]) == (up, 100, "Autumn")
    answers = [e.data for e in await world.events() if isinstance(e.data, IdeaAnswered)]
    assert [(answer.idea_id, answer.outcome) for answer in answers] == [(down, "missed")]
    assert "57 votes" in answers[0].reason
    idea = await world.stores.ideas.get(BRAND, down)
    assert idea.answered_at is not None


async def test_a_window_collects_answers_and_the_contest_goes_on(world: World) -> None:
    contest_id, poll_id, (first, second, third) = await climbing(world, *windows(), ideas=3)
    for idea_id in (first, second):
        await qualify(world, contest_id, poll_id, idea_id, utc_now() - 2 * DAY)
    await qualify(world, contest_id, poll_id, third, utc_now())
    path = f"/v1/contests/{contest_id}/reviews"
    spring = await world.done("GET", f"{path}?window=Spring", by=None)
    assert [item["idea_id"] for item in spring["items"]] == [first, second]

    yes = {"outcome": "accepted", "reason": "It fits the range of autumn."}
    no = {"outcome": "declined", "reason": "Too close to one that is in the shops."}
    answer = await world.done("PUT", f"{path}/{first}", yes)
    assert await world.done("PUT", f"{path}/{first}", yes) == answer
    await world.done("PUT", f"{path}/{second}", no)
    final = await world.send("PUT", f"{path}/{second}", yes)
    assert [error["rule"] for error in final.json()["errors"]] == ["final"]
    early = await world.send("PUT", f"{path}/{third}", yes)
    assert [error["rule"] for error in early.json()["errors"]] == ["early"]

    told = [e.data for e in await world.events()]
    answers = [data for data in told if isinstance(data, IdeaAnswered)]
    assert [(a.idea_id, a.outcome, a.window) for a in answers] == [
        (first, "accepted", "Spring"),
        (second, "declined", "Spring"),
    ]
    assert [d.idea_id for d in told if isinstance(d, WinnerSelected)] == [first]
    page = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert page["phase"] == "voting"
    assert [(w["name"], w["collected"], w["answered"]) for w in page["review_windows"]] == [
        ("Spring", 2, 2),
        ("Autumn", 1, 0),
    ]
    assert [winner["idea_id"] for winner in page["winners"]] == [first]
    contest = await world.done("GET", f"/v1/contests/{contest_id}", by=None)
    assert (contest["answers"]["to_answer"], contest["answers"]["in_time"]) == (3, 2)
    body = {"title": "First bricks", "words": "They hold.", "idea_id": first}
    await world.done("POST", f"/v1/contests/{contest_id}/milestones", body)


async def test_what_did_not_qualify_is_not_reviewed(world: World) -> None:
    contest_id, _, (idea_id,) = await climbing(world, *windows())
    path = f"/v1/contests/{contest_id}/reviews"
    body = {"outcome": "accepted", "reason": "Because."}
    assert (await world.send("PUT", f"{path}/{idea_id}", body)).status_code == 404
    assert (await world.send("GET", f"{path}?window=Winter", by=None)).status_code == 422


async def test_what_was_taken_back_is_answered_but_does_not_win(world: World) -> None:
    contest_id, poll_id, (idea_id,) = await climbing(world)
    await qualify(world, contest_id, poll_id, idea_id, utc_now())
    await world.done("POST", f"/v1/ideas/{idea_id}/withdraw", by="participant", subject="per_0")
    path = f"/v1/contests/{contest_id}/reviews/{idea_id}"
    yes = {"outcome": "accepted", "reason": "It fits the range of autumn."}
    refused = await world.send("PUT", path, yes)
    assert refused.status_code == 409
    assert [error["rule"] for error in refused.json()["errors"]] == ["approved"]
    no = {"outcome": "declined", "reason": "You have taken it back."}
    await world.done("PUT", path, no)
    assert "WinnerSelected" not in await world.event_names()
