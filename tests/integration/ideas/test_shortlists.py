"""Whose ideas come on the ballot: a curator's exact ten, or all of them by themselves."""

import asyncio
from contextvars import Context
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from groundswell_contracts.contests import ContestAmended
from groundswell_contracts.ideas import IdeaShortlisted
from groundswell_ideas import app as wiring
from groundswell_ideas.app import contest_commands
from groundswell_ideas.app.parts import shortlist_commands
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.selection.queries import ShortlistQueries
from groundswell_kit.clock import utc_now
from groundswell_kit.health import Health
from tests.integration.ideas.programmes import PROMISED
from tests.integration.ideas.world import BRAND, World, new_contest
from tests.support import service

OPEN_VOTE = """
name = "open-vote"
version = 1
title = "Open vote"
summary = "All that is approved is voted on, and a hundred votes are needed to win."
rules_in_words = ["Everybody votes on everything."]
promises = ["owner", "rules", "timetable", "answer_by"]

[[transition]]
from = "draft"
to = ["submission"]

[[transition]]
from = "submission"
to = ["voting"]
takes_ideas = true

[[transition]]
from = "voting"
to = ["deliberation"]
votes = true

[[transition]]
from = "deliberation"
to = ["decided"]

[[transition]]
from = "decided"
to = ["closed"]

[terms.selection.shortlist]
by = "threshold"
threshold_votes = 100

[adjustable]
vote = {}
reward_plan = {}
"""


async def designs(world: World, **selection: Any) -> tuple[str, list[str]]:
    """A design-and-vote contest with three approved designs, without pictures for once."""
    changes = {"shortlist": {"size": 2, **selection}, "winners": {"count": 1}}
    draft = await world.draft(
        template="design-and-vote", selection=changes, entry_form=None, **PROMISED
    )
    contest_id = str(draft["id"])
    path = f"/v1/contests/{contest_id}"
    await world.done("PATCH", path, {"entry_form": None}, if_match="*")
    await world.enter(contest_id, "submission")
    idea_ids = [await world.submit(contest_id, f"Shoe {n}", by=f"per_{n}") for n in range(3)]
    for idea_id in idea_ids:
        await world.approve(idea_id)
    return contest_id, idea_ids


async def test_a_curator_picks_exactly_as_many_as_promised(world: World) -> None:
    contest_id, idea_ids = await designs(world)
    path = f"/v1/contests/{contest_id}/shortlist"
    for wrong in (idea_ids, idea_ids[:1]):
        answer = await world.send("PUT", path, {"idea_ids": wrong}, by="editor", if_match="*")
        assert answer.status_code == 422
        assert [error["rule"] for error in answer.json()["errors"]] == ["size"]
    await world.shortlist(contest_id, idea_ids[:2])
    await world.enter(contest_id, "voting")
    contest = await world.stores.contests.get(BRAND, contest_id)
    assert contest.polls[0].idea_ids == tuple(idea_ids[:2])


async def test_only_the_curator_picks(world: World) -> None:
    contest_id, idea_ids = await designs(world, curator_id="edi_1", curator="Creative director")
    path, body = f"/v1/contests/{contest_id}/shortlist", {"idea_ids": idea_ids[:2]}
    other = await world.send("PUT", path, body, by="manager", subject="edi_2", if_match="*")
    assert other.status_code == 403
    await world.done("PUT", path, body, by="editor", subject="edi_1", if_match="*")
    shown = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert shown["selection"]["shortlist"]["curator"] == "Creative director"
    assert "edi_1" not in str(shown)


