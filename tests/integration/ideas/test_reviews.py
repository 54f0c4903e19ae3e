"""Support ladders: what reaches the top is collected by windows, and everybody is answered."""

from datetime import datetime, timedelta

import pytest

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.ideas import IdeaAnswered
from groundswell_contracts.staff import ReviewAsked
from groundswell_contracts.tallies import ThresholdMissed, ThresholdReached
from groundswell_contracts.winners import WinnerSelected
from groundswell_ideas.app import worker_role
from groundswell_ideas.app.parts import review_commands
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from tests.integration.ideas.programmes import climbing
from tests.integration.ideas.world import BRAND, World
from tests.support.service import Json, handled, running, until_handled
from tests.support.topics import publish


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


async def test_an_expert_from_outside_reads_and_answers_what_they_were_given(world: World) -> None:
    contest_id, poll_id, ideas = await climbing(world, *windows(), ideas=3)
    first, second, third = ideas
    for idea_id in ideas:
        await qualify(world, contest_id, poll_id, idea_id, utc_now() - 2 * DAY)
    path, mine = f"/v1/contests/{contest_id}/reviews", {"by": "expert", "subject": "exp_mo"}
    mo = {"expert_id": "exp_mo", "office": "Maker of models, Billund"}
    assert (await world.done("GET", "/v1/me/reviews", **mine))["items"] == []
    for idea_id in (first, second):
        asked = await world.done("PUT", f"{path}/{idea_id}/expert", mo)
        assert (asked["expert_id"], asked["office"]) == ("exp_mo", mo["office"])
    await world.done("PUT", f"{path}/{third}/expert", {**mo, "expert_id": "exp_other"})

    given = await world.done("GET", "/v1/me/reviews?limit=1", **mine)
    (one,) = given["items"]
    assert (one["idea_id"], one["contest_id"], one["window"]) == (first, contest_id, "Spring")
    assert (one["votes"], one["outcome"]) == (100, None)
    assert one["summary"]
    assert "per_" not in str(one)
    rest = await world.done("GET", f"/v1/me/reviews?cursor={given['next']}", **mine)
    assert [one["idea_id"] for one in rest["items"]] == [second]

    yes = {"outcome": "accepted", "reason": "The towers stand."}
    for idea_id in (third, "idea_none"):
        hidden = await world.send("PUT", f"{path}/{idea_id}", yes, **mine)
        assert hidden.status_code == 404
    answer = await world.done("PUT", f"{path}/{first}", yes, **mine)
    assert await world.done("PUT", f"{path}/{first}", yes, **mine) == answer
    await world.done("PUT", f"{path}/{third}", {"outcome": "declined", "reason": "No."})

    public = {item["idea_id"]: item for item in (await world.done("GET", path, by=None))["items"]}
    assert (public[first]["answered_by"], public[first]["expert"]) == ("expert", mo["office"])
    assert (public[second]["answered_by"], public[second]["expert"]) == (None, mo["office"])
    assert public[third]["answered_by"] == "brand"
    answers = [e.data for e in await world.events() if isinstance(e.data, IdeaAnswered)]
    assert [(a.idea_id, a.outcome, a.reason) for a in answers] == [
        (first, "accepted", yes["reason"]),
        (third, "declined", "No."),
    ]


async def test_a_review_changes_hands_until_it_is_answered(world: World) -> None:
    contest_id, poll_id, (idea_id,) = await climbing(world, *windows())
    await qualify(world, contest_id, poll_id, idea_id, utc_now() - 2 * DAY)
    path = f"/v1/contests/{contest_id}/reviews/{idea_id}"
    mo, lee = ({"expert_id": f"exp_{name}", "office": name} for name in ("mo", "lee"))
    own = await world.send("PUT", f"{path}/expert", {**mo, "participant_id": "per_0"})
    assert [error["rule"] for error in own.json()["errors"]] == ["own"]
    await world.done("PUT", f"{path}/expert", mo)
    await world.done("PUT", f"{path}/expert", lee)
    no = {"outcome": "declined", "reason": "It does not hold."}
    taken = await world.send("PUT", path, no, by="expert", subject="exp_mo")
    assert taken.status_code == 404
    for _ in range(2):
        assert (await world.send("DELETE", f"{path}/expert")).status_code == 204
    taken = await world.send("PUT", path, no, by="expert", subject="exp_lee")
    assert taken.status_code == 404
    await world.done("PUT", f"{path}/expert", {**lee, "participant_id": "per_twin"})
    took_up = {"$set": {"also_by": ["per_twin"]}}  # as a merge would
    await world.database["ideas"].update_one({"_id": idea_id}, took_up)
    own = await world.send("PUT", path, no, by="expert", subject="exp_lee")
    assert [error["rule"] for error in own.json()["errors"]] == ["own"]
    await world.done("PUT", f"{path}/expert", lee)
    await world.done("PUT", path, no, by="expert", subject="exp_lee")
    for method, body in (("PUT", mo), ("DELETE", None)):
        late = await world.send(method, f"{path}/expert", body)
        assert [error["rule"] for error in late.json()["errors"]] == ["final"]


