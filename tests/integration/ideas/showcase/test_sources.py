"""Share links, visits, and where visitors came from."""

import asyncio

import pytest

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.event import Event
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.tallies import (
    ChannelVotes,
    IdeaTally,
    LinkVotes,
    TallyCertified,
    VotesAttributed,
)
from groundswell_ideas.app.parts import erasure_commands
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.selection.handlers import SelectionHandlers
from groundswell_ideas.showcase.commands import AttributionCommands
from groundswell_ideas.showcase.handlers import AttributionHandlers
from groundswell_ideas.showcase.rules import sources as rules
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from tests.integration.ideas.submissions.desk import Desk
from tests.integration.ideas.world import BRAND, World
from tests.support.service import Json

VISITOR = "a visitor of today"


async def public(desk: Desk, by: str = "per_1") -> str:
    idea = await desk.hand_in(by=by)
    await desk.world.approve(idea["id"])
    return str(idea["id"])


async def visit(desk: Desk, idea_id: str, via: str = "direct", visitor: str | None = None) -> int:
    """The status of the answer to somebody who tells nothing of themselves."""
    body = {"via": via} | ({} if visitor is None else {"visitor": visitor})
    answer = await desk.world.send("POST", f"/v1/ideas/{idea_id}/visits", body, by=None)
    return answer.status_code


async def sources(desk: Desk, idea_id: str, query: str = "") -> Json:
    return await desk.done("GET", f"/v1/ideas/{idea_id}/sources{query}")


def counted(found: Json) -> dict[str, int]:
    return {one["code"] or one["source"]: one["visits"] for one in found["sources"]}


async def test_everybody_has_one_link_to_an_idea(desk: Desk) -> None:
    idea_id = await public(desk)
    path = f"/v1/ideas/{idea_id}/share-links"
    twice = await asyncio.gather(*(desk.done("POST", path, by="per_7") for _ in range(8)))
    assert len({link["code"] for link in twice}) == 1
    other = await desk.done("POST", path, by="per_8")
    assert other["code"] != twice[0]["code"]
    assert other["link"] == f"http://127.0.0.1:8100/ideas/{idea_id}?via={other['code']}"
    assert "per_8" not in str(other)


async def test_visits_are_counted_by_source_and_day(desk: Desk) -> None:
    idea_id, other_id = await public(desk), await public(desk, "per_2")
    link = await desk.done("POST", f"/v1/ideas/{idea_id}/share-links", by="per_7")
    for via in ("direct", "direct", "qr", link["code"], link["code"], link["code"], "sms"):
        assert await visit(desk, idea_id, via) == 204
    assert await visit(desk, other_id, link["code"]) == 204
    found = await sources(desk, idea_id)
    assert counted(found) == {link["code"]: 3, "direct": 2, "qr": 1, "other": 1}
    assert (found["visits"], found["left_out"]) == (7, 0)
    today = utc_now().date().isoformat()
    assert found["sources"][0]["days"] == [{"day": today, "visits": 3}]
    assert counted(await desk.done("GET", f"/v1/ideas/{other_id}/sources", by="per_2")) == {
        "other": 1
    }


async def test_many_visits_at_once_are_all_counted(desk: Desk) -> None:
    idea_id = await public(desk)
    statuses = await asyncio.gather(
        *(visit(desk, idea_id, "qr") for _ in range(60)),
        *(visit(desk, idea_id, "mail", f"visitor {n % 20:03}") for n in range(60)),
    )
    assert set(statuses) == {204}
    assert counted(await sources(desk, idea_id)) == {"qr": 60, "mail": 20}


async def test_a_visitor_is_counted_once_a_day_for_each_source(desk: Desk) -> None:
    idea_id = await public(desk)
    for via in ("qr", "qr", "mail"):
        assert await visit(desk, idea_id, via, VISITOR) == 204
    assert counted(await sources(desk, idea_id)) == {"qr": 1, "mail": 1}
    kept = await desk.world.kept("visits", "visitors")
    assert VISITOR not in str(kept)


async def test_who_shared_it_is_for_staff_and_for_themselves(desk: Desk) -> None:
    idea_id = await public(desk)
    path = f"/v1/ideas/{idea_id}"
    for sharer in ("per_1", "per_7"):
        link = await desk.done("POST", f"{path}/share-links", by=sharer)
        await visit(desk, idea_id, link["code"])
    by_author = await sources(desk, idea_id)
    assert sorted(one["shared_by"] or "" for one in by_author["sources"]) == ["", "per_1"]
    by_staff = await desk.world.done("GET", f"{path}/sources", by="auditor")
    assert {one["shared_by"] for one in by_staff["sources"]} == {"per_1", "per_7"}


