"""A voter's own ballot: from Redis while the poll runs, from the archive once it is certified."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from groundswell_kit.health import Health
from groundswell_local.engines import Engines
from groundswell_voting.app.api import create_api
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.polls.rules import Poll, PollStage
from tests.integration.voting.installation import Voting
from tests.integration.voting.people import Api
from tests.integration.voting.world import BRAND, IDEAS, eventually, running
from tests.support.issuer import LocalIssuer


@pytest.fixture
async def api(voting: Voting, issuer: LocalIssuer) -> AsyncIterator[Api]:
    ends = LogEnds(voting.settings.kafka_bootstrap, voting.settings.voting_partitions)
    app = create_api(voting.settings, voting.stores, voting.projection, ends, Health("api"))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://voting.test") as client:
        yield Api(voting, app, client, issuer)
    await ends.close()


async def ballot(api: Api, poll: Poll | str, person: str) -> dict[str, object]:
    poll_id = poll if isinstance(poll, str) else poll.poll_id
    answer = await api.get(f"/v1/polls/{poll_id}/ballot", api.token(person))
    assert answer.status_code == 200, answer.text
    document: dict[str, object] = answer.json()
    return document


def counting(poll: Poll, *votes: tuple[str, str]) -> dict[str, object]:
    """The ballot on which these (idea, receipt) count."""
    ideas, receipts = [idea for idea, _ in votes], [receipt for _, receipt in votes]
    return {"poll_id": poll.poll_id, "idea_ids": ideas, "vote_ids": receipts}


async def test_it_shows_the_vote_that_counts_to_its_voter_alone(api: Api) -> None:
    poll = await api.voting.open()
    first = await api.vote(poll, "person_1", IDEAS[2])
    await api.vote(poll, "person_1", IDEAS[0])  # one too many: the first one stands
    await api.vote(poll, "person_2", "idea_trout")  # not on the ballot
    third = await api.vote(poll, "person_3", IDEAS[2])
    assert await ballot(api, poll, "person_1") == counting(poll), "nothing is counted yet"
    expected = {
        "person_1": counting(poll, (IDEAS[2], first)),
        "person_2": counting(poll),
        "person_3": counting(poll, (IDEAS[2], third)),
        "person_4": counting(poll),
    }
    assert first != third
    async with api.voting.counted(), running(api.voting.machine(0.2).run):
        await api.voting.archived()
        assert {person: await ballot(api, poll, person) for person in expected} == expected

        await api.voting.close(poll)
        await api.voting.reaches(poll, PollStage.RETIRED)
        await api.voting.archived()
    ballots = api.voting.redis.scan_iter(f"*:ballots:{poll.poll_id}:*")
    assert [key async for key in ballots] == [], "the count has dropped them"
    assert {person: await ballot(api, poll, person) for person in expected} == expected


async def test_ballots_dropped_since_the_poll_was_read_are_not_missed(api: Api) -> None:
    """The poll is remembered as open for a second; by then it is retired."""
    poll = await api.voting.open()
    receipt = await api.vote(poll, "person_1", IDEAS[1])
    async with api.voting.counted(), running(api.voting.machine(0.05).run):
        await api.voting.archived()
        shown = counting(poll, (IDEAS[1], receipt))
        await api.voting.close(poll)

        async def is_retired() -> bool:
            assert await ballot(api, poll, "person_1") == shown
            return (await api.voting.poll(poll)).stage is PollStage.RETIRED

        await eventually(is_retired, "the poll is retired")
        await api.voting.archived()
        assert await ballot(api, poll, "person_1") == shown


async def test_others_may_not_ask(api: Api) -> None:
    poll = await api.voting.open()
    path = f"/v1/polls/{poll.poll_id}/ballot"
    assert (await api.get(path)).status_code == 401
    staff = api.token("staff_1", "manager", brand_id=BRAND)
    assert (await api.get(path, staff)).status_code == 403
    assert (await api.get("/v1/polls/poll_unheard_of/ballot", api.token())).status_code == 404


async def test_without_redis_it_is_not_known(engines: Engines, api: Api) -> None:
    poll = await api.voting.open()
    await engines.redis.kill()
    try:
        answer = await api.get(f"/v1/polls/{poll.poll_id}/ballot", api.token())
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
    finally:
        await engines.redis.start()

    async def answers() -> bool:
        return (await api.get(f"/v1/polls/{poll.poll_id}/ballot", api.token())).is_success

    await eventually(answers, "it is known again")
