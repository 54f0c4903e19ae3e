"""What an idea says later, and what becomes of it when its author takes it back."""

import asyncio
from collections import Counter

from tests.integration.ideas.submissions.desk import SUMMARIES, Desk, errors, opened, support_ladder
from tests.integration.ideas.world import World


async def test_what_nobody_has_looked_at_is_not_shown(desk: Desk) -> None:
    idea = await desk.hand_in()
    await desk.world.approve(idea["id"])
    assert await desk.seen(idea["id"]) == 200
    revised = (await desk.revise(idea, summary=SUMMARIES[1])).json()
    assert (revised["status"], revised["revision"]) == ("submitted", 2)
    assert await desk.seen(idea["id"]) == 404
    assert await desk.listed() == []
    await desk.world.approve(idea["id"])
    assert await desk.seen(idea["id"]) == 200
    assert await desk.told() == ["IdeaSubmitted", "IdeaApproved", "IdeaRevised", "IdeaApproved"]


async def test_history_is_for_its_people_and_the_brand(desk: Desk) -> None:
    idea = await desk.hand_in()
    path = f"/v1/ideas/{idea['id']}/revisions"
    await desk.revise(idea, title="Another title")
    await desk.world.approve(idea["id"])
    for reader in ({"by": "participant", "subject": "per_1"}, {"by": "auditor"}):
        kept = (await desk.world.done("GET", path, **reader))["items"]
        assert [(r["number"], r["title"]) for r in kept] == [(1, "Idea 0"), (2, "Another title")]
    assert (await desk.world.send("GET", path, by=None)).status_code == 404
    assert (await desk.ask("GET", path, by="per_2")).status_code == 404
    first = await desk.done("GET", f"{path}?limit=1")
    rest = await desk.done("GET", f"{path}?limit=1&cursor={first['next']}")
    assert ([r["number"] for r in rest["items"]], rest["next"]) == ([2], None)


async def test_of_two_changes_from_one_revision_one_is_told(desk: Desk) -> None:
    idea = await desk.hand_in()
    answers = await asyncio.gather(*(desk.revise(idea, title=f"Title {n}") for n in range(4)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 3}
    late = next(answer for answer in answers if answer.status_code == 409)
    assert errors(late) == [("body.revision", "revision")]
    assert (await desk.told()).count("IdeaRevised") == 1


async def test_what_changes_nothing_is_no_revision(desk: Desk) -> None:
    idea = await desk.hand_in()
    before = await desk.world.kept()
    assert (await desk.revise(idea, title=idea["title"])).json()["revision"] == 1
    assert await desk.world.kept() == before


async def test_only_its_author_changes_an_idea(desk: Desk) -> None:
    idea = await desk.hand_in()
    assert (await desk.revise(idea, by="per_2", title="Mine")).status_code == 404
    await desk.world.approve(idea["id"])
    assert (await desk.revise(idea, by="per_2", title="Mine")).status_code == 403
    path = f"/v1/ideas/{idea['id']}/withdraw"
    assert (await desk.ask("POST", path, by="per_2")).status_code == 403


async def test_what_people_vote_on_stays_as_it_is(desk: Desk) -> None:
    idea = await desk.hand_in()
    await desk.world.approve(idea["id"])
    await desk.world.shortlist(desk.contest_id, [idea["id"]])
    assert errors(await desk.revise(idea, title="Other")) == [("status", "listed")]
    rejected = await desk.hand_in(1)
    path = f"/v1/ideas/{rejected['id']}"
    await desk.world.done("POST", f"{path}/reject", {"reason": "No."}, by="editor")
    assert errors(await desk.revise(rejected, title="Other")) == [("status", "final")]


async def test_what_is_taken_back_is_gone_for_good(desk: Desk) -> None:
    idea = await desk.hand_in()
    await desk.world.approve(idea["id"])
    path = f"/v1/ideas/{idea['id']}"
    gone = await desk.done("POST", f"{path}/withdraw")
    assert gone["status"] == "withdrawn"
    assert await desk.done("POST", f"{path}/withdraw") == gone
    assert await desk.seen(idea["id"]) == 404
    assert await desk.seen(idea["id"], "per_1") == 200
    assert (await desk.told())[-1] == "IdeaWithdrawn"
    assert (await desk.told()).count("IdeaWithdrawn") == 1
    assert errors(await desk.revise(idea, title="x")) == [("status", "final")]
    assert (await desk.world.send("POST", f"{path}/approve", {}, by="editor")).status_code == 409
    # Nothing resembles it any more, so the same again is held for nothing.
    await desk.hand_in()
    assert not (await desk.world.kept("ideas"))["ideas"][-1]["held_for"]


async def test_it_leaves_the_shortlist_before_the_vote(desk: Desk) -> None:
    ideas = [await desk.hand_in(number) for number in range(2)]
    ids = [idea["id"] for idea in ideas]
    for idea_id in ids:
        await desk.world.approve(idea_id)
    await desk.world.shortlist(desk.contest_id, ids)
    await desk.done("POST", f"/v1/ideas/{ids[0]}/withdraw")
    contest = await desk.world.stores.contests.get("nerc", desk.contest_id)
    assert contest.shortlist == (ids[1],)


async def test_it_leaves_an_open_ballot_with_an_amendment_that_all_read(world: World) -> None:
    contest_id, _, (listed, other), _ = await world.vote()
    path = f"/v1/ideas/{listed}/withdraw"
    await world.done("POST", path, by="participant", subject="per_1")
    contest = await world.stores.contests.get("nerc", contest_id)
    (poll,) = contest.polls
    assert (poll.idea_ids, poll.removed_idea_ids) == ((other,), (listed,))
    amendments = await world.done("GET", f"/v1/contests/{contest_id}/amendments", by=None)
    (amendment,) = amendments["items"]
    assert amendment["poll_changed"]["removed_idea_ids"] == [listed]
    assert (await world.event_names()).count("ContestAmended") == 1


async def test_after_the_vote_nobody_takes_anything_back(world: World) -> None:
    _, (voted, *_) = await world.contest_in("deliberation")
    path = f"/v1/ideas/{voted}/withdraw"
    refused = await world.send("POST", path, by="participant", subject="per_0")
    assert errors(refused) == [("phase", "voted")]


async def test_ladder_ideas_are_never_changed_once_support_counts(desk: Desk) -> None:
    ladder = await opened(desk.world, desk.decoder, **support_ladder())
    idea = await ladder.hand_in()
    await ladder.world.approve(idea["id"])
    assert errors(await ladder.revise(idea, title="x")) == [("status", "listed")]
