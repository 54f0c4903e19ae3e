"""A tally is certified when archive and live count are whole and equal, once, and not before."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

from groundswell_contracts.tallies import ChannelVotes, IdeaVotes, TallyCertified
from groundswell_contracts.topics import TALLIES
from groundswell_contracts.votes import VoteCast
from groundswell_kit.ids import new_id
from groundswell_kit.relay import Relay
from groundswell_voting.app.operator import recounted, set_back
from groundswell_voting.certification.commands import CertificationCommands
from groundswell_voting.certification.report import comparison, report
from groundswell_voting.certification.result import certified_result
from groundswell_voting.control import life
from groundswell_voting.polls.rules import (
    ChangeState,
    IdeasChange,
    Poll,
    PollStage,
    VotersChange,
)
from groundswell_voting.voteslog.rules import Rules
from tests.integration.voting.installation import Voting, event_of
from tests.integration.voting.world import BRAND, IDEAS, Log, cast, dump, eventually, running

CHANCE = random.Random(2016)  # noqa: S311 - a test's order


async def cast_all(voting: Voting, poll: Poll, voters: int = 60) -> Counter[str]:
    """Votes, repeats and second thoughts in the log; what must be counted."""
    choices = {f"voter_{n}": CHANCE.choice(IDEAS) for n in range(voters)}
    votes = [cast(voter, idea, poll.poll_id) for voter, idea in choices.items()]
    second = [cast(f"voter_{n}", CHANCE.choice(IDEAS), poll.poll_id) for n in range(10)]
    await voting.votes_log.cast(*votes, *second, cast("voter_1", "idea_trout", poll.poll_id))
    return Counter(choices.values())


@asynccontextmanager
async def sealing(voting: Voting) -> AsyncIterator[tuple[Poll, Counter[str]]]:
    """A poll that is about to be sealed, with its votes; the machine runs, nobody counts yet."""
    poll = await voting.open()
    expected = await cast_all(voting, poll)
    await voting.close(poll)
    async with running(voting.machine(announce_seconds=0.2).run):
        yield await voting.reaches(poll, PollStage.SEALED), expected


def certification_of(voting: Voting) -> CertificationCommands:
    stores = voting.stores
    return CertificationCommands(
        voting.database.client,
        stores.archive,
        voting.projection,
        stores.tallies,
        stores.polls,
        voting.settings.voting_partitions,
    )


async def tally_of(voting: Voting, poll: Poll) -> TallyCertified:
    found = await voting.stores.tallies.find_public(poll.poll_id)
    assert found is not None
    brand_id, tally = found
    assert brand_id == BRAND
    return tally


async def published(voting: Voting, poll: Poll) -> Sequence[TallyCertified]:
    """The poll's tallies on the topic."""
    log = Log(voting.votes_log.bootstrap, TALLIES.name, TALLIES.partitions, voting.writer._producer)
    events = [event_of(raw) for records in (await log.read()).values() for raw in records]
    mine = [e for e in events if e.data.key == poll.contest_id]
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
        await voting.reaches(poll, PollStage.RETIRED, within_seconds=30)
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
            await eventually(lambda: _shown_refused(1), "the worker shows it")
            assert await voting.stores.tallies.find_public(poll.poll_id) is None
            await set_back(voting.settings, [partition])
            certified = await voting.reaches(poll, PollStage.CERTIFIED)
            await eventually(lambda: _shown_refused(0), "the worker shows it no more")
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


async def test_the_operators_recount_tells_the_same_and_touches_nothing(voting: Voting) -> None:
    async with sealing(voting) as (poll, expected):
        before = await recounted(voting.settings, poll.poll_id)
        assert (before.equal, before.sealed) == (None, True)
        async with voting.counted():
            await voting.reaches(poll, PollStage.RETIRED)
    tally = await tally_of(voting, poll)
    logged = await voting.votes_log.read()
    stored = await voting.database["votes_log"].count_documents({})
    again = await recounted(voting.settings, poll.poll_id)
    assert again.equal is True
    assert again.log_hash == tally.log_hash == before.log_hash
    assert again.recounted == before.recounted == certified_result(tally)
    assert {i.idea_id: i.votes for i in again.recounted.tally if i.votes} == expected
    votes = expected[IDEAS[0]]
    lines = list(report(again))
    assert f"{IDEAS[0]}\trecounted {votes}\tcertified {votes}" in lines
    assert lines[-1] == "equal"
    assert await voting.votes_log.read() == logged
    assert await voting.database["votes_log"].count_documents({}) == stored


