"""A tally is certified when archive and live count are whole and equal, once, and not before."""

import asyncio
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY

from groundswell_contracts.tallies import TallyCertified
from groundswell_contracts.topics import TALLIES
from groundswell_kit.ids import new_id
from groundswell_kit.relay import Relay
from groundswell_voting.app.operator import set_back
from groundswell_voting.control import life
from groundswell_voting.polls.rules import (
    Poll,
    PollStage,
)
from tests.integration.voting.installation import Voting, event_of
from tests.integration.voting.sealed import cast_all, certification_of, sealing, tally_of
from tests.integration.voting.world import BRAND, IDEAS, Log, cast, eventually, running


async def published(voting: Voting, poll: Poll) -> Sequence[TallyCertified]:
    """The poll's tallies on the topic."""
    log = Log(voting.votes_log.bootstrap, TALLIES.name, TALLIES.partitions, voting.writer._producer)
    events = [event_of(raw) for records in (await log.read()).values() for raw in records]
    # What is published twice is one event: its id says so.
    mine = list({e.id: e for e in events if e.data.key == poll.contest_id}.values())
    assert {e.brand_id for e in mine} <= {BRAND}
    return [e.data for e in mine if isinstance(e.data, TallyCertified)]


async def test_a_sealed_poll_is_certified_and_published_once(voting: Voting) -> None:
    relay = Relay(voting.database, voting.settings.kafka_bootstrap, new_id("relay"))
    async with sealing(voting) as (poll, expected):
        # Behind the seal, where nothing changes the tally any more.
        await voting.votes_log.cast(*(cast(f"late_{n}", poll_id=poll.poll_id) for n in range(20)))
        async with voting.counted(), running(voting.machine(0.2).run, relay.run):
            retired = await voting.reaches(poll, PollStage.RETIRED)
            tally = await tally_of(voting, poll)

            await eventually(lambda: _is_published(voting, poll), "the tally is published")
    assert (retired.control_number, retired.refusal) == (4, None)
    assert {idea.idea_id: idea.votes for idea in tally.tally if idea.votes} == expected
    assert [idea.votes for idea in tally.tally] == sorted(expected.values(), reverse=True)
    assert {idea.idea_id for idea in tally.tally} == set(IDEAS)
    assert tally.verdicts["counted"] == 60
    assert sum(tally.verdicts.values()) == 71
    assert len(tally.log_ranges) == voting.settings.voting_partitions
    assert await published(voting, poll) == [tally]
    assert await voting.database["outbox"].count_documents(_outbox_of(poll)) == 1


async def test_of_two_that_certify_at_once_one_publishes(voting: Voting) -> None:
    """The one before lost its lease while it counted."""
    async with sealing(voting) as (poll, _):
        pass
    async with voting.counted():
        await voting.archived()
    certification = certification_of(voting)
    await asyncio.gather(*(certification.certify(poll) for _ in range(3)))
    assert (await voting.poll(poll)).stage is PollStage.CERTIFIED
    assert await voting.database["outbox"].count_documents(_outbox_of(poll)) == 1


async def test_a_ballot_may_have_ten_thousand_ideas(voting: Voting) -> None:
    """Its records, announcements and tally are large, and must fit wherever they go."""
    ideas = [new_id("idea") for _ in range(10_000)]
    relay = Relay(voting.database, voting.settings.kafka_bootstrap, new_id("relay"))
    async with voting.counted(), running(voting.machine(0.2).run, relay.run):
        poll = await voting.reaches(await voting.plan(idea_ids=ideas), PollStage.OPEN)
        choices = {f"voter_{n}": ideas[n * 97] for n in range(100)}
        await voting.votes_log.cast(*(cast(v, i, poll.poll_id) for v, i in choices.items()))
        await voting.close(poll)
        await voting.reaches(poll, PollStage.RETIRED)
        await eventually(lambda: _is_published(voting, poll), "the tally is published")
    tally = await tally_of(voting, poll)
    assert len(tally.tally) == 10_000
    assert {i.idea_id for i in tally.tally if i.votes} == set(choices.values())


