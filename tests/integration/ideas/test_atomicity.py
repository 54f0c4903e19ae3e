"""State and events are written together or not at all."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from groundswell_ideas.contests.rules import with_terms
from groundswell_kit.outbox import Outbox
from tests.integration.ideas.scene import new_scene
from tests.integration.ideas.walk import WRITES, Route, statuses
from tests.integration.ideas.world import BRAND, World
from tests.support.broken_outbox import SecondAttempt, add_and_break

EVENTS = {
    "POST /v1/contests": [],
    "PATCH /v1/contests/{contest_id}": [],
    "POST /v1/contests/{contest_id}/phase": [
        "ContestPhaseChanged",
        "ContestPublished",
        "StaffBriefed",
    ],
    "POST /v1/contests/{contest_id}/staff-briefing": ["StaffBriefed"],
    "POST /v1/contests/{contest_id}/clone": [],
    "POST /v1/contests/{contest_id}/pause": ["ContestAmended", "ContestAmended"],
    "POST /v1/contests/{contest_id}/resume": ["ContestAmended"],
    "POST /v1/contests/{contest_id}/pilot/widen": ["ContestAmended"],
    "POST /v1/contests/{contest_id}/ideas": ["IdeaSubmitted"],
    "POST /v1/contests/{contest_id}/ideas/on-behalf": ["IdeaSubmitted"],
    "POST /v1/contests/{contest_id}/imports": ["IdeaSubmitted"],
    "PATCH /v1/ideas/{idea_id}": ["IdeaRevised"],
    "POST /v1/ideas/{idea_id}/submit": ["IdeaSubmitted"],
    "POST /v1/ideas/{idea_id}/withdraw": ["IdeaWithdrawn"],
    "PUT /v1/ideas/{idea_id}/team/me": [],
    "POST /v1/ideas/{idea_id}/approve": ["IdeaApproved"],
    "POST /v1/ideas/{idea_id}/reject": ["IdeaRejected"],
    "POST /v1/ideas/{idea_id}/hold": ["IdeaHeld"],
    "POST /v1/ideas/{idea_id}/merge": ["IdeaMerged"],
    "POST /v1/ideas/{idea_id}/unmerge": ["IdeaApproved", "IdeaUnmerged"],
    "POST /v1/moderation/decisions": ["IdeaApproved"],
    "PUT /v1/contests/{contest_id}/jurors/{juror_id}": ["ScoresAsked"],
    "POST /v1/contests/{contest_id}/rounds/{round_id}/open": ["ScoresAsked"],
    "PUT /v1/contests/{contest_id}/shortlist": ["IdeaShortlisted"],
    "POST /v1/contests/{contest_id}/amendments": ["ContestAmended"],
    "POST /v1/contests/{contest_id}/vetoes": ["WinnerVetoed"],
    "POST /v1/contests/{contest_id}/winners": ["WinnerSelected"],
    "POST /v1/contests/{contest_id}/winners/{idea_id}/acceptance": ["WinnerConfirmed"],
    "POST /v1/contests/{contest_id}/winners/{idea_id}/refusal": [
        "WinnerDeclined",
        "WinnerSelected",
    ],
    "POST /v1/contests/{contest_id}/winners/{idea_id}/dropout": [
        "WinnerDeclined",
        "WinnerSelected",
    ],
    "PUT /v1/contests/{contest_id}/reviews/{idea_id}": ["IdeaAnswered"],
    "PUT /v1/contests/{contest_id}/reviews/{idea_id}/expert": ["ReviewAsked"],
    "POST /v1/contests/{contest_id}/milestones": ["MilestoneReached"],
}


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.name)
async def test_without_its_events_nothing_is_kept(
    world: World, route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await new_scene(world)
    before = await world.kept()
    role = min(route.roles)
    with monkeypatch.context() as broken, capture_logs() as logs:
        broken.setattr(Outbox, "add", add_and_break)
        assert await statuses(scene, route, {role}) == {role: 500}
    assert [line["event"] for line in logs] == ["request broke"]
    assert await world.kept() == before
    (status,) = (await statuses(scene, route, {role})).values()
    assert status in (200, 201)


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.name)
async def test_a_transaction_that_begins_again_tells_once(
    world: World, route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await new_scene(world)
    role = min(route.roles)
    before = await world.event_names()
    second = SecondAttempt(monkeypatch)
    (status,) = (await statuses(scene, route, {role})).values()
    assert status in (200, 201)
    assert second.attempts >= 2  # one for each store that is written to
    told = await world.event_names()
    for name in before:
        told.remove(name)
    assert told == EVENTS[route.name]


async def test_a_store_keeps_the_promise_by_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await new_scene(world)
    contest = await world.stores.contests.get(BRAND, scene.ids["draft"])
    idea = await world.stores.ideas.get(BRAND, scene.ids["waiting"])
    before = await world.kept()
    monkeypatch.setattr(Outbox, "add", add_and_break)
    writes = [
        world.stores.contests.add(BRAND, replace(contest, id="con_new"), []),
        world.stores.contests.save(BRAND, with_terms(contest, contest.terms), []),
        world.stores.ideas.add(BRAND, replace(idea, id="idea_new"), []),
        world.stores.ideas.save(BRAND, replace(idea, status="approved"), []),
    ]
    for write in writes:
        with pytest.raises(RuntimeError, match="broken on purpose"):
            await write
    assert await world.kept() == before


async def test_a_store_overwrites_nothing_that_it_has_not_read(world: World) -> None:
    draft = await world.draft()
    contest = await world.stores.contests.get(BRAND, str(draft["id"]))
    await world.enter(contest.id, "submission")
    before = await world.kept()
    with pytest.raises(RuntimeError, match="changed since it was read"):
        await world.stores.contests.save(BRAND, with_terms(contest, contest.terms), [])
    assert await world.kept() == before
