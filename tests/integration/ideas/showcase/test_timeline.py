"""The story of an idea, from its first revision to the milestones of the winner."""

import pytest

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.tallies import ThresholdMissed, ThresholdReached
from groundswell_ideas.app import worker_role
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from tests.integration.ideas.programmes import climbing
from tests.integration.ideas.submissions.desk import Desk
from tests.integration.ideas.world import BRAND, World
from tests.support.service import Json, handled, running, until_handled
from tests.support.topics import publish


async def told(world: World, idea_id: str, by: str | None = None, who: str | None = None) -> Json:
    return await world.done("GET", f"/v1/ideas/{idea_id}/timeline", by=by, subject=who)


def kinds(timeline: Json) -> list[str]:
    return [moment["kind"] for moment in timeline["items"]]


async def test_a_winner_has_a_long_story(world: World) -> None:
    contest_id, (won, lost, _) = await world.contest_in("delivery")
    body = {"title": "First sample", "words": "It floats.", "idea_id": won}
    await world.done("POST", f"/v1/contests/{contest_id}/milestones", body)
    await world.done(
        "POST",
        f"/v1/contests/{contest_id}/winners/{won}/acceptance",
        {"payee": {"kind": "self"}},
        by="participant",
        subject="per_0",
    )
    story = await told(world, won)
    moments = [moment["at"] for moment in story["items"]]
    assert moments == sorted(moments)
    assert kinds(story)[:4] == ["submitted", "approved", "shortlisted", "ballot_opened"]
    assert set(kinds(story)[4:]) == {
        "tally_certified",
        "winner",
        "contest_decided",
        "milestone",
        "win_confirmed",
    }
    tally = next(m for m in story["items"] if m["kind"] == "tally_certified")
    assert (tally["votes"], tally["rank"]) == (124_109, 1)
    assert kinds(await told(world, lost))[-1] == "contest_decided"


async def test_an_unchanged_timeline_is_not_sent_again(world: World) -> None:
    _, (idea_id, *_) = await world.contest_in("submission")
    path = f"/v1/ideas/{idea_id}/timeline"
    first = await world.client.get(path)
    assert first.headers["Cache-Control"].startswith("public")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert (await world.client.get(path, headers=tag)).status_code == 304


async def test_what_editors_do_is_no_part_of_the_public_story(desk: Desk) -> None:
    world = desk.world
    idea = await desk.hand_in()
    await world.done("POST", "/v1/moderation/claims", {"count": 5}, by="editor", subject="sta_1")
    why = {"reason_code": "off-topic", "reason": "Not about ships."}
    path = f"/v1/ideas/{idea['id']}"
    await world.done("POST", f"{path}/reject", why, by="editor", subject="sta_1")
    await desk.done("PUT", f"{path}/appeal", {"words": "It is a ship."})
    await world.done("POST", f"{path}/approve", {}, by="editor", subject="sta_2")
    assert kinds(await told(world, idea["id"])) == ["submitted", "approved"]
    for role, who in (("participant", "per_1"), ("auditor", "sta_9")):
        story = await told(world, idea["id"], role, who)
        assert kinds(story) == ["submitted", "rejected", "appealed", "approved", "appeal_answered"]
        assert "sta_" not in str(story)
        assert "ships" not in str(story)
    assert kinds(await told(world, idea["id"], "participant", "per_2")) == [
        "submitted",
        "approved",
    ]


async def test_what_waits_has_a_story_for_its_people_alone(desk: Desk) -> None:
    idea = await desk.hand_in()
    path = f"/v1/ideas/{idea['id']}/timeline"
    assert kinds(await told(desk.world, idea["id"], "participant", "per_1")) == ["submitted"]
    assert kinds(await told(desk.world, idea["id"], "juror", "sta_1")) == ["submitted"]
    assert (await desk.world.send("GET", path, by=None)).status_code == 404
    assert (await desk.ask("GET", path, by="per_2")).status_code == 404
    assert (await desk.world.send("GET", path, brand="lego")).status_code == 404


async def test_revisions_and_merges_are_told(desk: Desk) -> None:
    world = desk.world
    ideas = [await desk.hand_in(n) for n in range(2)]
    assert (await desk.revise(ideas[0], title="Another title")).status_code == 200
    for idea in ideas:
        await world.approve(idea["id"])
    first, second = (idea["id"] for idea in ideas)
    await world.done("POST", f"/v1/ideas/{second}/merge", {"into_idea_id": first}, by="editor")
    story = await told(world, first)
    assert kinds(story) == ["submitted", "revised", "approved", "took_in"]
    assert (story["items"][1]["revision"], story["items"][3]["idea_id"]) == (2, second)
    merged = await told(world, second)
    assert kinds(merged)[-1] == "merged"
    assert merged["items"][-1]["idea_id"] == first
    assert story["complete"]