async def test_an_expert_hears_of_what_they_were_given_once(world: World) -> None:
    contest_id, poll_id, (open_now, forgotten, not_yet) = await climbing(
        world, window("Winter", -3 * DAY, -2 * DAY), *windows(), ideas=3
    )
    for idea_id, ago in ((open_now, 2 * DAY), (forgotten, 4 * DAY), (not_yet, 0 * DAY)):
        await qualify(world, contest_id, poll_id, idea_id, utc_now() - ago)
    path = f"/v1/contests/{contest_id}/reviews"
    mo, lee = ({"expert_id": f"exp_{name}", "office": name} for name in ("mo", "lee"))
    for who in (mo, {**mo, "office": "Maker of models"}, lee, mo):
        await world.done("PUT", f"{path}/{open_now}/expert", who)
    for idea_id in (forgotten, not_yet):
        await world.done("PUT", f"{path}/{idea_id}/expert", mo)
    assert (await world.send("DELETE", f"{path}/{open_now}/expert")).status_code == 204
    asked = [e.data for e in await world.events() if isinstance(e.data, ReviewAsked)]
    assert [(a.idea_id, a.expert_id, a.opens_at is not None) for a in asked] == [
        (open_now, "exp_mo", True),
        (open_now, "exp_lee", True),
        (open_now, "exp_mo", True),
        (forgotten, "exp_mo", False),
        (not_yet, "exp_mo", True),
    ]
    first, last = asked[0], asked[-1]
    assert (first.title, first.idea_title) == ("Name our ship", "Castle 0")
    assert first.closes_at is not None
    assert last.opens_at is not None
    assert first.closes_at < last.opens_at


async def test_an_expert_reads_no_words_that_were_taken_back(world: World) -> None:
    contest_id, poll_id, (idea_id,) = await climbing(world)
    await qualify(world, contest_id, poll_id, idea_id, utc_now())
    expert = {"expert_id": "exp_mo", "office": "Maker of models, Billund"}
    path, mine = f"/v1/contests/{contest_id}/reviews", {"by": "expert", "subject": "exp_mo"}
    await world.done("PUT", f"{path}/{idea_id}/expert", expert)
    (before,) = (await world.done("GET", "/v1/me/reviews", **mine))["items"]
    await world.done("POST", f"/v1/ideas/{idea_id}/withdraw", by="participant", subject="per_0")
    (after,) = (await world.done("GET", "/v1/me/reviews", **mine))["items"]
    assert before["summary"]
    assert after == before | {"summary": "", "fields": {}}


async def test_what_a_manager_answers_is_the_brands_answer(world: World) -> None:
    """Also of a manager whom the brand itself has called an expert from outside."""
    contest_id, poll_id, (idea_id,) = await climbing(world)
    await qualify(world, contest_id, poll_id, idea_id, utc_now())
    path, own = f"/v1/contests/{contest_id}/reviews", {"by": "manager", "subject": "staff_1"}
    asked = {"expert_id": "staff_1", "office": "Maker of models, Billund"}
    await world.done("PUT", f"{path}/{idea_id}/expert", asked, **own)
    yes = {"outcome": "accepted", "reason": "The towers stand."}
    await world.done("PUT", f"{path}/{idea_id}", yes, **own)
    (public,) = (await world.done("GET", path, by=None))["items"]
    assert public["answered_by"] == "brand"
