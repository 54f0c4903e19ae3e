"""What is changed while people vote: the contest shows it, an event tells it, all can read why."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2

from groundswell_contracts.contests import ContestAmended, ContestPhaseChanged
from groundswell_contracts.ideas import IdeaShortlisted
from groundswell_contracts.poll_rules import PollRules
from groundswell_kit.clock import utc_now
from tests.integration.ideas.programmes import PROMISED, entry
from tests.integration.ideas.world import World
from tests.support.service import Json

REASON = "It was lost in the mail."
POLLS = [{"name": "north", "rules": {"period": "day", "weights": {"a.b $c": 3}}}, {"name": "south"}]


async def amend(
    world: World, contest_id: str, reason: str = REASON, **change: Any
) -> httpx2.Response:
    body = {"reason": reason, **change}
    return await world.send("POST", f"/v1/contests/{contest_id}/amendments", body)


async def amended(world: World, contest_id: str, **change: Any) -> Json:
    answer = await amend(world, contest_id, **change)
    assert answer.status_code == 201, answer.text
    document: Json = answer.json()
    return document


async def contest(world: World, contest_id: str) -> Json:
    return await world.done("GET", f"/v1/contests/{contest_id}", by=None)


async def told(world: World) -> list[ContestAmended]:
    """The amendments among the events, in order."""
    return [e.data for e in await world.events() if isinstance(e.data, ContestAmended)]


async def test_each_poll_opens_with_its_own_rules_and_the_whole_shortlist(world: World) -> None:
    contest_id, _, listed, _ = await world.vote(polls=POLLS)
    shown = await contest(world, contest_id)
    opened = [e.data for e in await world.events() if isinstance(e.data, ContestPhaseChanged)][-1]
    north, south = opened.polls
    assert shown["poll_ids"] == [north.poll_id, south.poll_id]
    assert [north.idea_ids, south.idea_ids] == [listed, listed]
    assert (north.name, north.rules.period, north.rules.weights) == ("north", "day", {"a.b $c": 3})
    assert (south.name, south.rules) == ("south", PollRules())
    for poll, plan in zip(shown["polls"], opened.polls, strict=True):
        assert (poll["id"], poll["name"], poll["paused"]) == (plan.poll_id, plan.name, False)
        assert poll["rules"] == plan.rules.model_dump(mode="json")
        assert poll["closes_at"] == shown["timetable"]["voting_closes_at"]


async def test_polls_are_shown_before_they_open(world: World) -> None:
    draft = await world.draft(polls=POLLS)
    assert [(p["id"], p["name"], p["closes_at"]) for p in draft["polls"]] == [
        (None, "north", None),
        (None, "south", None),
    ]
    path = f"/v1/contests/{draft['id']}"
    changed = await world.done("PATCH", path, {"polls": [{"name": "west"}]}, if_match="*")
    assert [poll["name"] for poll in changed["polls"]] == ["west"]


async def test_a_late_idea_comes_on_the_ballot_and_the_shortlist(world: World) -> None:
    contest_id, poll_id, listed, late = await world.vote()
    change = {"poll_id": poll_id, "added_idea_ids": [late], "removed_idea_ids": listed[:1]}
    answer = await amended(world, contest_id, poll_changed=change)
    stays: Json = {"merged": [], "unmerged": [], "closes_at": None, "paused": None}
    assert answer["poll_changed"] == change | stays
    assert (answer["number"], answer["reason"], answer["poll_opened"]) == (1, REASON, None)

    (event,) = await told(world)
    assert event.poll_changed is not None
    assert event.poll_changed.model_dump(mode="json") == answer["poll_changed"]
    assert (event.number, event.reason, event.title) == (1, REASON, "Name our ship")
    shortlisted = [e.data for e in await world.events() if isinstance(e.data, IdeaShortlisted)]
    assert {idea.idea_id for idea in shortlisted} == {*listed, late}

    again = await amend(world, contest_id, poll_changed=change)
    assert again.status_code == 422
    assert [(e["field"], e["rule"]) for e in again.json()["errors"]] == [
        ("body.poll_changed.added_idea_ids.0", "on-ballot"),
        ("body.poll_changed.removed_idea_ids.0", "on-ballot"),
    ]
    back = {"poll_id": poll_id, "added_idea_ids": listed[:1]}
    assert (await amend(world, contest_id, poll_changed=back)).status_code == 422
    await world.certify(contest_id, [(late, 9), (listed[1], 1)])
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert [idea["title"] for idea in decision["tally"]["ideas"]] == ["Ship 2", "Ship 1"]


async def test_a_moved_closing_is_in_the_timetable(world: World) -> None:
    contest_id, poll_id, _, _ = await world.vote()
    later = (utc_now() + timedelta(days=3)).isoformat()
    answer = await amended(world, contest_id, poll_changed={"poll_id": poll_id, "closes_at": later})
    shown = await contest(world, contest_id)
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    moved = answer["poll_changed"]["closes_at"]
    assert shown["timetable"]["voting_closes_at"] == moved
    assert shown["polls"][0]["closes_at"] == moved
    assert decision["timetable"]["voting_closes_at"] == moved
    # Earlier than the vote was to open, which it did before its time.
    soon = (utc_now() + timedelta(seconds=30)).isoformat()
    answer = await amended(world, contest_id, poll_changed={"poll_id": poll_id, "closes_at": soon})
    shown = await contest(world, contest_id)
    assert shown["timetable"]["voting_closes_at"] == answer["poll_changed"]["closes_at"]


async def test_a_pause_is_shown_until_it_is_over(world: World) -> None:
    contest_id, poll_id, _, _ = await world.vote()
    for paused in (True, False):
        await amended(world, contest_id, poll_changed={"poll_id": poll_id, "paused": paused})
        assert (await contest(world, contest_id))["polls"][0]["paused"] is paused


async def test_a_second_round_decides(world: World) -> None:
    contest_id, first_poll, (ada, bob), _ = await world.vote(vote="binding", polls=POLLS)
    await world.certify(contest_id, [(ada, 5), (bob, 1)], first_poll)
    final = {"name": "final", "idea_ids": [bob, ada], "rules": {"kind": "changeable"}}
    closing = (utc_now() + timedelta(hours=3)).isoformat()
    opened = (await amended(world, contest_id, poll_opened=final | {"closes_at": closing}))[
        "poll_opened"
    ]
    (event,) = await told(world)
    assert event.poll_opened is not None
    assert (event.poll_opened.poll_id, event.poll_opened.name) == (opened["id"], "final")
    assert (event.poll_opened.idea_ids, event.poll_opened.rules.kind) == ([bob, ada], "changeable")
    shown = await contest(world, contest_id)
    assert shown["poll_ids"][-1] == opened["id"]
    assert shown["timetable"]["voting_closes_at"] == opened["closes_at"]

    await world.enter(contest_id, "deliberation")
    path, choice = f"/v1/contests/{contest_id}/winners", {"idea_ids": [bob], "reason": "Final."}
    early = await world.send("POST", path, choice)
    assert early.json()["type"] == "/problems/tally-not-certified"
    await world.certify(contest_id, [(bob, 7), (ada, 2)], opened["id"])
    (winner,) = (await world.done("POST", path, choice))["items"]
    assert winner["rank"] == 1
    decision = await world.done("GET", f"/v1/contests/{contest_id}/decision", by=None)
    assert (decision["tally"]["name"], decision["overruled"]) == ("final", False)
    assert [tally["name"] for tally in decision["other_tallies"]] == ["north"]


async def test_a_second_round_is_that_of_a_region(world: World) -> None:
    regions = [{"name": name, "countries": [code]} for name, code in (("Java", "ID"), ("Oz", "AU"))]
    draft = await world.draft(template="regional", regions=regions, vote="binding", **PROMISED)
    contest_id = str(draft["id"])
    await world.done("PATCH", f"/v1/contests/{contest_id}", {"entry_form": None}, if_match="*")
    await world.enter(contest_id, "submission")
    ada, bob, oz = [
        await entry(world, contest_id, title, "per_1", region=region)
        for title, region in (("Ada", "Java"), ("Bob", "Java"), ("Cy", "Oz"))
    ]
    shortlist = f"/v1/contests/{contest_id}/shortlist"
    for name, idea_ids in (("Java", [ada, bob]), ("Oz", [oz])):
        body = {"idea_ids": idea_ids, "region": name}
        await world.done("PUT", shortlist, body, by="editor", if_match="*")
    java = (await world.enter(contest_id, "voting"))["polls"][0]
    closing = (utc_now() + timedelta(hours=3)).isoformat()
    final = {"name": "final", "idea_ids": [bob], "closes_at": closing, "region": "Java"}
    opened = (await amended(world, contest_id, poll_opened=final))["poll_opened"]
    (event,) = await told(world)
    assert event.poll_opened is not None
    assert event.poll_opened.rules.eligibility.regions == ("ID",)

    await world.enter(contest_id, "deliberation")
    await world.certify(contest_id, [(ada, 9), (bob, 2)], java["id"])
    await world.certify(contest_id, [(bob, 3)], opened["id"])
    body = {"idea_ids": [bob], "reason": "The final said so.", "region": "Java"}
    won = await world.done("POST", f"/v1/contests/{contest_id}/winners", body)
    assert [(winner["idea_id"], winner["rank"]) for winner in won["items"]] == [(bob, 1)]


async def test_everybody_reads_them_in_order_page_by_page(world: World) -> None:
    contest_id, poll_id, _, _ = await world.vote()
    for number in range(5):
        change = {"poll_id": poll_id, "paused": number % 2 == 0}
        await amended(world, contest_id, reason=f"Reason {number}.", poll_changed=change)
    other_id, other_poll, _, _ = await world.vote()
    await amended(world, other_id, poll_changed={"poll_id": other_poll, "paused": True})
    path, found = f"/v1/contests/{contest_id}/amendments", []
    following: str | None = f"{path}?limit=2"
    while following:
        answer = await world.send("GET", following, by=None)
        found += [(item["number"], item["reason"]) for item in answer.json()["items"]]
        following = answer.links["next"]["url"] if "next" in answer.links else None
    assert found == [(number + 1, f"Reason {number}.") for number in range(5)]
    numbers = [event.number for event in await told(world) if event.contest_id == contest_id]
    assert numbers == [1, 2, 3, 4, 5]


async def test_before_the_vote_there_are_none(world: World) -> None:
    contest_id, _ = await world.contest_in("submission")
    path = f"/v1/contests/{contest_id}/amendments"
    assert await world.done("GET", path, by=None) == {"items": [], "next": None}


async def test_of_many_at_once_each_has_its_number(world: World) -> None:
    contest_id, poll_id, listed, late = await world.vote()
    changes: list[dict[str, Any]] = [
        {"added_idea_ids": [late]},
        {"removed_idea_ids": listed[:1]},
        {"removed_idea_ids": listed[1:]},
        {"paused": True},
        {"closes_at": (utc_now() + timedelta(days=2)).isoformat()},
    ]
    answers = await asyncio.gather(
        *(amend(world, contest_id, poll_changed={"poll_id": poll_id} | c) for c in changes)
    )
    assert [answer.status_code for answer in answers] == [201] * 5
    assert sorted(answer.json()["number"] for answer in answers) == [1, 2, 3, 4, 5]
    poll = (await world.stores.contests.get("nerc", contest_id)).polls[0]
    assert poll.idea_ids == (late,)
    assert set(poll.removed_idea_ids) == set(listed)
    assert poll.paused