async def test_of_a_long_story_the_newest_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell_ideas.showcase.queries.timeline._READ", 4)
    monkeypatch.setattr("groundswell_ideas.showcase.schemas.MOMENTS_MAXIMUM", 3)
    world, idea = desk.world, await desk.hand_in()
    path = f"/v1/ideas/{idea['id']}"
    for revision in range(2, 7):
        assert (await desk.revise(idea, title=f"Title {revision}")).status_code == 200
        idea = await desk.done("GET", path)
    await world.approve(idea["id"])
    for _ in range(2):
        await world.done("POST", f"{path}/hold", {"reason": "A look."}, by="editor")
        await world.approve(idea["id"])
    story = await told(world, idea["id"])
    assert not story["complete"]
    assert [(m["kind"], m["revision"]) for m in story["items"]] == [
        ("revised", 5),
        ("revised", 6),
        ("approved", None),
    ]
    seen = await told(world, idea["id"], "editor")
    assert kinds(seen) == ["approved", "held", "approved"]


@pytest.mark.usefixtures("topics")
async def test_a_ladder_is_climbed_step_by_step(world: World) -> None:
    bootstrap = world.settings.kafka_bootstrap
    contest_id, poll_id, (up, down) = await climbing(world, ideas=2)
    done = handled("handled")
    events = (
        ThresholdReached(
            contest_id=contest_id,
            poll_id=poll_id,
            idea_id=up,
            step=1,
            votes=100,
            reached_at=utc_now(),
        ),
        ThresholdMissed(
            contest_id=contest_id,
            poll_id=poll_id,
            idea_id=down,
            step=1,
            votes=57,
            deadline=utc_now(),
        ),
    )
    async with running(worker_role(world.settings)):
        for sequence, data in enumerate(events, start=1):
            event = CloudEvent(
                id=new_id("evt"),
                source="/groundswell/voting",
                time=utc_now(),
                brand_id=BRAND,
                data=data,
                sequence=sequence,
            )
            await publish(bootstrap, event)
        await until_handled("handled", done + 2)
    story = await told(world, up)
    assert kinds(story)[-1] == "step_reached"
    assert (story["items"][-1]["step"], story["items"][-1]["votes"]) == (1, 100)
    assert "ballot_opened" in kinds(story)
    assert kinds(await told(world, down))[-1] == "step_missed"


async def test_other_pages_are_not_sent_again_either(world: World) -> None:
    contest_id, (idea_id, *_) = await world.contest_in("decided")
    contest, idea = f"/v1/contests/{contest_id}", f"/v1/ideas/{idea_id}"
    paths = (
        contest,
        f"{contest}/entry-form",
        f"{contest}/ideas",
        f"{contest}/decision",
        idea,
        f"{idea}/comments",
    )
    for path in paths:
        first = await world.client.get(path)
        assert first.status_code == 200, path
        assert first.headers["Cache-Control"].startswith("public"), path
        tag = {"If-None-Match": first.headers["ETag"]}
        again = await world.client.get(path, headers=tag)
        assert (again.status_code, again.content) == (304, b""), path
        assert len(again.headers.get_list("Vary")) == 1


async def test_the_etag_of_a_contest_is_good_for_changing_it(world: World) -> None:
    draft = await world.draft()
    path = f"/v1/contests/{draft['id']}"
    german = await world.send("GET", path)
    changed = await world.send("PATCH", path, {"title": "A"}, if_match=german.headers["ETag"])
    assert changed.status_code == 200
    again = await world.send("PATCH", path, {"title": "B"}, if_match=german.headers["ETag"])
    assert again.status_code == 412


async def test_a_contest_in_another_language_is_another_page(world: World) -> None:
    contest_id, _ = await world.contest_in(
        "submission",
        languages=["en", "de"],
        texts={"de": {"title": "Ein Name", "summary": "Kurz", "rules": "Eine Stimme."}},
    )
    path = f"/v1/contests/{contest_id}"
    english, german = [
        await world.client.get(path, headers={"Accept-Language": tag}) for tag in ("en", "de")
    ]
    assert english.headers["ETag"] != german.headers["ETag"]
    assert "Accept-Language" in german.headers["Vary"]
    assert "Authorization" in german.headers["Vary"]
    assert german.headers["Content-Language"] == "de"
