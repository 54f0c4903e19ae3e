"""Ideas that go live by themselves, and on ballots while people vote."""

import asyncio
import re

import pytest

from groundswell_contracts.ideas import IdeaApproved
from groundswell_ideas.app.parts import ballot_commands
from groundswell_ideas.screening.lists import word_lists
from groundswell_kit.clock import utc_now
from tests.integration.ideas.submissions.desk import (
    SUMMARIES,
    Desk,
    errors,
    make_and_earn,
    opened,
    support_ladder,
)
from tests.integration.ideas.world import BRAND
from tests.support.pictures import png


async def test_what_screening_publishes_is_live_at_once(kitchen: Desk) -> None:
    picture = await kitchen.upload(png())
    idea = await kitchen.hand_in(fields={"pictures": [picture]})
    assert (idea["status"], idea["reason"]) == ("approved", None)
    assert await kitchen.listed() == [idea["id"]]
    assert await kitchen.told() == ["IdeaSubmitted", "IdeaApproved"]
    shown = await kitchen.world.send("GET", f"/v1/media/{picture}/small", by=None)
    assert shown.status_code == 200
    assert (await kitchen.world.kept("cases"))["cases"] == []
    path = f"/v1/moderation/acts?subject_id={idea['id']}"
    trail = (await kitchen.world.done("GET", path, by="auditor"))["items"]
    assert [(act["verb"], act["by"]["kind"]) for act in trail] == [("approved", "screening")]


async def test_what_screening_holds_waits_for_a_person(kitchen: Desk) -> None:
    held = await kitchen.hand_in(summary="Buy it all on www.example.com, at once and for ever.")
    assert held["status"] == "submitted"
    seen = await kitchen.world.done("GET", f"/v1/ideas/{held['id']}", by="editor")
    assert "link" in seen["record"]["held_for"]
    (case,) = (await kitchen.world.kept("cases"))["cases"]
    assert case["causes"] == ["screening"]
    await kitchen.world.approve(held["id"])
    assert await kitchen.listed() == [held["id"]]


async def test_what_screening_refuses_leaves_nothing(kitchen: Desk) -> None:
    english = next(words for words in word_lists() if words.language == "en")
    slur = english.words["block"][0]
    body = {"title": "A pizza", "summary": f"For every {slur} in town."}
    before = await kitchen.world.kept()
    refused = await kitchen.ask("POST", kitchen.path, body)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/refused-by-screening")
    assert errors(refused) == [("body.summary", "word")]
    assert await kitchen.world.kept() == before


async def test_a_revision_stays_live_or_is_held(kitchen: Desk) -> None:
    idea = await kitchen.hand_in()
    better = (await kitchen.revise(idea, summary=SUMMARIES[1])).json()
    assert (better["status"], better["revision"]) == ("approved", 2)
    worse = (await kitchen.revise(better, summary="Write to me: ada@example.com, soon.")).json()
    assert worse["status"] == "submitted"
    assert await kitchen.seen(idea["id"]) == 404
    again = (await kitchen.revise(worse, summary=SUMMARIES[2])).json()
    assert (again["status"], again["revision"]) == ("approved", 4)
    assert await kitchen.seen(idea["id"]) == 200
    assert await kitchen.told() == [
        *("IdeaSubmitted", "IdeaApproved"),
        *("IdeaRevised", "IdeaRevised", "IdeaRevised", "IdeaApproved"),
    ]
    kept = await kitchen.done("GET", f"/v1/ideas/{idea['id']}/revisions")
    assert [r["number"] for r in kept["items"]] == [1, 2, 3, 4]


async def approve(desk: Desk, idea_id: str) -> None:
    """Approves an idea, and leaves what the worker does about it for later."""
    await desk.world.done("POST", f"/v1/ideas/{idea_id}/approve", {}, by="editor")


async def test_an_approved_idea_comes_on_the_ladder(desk: Desk) -> None:
    ladder = await opened(desk.world, desk.decoder, **support_ladder())
    ideas = [(await ladder.hand_in(number))["id"] for number in range(3)]
    for idea_id in ideas[:2]:
        await ladder.world.approve(idea_id)
    await ladder.world.approve(ideas[0])  # a repeat changes nothing
    assert (await ladder.world.kept("newcomers"))["newcomers"] == []
    contest = await ladder.world.stores.contests.get(BRAND, ladder.contest_id)
    (poll,) = contest.polls
    assert contest.shortlist == poll.idea_ids == tuple(ideas[:2])
    path = f"/v1/contests/{ladder.contest_id}/amendments"
    amendments = (await ladder.world.done("GET", path, by=None))["items"]
    assert [a["number"] for a in amendments] == [1, 2]
    assert [a["poll_changed"]["added_idea_ids"] for a in amendments] == [[i] for i in ideas[:2]]
    names = await ladder.world.event_names()
    assert (names.count("ContestAmended"), names.count("IdeaShortlisted")) == (2, 2)


