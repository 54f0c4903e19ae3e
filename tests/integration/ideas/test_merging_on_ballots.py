"""Two ideas that people vote on go on as one: their votes go along, and come back when undone."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from groundswell_contracts.contests import ContestAmended, IdeaMerge, PollChange
from groundswell_contracts.ideas import IdeaMerged
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from tests.integration.ideas.merges import APART, REASON, ask, ballots, merge, unmerge
from tests.integration.ideas.programmes import climbing, entry
from tests.integration.ideas.world import BRAND, World
from tests.support.broken_outbox import SecondAttempt
from tests.support.service import Json


async def changes(world: World) -> list[PollChange]:
    """How polls were changed, as events tell it."""
    told = [e.data for e in await world.events() if isinstance(e.data, ContestAmended)]
    return [amended.poll_changed for amended in told if amended.poll_changed is not None]


async def amendments(world: World, contest_id: str) -> list[Json]:
    page = await world.done("GET", f"/v1/contests/{contest_id}/amendments", by=None)
    return list(page["items"])


async def moved(world: World, idea_id: str) -> list[tuple[str, str]]:
    """Where the votes for an idea went and came from, by its timeline."""
    story = await world.done("GET", f"/v1/ideas/{idea_id}/timeline", by=None)
    kinds = [(moment["kind"], moment["idea_id"]) for moment in story["items"]]
    return [(kind, other) for kind, other in kinds if kind.startswith("votes_")]


async def until_closed(world: World, contest_id: str, poll_id: str) -> None:
    """The poll closes at once."""
    contest = await world.stores.contests.get(BRAND, contest_id)
    past = utc_now() - timedelta(seconds=1)
    place = next(n for n, poll in enumerate(contest.polls) if poll.id == poll_id)
    closing = {"$set": {f"polls.{place}.closes_at": past}}
    await world.database["contests"].update_one({"_id": contest_id}, closing)


async def test_the_votes_go_along_and_everybody_reads_why(world: World) -> None:
    polls = [{"name": "north"}, {"name": "south"}]
    contest_id, north, (first, second), _ = await world.vote(polls=polls)
    south = (await world.stores.contests.get(BRAND, contest_id)).polls[1].id
    for _ in range(2):
        await merge(world, second, first)

    merged = (IdeaMerge(idea_id=second, into_idea_id=first),)
    assert await changes(world) == [PollChange(poll_id=p, merged=merged) for p in (north, south)]
    (event,) = [e.data for e in await world.events() if isinstance(e.data, IdeaMerged)]
    assert (event.into_idea_id, event.reason, event.with_votes) == (first, REASON, True)
    assert await ballots(world, contest_id) == [(first,), (first,)]

    shown = await amendments(world, contest_id)
    assert [(a["number"], a["reason"], a["poll_changed"]["poll_id"]) for a in shown] == [
        (1, REASON, north),
        (2, REASON, south),
    ]
    pair = {"idea_id": second, "into_idea_id": first}
    assert [a["poll_changed"]["merged"] for a in shown] == [[pair], [pair]]
    assert await moved(world, second) == [("votes_given", first)] * 2
    assert await moved(world, first) == [("votes_taken_in", second)] * 2
    (gone,) = (await world.done("GET", f"/v1/ideas/{first}/merged", by=None))["items"]
    assert (gone["idea_id"], gone["with_votes"]) == (second, True)

    await world.enter(contest_id, "deliberation")
    await world.certify(contest_id, [(first, 7)])
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    (record,) = decision["merged"]
    assert record.pop("merged_at")
    assert record == {
        **pair,
        "title": "Ship 1",
        "into_title": "Ship 0",
        "reason": REASON,
    }
    choice = {"idea_ids": [first], "reason": "The crowd has spoken."}
    await world.done("POST", f"/v1/contests/{contest_id}/winners", choice)


async def test_idea_and_ballot_change_together_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contest_id, _, (first, second), _ = await world.vote()
    before = await world.kept()
    with monkeypatch.context() as broken, capture_logs():
        broken.setattr(IdeaStore, "save", _broken)
        assert (await ask(world, second, first)).status_code == 500
    assert await world.kept() == before
    names = await world.event_names()
    attempts = SecondAttempt(monkeypatch)
    await merge(world, second, first)
    assert attempts.attempts > 1
    assert sorted([*names, "ContestAmended", "IdeaMerged"]) == await world.event_names()
    assert [a["number"] for a in await amendments(world, contest_id)] == [1]


async def _broken(*_: object) -> None:
    raise RuntimeError("broken on purpose, after the ballots were amended")


async def test_it_is_undone_and_done_again_while_people_vote(world: World) -> None:
    contest_id, poll_id, (first, second), _ = await world.vote()
    pair = IdeaMerge(idea_id=second, into_idea_id=first)
    await merge(world, second, first)
    assert (await unmerge(world, second)).status_code == 200
    assert await ballots(world, contest_id) == [(first, second)]
    idea = await world.done("GET", f"/v1/ideas/{second}", by=None)
    assert (idea["status"], idea["merged_into"]) == ("approved", None)
    await merge(world, second, first)
    assert await changes(world) == [
        PollChange(poll_id=poll_id, merged=(pair,)),
        PollChange(poll_id=poll_id, unmerged=(pair,)),
        PollChange(poll_id=poll_id, merged=(pair,)),
    ]
    assert [a["reason"] for a in await amendments(world, contest_id)] == [
        REASON,
        APART["reason"],
        REASON,
    ]
    assert [kind for kind, _ in await moved(world, second)] == [
        "votes_given",
        "votes_back",
        "votes_given",
    ]
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert len(decision["merged"]) == 1


async def test_only_a_manager_amends_what_people_vote_on(world: World) -> None:
    contest_id, _, (first, second), late = await world.vote()
    before = await world.kept()
    answer = await ask(world, second, first, by="editor")
    assert (answer.status_code, "managers" in answer.json()["detail"]) == (403, True)
    assert await world.kept() == before
    # What nobody votes on is an editor's to merge, also while others vote.
    assert (await ask(world, late, first, by="editor")).status_code == 200
    assert await changes(world) == []
    assert (await unmerge(world, late, by="editor")).status_code == 200
    await merge(world, second, first)
    assert (await unmerge(world, second, by="editor")).status_code == 403
    assert await ballots(world, contest_id) == [(first,)]


async def test_both_have_to_be_on_the_same_open_ballots(world: World) -> None:
    contest_id, poll_id, (first, second), late = await world.vote()
    before = await world.kept()
    for idea_id, into in ((first, late), (second, late)):
        answer = await ask(world, idea_id, into)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["rule"]) == (409, "on-ballot")
    assert await world.kept() == before
    await until_closed(world, contest_id, poll_id)
    answer = await ask(world, second, first)
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (409, "counted")


async def test_what_was_counted_as_one_stays_one(world: World) -> None:
    contest_id, poll_id, (first, second), _ = await world.vote()
    await merge(world, second, first)
    await until_closed(world, contest_id, poll_id)
    before = await world.kept()
    answer = await unmerge(world, second)
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (409, "counted")
    assert "counted" in answer.json()["detail"]
    assert await world.kept() == before


async def test_an_idea_that_is_on_the_shortlist_leaves_it_first(world: World) -> None:
    contest_id, (first, second, _) = await world.contest_in("moderation")
    await world.shortlist(contest_id, [first, second])
    answer = await ask(world, second, first)
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (409, "on-ballot")
    await world.shortlist(contest_id, [first])
    await merge(world, second, first)
    assert await changes(world) == []


async def test_who_takes_an_idea_back_takes_nobody_elses_votes(world: World) -> None:
    """On a ladder, where ideas are taken back while people vote."""
    contest_id, poll_id, (into, one, two) = await climbing(world, ideas=3)
    for idea_id in (one, two):
        await merge(world, idea_id, into)
    assert await ballots(world, contest_id) == [(into,)]
    await world.done("POST", f"/v1/ideas/{into}/withdraw", by="participant", subject="per_0")
    *_, parted, left = await changes(world)
    back = tuple(IdeaMerge(idea_id=idea_id, into_idea_id=into) for idea_id in (one, two))
    assert parted == PollChange(poll_id=poll_id, unmerged=back)
    assert left == PollChange(poll_id=poll_id, removed_idea_ids=(into,))
    assert await ballots(world, contest_id) == [(one, two)]
    shown = await world.done("GET", f"/v1/contests/{contest_id}/ideas", by=None)
    assert {idea["id"] for idea in shown["items"]} == {one, two}


async def test_an_answer_for_good_is_for_one_idea(world: World) -> None:
    contest_id, _, (up, down) = await climbing(world, ideas=2)
    later = await entry(world, contest_id, "Castle 9", "per_9")
    answered = await world.stores.ideas.get(BRAND, up)
    body = {"answered_at": utc_now()}
    await world.database["ideas"].update_one({"_id": answered.id}, {"$set": body})
    for idea_id, into in ((up, down), (down, up)):
        answer = await ask(world, idea_id, into)
        assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (409, "answered")
    await merge(world, later, down)


async def test_no_second_round_is_about_an_idea_that_goes_on_in_another_one(world: World) -> None:
    contest_id, _, (first, second), _ = await world.vote()
    await merge(world, second, first)
    closing = (utc_now() + timedelta(hours=3)).isoformat()
    final = {"name": "final", "idea_ids": [first, second], "closes_at": closing}
    body = {"reason": "The two best.", "poll_opened": final}
    path = f"/v1/contests/{contest_id}/amendments"
    answer = await world.send("POST", path, body)
    (error,) = answer.json()["errors"]
    assert (error["field"], error["rule"]) == ("body.poll_opened.idea_ids.1", "approved")
    await world.done("POST", path, body | {"poll_opened": final | {"idea_ids": [first]}})
    # It has its votes back where it was, and the second round is not about it.
    assert (await unmerge(world, second)).status_code == 200
    assert await ballots(world, contest_id) == [(first, second), (first,)]