async def test_strangers_read_no_sources(desk: Desk) -> None:
    path = f"/v1/ideas/{await public(desk)}/sources"
    assert (await desk.ask("GET", path, by="per_2")).status_code == 404
    assert (await desk.world.send("GET", path, by="manager", brand="lego")).status_code == 404
    assert (await desk.world.send("GET", path, by=None)).status_code == 401


async def test_what_is_not_public_is_not_shared_or_visited(desk: Desk) -> None:
    idea = await desk.hand_in()
    path = f"/v1/ideas/{idea['id']}/share-links"
    assert (await desk.ask("POST", path)).status_code == 404
    assert await visit(desk, idea["id"]) == 404
    assert await desk.world.kept("visits", "share_links") == {"visits": [], "share_links": []}


async def test_days_are_bounded(desk: Desk) -> None:
    idea_id = await public(desk)
    await visit(desk, idea_id)
    past = await sources(desk, idea_id, "?since=2026-01-01&until=2026-02-01")
    assert (past["visits"], past["sources"]) == (0, [])
    for query in ("?since=2025-01-01&until=2026-01-01", "?since=2026-02-01&until=2026-01-01"):
        answer = await desk.ask("GET", f"/v1/ideas/{idea_id}/sources{query}")
        assert answer.status_code == 422


async def test_too_many_in_a_minute_are_told_to_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell_ideas.showcase.store.VISITS_A_MINUTE", 3)
    idea_id = await public(desk)
    statuses = [await visit(desk, idea_id) for _ in range(5)]
    named = await visit(desk, idea_id, "direct", VISITOR)
    assert rules.VISITS_A_MINUTE == 6_000
    # A minute may have ended between them.
    assert statuses.count(204) in (3, 5)
    if statuses.count(204) == 3:
        assert named == 429
        assert (await desk.world.kept("visitors"))["visitors"] == []
        assert counted(await sources(desk, idea_id)) == {"direct": 3}


async def test_an_erased_sharers_link_is_nobodys(desk: Desk) -> None:
    """Its code goes on counting, and no name can be found behind it."""
    idea_id = await public(desk)
    path = f"/v1/ideas/{idea_id}/share-links"
    codes = [(await desk.done("POST", path, by=who))["code"] for who in ("per_7", "per_8")]
    await visit(desk, idea_id, codes[0])
    for gone in ("per_7", "per_8", "per_7"):
        await erasure_commands(desk.world.stores).erase(gone)
    assert await visit(desk, idea_id, codes[0]) == 204
    (source,) = (await desk.world.done("GET", f"/v1/ideas/{idea_id}/sources", by="auditor"))[
        "sources"
    ]
    assert (source["code"], source["shared_by"], source["visits"]) == (codes[0], None, 2)
    kept = await desk.world.kept("share_links")
    assert {link["_id"] for link in kept["share_links"]} == set(codes)
    assert not any(who in str(kept) for who in ("per_7", "per_8"))


def certified(contest: Contest, votes: dict[str, int], channels: Json) -> TallyCertified:
    """What voting tells of the first poll of a contest when all is counted."""
    poll = contest.polls[0]
    return TallyCertified(
        contest_id=contest.id,
        poll_id=poll.id,
        rules=PollRules(channels=poll.rules.channels),
        tally=[IdeaTally(idea_id=i, votes=n, rank=r) for r, (i, n) in enumerate(votes.items(), 1)],
        channels=tuple(ChannelVotes(channel=c, votes=n) for c, n in channels.items()),
        verdicts={"counted": 100},
        log_ranges=[],
        log_hash="ab" * 32,
        certified_at=utc_now(),
    )


def told(event: Event) -> CloudEvent:
    return CloudEvent(new_id("evt"), "/groundswell/voting", utc_now(), BRAND, event, sequence=1)


async def test_votes_are_told_by_their_channels(world: World) -> None:
    contest_id, _, (first, second), _ = await world.vote(
        polls=[{"name": "", "rules": {"channels": ["web", "kiosk"]}}]
    )
    contest = await world.stores.contests.get(BRAND, contest_id)
    event = told(certified(contest, {first: 90, second: 10}, {"kiosk": [25, 0]}))
    await SelectionHandlers(world.selection).on_tally_certified(event)
    found = await world.done("GET", f"/v1/ideas/{first}/sources", by="editor")
    (votes,) = found["votes"]
    assert (votes["votes"], votes["channels"]) == (
        90,
        [{"channel": "web", "votes": 65}, {"channel": "kiosk", "votes": 25}],
    )
    assert (votes["sources"], votes["others"], votes["unnamed"]) == ([], 0, 90)
    other = await world.done("GET", f"/v1/ideas/{second}/sources", by="editor")
    assert other["votes"][0]["channels"] == [{"channel": "web", "votes": 10}]
    assert (await world.send("GET", f"/v1/contests/{contest_id}/decision")).status_code == 200


