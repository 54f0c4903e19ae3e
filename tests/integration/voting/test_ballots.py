"""A voter's own ballot: from Redis while the poll runs, from the archive once it is certified."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from groundswell_contracts.votes import VoteCast
from groundswell_local.engines import Engines
from groundswell_voting.passes.rules import parse_key
from groundswell_voting.polls.rules import IdeasChange, Poll, PollStage, VotersChange
from groundswell_voting.voteslog.rules import Rules, vote_id
from tests.integration.voting.installation import Voting
from tests.integration.voting.people import Api, served
from tests.integration.voting.world import BRAND, IDEAS, eventually, running
from tests.support.issuer import LocalIssuer


@pytest.fixture
async def api(voting: Voting, issuer: LocalIssuer) -> AsyncIterator[Api]:
    async with served(voting, issuer) as api:
        yield api


async def ballot(api: Api, poll: Poll | str, person: str) -> dict[str, object]:
    poll_id = poll if isinstance(poll, str) else poll.poll_id
    answer = await api.get(f"/v1/polls/{poll_id}/ballot", api.token(person))
    assert answer.status_code == 200, answer.text
    document: dict[str, object] = answer.json()
    return document


def counting(poll: Poll, *votes: tuple[str, str]) -> dict[str, object]:
    """The ballot on which these (idea, receipt) count, in a standing poll."""
    ideas, receipts = [idea for idea, _ in votes], [receipt for _, receipt in votes]
    periods = [period(ideas, receipts)] if votes else []
    return {"poll_id": poll.poll_id, "idea_ids": ideas, "periods": periods}


def period(ideas: Sequence[str], receipts: Sequence[str], **more: object) -> dict[str, object]:
    plain = {"period": "", "revision": None, "set_aside": False}
    return plain | {"idea_ids": list(ideas), "vote_ids": list(receipts)} | more


async def cast(api: Api, poll: Poll, ideas: Sequence[str], **more: Any) -> str:
    """A vote of person_1, as the ballot box writes it; its receipt."""
    permit = api.read(await api.permit(poll))
    key = parse_key(api.voting.settings.voting_receipt_key.get_secret_value())
    mine = vote_id(
        key, poll.poll_id, permit.voter, more.get("period", ""), ideas, more.get("revision")
    )
    vote = VoteCast(
        vote_id=mine,
        poll_id=poll.poll_id,
        voter=permit.voter,
        idea_ids=list(ideas),
        pass_id=permit.pass_id,
        **more,
    )
    await api.voting.votes_log.cast(vote)
    return mine


@asynccontextmanager
async def during_and_after(api: Api, poll: Poll) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
    """Reads what person_1 sees while the poll runs; in the end it must be the same afterwards."""
    seen: list[Any] = []

    async def look() -> Any:
        await api.voting.archived()
        seen.append(await ballot(api, poll, "person_1"))
        return seen[-1]

    async with api.voting.counted(), running(api.voting.machine(0.05).run):
        yield look
        await api.voting.close(poll)
        await api.voting.reaches(poll, PollStage.RETIRED)
        last = seen[-1]
        assert await look() == last


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


async def test_a_changeable_ballot_is_the_last_one_stated(api: Api) -> None:
    poll = await api.voting.open(rules=Rules("changeable", 2))
    mine = api.token()
    async with during_and_after(api, poll) as look:
        first = await cast(api, poll, IDEAS[:2], revision=1)
        shown = await look()
        assert shown["idea_ids"] == list(IDEAS[:2])
        assert shown["periods"] == [period(IDEAS[:2], [first], revision=1)]

        second = await cast(api, poll, IDEAS[1:3], revision=2)
        shown = await look()
        assert shown["periods"] == [period(IDEAS[1:3], [second], revision=2)]
        assert [await api.state(r, mine) for r in (first, second)] == ["replaced", "counted"]

        await api.voting.settled(await api.voting.ask(poll, IdeasChange(removed=(IDEAS[1],))))
        shown = await look()
        assert shown["idea_ids"] == [IDEAS[2]]
        assert shown["periods"] == [period([IDEAS[2]], [second], revision=2)]
        refused = await cast(api, poll, [IDEAS[1]], revision=3)
        await look()
        assert await api.state(refused, mine) == "idea_removed"
    assert await api.state(second, mine) == "counted"
    answer = (await api.get(f"/v1/receipts/{second}", mine)).json()
    assert (answer["idea_id"], answer["idea_ids"], answer["revision"]) == (
        None,
        list(IDEAS[1:3]),
        2,
    )


async def test_each_day_has_a_ballot_and_a_voter_set_aside_is_told(api: Api) -> None:
    poll = await api.voting.open(rules=Rules(period="day"))
    voter = api.read(await api.permit(poll)).voter
    days, mine = ("2026-11-21", "2026-11-22"), api.token()
    async with during_and_after(api, poll) as look:
        receipts = [await cast(api, poll, [IDEAS[n]], period=day) for n, day in enumerate(days)]
        shown = await look()
        assert shown["idea_ids"] == list(IDEAS[:2])
        assert shown["periods"] == [
            period([IDEAS[n]], [receipts[n]], period=day) for n, day in enumerate(days)
        ]
        aside = VotersChange("set_aside", "case 1", "bought", (voter,), resolved=(voter,))
        await api.voting.settled(await api.voting.ask(poll, aside))
        shown = await look()
        assert [p["set_aside"] for p in shown["periods"]] == [True, True]
        assert [await api.state(r, mine) for r in receipts] == ["set_aside"] * 2

        back = VotersChange("reinstate", "case 1", "an error", (voter,), resolved=(voter,))
        await api.voting.settled(await api.voting.ask(poll, back))
        assert [p["set_aside"] for p in (await look())["periods"]] == [False, False]
    assert [await api.state(r, mine) for r in receipts] == ["counted"] * 2


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
        answer = await api.get_once(f"/v1/polls/{poll.poll_id}/ballot", api.token())
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
    finally:
        await engines.redis.start()

    async def answers() -> bool:
        return (await api.get(f"/v1/polls/{poll.poll_id}/ballot", api.token())).is_success

    await eventually(answers, "it is known again")