async def test_another_curator_takes_over_until_the_shortlist_is_handed_in(world: World) -> None:
    contest_id, idea_ids = await designs(world, curator_id="edi_1", curator="Creative director")
    path, picked = f"/v1/contests/{contest_id}", {"idea_ids": idea_ids[:2]}
    body = {
        "reason": "Our creative director has left us.",
        "curator_changed": {"curator": "Art director", "curator_id": "edi_2"},
    }
    refused = await world.send("POST", f"{path}/amendments", body, by="editor")
    assert refused.status_code == 403
    for _ in range(2):
        answer = await world.send("POST", f"{path}/amendments", body, key="once")
        assert (answer.status_code, answer.json()["curator"]) == (201, "Art director")

    old = await world.send(
        "PUT", f"{path}/shortlist", picked, by="editor", subject="edi_1", if_match="*"
    )
    assert old.status_code == 403
    await world.done("PUT", f"{path}/shortlist", picked, by="editor", subject="edi_2", if_match="*")
    back = {"curator": "Creative director", "curator_id": "edi_1"}
    late = await world.send("POST", f"{path}/amendments", body | {"curator_changed": back})
    assert (late.status_code, late.json()["errors"][0]["rule"]) == (409, "handed-in")

    (told,) = [e.data for e in await world.events() if isinstance(e.data, ContestAmended)]
    assert (told.number, told.curator) == (1, "Art director")
    (amendment,) = (await world.done("GET", f"{path}/amendments", by=None))["items"]
    decision = await world.done("GET", f"{path}/decision", by=None)
    assert decision["selection"]["shortlist"]["curator"] == "Art director"
    assert "edi_" not in str((amendment, decision, told))
    record = (await world.done("GET", path, by="auditor"))["record"]
    assert record["curator_id"] == "edi_2"


async def test_as_many_win_as_were_promised(world: World) -> None:
    contest_id, (first, second, _) = await designs(world)
    await world.shortlist(contest_id, [first, second])
    await world.enter(contest_id, "voting")
    await world.certify(contest_id, [(first, 9), (second, 7)])
    await world.enter(contest_id, "deliberation")
    path = f"/v1/contests/{contest_id}/winners"
    both = {"idea_ids": [first, second], "reason": "Both are fine."}
    refused = await world.send("POST", path, both)
    assert [error["rule"] for error in refused.json()["errors"]] == ["count"]
    won = await world.done("POST", path, {**both, "idea_ids": [first]})
    assert won["alternate_ids"] == [second]


async def test_what_is_approved_no_more_is_on_no_ballot(world: World) -> None:
    contest_id, (first, second, third) = await designs(world)
    await world.shortlist(contest_id, [first, second])
    gone = replace(await world.stores.ideas.get(BRAND, second), status="rejected")
    await world.stores.ideas.save(BRAND, gone, [])
    path = f"/v1/contests/{contest_id}/phase"
    refused = await world.send("POST", path, {"to": "voting"}, if_match="*")
    assert [error["rule"] for error in refused.json()["errors"]] == ["size"]
    await world.shortlist(contest_id, [first, third])
    await world.enter(contest_id, "voting")


async def test_where_all_take_part_all_approved_ideas_are_voted_on(
    world: World, tmp_path: Path
) -> None:
    contest_id = await open_vote(world, tmp_path)
    await world.enter(contest_id, "submission")
    first, _, third = [await world.submit(contest_id, f"Shoe {n}") for n in range(3)]
    for idea_id in (first, third):
        await world.approve(idea_id)
    path = f"/v1/contests/{contest_id}/shortlist"
    refused = await world.send("PUT", path, {"idea_ids": [first]}, by="editor", if_match="*")
    assert [error["rule"] for error in refused.json()["errors"]] == ["all"]
    await world.enter(contest_id, "voting")
    await world.certify(contest_id, [(first, 120), (third, 7)])
    await world.enter(contest_id, "deliberation")
    winners = f"/v1/contests/{contest_id}/winners"
    few = await world.send("POST", winners, {"idea_ids": [third], "reason": "Why not?"})
    assert [error["rule"] for error in few.json()["errors"]] == ["threshold"]
    await world.done("POST", winners, {"idea_ids": [first], "reason": "The votes."})
    assert await told(world) == sorted([first, third])


async def test_what_is_taken_back_as_the_vote_opens_is_on_no_ballot(
    world: World, tmp_path: Path
) -> None:
    contest_id = await open_vote(world, tmp_path)
    await world.enter(contest_id, "submission")
    stays, goes = [await world.submit(contest_id, f"Shoe {n}", by=f"per_{n}") for n in range(2)]
    for idea_id in (stays, goes):
        await world.approve(idea_id)

    class Slow(ShortlistQueries):
        """Somebody takes an idea back right after it was read for the ballot."""

        async def at_the_vote(self, contest: Contest) -> tuple[Contest, list[str]]:
            listed = await super().at_the_vote(contest)
            taken_back = world.done(
                "POST", f"/v1/ideas/{goes}/withdraw", by="participant", subject="per_1"
            )
            await asyncio.create_task(taken_back, context=Context())
            return listed

    commands = replace(contest_commands(world.stores), shortlists=Slow(world.stores.ideas))
    contest = await commands.enter_phase(BRAND, contest_id, "*", "voting")
    assert [poll.idea_ids for poll in contest.polls] == [(stays,)]


