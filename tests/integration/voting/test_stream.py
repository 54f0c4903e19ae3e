"""The stream of standings, followed by curl: without a gap, whatever is cut off or stopped."""

import asyncio
import signal
from collections.abc import AsyncIterator

import httpx2
import pytest

from groundswell_contracts.tallies import IdeaTally, LogRange, TallyCertified
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.standings.rules import offsets_of, stands_behind
from groundswell_voting.voteslog.codec import rules_to
from tests.integration.voting.installation import Voting
from tests.integration.voting.listeners import Event, apply, curl
from tests.integration.voting.programs import Program, program
from tests.integration.voting.scenes import cast, crowd, open_poll
from tests.integration.voting.world import IDEAS

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def process(voting: Voting) -> AsyncIterator[Program]:
    """The API as a process of its own, and a counter."""
    async with voting.counted(), program("api", voting.settings) as process:
        await process.url()
        yield process


async def stream_of(process: Program, poll: Poll) -> str:
    return f"{await process.url()}/v1/polls/{poll.poll_id}/standings/stream"


def total(votes: int) -> object:
    return lambda event: event.data.get("total_votes") == votes


def shown_by(events: list[Event]) -> dict[int, tuple[str, int]]:
    shown: dict[int, tuple[str, int]] = {}
    for event in events:
        shown = apply(shown, event)
    return shown


async def test_a_listener_that_is_cut_off_resumes_without_a_gap(
    voting: Voting, process: Program
) -> None:
    poll = await open_poll(voting)
    url = await stream_of(process, poll)
    surge = asyncio.create_task(_surge(voting, poll))
    async with curl(url) as listener:
        await listener.until(lambda event: event.data["total_votes"] >= 100)
        await listener.kill()
    first = listener.events
    assert "content-type: text/event-stream; charset=utf-8" in [h.lower() for h in listener.heads]
    assert first[0].name == "snapshot"
    assert {event.name for event in first[1:]} <= {"changes"}

    async with curl(url, "-H", f"Last-Event-ID: {first[-1].id}") as resumed:
        await resumed.until(total(600))
    await surge
    assert {event.name for event in resumed.events} == {"changes"}, "no snapshot was needed"
    events = first + resumed.events
    _never_back(events)
    votes = dict(shown_by(events).values())
    assert votes == dict.fromkeys(IDEAS, 120)

    async with curl(f"{url}?last_event_id=1.2.3") as stranger:
        snapshot = await stranger.until(total(600))
    assert snapshot.name == "snapshot", "a position that is not remembered"
    assert shown_by(stranger.events) == shown_by(events)


async def _surge(voting: Voting, poll: Poll) -> None:
    for wave in range(12):
        for at, idea_id in enumerate(IDEAS):
            await cast(voting, poll, crowd(10, f"w{wave}i{at}"), idea_id)
        await asyncio.sleep(0.2)


def _never_back(events: list[Event]) -> None:
    before = None
    for event in events:
        assert event.id is not None
        offsets = offsets_of(event.id)
        assert event.data["rebuilding"] or not stands_behind(offsets, before)
        before = offsets


async def test_changes_hold_what_became_different_and_nothing_else(
    voting: Voting, process: Program
) -> None:
    ideas = [f"idea_{n:03}" for n in range(500)]
    poll = await open_poll(voting, ideas)
    await cast(voting, poll, crowd(5), ideas[0])
    await cast(voting, poll, crowd(2, "other"), ideas[1])
    async with curl(await stream_of(process, poll)) as listener:
        await listener.until(total(7))
        seen = len(listener.events)
        await cast(voting, poll, crowd(1, "late"), ideas[0])
        await listener.until(total(8))
    changed = [i["idea_id"] for event in listener.events[seen:] for i in event.data["ideas"]]
    assert changed == [ideas[0]]


