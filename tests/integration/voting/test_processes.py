"""The roles as real processes: they tell their health, and SIGTERM ends them with nothing lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import httpx2
import pytest

from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_contracts.contests import (
    ContestPhaseChanged,
    ContestPublished,
    PollPlan,
    Timetable,
)
from groundswell_contracts.event import Event
from groundswell_contracts.poll_rules import PollRules
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_local.engines import Engine, Engines
from groundswell_voting.polls.rules import PollStage
from groundswell_voting.voteslog.rules import Vote
from tests.integration.voting.installation import Voting
from tests.integration.voting.programs import ROLES, Program, programs
from tests.integration.voting.world import (
    BRAND,
    IDEAS,
    counted_from_zero,
    eventually,
    until_exact,
)
from tests.support.issuer import LocalIssuer

pytestmark = pytest.mark.timeout(180)

Programs = dict[str, Program]


@pytest.fixture
async def running(voting: Voting) -> AsyncIterator[Programs]:
    async with programs(voting.settings) as started:
        yield started


async def publish(voting: Voting, *events: Event) -> None:
    """Events of the contests' service, with their sequence from 1 on."""
    for sequence, event in enumerate(events, 1):
        envelope = CloudEvent(
            new_id("evt"), "/groundswell/ideas", utc_now(), BRAND, event, sequence=sequence
        )
        message = to_kafka(envelope)
        await voting.votes_log.producer.send_and_wait(
            message.topic, key=message.key, value=message.value, headers=message.headers
        )


async def open_by_events(voting: Voting) -> str:
    """A contest is published and enters voting; the poll that it brings."""
    contest_id, poll_id = new_id("con"), new_id("poll")
    now = utc_now()
    plan = PollPlan(
        poll_id=poll_id,
        rules=PollRules(),
        idea_ids=list(IDEAS),
        closes_at=now + timedelta(hours=1),
    )
    published = ContestPublished(
        contest_id=contest_id,
        title="Name our ship",
        owner="James Hand",
        vote="advisory",
        answer_by=now.date(),
        rules="One vote each.",
        timetable=Timetable(
            submission_closes_at=now, voting_opens_at=now, voting_closes_at=plan.closes_at
        ),
    )
    voting_phase = ContestPhaseChanged(
        contest_id=contest_id,
        title="A contest",
        from_phase="moderation",
        to_phase="voting",
        polls=(plan,),
    )
    await publish(voting, published, voting_phase)
    return poll_id


@dataclass
class Crowd:
    """People who vote one after the other, until nobody listens any more.

    Told to come later (503), each does, until `leaving`: a box that is busy is not one that ends.
    """

    api: str
    box: str
    poll_id: str
    issuer: LocalIssuer
    accepted: list[dict[str, str]] = field(default_factory=list)
    cut: int = 0
    leaving: bool = False

    async def vote_on(self, number: int) -> None:
        async with httpx2.AsyncClient(timeout=40) as http:
            for turn in range(100_000):
                try:
                    if not await self._vote(http, f"person_{number}_{turn}"):
                        if self.leaving:
                            return
                        await asyncio.sleep(0.2)
                except httpx2.ConnectError:
                    return
                except httpx2.TransportError:
                    self.cut += 1
                    return

    async def goes_on(self, votes: int) -> None:
        """Waits until so many more have been accepted."""
        enough = len(self.accepted) + votes

        async def are_accepted() -> bool:
            return len(self.accepted) >= enough

        await eventually(are_accepted, f"{votes} votes more are accepted")

    async def _vote(self, http: httpx2.AsyncClient, person: str) -> bool:
        token = {"Authorization": f"Bearer {self.issuer.token(sub=person)}"}
        answer = await http.post(f"{self.api}/v1/polls/{self.poll_id}/passes", headers=token)
        if answer.status_code == 503:
            return False
        assert answer.status_code == 201, answer.text
        permit = {"Authorization": f"Bearer {answer.json()['pass']}"}
        path = f"{self.box}/v1/polls/{self.poll_id}/votes"
        answer = await http.post(path, json={"idea_id": IDEAS[len(person) % 5]}, headers=permit)
        assert answer.status_code in (202, 503), answer.text
        if answer.status_code == 202:
            self.accepted.append(answer.json())
        return answer.status_code == 202


