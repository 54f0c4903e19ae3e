"""A poll's history ends where its certified tally stands, and all of it is told by then."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from groundswell_contracts.tallies import VotesCounted
from groundswell_contracts.topics import TALLIES
from groundswell_kit.clock import utc_now
from groundswell_voting.control.life import Conclusion
from groundswell_voting.history import commands as history_module
from groundswell_voting.history.commands import HistoryCommands
from groundswell_voting.history.rules import Noted
from groundswell_voting.history.store import IntervalStore
from groundswell_voting.polls.merging import MergedIdeaChange, MergedVotesChange
from groundswell_voting.polls.rules import (
    IdeasChange,
    Poll,
    PollStage,
    VotersChange,
    ended_at,
)
from groundswell_voting.voteslog.rules import Rules
from tests.integration.voting.installation import Voting
from tests.integration.voting.scenes import cast, crowd
from tests.integration.voting.sealed import sealing, tally_of
from tests.integration.voting.world import IDEAS, eventually, running


def history_of(voting: Voting) -> HistoryCommands:
    return HistoryCommands(
        voting.stores.intervals, voting.projection, voting.settings.voting_partitions
    )


async def told(voting: Voting, poll: Poll) -> Sequence[VotesCounted]:
    """The intervals of the poll that the outbox has, in its order."""
    rows = voting.database["outbox"].find({"topic": TALLIES.name, "key": poll.contest_id.encode()})
    found = [(row["value"], dict(row["headers"])["ce_type"]) async for row in rows.sort("_id", 1)]
    kind = VotesCounted.type.encode()
    return [VotesCounted.model_validate_json(value) for value, type_ in found if type_ == kind]


@pytest.mark.parametrize(
    "rules",
    [
        Rules(review_seconds=8),
        Rules(review_seconds=8, tallies="delayed", delay_seconds=3_600),
    ],
)
async def test_the_last_interval_is_the_certified_tally(voting: Voting, rules: Rules) -> None:
    """What comes behind the first note, a set-aside after the closing among it, is told too."""
    history = history_of(voting)
    poll = await voting.open(rules=rules)
    machine = voting.machine(0.2, watchers=[history.note], conclusions=[history.conclude] * 2)
    async with voting.counted(), running(machine.run):
        await cast(voting, poll, crowd(7), IDEAS[1])

        async def is_noted() -> bool:
            return await voting.stores.intervals.find_public(poll.poll_id) is not None

        await eventually(is_noted, "the first votes are noted")
        assert bool(await told(voting, poll)) == (rules.tallies == "live")
        await voting.settled(await voting.ask(poll, IdeasChange(removed=IDEAS[3:4])))
        await cast(voting, poll, crowd(5, "late"), IDEAS[0])
        await voting.close(poll)
        await voting.reaches(poll, PollStage.CLOSED)
        bots = ("late_0", "voter_0")
        await voting.ask(poll, VotersChange("set_aside", "c", "Bots.", bots, resolved=bots))
        retired = await voting.reaches(poll, PollStage.RETIRED)
    tally = await tally_of(voting, poll)
    assert {i.idea_id: i.votes for i in tally.tally if i.votes} == {IDEAS[0]: 4, IDEAS[1]: 6}
    last = await voting.stores.intervals.find_public(poll.poll_id)
    assert last is not None
    assert {IDEAS[n]: votes for n, votes in last.votes.items() if votes} == {
        IDEAS[0]: 4,
        IDEAS[1]: 6,
    }
    events = await told(voting, poll)
    assert [event.interval for event in events] == list(range(1, last.number + 1))
    together = {idea.idea_id: idea.votes for event in events for idea in event.ideas}
    assert {idea_id: votes for idea_id, votes in together.items() if votes} == {
        IDEAS[0]: 4,
        IDEAS[1]: 6,
    }
    assert ended_at(retired) <= events[-1].counted_up_to <= tally.certified_at


@pytest.mark.timeout(240)
async def test_the_votes_of_an_idea_that_goes_on_in_another_are_told_once(
    voting: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever adds up what was told has each voter once."""
    monkeypatch.setattr(history_module, "INTERVAL_SECONDS", 0.1)
    poll = await voting.open(rules=Rules(ideas_per_ballot=2))
    machine = voting.machine(0.2, watchers=[history_of(voting).note])

    async def tells(**votes: int) -> None:
        async def holds() -> bool:
            events = await told(voting, poll)
            last = {idea.idea_id: idea.votes for event in events for idea in event.ideas}
            return [last.get(idea_id) for idea_id in IDEAS[:2]] == list(votes.values())

        await eventually(holds, f"{votes} are told")

    async with voting.counted(), running(machine.run):
        await cast(voting, poll, crowd(7), IDEAS[0])
        await cast(voting, poll, crowd(3), IDEAS[1])
        await tells(merged=7, into=3)
        await voting.ask(poll, MergedIdeaChange(*IDEAS[:2], "leave"))
        await voting.ask(poll, MergedVotesChange(*IDEAS[:2], "merge"))
        await tells(merged=0, into=7)
        await voting.ask(poll, MergedIdeaChange(*IDEAS[:2], "return"))
        await voting.ask(poll, MergedVotesChange(*IDEAS[:2], "unmerge"))
        await tells(merged=7, into=3)


