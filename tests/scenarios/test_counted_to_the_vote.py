"""A contest whose vote is counted exactly while processes are killed and Redis is emptied."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from redis.asyncio import Redis

from groundswell_local.environment import service_environment
from groundswell_local.installation import Installation
from groundswell_local.ports import free_ports
from groundswell_local.settings import inherited_environment
from groundswell_local.supervisor import RoleSpec
from tests.support.crowd import Crowd, Voter
from tests.support.patience import Patience
from tests.support.story import Story
from tests.support.topic_audit import audit_topics

pytestmark = pytest.mark.timeout(450)

NAMES = ["Boaty", "Poppy-Mai", "Henry", "It's bloody cold here", "David"]
VOTERS = 3_000
TOPICS = {"contests", "ideas", "polls", "tallies", "votes", "winners"}


def _voters(idea_ids: list[str]) -> list[Voter]:
    """Most know what they want; some send it again and again, some send two things at once."""
    chance = random.Random(2016)  # noqa: S311 - a test's order, no secret
    voters = []
    for number in range(VOTERS):
        wish, other = chance.sample(idea_ids, 2)
        wishes = [wish]
        if number % 20 == 0:
            wishes = [wish] * 5
        if number % 33 == 0:
            wishes = [wish, other]
        voters.append(Voter(f"voter_{number}", wishes))
    return voters


async def _trouble(groundswell: Installation, crowd: Crowd) -> list[str]:
    """Kill and empty while the crowd votes; what was done."""
    supervisor = groundswell.supervisor
    redis: Redis = Redis.from_url(groundswell.engines.redis.address)
    box_port, counter_port = free_ports(2)
    done: list[str] = []

    async def kill(role: str) -> None:
        os.kill(supervisor.pid(role), signal.SIGKILL)

    async def one_more() -> None:
        box = RoleSpec("voting", "ballot-box", box_port, instance=2)
        counter = RoleSpec("voting", "counter", counter_port, instance=2)
        await supervisor.start([box, counter])
        crowd.box_urls.append(box.url)

    async def kill_redis() -> None:
        await groundswell.engines.redis.kill()
        await groundswell.engines.redis.start()

    async def empty() -> None:
        await redis.flushall()

    plan: list[tuple[int, str, Callable[[], Awaitable[None]]]] = [
        (10, "counter killed", lambda: kill("voting-counter")),
        (20, "ballot box killed", lambda: kill("voting-ballot-box")),
        (30, "ballot box and counter added", one_more),
        (45, "archiver killed", lambda: kill("voting-archiver")),
        (50, "Redis emptied", empty),
        (60, "worker killed", lambda: kill("voting-worker")),
        (70, "second counter killed", lambda: kill("voting-counter-2")),
        (80, "Redis killed and started", kill_redis),
        (90, "counter killed again", lambda: kill("voting-counter")),
    ]
    for percent, what, act in plan:
        await crowd.reached(VOTERS * percent // 100)
        await act()
        done.append(what)
    await redis.aclose()
    return done


async def test_vote_is_counted_exactly_while_things_die(
    groundswell: Installation, state: Path
) -> None:
    async with httpx2.AsyncClient(transport=Patience(), timeout=20) as http:
        story = Story(groundswell.ideas_url, groundswell.voting_url, groundswell.issuer, http)
        await story.open_contest("Name the ship")
        idea_ids = [await story.submit_and_approve(name) for name in NAMES]
        await story.shortlist(idea_ids)
        await story.open_voting()

        voters = _voters(idea_ids)
        crowd = Crowd(
            groundswell.voting_url, [groundswell.ballot_box_url], story.poll_id, groundswell.issuer
        )
        trouble = asyncio.create_task(_trouble(groundswell, crowd))
        await crowd.vote(voters)
        assert len(await trouble) == 9

        await story.move_to("deliberation")
        tally = await story.certified_tally()
        votes = {idea["idea_id"]: idea["votes"] for idea in tally["tally"]}
        stands = await _standing_votes(story, voters)

        assert sum(votes.values()) == VOTERS
        assert votes == {idea_id: Counter(stands.values())[idea_id] for idea_id in idea_ids}
        for voter in voters:
            # Whoever sent one choice only has it counted; of two choices one stands.
            assert stands[voter.name] in voter.wishes
        assert tally["verdicts"]["counted"] == VOTERS

        await _closed_is_closed(story, crowd, voters[0])
        await story.veto(tally["tally"][0]["idea_id"], "It would not look well on the stern.")
        await story.select(tally["tally"][4]["idea_id"], "He has earned it.")
        decision = await story.decision()
        assert decision["winners"][0]["idea_id"] == tally["tally"][4]["idea_id"]
        assert decision["vetoes"][0]["reason"] == "It would not look well on the stern."

        status, printed = await _recount(groundswell, state, story.poll_id)
        assert status == 0, printed
        assert printed.endswith("equal\n")
    await _topics_are_readable(groundswell)


async def _standing_votes(story: Story, voters: list[Voter]) -> dict[str, str]:
    """Which vote of each voter stands, as their receipts tell."""
    stands: dict[str, str] = {}
    for voter in voters:
        assert voter.accepted, voter
        if len({receipt["vote_id"] for receipt in voter.accepted}) == 1:
            only = voter.accepted[0]
            state = await _receipt(story, voter, only["vote_id"]) if voter.name[-1] == "7" else None
            assert state in (None, "counted"), voter
            stands[voter.name] = only["idea_id"]
            continue
        states = {r["idea_id"]: await _receipt(story, voter, r["vote_id"]) for r in voter.accepted}
        assert sorted(states.values()) == ["counted", "over_limit"], (voter, states)
        stands[voter.name] = next(idea for idea, state in states.items() if state == "counted")
    return stands


async def _receipt(story: Story, voter: Voter, vote_id: str) -> str:
    url = f"{story.voting_url}/v1/receipts/{vote_id}"
    answer = await story.http.get(url, headers={"Authorization": f"Bearer {voter.permit}"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["state"])


async def _closed_is_closed(story: Story, crowd: Crowd, voter: Voter) -> None:
    for box in crowd.box_urls:
        answer = await story.http.post(
            f"{box}/v1/polls/{story.poll_id}/votes",
            headers={"Authorization": f"Bearer {voter.permit}"},
            json={"idea_id": voter.wishes[0]},
        )
        assert answer.status_code == 409
        assert answer.json()["type"] == "/problems/voting-not-open"


async def _recount(groundswell: Installation, state: Path, poll_id: str) -> tuple[int, str]:
    environment = service_environment(state, groundswell.engines.environment())
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "groundswell_voting", "recount", poll_id),
        env=inherited_environment() | environment,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, printed.decode()


async def _topics_are_readable(groundswell: Installation) -> None:
    """Every record decodes with the official SDK and fits its schema."""
    counts = await asyncio.to_thread(audit_topics, groundswell.engines.kafka.address)
    for topic in TOPICS:
        assert counts[f"groundswell.{topic}.v1"] > 0, counts
    assert all(count == 0 for topic, count in counts.items() if topic.endswith(".dlt")), counts