async def terminated(running: Programs) -> dict[str, int]:
    """Ends all of them at once; their exit statuses."""
    statuses = await asyncio.gather(*(one.terminate() for one in running.values()))
    return dict(zip(running, statuses, strict=True))


async def test_every_role_tells_its_health(running: Programs) -> None:
    async with httpx2.AsyncClient(timeout=40) as http:
        for one in running.values():
            url = await one.url()
            assert (await http.get(f"{url}/healthz")).status_code == 200
            await _until_ready(http, url)
            metrics = await http.get(f"{url}/metrics")
            assert metrics.status_code == 200
            assert "groundswell_" in metrics.text
    assert await terminated(running) == dict.fromkeys(ROLES, 0)


async def test_all_that_was_acknowledged_survives_sigterm_under_load(
    voting: Voting, running: Programs, issuer: LocalIssuer
) -> None:
    poll_id = await open_by_events(voting)
    await eventually(lambda: _is_planned(voting, poll_id), "the worker has heard of it")
    poll = await voting.reaches(await voting.poll(poll_id), PollStage.OPEN)
    api, box = await running["api"].url(), await running["ballot-box"].url()
    async with httpx2.AsyncClient(timeout=40) as http:
        for url in (api, box):
            await _until_ready(http, url)
    crowd = Crowd(api, box, poll_id, issuer)
    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(crowd.vote_on(number))
        for role in ("counter", "archiver", "worker", "ballot-box"):
            await crowd.goes_on(30)
            crowd.leaving = role == "ballot-box"
            assert await running[role].terminate() == 0, running[role].log[-5:]
    assert crowd.cut == 0
    assert await running["api"].terminate() == 0

    log = await voting.votes_log.read()
    counts = [counted_from_zero(records, p, 12) for p, records in log.items()]
    counted = [c.tallies[poll_id] for c in counts if poll_id in c.tallies]
    logged = {r.id: r.body for records in (await voting.log_of(poll)).values() for r in records}
    for receipt in crowd.accepted:
        body = logged[receipt["vote_id"]]
        assert isinstance(body, Vote)
        assert body.idea_ids == (receipt["idea_id"],)
    # One vote each, so all that was acknowledged counts; one more may have lost its answer.
    assert sum(tally.votes().total() for tally in counted) >= len(crowd.accepted) >= 4 * 30
    async with voting.counted():
        await until_exact(voting.votes_log, voting.projection)


@pytest.mark.parametrize(("name", "role"), [("kafka", "ballot-box"), ("mongo", "api")])
async def test_they_end_while_an_engine_is_away(
    engines: Engines, running: Programs, name: str, role: str
) -> None:
    """Paused, it keeps its connections and says nothing: whoever waits for it waits for ever."""
    engine: Engine = getattr(engines, name)
    url = await running[role].url()
    await engine.pause()
    try:
        async with httpx2.AsyncClient(timeout=40) as http:
            await eventually(lambda: _is_not_ready(http, url), f"{role} misses {name}")
        # In time; with 1 where something had to be cut off.
        assert set((await terminated(running)).values()) <= {0, 1}
    finally:
        await engine.resume()


async def _until_ready(http: httpx2.AsyncClient, url: str) -> None:
    async def is_ready() -> bool:
        return (await http.get(f"{url}/readyz")).status_code == 200

    await eventually(is_ready, f"{url} is ready")


async def _is_not_ready(http: httpx2.AsyncClient, url: str) -> bool:
    return (await http.get(f"{url}/readyz")).status_code == 503


async def _is_planned(voting: Voting, poll_id: str) -> bool:
    return await voting.stores.polls.find_public(poll_id) is not None
