"""The ship-naming contest of 2016 as the tests replay it."""

import asyncio

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.tallies import IdeaTally, LogRange, TallyCertified
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from tests.integration.ideas.world import BRAND, World
from tests.support.service import WAIT_SECONDS, Json

SHIPS = {
    "RRS Boaty McBoatface": 124_109,
    "RRS Poppy-Mai": 34_371,
    "RRS Henry Worsley": 15_231,
    "RRS It's bloody cold here": 10_679,
    "RRS David Attenborough": 10_284,
}


def tally_of(contest_id: str, poll_id: str, votes: dict[str, int]) -> CloudEvent:
    """What voting publishes; `votes` by idea, the best first."""
    tally = [IdeaTally(idea_id=i, votes=n, rank=r) for r, (i, n) in enumerate(votes.items(), 1)]
    return CloudEvent(
        id=new_id("evt"),
        source="/groundswell/voting",
        time=utc_now(),
        brand_id=BRAND,
        data=TallyCertified(
            contest_id=contest_id,
            poll_id=poll_id,
            rules=PollRules(),
            tally=tally,
            verdicts={"counted": sum(votes.values()), "repeat": 3},
            log_ranges=[LogRange(partition=0, first_offset=0, last_offset=9)],
            log_hash="ab" * 32,
            certified_at=utc_now(),
        ),
        sequence=1,
    )


async def open_vote(world: World) -> tuple[str, str, list[str], str]:
    """Contest, poll, the five ideas in the order of their votes, and one that was rejected."""
    contest_id = (await world.draft())["id"]
    await world.enter(contest_id, "submission")
    idea_ids = [
        await world.submit(contest_id, title, by=f"per_{number}")
        for number, title in enumerate(SHIPS)
    ]
    rejected = await world.submit(contest_id, "HMS Nonsense", by="per_9")
    for idea_id in idea_ids:
        await world.approve(idea_id)
    reason = {"reason": "Not a name for a research ship."}
    await world.done("POST", f"/v1/ideas/{rejected}/reject", reason, by="editor")
    await world.shortlist(contest_id, idea_ids)
    (poll_id,) = (await world.enter(contest_id, "voting"))["poll_ids"]
    return contest_id, poll_id, idea_ids, rejected


async def until_certified(world: World, contest_id: str) -> Json:
    """The decision page, once it shows the tally."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            path = f"/v1/contests/{contest_id}/decision"
            decision = await world.done("GET", path, by=None)
            if decision["tally"] is not None:
                return decision
            await asyncio.sleep(0.05)
