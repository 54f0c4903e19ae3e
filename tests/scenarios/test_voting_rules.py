"""Every rule that a poll can have, as voters, staff and readers meet it over HTTP."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
import pytest

from groundswell_local.installation import Installation
from tests.support.polling import Polling, becomes, open_poll, open_polls

pytestmark = pytest.mark.timeout(400)

DAY_SECONDS = 86_400


def problem(answer: httpx2.Response) -> tuple[int, str]:
    """Status and type of a refusal."""
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def due_in(seconds: float) -> str:
    """A moment from now, as HTTP takes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def ends_with(polling: Polling, expected: dict[str, int]) -> dict[str, object]:
    """The contest leaves its voting; the certified tally is this one."""
    await polling.story.move_to("deliberation")
    tally = await polling.certified()
    assert {idea["idea_id"]: idea["votes"] for idea in tally["tally"]} == expected
    return tally


async def test_a_ballot_of_two_ideas_takes_no_third(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    poll = await open_poll(groundswell, http, "Two each", ideas_per_ballot=2)
    a, b, c = poll.ideas
    await poll.votes(ada=a, ben=a)
    await poll.votes(ada=b)
    await poll.stand_at({a: 2, b: 1, c: 0})
    assert problem(await poll.vote("ada", c)) == (409, "ballot-full")
    assert (await poll.vote("ada", a)).status_code == 200
    await ends_with(poll, {a: 2, b: 1, c: 0})


async def test_without_a_limit_a_voter_supports_whatever_they_like(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    poll = await open_poll(groundswell, http, "No limit", ideas_per_ballot=None)
    for idea in poll.ideas:
        await poll.votes(ada=idea)
    await poll.votes(ben=poll.ideas[0])
    await ends_with(poll, dict(zip(poll.ideas, (2, 1, 1), strict=True)))


async def test_a_changeable_ballot_is_stated_anew_and_taken_back(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    poll = await open_poll(groundswell, http, "Changeable", kind="changeable", ideas_per_ballot=2)
    a, b, c = poll.ideas
    first = (await poll.state_ballot("ada", [a, b], 1)).json()
    await poll.stand_at({a: 1, b: 1, c: 0})
    second = (await poll.state_ballot("ada", [c], 2)).json()
    await poll.state_ballot("ben", [a], 1)
    await poll.stand_at({a: 1, b: 0, c: 1})
    await poll.receipt_becomes("ada", first["vote_id"], "replaced")
    await poll.receipt_becomes("ada", second["vote_id"], "counted")
    stale = await poll.state_ballot("ada", [b], 2)
    assert problem(stale) == (409, "revision-taken")
    assert stale.json()["current_revision"] == 2
    assert problem(await poll.vote("ada", a)) == (409, "wrong-kind-of-poll")
    assert (await poll.state_ballot("ben", [], 2)).is_success
    await ends_with(poll, {a: 0, b: 0, c: 1})


async def test_a_daily_poll_gives_a_new_ballot_each_day(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    """Only today can be lived here; that another day is another ballot is tested in the fold."""
    zone = "Pacific/Kiritimati"
    poll = await open_poll(groundswell, http, "Daily", period="day", time_zone=zone)
    a, b, _ = poll.ideas
    days = {datetime.now(ZoneInfo(zone)).date().isoformat()}
    await poll.votes(ada=a)
    days.add(datetime.now(ZoneInfo(zone)).date().isoformat())
    await poll.stand_at(dict(zip(poll.ideas, (1, 0, 0), strict=True)))
    assert problem(await poll.vote("ada", b)) == (409, "ballot-full")
    answer = await http.get(f"{poll.url}/ballot", headers=poll.story.participant("ada"))
    periods = answer.json()["periods"]
    assert [(p["period"] in days, p["idea_ids"]) for p in periods] == [(True, [a])]


async def test_segments_weigh_what_the_rules_say(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    poll = await open_poll(groundswell, http, "Weights", weights={"club": 5})
    a, b, c = poll.ideas
    entries = [{"participant_id": "member", "segment": "club"}, {"participant_id": "guest"}]
    answer = await poll.as_manager("roll", {"entries": entries}, method="PUT")
    assert answer.status_code == 200, answer.text
    await poll.votes(member=a, guest=b, stranger=b)
    await ends_with(poll, {a: 5, b: 2, c: 0})


async def test_only_those_who_may_vote_get_a_pass(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    now = int(time.time())
    invited = {"eligibility": {"invited_only": True}}
    regional = {"eligibility": {"regions": ["vn"], "account_age_seconds": 30 * DAY_SECONDS}}
    polls = [{"name": "invited", "rules": invited}, {"name": "regional", "rules": regional}]
    by_invitation, by_region = await open_polls(groundswell, http, "Who may", polls)
    entries = {"entries": [{"participant_id": "ada"}]}
    assert (await by_invitation.as_manager("roll", entries, method="PUT")).status_code == 200
    assert (await by_invitation.ask_pass("ada")).status_code == 201
    assert problem(await by_invitation.ask_pass("ben")) == (403, "not-eligible")
    old, young = now - 31 * DAY_SECONDS, now - DAY_SECONDS
    allowed = await by_region.ask_pass("ada", region="vn", account_created_at=old)
    assert allowed.status_code == 201, allowed.text
    for claims in ({"region": "th", "account_created_at": old}, {"account_created_at": old}):
        assert problem(await by_region.ask_pass("ben", **claims)) == (403, "not-eligible")
    refused = await by_region.ask_pass("cy", region="vn", account_created_at=young)
    assert problem(refused) == (403, "not-eligible")


async def test_hidden_tallies_are_told_when_they_are_certified(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    poll = await open_poll(groundswell, http, "Hidden", tallies="hidden")
    a, b, c = poll.ideas
    answer = await poll.vote("ada", c)
    await poll.receipt_becomes("ada", answer.json()["vote_id"], "counted")
    standings = await poll.standings()
    assert standings["status"] == "hidden"
    assert [idea["idea_id"] for idea in standings["ideas"]] == [a, b, c]
    assert {idea["votes"] for idea in standings["ideas"]} == {None}
    await ends_with(poll, {a: 0, b: 0, c: 1})
    await poll.stand_at({a: 0, b: 0, c: 1})
    assert (await poll.standings())["status"] == "certified"


async def test_channels_are_told_apart_and_figures_from_outside_stay_outside(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    poll = await open_poll(groundswell, http, "Channels", channels=["web", "shop"])
    a, b, c = poll.ideas
    await poll.permit("ada", {"channel": "shop"})
    assert (await poll.ask_pass("ben", {"channel": "fax"})).status_code == 422
    await poll.votes(ada=a, ben=a, cy=b)
    await poll.stand_at({a: 2, b: 1, c: 0})
    assert await poll.stands(channel="shop") == {a: 1, b: 0, c: 0}
    assert await poll.stands(channel="web") == {a: 1, b: 1, c: 0}
    figures = {
        "label": "Poll in our stories",
        "taken_at": due_in(0),
        "figures": [{"idea_id": b, "votes": 1_000}],
    }
    assert (await poll.as_manager("outside-figures", figures)).status_code == 201

    async def lines() -> list[str]:
        return [line["label"] for line in (await poll.standings())["outside"]]

    await becomes(lines, ["Poll in our stories"])
    assert await poll.stands() == {a: 2, b: 1, c: 0}
    await ends_with(poll, {a: 2, b: 1, c: 0})


async def test_regions_and_a_second_round_are_polls_of_one_contest(
    groundswell: Installation, http: httpx2.AsyncClient
) -> None:
    north, south = await open_polls(
        groundswell, http, "Regions", [{"name": "north"}, {"name": "south"}]
    )
    a, b, c = north.ideas
    await north.votes(ada=a)
    await south.votes(ada=b)
    final = {"name": "final", "idea_ids": [a, b], "rules": {}, "closes_at": due_in(3_600)}
    answer = await http.post(
        f"{groundswell.ideas_url}/v1/contests/{north.story.contest_id}/amendments",
        headers=north.story.staff("manager"),
        json={"reason": "The two winners of the regions meet.", "poll_opened": final},
    )
    assert answer.status_code == 201, answer.text
    contest = await http.get(f"{groundswell.ideas_url}/v1/contests/{north.story.contest_id}")
    second_round = Polling(groundswell, north.story, contest.json()["poll_ids"][-1], [a, b])
    await second_round.story.until(second_round.url, lambda poll: poll["stage"] == "open")
    await second_round.votes(ada=b, ben=b)
    await ends_with(north, {a: 1, b: 0, c: 0})
    tallies = [await poll.certified() for poll in (south, second_round)]
    counted = [{i["idea_id"]: i["votes"] for i in tally["tally"]} for tally in tallies]
    assert counted == [{a: 0, b: 1, c: 0}, {a: 0, b: 2}]