async def share(world: World, idea_id: str, by: str) -> str:
    path = f"/v1/ideas/{idea_id}/share-links"
    return str((await world.done("POST", path, by="participant", subject=by))["code"])


class TestVotes:
    """What voting tells of links becomes sources, as visits have them."""

    async def attributed(self, world: World, contest_id: str, idea_id: str, **links: int) -> None:
        contest = await world.stores.contests.get(BRAND, contest_id)
        stores = world.stores
        commands = AttributionCommands(stores.vote_sources, stores.share_links, stores.merges)
        event = told(
            VotesAttributed(
                contest_id=contest_id,
                poll_id=contest.polls[0].id,
                idea_id=idea_id,
                links=[LinkVotes(via=via, votes=votes) for via, votes in links.items()],
                others=4,
                unnamed=90 - 4 - sum(links.values()),
            )
        )

        async def work() -> None:
            await AttributionHandlers(commands).on_votes_attributed(event)

        for _ in range(2):
            await transaction(world.database.client, work)

    async def votes(self, world: World, idea_id: str, **by: str) -> Json:
        found = await world.done("GET", f"/v1/ideas/{idea_id}/sources", **by)
        (votes,) = found["votes"]
        return dict(votes)

    async def test_the_links_of_an_idea_are_known_and_others_are_not(self, world: World) -> None:
        contest_id, _, (first, second), _ = await world.vote()
        hers, theirs = await share(world, first, "per_7"), await share(world, second, "per_8")
        contest = await world.stores.contests.get(BRAND, contest_id)
        event = told(certified(contest, {first: 90, second: 10}, {}))
        await SelectionHandlers(world.selection).on_tally_certified(event)
        links = {hers: 30, theirs: 5, "qr": 7, "invented": 1}
        await self.attributed(world, contest_id, first, **links)
        votes = await self.votes(world, first, by="editor")
        shown = [(s["source"], s["code"], s["shared_by"], s["votes"]) for s in votes["sources"]]
        assert shown == [
            ("share", hers, "per_7", 30),
            ("qr", None, None, 7),
            ("other", None, None, 6),
        ]
        assert (votes["others"], votes["unnamed"]) == (4, 43)
        # An author reads the same, but for who shared it.
        author = (await world.stores.ideas.find(BRAND, contest_id, [first]))[first].participant_id
        votes = await self.votes(world, first, by="participant", subject=author)
        assert [s["shared_by"] for s in votes["sources"]] == [None, None, None]
        assert [s["votes"] for s in votes["sources"]] == [30, 7, 6]

    async def test_a_sharer_who_is_erased_before_the_count_leaves_their_code(
        self, world: World
    ) -> None:
        contest_id, _, (first, second), _ = await world.vote()
        code = await share(world, first, "per_7")
        await erasure_commands(world.stores).erase("per_7")
        contest = await world.stores.contests.get(BRAND, contest_id)
        event = told(certified(contest, {first: 90, second: 10}, {}))
        await SelectionHandlers(world.selection).on_tally_certified(event)
        await self.attributed(world, contest_id, first, **{code: 3})
        (source,) = (await self.votes(world, first, by="editor"))["sources"]
        assert source == {"source": "share", "code": code, "shared_by": None, "votes": 3}

    async def test_links_to_an_idea_that_goes_on_in_another_have_led_to_that(
        self, world: World
    ) -> None:
        contest_id, _, (first, second), late = await world.vote()
        code = await share(world, late, "per_7")
        why = {"into_idea_id": first, "reason": "The same ship."}
        await world.done("POST", f"/v1/ideas/{late}/merge", why, by="editor")
        contest = await world.stores.contests.get(BRAND, contest_id)
        event = told(certified(contest, {first: 90, second: 10}, {}))
        await SelectionHandlers(world.selection).on_tally_certified(event)
        await self.attributed(world, contest_id, first, **{code: 3})
        (source,) = (await self.votes(world, first, by="editor"))["sources"]
        assert (source["source"], source["code"]) == ("share", code)
