"""Ideas that come and go in the moment in which a ballot is made: it has all that are public."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import replace
from datetime import timedelta

import pytest

from groundswell_ideas.amendments.commands import AmendmentCommands
from groundswell_ideas.app.moderation import decision_routes, objection_routes
from groundswell_ideas.app.parts import (
    ballot_commands,
    contest_commands,
    shortlist_commands,
    submission_commands,
)
from groundswell_ideas.audit.rules import Why
from groundswell_ideas.moderation.rules import Verdict
from groundswell_ideas.polls.rules import Poll, PollChange, PollRules
from groundswell_ideas.reports.rules import HOLD_AT
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import Problem
from tests.integration.ideas.merges import ballots
from tests.integration.ideas.programmes import climbing
from tests.integration.ideas.world import BRAND, World

Act = Callable[[], Awaitable[object]]
LETTER = Why(code="other", words="A letter came.")
WAYS = ("withdrawn", "revised", "held", "rejected", "reported")


def report(world: World, idea_id: str, number: int) -> Awaitable[None]:
    reports = objection_routes(world.stores)[0].commands
    return reports.report_idea(idea_id, f"rep_{number}", Why(code="advertising"))


async def leaving(world: World, idea_id: str, way: str) -> Act:
    """What takes a public idea of per_0 from the public, with all that comes before it done."""
    people = submission_commands(world.settings, world.stores)
    moderation = decision_routes(world.stores)[0].commands
    for number in range({"rejected": 1, "reported": HOLD_AT - 1}.get(way, 0)):
        await report(world, idea_id, number)
    no = Verdict(kind="idea", subject_id=idea_id, decision="rejected", why=LETTER)
    ways: dict[str, Act] = {
        "withdrawn": lambda: people.withdraw(idea_id, "per_0"),
        "revised": lambda: people.revise(idea_id, "per_0", 1, lambda e: replace(e, title="Moat")),
        "held": lambda: moderation.hold_idea(BRAND, "the_editor", idea_id, "A letter came."),
        "rejected": lambda: moderation.decide_idea(BRAND, "the_editor", no),
        "reported": lambda: report(world, idea_id, HOLD_AT),
    }
    return ways[way]


async def before_its_commit(world: World, first: Act, second: Act) -> list[object]:
    """What both gave: `second` begins when `first` is done, and not committed.

    If they meet in what they write, the second one is done again behind the first.
    """
    done = asyncio.Event()

    async def held_open() -> object:
        given = await first()
        done.set()
        await asyncio.wait([other], timeout=0.5)
        return given

    async def later() -> object:
        await done.wait()
        return await second()

    # Each in a context of its own, as a transaction belongs to one.
    other = asyncio.create_task(later(), context=Context())
    begun = transaction(world.stores.contests.client, held_open)
    try:
        given = await asyncio.create_task(begun, context=Context())
    finally:
        done.set()
        ended = await asyncio.gather(other, return_exceptions=True)
    return [given, *ended]


async def all_are_public(world: World, contest_id: str) -> bool:
    """Whether everybody can read what stands on the contest's ballots."""
    listed = {idea_id for ballot in await ballots(world, contest_id) for idea_id in ballot}
    ideas = [await world.stores.ideas.get(BRAND, idea_id) for idea_id in listed]
    return {idea.status for idea in ideas} <= {"approved"}


async def opening(world: World, what: str) -> tuple[str, str, Act]:
    """A contest, an idea of it that is on no ballot, and what puts it on one, if it may.

    It was on the ballot of a ladder, and left it: so it is shortlisted and can come on another one.
    """
    contest_id, poll_id, (gone, other) = await climbing(world, ideas=2)
    stores = world.stores
    amending = AmendmentCommands(
        stores.contests,
        stores.ideas,
        stores.amendments,
        stores.timers,
        shortlist_commands(stores),
    )
    closing = utc_now() + timedelta(hours=3)
    final = Poll(id="", name="final", rules=PollRules(), idea_ids=(other,), closes_at=closing)
    if what == "a ballot changes":
        opened = (await amending.open_poll(BRAND, contest_id, "The best.", final)).poll_opened
        assert opened is not None
        change = PollChange(poll_id=opened.id, added_idea_ids=(gone,))
    else:
        final = replace(final, idea_ids=(other, gone))
    leaving = PollChange(poll_id=poll_id, removed_idea_ids=(gone,))
    await amending.change_poll(BRAND, contest_id, "By its author's wish.", leaving)
    if what == "a ballot changes":
        return contest_id, gone, lambda: amending.change_poll(BRAND, contest_id, "Too.", change)
    return contest_id, gone, lambda: amending.open_poll(BRAND, contest_id, "The best.", final)


@pytest.mark.parametrize("what", ["a poll opens", "a ballot changes"])
@pytest.mark.parametrize("way", WAYS)
async def test_nothing_comes_on_a_ballot_that_goes_right_before(
    world: World, way: str, what: str
) -> None:
    contest_id, gone, put_on = await opening(world, what)
    _, refused = await before_its_commit(world, await leaving(world, gone, way), put_on)
    assert isinstance(refused, Problem)
    assert "approved" in {error.rule for error in refused.errors}
    assert await all_are_public(world, contest_id)


@pytest.mark.parametrize("what", ["a poll opens", "a ballot changes"])
@pytest.mark.parametrize("way", WAYS)
async def test_nothing_goes_that_has_come_on_a_ballot_right_before(
    world: World, way: str, what: str
) -> None:
    contest_id, gone, put_on = await opening(world, what)
    _, ended = await before_its_commit(world, put_on, await leaving(world, gone, way))
    # Who takes an idea back takes it off the ballot; reports alone take none off.
    assert isinstance(ended, Problem) == (way not in ("withdrawn", "reported"))
    idea = await world.stores.ideas.get(BRAND, gone)
    assert idea.status == ("withdrawn" if way == "withdrawn" else "approved")
    assert await all_are_public(world, contest_id)


@pytest.mark.parametrize("first", ["the vote", "the approval"])
async def test_what_is_approved_as_the_vote_opens_is_voted_on(world: World, first: str) -> None:
    """Where ideas come in before people vote, and while they do."""
    contest_id = str((await world.draft())["id"])
    await world.enter(contest_id, "submission")
    there, new = [await world.submit(contest_id, f"Ship {number}") for number in range(2)]
    await world.approve(there)
    contest = await world.stores.contests.get(BRAND, contest_id)
    course = contest.programme.steps
    place = next(n for n, step in enumerate(course) if step.phase == "voting")
    programme = {
        "terms.selection.shortlist.by": "all",
        f"programme.steps.{place}.takes_ideas": True,
    }
    await world.database["contests"].update_one({"_id": contest_id}, {"$set": programme})
    contests = contest_commands(world.stores)
    yes = Verdict(kind="idea", subject_id=new, decision="approved")
    acts: list[Act] = [
        lambda: contests.enter_phase(BRAND, contest_id, "*", "voting"),
        lambda: decision_routes(world.stores)[0].commands.decide_idea(BRAND, "the_editor", yes),
    ]
    await before_its_commit(world, *(acts if first == "the vote" else acts[::-1]))
    while await ballot_commands(world.stores).try_next_listing():
        pass
    (ballot,) = await ballots(world, contest_id)
    assert set(ballot) == {there, new}