async def test_certification_waits_for_archive_and_count(voting: Voting) -> None:
    async with sealing(voting) as (poll, _):
        assert await _stays_sealed(voting, poll)
        async with voting.counted():
            await voting.reaches(poll, PollStage.CERTIFIED)


@pytest.mark.parametrize("name", ["0", "a0", "c:shop:0", "v:counted"])
async def test_a_count_that_differs_is_refused_until_it_is_rebuilt(
    voting: Voting, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "CERTIFY_AGAIN_SECONDS", 0.2)
    before = REGISTRY.get_sample_value("groundswell_certifications_refused_total") or 0
    poll = await voting.open()
    others = len([p async for p in voting.stores.polls.unfinished_of_all_brands() if p.refusal])
    expected = await cast_all(voting, poll)
    partition = 7
    key = f"{{v{partition}}}:tally:{poll.poll_id}"
    async with voting.counted():
        async with running(voting.machine(0.2).run):
            await voting.close(poll)
            await voting.reaches(poll, PollStage.CLOSED)
        await voting.archived()
        await voting.redis.hincrby(key, name, 1)
        async with running(voting.machine(0.2).run):
            await eventually(lambda: _is_refused(voting, poll, partition), "it is refused")
            assert await _stays_sealed(voting, poll)
            await eventually(lambda: _shown_refused(others + 1), "the worker shows it")
            assert await voting.stores.tallies.find_public(poll.poll_id) is None
            await set_back(voting.settings, [partition])
            certified = await voting.reaches(poll, PollStage.CERTIFIED)
            await eventually(lambda: _shown_refused(others), "the worker shows it no more")
    assert certified.refusal is None
    tally = await tally_of(voting, poll)
    assert {idea.idea_id: idea.votes for idea in tally.tally if idea.votes} == expected
    assert REGISTRY.get_sample_value("groundswell_certifications_refused_total") == before + 1


async def test_an_archive_with_a_hole_is_refused(
    voting: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "CERTIFY_AGAIN_SECONDS", 0.2)
    records = voting.database["votes_log"]
    async with sealing(voting) as (poll, _):
        pass
    async with voting.counted():
        await voting.archived()
    lost = await records.find_one_and_delete({"poll_id": poll.poll_id, "voter": {"$ne": None}})
    assert lost is not None
    async with voting.counted(), running(voting.machine(0.2).run):
        await eventually(lambda: _is_refused(voting, poll, lost["_id"] >> 48), "it is refused")
        assert "hole" in str((await voting.poll(poll)).refusal)
        await records.insert_one(lost)
        await voting.reaches(poll, PollStage.CERTIFIED)


async def test_a_log_of_another_ballot_than_the_stored_one_is_refused(voting: Voting) -> None:
    async with sealing(voting) as (poll, _):
        pass
    other = await voting.stores.polls.change(poll, removed_idea_ids=[IDEAS[0]])
    assert other is not None
    async with voting.counted():
        await voting.archived()
        assert await _stays_sealed(voting, poll)
    assert "another ballot" in str((await voting.poll(poll)).refusal)


async def _is_refused(voting: Voting, poll: Poll, partition: int) -> bool:
    return f"partition {partition}" in ((await voting.poll(poll)).refusal or "")


async def _shown_refused(polls: int) -> bool:
    return REGISTRY.get_sample_value("groundswell_polls_refused") == polls


async def _stays_sealed(voting: Voting, poll: Poll) -> bool:
    """Whether it is neither certified nor anything else after some turns more."""
    await certification_of(voting).certify(await voting.poll(poll))
    return (await voting.poll(poll)).stage is PollStage.SEALED


async def _is_published(voting: Voting, poll: Poll) -> bool:
    return bool(await published(voting, poll))


def _outbox_of(poll: Poll) -> dict[str, object]:
    return {"topic": TALLIES.name, "key": poll.contest_id.encode()}