async def test_ideas_approved_at_once_all_come_on_the_ladder(desk: Desk) -> None:
    ladder = await opened(desk.world, desk.decoder, **support_ladder())
    ideas = [(await ladder.hand_in(number))["id"] for number in range(5)]
    await asyncio.gather(*(approve(ladder, idea_id) for idea_id in ideas))
    before = await ladder.world.stores.contests.get(BRAND, ladder.contest_id)
    assert (before.polls[0].idea_ids, before.amendments) == ((), 0)
    listing = ballot_commands(ladder.world.stores).try_next_listing
    assert any(await asyncio.gather(listing(), listing()))  # as of two workers at once
    assert not await listing()
    contest = await ladder.world.stores.contests.get(BRAND, ladder.contest_id)
    assert contest.shortlist == contest.polls[0].idea_ids == tuple(sorted(ideas))
    assert contest.amendments == 1
    names = await ladder.world.event_names()
    assert (names.count("ContestAmended"), names.count("IdeaShortlisted")) == (1, 5)


@pytest.mark.parametrize("way", ["withdraw", "hold", "close"])
async def test_what_goes_before_it_is_listed_comes_on_no_ballot(desk: Desk, way: str) -> None:
    ladder = await opened(desk.world, desk.decoder, **support_ladder())
    goes, stays = [(await ladder.hand_in(number))["id"] for number in range(2)]
    for idea_id in (goes, stays):
        await approve(ladder, idea_id)
    if way == "withdraw":
        await ladder.done("POST", f"/v1/ideas/{goes}/withdraw")
    elif way == "hold":
        why = {"reason": "A letter came."}
        await ladder.world.done("POST", f"/v1/ideas/{goes}/hold", why, by="editor")
    else:
        await ladder.world.enter(ladder.contest_id, "closed")
    await ladder.world.list_newcomers()
    contest = await ladder.world.stores.contests.get(BRAND, ladder.contest_id)
    assert contest.polls[0].idea_ids == (() if way == "close" else (stays,))
    assert (await ladder.world.kept("newcomers"))["newcomers"] == []


async def test_a_contest_that_breaks_keeps_no_other_from_its_ballots(desk: Desk) -> None:
    broken, sound = [await opened(desk.world, desk.decoder, **support_ladder()) for _ in range(2)]
    late, idea = [(await ladder.hand_in())["id"] for ladder in (broken, sound)]
    await approve(broken, late)
    await approve(sound, idea)
    contests, newcomers = (desk.world.database[name] for name in ("contests", "newcomers"))
    whole = await contests.find_one({"_id": broken.contest_id})
    assert whole is not None
    await contests.update_one({"_id": broken.contest_id}, {"$unset": {"programme": 1}})
    await desk.world.list_newcomers()
    listed = await desk.world.stores.contests.get(BRAND, sound.contest_id)
    assert listed.polls[0].idea_ids == (idea,)

    await contests.replace_one({"_id": broken.contest_id}, whole)
    await desk.world.list_newcomers()  # not tried again so soon
    assert len((await desk.world.kept("newcomers"))["newcomers"]) == 1
    await newcomers.update_one({"_id": late}, {"$set": {"try_at": utc_now()}})
    await desk.world.list_newcomers()
    listed = await desk.world.stores.contests.get(BRAND, broken.contest_id)
    assert listed.polls[0].idea_ids == (late,)


async def test_what_waits_for_a_ballot_takes_its_place(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell_ideas.ballots.rules.BALLOTS_MAXIMUM", 1)
    ladder = await opened(desk.world, desk.decoder, **support_ladder())
    first, second = [(await ladder.hand_in(number))["id"] for number in range(2)]
    await approve(ladder, first)
    path = f"/v1/ideas/{second}/approve"
    full = await ladder.world.send("POST", path, {}, by="editor")
    assert (full.status_code, errors(full)) == (409, [("polls", "maximum")])


async def test_elsewhere_an_approved_idea_is_on_no_ballot(desk: Desk) -> None:
    idea = await desk.hand_in()
    await desk.world.approve(idea["id"])
    contest = await desk.world.stores.contests.get(BRAND, desk.contest_id)
    assert (contest.shortlist, contest.amendments) == ((), 0)


async def test_each_design_has_a_product_code_that_stays(kitchen: Desk, desk: Desk) -> None:
    pizza, other = await kitchen.hand_in(), await kitchen.hand_in(1)
    code = pizza["product_code"]
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", code)
    assert other["product_code"] != code
    approved = [e.data for e in await kitchen.world.events() if isinstance(e.data, IdeaApproved)]
    assert {(told.idea_id, told.product_code) for told in approved} == {
        (idea["id"], idea["product_code"]) for idea in (pizza, other)
    }
    revised = await kitchen.revise(pizza, summary=SUMMARIES[2])
    assert revised.json()["product_code"] == code
    assert (await desk.hand_in())["product_code"] is None  # another contest sells nothing


async def test_designs_can_be_remixed_where_the_brand_allows_it(desk: Desk) -> None:
    kitchen = await opened(desk.world, desk.decoder, **make_and_earn(remixes=True))
    pizza = await kitchen.hand_in()
    parent = {"idea_id": pizza["id"], "share": 2_000}
    remix = await kitchen.hand_in(1, by="per_2", parent=parent)
    assert (remix["parent_idea_id"], remix["parent_share"]) == (pizza["id"], 2_000)
    closed = await opened(desk.world, desk.decoder, **make_and_earn(remixes=False))
    pizza = await closed.hand_in()
    body = {"title": "Mine", "summary": SUMMARIES[1], "parent": {"idea_id": pizza["id"]}}
    assert errors(await closed.ask("POST", closed.path, body)) == [("body.parent", "remixes")]