async def test_what_is_hidden_has_no_history_at_its_end_either(voting: Voting) -> None:
    history = history_of(voting)
    poll = await voting.open(rules=Rules(tallies="hidden"))
    machine = voting.machine(0.2, watchers=[history.note], conclusions=[history.conclude])
    async with voting.counted(), running(machine.run):
        await cast(voting, poll, crowd(3))
        await voting.close(poll)
        await voting.reaches(poll, PollStage.RETIRED)
    assert await voting.stores.intervals.find_public(poll.poll_id) is None
    assert await told(voting, poll) == []


async def test_a_poll_that_is_not_certified_for_long_is_noted_all_the_same(
    voting: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealed, and its recount does not come to its end: the count has, and everybody hears it."""
    monkeypatch.setattr(history_module, "INTERVAL_SECONDS", 0.1)
    async with sealing(voting) as (poll, expected):
        pass

    class Never:
        async def certify(self, _: Poll) -> None:
            return

    machine = voting.machine(certification=Never(), watchers=[history_of(voting).note])
    async with voting.counted(), running(machine.run):

        async def is_told() -> bool:
            events = await told(voting, poll)
            return expected == {i.idea_id: i.votes for event in events for i in event.ideas}

        await eventually(is_told, "the final count is told")
    assert (await voting.poll(poll)).stage is PollStage.SEALED


async def ends_with_all_told(voting: Voting, poll: Poll, conclusions: Sequence[Conclusion]) -> None:
    """Three votes that nobody noted before the end are told once, when the poll is retired."""
    async with voting.counted(), running(voting.machine(0.2, conclusions=conclusions).run):
        await cast(voting, poll, crowd(3))
        await voting.close(poll)
        await voting.reaches(poll, PollStage.RETIRED)
    (event,) = await told(voting, poll)
    assert (event.interval, {idea.idea_id: idea.votes for idea in event.ideas}) == (
        1,
        {IDEAS[0]: 3},
    )


async def test_a_worker_whose_clock_is_behind_tells_all_the_same(
    voting: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Intervals carry the broker's time: by the worker's own, these are yet to come."""
    monkeypatch.setattr(history_module, "utc_now", lambda: utc_now() - timedelta(minutes=1))
    poll = await voting.open(rules=Rules(tallies="delayed", delay_seconds=5))
    await ends_with_all_told(voting, poll, [history_of(voting).conclude])


async def test_a_worker_that_dies_between_note_and_telling_leaves_nothing_untold(
    voting: Voting,
) -> None:
    poll = await voting.open(rules=Rules(tallies="delayed", delay_seconds=5))
    noted_then: list[Noted | None] = []

    class Killed(IntervalStore):
        """Dies with the telling of the first interval behind it, which is taken back."""

        async def publish(self, *args: Any) -> None:
            await super().publish(*args)
            if not noted_then:
                noted_then.append(await voting.stores.intervals.find_public(poll.poll_id))
                raise ConnectionError("the worker is gone")

    store = Killed(voting.database, voting.stores.outbox)
    dying = HistoryCommands(store, voting.projection, voting.settings.voting_partitions)
    await ends_with_all_told(voting, poll, [dying.conclude])
    assert [noted.number for noted in noted_then if noted] == [1]