async def test_of_very_many_some_are_told_of_later(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell_ideas.selection.commands.TOGETHER", 2)
    contest_id = await open_vote(world, tmp_path)
    await world.enter(contest_id, "submission")
    ideas = [await world.submit(contest_id, f"Shoe {n}", by=f"per_{n}") for n in range(5)]
    for idea_id in ideas:
        await world.approve(idea_id)
    await world.enter(contest_id, "voting")
    contest = await world.stores.contests.get(BRAND, contest_id)
    assert (contest.polls[0].idea_ids, await told(world)) == (tuple(ideas), sorted(ideas[:2]))

    gone = f"/v1/ideas/{ideas[3]}/withdraw"
    await world.done("POST", gone, by="participant", subject="per_3")
    commands = shortlist_commands(world.stores)
    both = [commands.try_next_tidings() for _ in range(2)]  # as of two workers at once
    assert await asyncio.gather(*both) == [True, True]
    while await commands.try_next_tidings():
        pass
    assert await told(world) == sorted({*ideas} - {ideas[3]})
    assert (await world.kept("untold_shortlisted"))["untold_shortlisted"] == []


async def test_a_curator_s_long_list_is_told_of_bit_by_bit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell_ideas.selection.commands.TOGETHER", 2)
    contest_id = str((await world.draft())["id"])
    await world.enter(contest_id, "submission")
    ideas = [await world.submit(contest_id, f"Ship {n}") for n in range(3)]
    for idea_id in ideas:
        await world.approve(idea_id)
    await world.shortlist(contest_id, ideas[:1])
    await world.shortlist(contest_id, ideas)
    assert await told(world) == sorted(ideas)
    assert not await shortlist_commands(world.stores).try_next_tidings()
    assert (await world.stores.contests.get(BRAND, contest_id)).shortlist == tuple(ideas)


async def test_who_left_a_shortlist_is_not_told_of_it_any_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell_ideas.selection.commands.TOGETHER", 1)
    contest_id, ideas = await world.contest_in("moderation")
    await world.shortlist(contest_id, ideas[:3])
    await world.shortlist(contest_id, [ideas[0], ideas[2]])
    while await shortlist_commands(world.stores).try_next_tidings():
        pass
    assert await told(world) == sorted([ideas[0], ideas[2]])


async def test_a_contest_that_breaks_keeps_no_other_from_being_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell_ideas.selection.commands.TOGETHER", 1)
    broken, late = await world.contest_in("moderation")
    sound, ideas = await world.contest_in("moderation")
    await world.shortlist(broken, late[:2])
    await world.shortlist(sound, ideas[:2])
    contests, untold = world.database["contests"], world.database["untold_shortlisted"]
    whole = await contests.find_one({"_id": broken})
    assert whole is not None
    await contests.update_one({"_id": broken}, {"$unset": {"programme": 1}})
    commands = shortlist_commands(world.stores)
    while await commands.try_next_tidings():
        pass
    assert await told(world) == sorted([late[0], *ideas[:2]])

    await contests.replace_one({"_id": broken}, whole)
    assert not await commands.try_next_tidings()  # not tried again so soon
    await untold.update_one({"contest_id": broken}, {"$set": {"try_at": utc_now()}})
    assert await commands.try_next_tidings()
    assert await told(world) == sorted([*late[:2], *ideas[:2]])


async def told(world: World) -> list[str]:
    """The ideas of which it was told that they are on the shortlist, sorted."""
    events = await world.events()
    return sorted(e.data.key for e in events if isinstance(e.data, IdeaShortlisted))


async def open_vote(world: World, templates: Path) -> str:
    """A draft of a programme in which all approved ideas are voted on."""
    (templates / "open-vote.toml").write_text(OPEN_VOTE, encoding="utf-8")
    settings = world.settings.model_copy(update={"templates_dir": templates})
    app = wiring.create_api(settings, world.stores, Health("api"))
    async with service.client_of(app) as client:
        body, token = new_contest(template="open-vote"), world.token("manager")
        drafted = await service.send(client, "POST", "/v1/contests", body, token=token)
        return str(service.succeeded(drafted)["id"])
