"""Amendments that voting could not take any more: everybody reads it, and ballots are right."""

from datetime import timedelta

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.contests import IdeaMerge, PollChange
from groundswell_contracts.ideas import IdeaVotesStayed
from groundswell_contracts.tallies import AmendmentRefused
from groundswell_ideas.app.parts import refusal_commands
from groundswell_ideas.refusals.handlers import RefusalHandlers
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from tests.integration.ideas.merges import ballots, merge, unmerge
from tests.integration.ideas.world import BRAND, World
from tests.support.service import Json

WHY = "The poll has closed."


async def refuse(
    world: World,
    contest_id: str,
    number: int,
    refused: PollChange,
    on_ballot: tuple[str, ...] = (),
    merged: tuple[IdeaMerge, ...] = (),
) -> None:
    """Voting tells, twice, that it could not do a part of an amendment."""
    contest = await world.stores.contests.get(BRAND, contest_id)
    told = AmendmentRefused(
        contest_id=contest_id,
        number=number,
        refused=refused,
        code="closed",
        reason=WHY,
        refused_at=utc_now(),
        closes_at=contest.timetable.voting_closes_at or utc_now(),
        on_ballot=on_ballot,
        merged=merged,
    )
    handlers = RefusalHandlers(refusal_commands(world.stores))
    for sequence in (1, 2):
        event = CloudEvent(
            new_id("evt"), "/groundswell/voting", utc_now(), BRAND, told, sequence=sequence
        )
        await handlers.on_amendment_refused(event)


async def refusals(world: World, contest_id: str) -> list[list[Json]]:
    """Those of each amendment, as everybody reads them."""
    page = await world.done("GET", f"/v1/contests/{contest_id}/amendments", by=None)
    return [amendment["refusals"] for amendment in page["items"]]


async def moved(world: World, idea_id: str) -> list[tuple[str, str, str | None]]:
    story = await world.done("GET", f"/v1/ideas/{idea_id}/timeline", by=None)
    told = [(m["kind"], m["idea_id"], m["reason_code"]) for m in story["items"]]
    return [moment for moment in told if moment[0].startswith("votes_")]


async def stayed(world: World) -> list[IdeaVotesStayed]:
    return [e.data for e in await world.events() if isinstance(e.data, IdeaVotesStayed)]


async def test_of_a_merge_that_came_too_late_only_the_ideas_have_merged(world: World) -> None:
    contest_id, poll_id, (first, second), _ = await world.vote()
    await merge(world, second, first)
    pair = IdeaMerge(idea_id=second, into_idea_id=first)
    refused = PollChange(poll_id=poll_id, merged=(pair,))
    await refuse(world, contest_id, 1, refused, on_ballot=(second,))

    assert set((await ballots(world, contest_id))[0]) == {first, second}
    ((shown,),) = await refusals(world, contest_id)
    assert (shown["code"], shown["reason"]) == ("closed", WHY)
    assert shown["refused"]["merged"] == [pair.model_dump()]
    assert await moved(world, second) == [("votes_unmoved", first, "closed")]
    assert await moved(world, first) == []
    (gone,) = (await world.done("GET", f"/v1/ideas/{first}/merged", by=None))["items"]
    assert (gone["idea_id"], gone["with_votes"], gone["votes_stayed"]) == (second, False, WHY)
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert decision["merged"] == []
    (told,) = await stayed(world)
    assert (told.idea_id, told.into_idea_id, told.poll_id) == (second, first, poll_id)
    assert (told.participant_id, told.reason) == ("per_1", WHY)

    # It is one of its own again without an amendment, also when the vote is over.
    await world.enter(contest_id, "deliberation")
    await world.certify(contest_id, [(second, 9), (first, 7)])
    assert (await unmerge(world, second)).status_code == 200
    assert (await world.done("GET", f"/v1/ideas/{second}", by=None))["status"] == "approved"
    choice = {"idea_ids": [second], "reason": "The crowd has spoken."}
    await world.done("POST", f"/v1/contests/{contest_id}/winners", choice)


async def test_votes_may_go_along_in_one_poll_and_not_in_the_other(world: World) -> None:
    polls = [{"name": "north"}, {"name": "south"}]
    contest_id, north, (first, second), _ = await world.vote(polls=polls)
    await merge(world, second, first)
    pair = IdeaMerge(idea_id=second, into_idea_id=first)
    refused = PollChange(poll_id=north, merged=(pair,))
    await refuse(world, contest_id, 1, refused, on_ballot=(second,))
    on_north, on_south = await ballots(world, contest_id)
    assert (set(on_north), on_south) == ({first, second}, (first,))
    (gone,) = (await world.done("GET", f"/v1/ideas/{first}/merged", by=None))["items"]
    assert (gone["with_votes"], gone["votes_stayed"]) == (True, WHY)
    assert [kind for kind, *_ in await moved(world, second)] == ["votes_given", "votes_unmoved"]
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert [merged["idea_id"] for merged in decision["merged"]] == [second]
    assert len(await stayed(world)) == 1


async def test_a_merge_that_was_undone_before_it_was_refused_is_not_told_of(world: World) -> None:
    contest_id, poll_id, (first, second), _ = await world.vote()
    await merge(world, second, first)
    assert (await unmerge(world, second)).status_code == 200
    pair = IdeaMerge(idea_id=second, into_idea_id=first)
    merged = PollChange(poll_id=poll_id, merged=(pair,))
    await refuse(world, contest_id, 1, merged, on_ballot=(second,))
    await refuse(
        world, contest_id, 2, PollChange(poll_id=poll_id, unmerged=(pair,)), on_ballot=(second,)
    )
    assert [len(of_one) for of_one in await refusals(world, contest_id)] == [1, 1]
    assert await ballots(world, contest_id) == [(first, second)]
    assert [kind for kind, *_ in await moved(world, second)] == ["votes_unmoved"] * 2
    assert await stayed(world) == []


async def test_what_was_added_removed_or_put_off_too_late_is_as_before(world: World) -> None:
    contest_id, poll_id, (first, second), late = await world.vote()
    before = (await world.stores.contests.get(BRAND, contest_id)).polls[0].closes_at
    change = {
        "poll_id": poll_id,
        "added_idea_ids": [late],
        "removed_idea_ids": [second],
        "closes_at": (before + timedelta(hours=1)).isoformat(),
    }
    body = {"reason": "Its author asked for it.", "poll_changed": change}
    await world.done("POST", f"/v1/contests/{contest_id}/amendments", body)
    ideas = PollChange(poll_id=poll_id, added_idea_ids=(late,), removed_idea_ids=(second,))
    await refuse(world, contest_id, 1, ideas, on_ballot=(second,))
    closing = PollChange(poll_id=poll_id, closes_at=before + timedelta(hours=1))
    await refuse(world, contest_id, 1, closing)
    poll = (await world.stores.contests.get(BRAND, contest_id)).polls[0]
    assert (poll.idea_ids, poll.removed_idea_ids, poll.closes_at) == ((first, second), (), before)
    story = await world.done("GET", f"/v1/ideas/{second}/timeline", by=None)
    assert "ballot_left" not in [moment["kind"] for moment in story["items"]]
    ((ideas_refused, closing_refused),) = await refusals(world, contest_id)
    assert ideas_refused["refused"]["added_idea_ids"] == [late]
    assert closing_refused["refused"]["closes_at"] is not None