async def test_a_poll_with_all_that_may_happen_is_certified(voting: Voting) -> None:
    """Weights, channels, an idea removed and one added, voters set aside and one reinstated."""
    rules = Rules(ideas_per_ballot=2, weights={"gold": 3}, channels=("web", "shop"))
    poll = await voting.open(rules=rules)

    def voted(voter: str, idea: str, **more: str) -> VoteCast:
        return cast(voter, idea, poll.poll_id).model_copy(update=more)

    async with voting.counted(), running(voting.machine(0.05).run):
        await voting.votes_log.cast(
            voted("anne", IDEAS[0], segment="gold", channel="shop"),
            voted("anne", IDEAS[1], segment="gold"),
            voted("bert", IDEAS[1], channel="shop"),
            voted("carl", IDEAS[0]),
            voted("dora", IDEAS[2]),
        )
        aside = VotersChange(
            "set_aside", "case 1", "bought", ("carl", "dora"), (), ("carl", "dora")
        )
        back = VotersChange("reinstate", "case 1", "an error", ("dora",), (), ("dora",))
        for what in (IdeasChange(("idea_new",), (IDEAS[1],)), aside, back):
            change = await voting.settled(await voting.ask(poll, what))
            assert change.state is ChangeState.DONE, change
        await voting.votes_log.cast(
            voted("bert", "idea_new"), voted("carl", "idea_new"), voted("anne", IDEAS[1])
        )
        open_count = await recounted(voting.settings, poll.poll_id)
        await voting.close(poll)
        await voting.reaches(poll, PollStage.RETIRED)
    tally = await tally_of(voting, poll)
    assert {i.idea_id: (i.votes, i.rank) for i in tally.tally} == {
        IDEAS[0]: (3, 1),
        IDEAS[2]: (1, 2),
        "idea_new": (1, 2),
        IDEAS[3]: (0, 4),
        IDEAS[4]: (0, 4),
    }
    assert tally.removed == (IdeaVotes(idea_id=IDEAS[1], votes=4),)
    assert tally.voters_set_aside == 1
    assert tally.set_aside == (
        IdeaVotes(idea_id=IDEAS[0], votes=1),
        IdeaVotes(idea_id="idea_new", votes=1),
    )
    assert tally.channels == (ChannelVotes(channel="shop", idea_id=IDEAS[0], votes=3),)
    assert tally.verdicts == {"counted": 6, "set_aside": 1, "idea_removed": 1}

    assert (open_count.sealed, open_count.equal) == (False, None)
    assert open_count.recounted == certified_result(tally)
    assert (await recounted(voting.settings, poll.poll_id)).equal is True
    await _what_if(voting, poll, rules)


async def _what_if(voting: Voting, poll: Poll, rules: Rules) -> None:
    """The same poll, had there been no weights; nothing is touched by asking."""
    stored = await dump(voting.redis), await voting.poll(poll)
    found = await recounted(voting.settings, poll.poll_id, replace(rules, weights={}))
    lines = [line.split() for line in comparison(found)]
    assert lines[0] == ["idea", "certified", "under", "other", "rules", "difference"]
    assert [IDEAS[0], "3", "1", "-2"] in lines
    assert [IDEAS[1], "(removed)", "4", "2", "-2"] in lines
    assert (await dump(voting.redis), await voting.poll(poll)) == stored


async def test_a_log_of_another_ballot_than_the_stored_one_is_refused(voting: Voting) -> None:
    async with sealing(voting) as (poll, _):
        pass
    other = await voting.stores.polls.change(poll, removed_idea_ids=[IDEAS[0]])
    assert other is not None
    async with voting.counted():
        await voting.archived()
        assert await _stays_sealed(voting, poll)
    assert "another ballot" in str((await voting.poll(poll)).refusal)


async def test_partitions_are_rebuilt_while_others_go_on(voting: Voting) -> None:
    """Votes come meanwhile; certified is what the log says."""
    poll = await voting.open()
    choices: Counter[str] = Counter()

    async def keep_voting(stop: asyncio.Event) -> None:
        for n in range(2_000):
            if stop.is_set():
                return
            idea = CHANCE.choice(IDEAS)
            choices[idea] += 1
            await voting.votes_log.cast(cast(f"voter_{n}", idea, poll.poll_id))

    partitions = range(voting.settings.voting_partitions)
    async with voting.counted():
        async with running(keep_voting):
            for chosen in ([3], [7], partitions):
                counted = await voting.projection.position(5)
                await set_back(voting.settings, chosen)
                if 5 not in chosen:
                    assert (await voting.projection.position(5)).offset >= counted.offset
                await asyncio.sleep(0.5)
        async with running(voting.machine(0.05).run):
            await voting.close(poll)
            await voting.reaches(poll, PollStage.CERTIFIED)
    tally = await tally_of(voting, poll)
    assert {idea.idea_id: idea.votes for idea in tally.tally if idea.votes} == choices


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