async def test_a_count_that_is_made_again_says_so(voting: Voting) -> None:
    """To who has seen it further, also from a process that has not."""
    poll = await open_poll(voting)
    await cast(voting, poll, crowd(50))
    async with voting.counted():
        await voting.archived()
    async with program("api", voting.settings) as first, program("api", voting.settings) as other:
        async with curl(await stream_of(first, poll)) as listener:
            seen = await listener.until(total(50))
            await voting.redis.flushdb()
            emptied = await listener.until(total(0))
        assert emptied.data["rebuilding"]
        url = await stream_of(other, poll)
        async with curl(url, "-H", f"Last-Event-ID: {seen.id}") as resumed, curl(url) as newcomer:
            again = await resumed.until(total(0))
            assert (again.name, again.data["rebuilding"]) == ("snapshot", True)
            assert not (await newcomer.until(total(0))).data["rebuilding"]
            async with voting.counted():
                made_good = await resumed.until(
                    lambda event: event.data["total_votes"] == 50 and not event.data["rebuilding"]
                )
    _never_back([seen, *resumed.events])
    assert not stands_behind(offsets_of(str(made_good.id)), offsets_of(str(seen.id)))


async def test_a_process_that_stops_ends_its_streams_at_once(
    voting: Voting, process: Program
) -> None:
    poll = await open_poll(voting)
    async with curl(await stream_of(process, poll)) as listener:
        await listener.until(total(0))
        assert await process.terminate() == 0
        assert await listener.ended() == 0, "the answer was cut off when its time was over"
    assert listener.events[-1].name == "closing"


async def test_the_end_is_certified_and_nobody_comes_back(voting: Voting, process: Program) -> None:
    poll = await open_poll(voting, tallies="hidden")
    url = await stream_of(process, poll)
    async with curl(url) as listener:
        first = await listener.until(lambda event: event.name == "snapshot")
        assert (first.id, first.data["status"], first.data["total_votes"]) == (None, "hidden", None)
        assert [i["idea_id"] for i in first.data["ideas"]] == list(IDEAS)
        await _certify(voting, poll)
        assert await listener.ended() == 0
    assert [event.name for event in listener.events] == ["snapshot", "certified"]
    last = listener.events[-1]
    assert (last.data["total_votes"], last.data["status"]) == (7, "certified")
    async with httpx2.AsyncClient(timeout=40) as browser:
        again = await browser.get(url, headers={"Last-Event-ID": str(last.id)})
    assert again.status_code == 204


async def _certify(voting: Voting, poll: Poll) -> None:
    tally = TallyCertified(
        contest_id=poll.contest_id,
        poll_id=poll.poll_id,
        rules=rules_to(poll.rules),
        tally=[
            IdeaTally(idea_id=idea_id, votes=7 if rank == 1 else 0, rank=min(rank, 2))
            for rank, idea_id in enumerate(IDEAS, 1)
        ],
        verdicts={"counted": 7},
        log_ranges=[LogRange(partition=0, first_offset=0, last_offset=9)],
        log_hash="00",
        certified_at=utc_now(),
    )

    async def work() -> None:
        await voting.stores.polls.change(poll, stage=PollStage.RETIRED)
        await voting.stores.tallies.insert(poll.brand_id, tally)

    await transaction(voting.database.client, work)


async def test_there_are_so_many_streams_and_no_more(voting: Voting) -> None:
    poll = await open_poll(voting)
    async with program("api", voting.settings, GROUNDSWELL_VOTING_STREAMS="1") as process:
        url = await stream_of(process, poll)
        async with curl(url) as listener, httpx2.AsyncClient(timeout=40) as another:
            await listener.until(total(0))
            refused = await another.get(url)
            assert refused.status_code == 503
            assert refused.headers["retry-after"]
            # Everything else is served.
            assert (await another.get(url.removesuffix("/stream"))).status_code == 200
            process.send(signal.SIGTERM)
            await listener.until(lambda event: event.name == "closing")
