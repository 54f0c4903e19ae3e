"""What voting takes over from contests: their polls, their end of voting, keys for their voters."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError
from redis.asyncio import Redis

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.contests import (
    ContestAmended,
    ContestPhaseChanged,
    IdeaMerge,
    Phase,
    PollChange,
    PollPlan,
)
from groundswell_contracts.event import Event
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.tallies import AmendmentRefused
from groundswell_contracts.votes import TallySealed
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import Document, transaction
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.passes.store import ContestKeyStore
from groundswell_voting.polls.commands import PollCommands
from groundswell_voting.polls.handlers import PollHandlers
from groundswell_voting.polls.rules import (
    Change,
    ClosingChange,
    IdeasChange,
    PauseChange,
    Poll,
    PollStage,
)
from groundswell_voting.settings import Settings
from tests.integration.voting.installation import Voting
from tests.integration.voting.world import BRAND, IDEAS, Log
from tests.support.service import outbox_of


@pytest.fixture
def voting(
    settings: Settings,
    database: AsyncDatabase[Document],
    redis: Redis,
    votes_log: Log,
    writer: LogWriter,
) -> Voting:
    """Voting with a database that no state machine looks at."""
    return Voting(settings, database, redis, votes_log, writer)


async def enter(
    voting: Voting, contest_id: str, phases: tuple[Phase, Phase], poll_id: str | None = None
) -> None:
    """A contest changes its phase; into voting it brings a poll."""
    before, after = phases
    change = ContestPhaseChanged(
        contest_id=contest_id,
        title="A contest",
        from_phase=before,
        to_phase=after,
        polls=() if poll_id is None else (plan(poll_id),),
    )
    await handlers(voting).on_contest_phase_changed(event(change))


async def amend(voting: Voting, contest_id: str, number: int, **change: Any) -> None:
    """A contest is amended, in the transaction of its event."""
    amended = ContestAmended(
        contest_id=contest_id, title="A contest", number=number, reason="So it is.", **change
    )

    async def work() -> None:
        await handlers(voting).on_contest_amended(event(amended))

    await transaction(voting.database.client, work)


def plan(poll_id: str) -> PollPlan:
    closes_at = utc_now() + timedelta(hours=1)
    return PollPlan(poll_id=poll_id, rules=PollRules(), idea_ids=list(IDEAS), closes_at=closes_at)


def handlers(voting: Voting) -> PollHandlers:
    return PollHandlers(PollCommands(voting.stores.polls, voting.stores.poll_changes))


def event(data: Event) -> CloudEvent:
    return CloudEvent(new_id("evt"), "/groundswell/ideas", utc_now(), BRAND, data, sequence=1)


async def planned(voting: Voting, contest_id: str) -> Poll:
    poll_id = new_id("poll")
    await enter(voting, contest_id, ("moderation", "voting"), poll_id)
    return await voting.poll(poll_id)


async def test_a_contest_that_enters_voting_brings_its_poll(voting: Voting) -> None:
    contest_id = new_id("con")
    poll = await planned(voting, contest_id)
    assert (poll.brand_id, poll.contest_id, poll.idea_ids) == (BRAND, contest_id, IDEAS)
    assert (poll.stage, poll.control_number, poll.close_requested) == (PollStage.PLANNED, 0, False)
    # Another event with the same poll is a mistake that somebody has to look at.
    with pytest.raises(DuplicateKeyError):
        await enter(voting, contest_id, ("moderation", "voting"), poll.poll_id)


async def test_a_contest_that_leaves_voting_closes_its_polls_and_no_others(voting: Voting) -> None:
    contest_id = new_id("con")
    first, second = await planned(voting, contest_id), await planned(voting, contest_id)
    other = await planned(voting, new_id("con"))
    foreign = await voting.plan(brand_id="another_brand")
    await voting.database["polls"].update_one(
        {"_id": foreign.poll_id}, {"$set": {"contest_id": contest_id}}
    )
    for _ in range(2):
        await enter(voting, contest_id, ("voting", "deliberation"))
        asked = [(await voting.poll(p)).close_requested for p in (first, second, other, foreign)]
        assert asked == [True, True, False, False]


async def test_other_phases_and_other_events_change_nothing(voting: Voting) -> None:
    contest_id = new_id("con")
    poll = await planned(voting, contest_id)
    await enter(voting, contest_id, ("deliberation", "decided"))
    assert await voting.poll(poll) == poll
    stranger = TallySealed(poll_id=poll.poll_id, number=1)
    with pytest.raises(TypeError):
        await handlers(voting).on_contest_phase_changed(event(stranger))
    with pytest.raises(TypeError):
        await handlers(voting).on_contest_amended(event(stranger))


async def queued(voting: Voting, poll_id: str) -> list[Change]:
    """The changes of a poll, in their order."""
    changes: list[Change] = []
    poll = await voting.poll(poll_id)
    while True:
        change = await voting.stores.poll_changes.next_of(replace(poll, changes_done=len(changes)))
        if change is None:
            return changes
        changes.append(change)


async def queued_pauses(voting: Voting, poll_id: str) -> list[Change]:
    """The pauses of a poll and their ends, in their order."""
    poll = await voting.poll(poll_id)
    turns = [replace(poll, pauses_done=done) for done in range(poll.pauses_asked)]
    found = [await voting.stores.poll_changes.next_pause_of(turn) for turn in turns]
    return [change for change in found if change is not None]


async def test_an_amendment_waits_in_steps_of_its_own(voting: Voting) -> None:
    """A pause and the end of one wait for nothing but each other; a repeat changes nothing."""
    contest_id = new_id("con")
    poll = await planned(voting, contest_id)
    closes_at = utc_now() + timedelta(hours=9)
    everything = PollChange(
        poll_id=poll.poll_id,
        added_idea_ids=("idea_new",),
        removed_idea_ids=IDEAS[:1],
        closes_at=closes_at,
        paused=False,
    )
    for _ in range(2):
        await amend(
            voting, contest_id, 1, poll_changed=PollChange(poll_id=poll.poll_id, paused=True)
        )
        await amend(voting, contest_id, 2, poll_changed=everything)
    after = await voting.poll(poll)
    assert (after.changes_asked, after.pauses_asked) == (2, 2)
    assert [change.what for change in await queued(voting, poll.poll_id)] == [
        IdeasChange(added=("idea_new",), removed=IDEAS[:1]),
        ClosingChange(closes_at),
    ]
    assert [change.what for change in await queued_pauses(voting, poll.poll_id)] == [
        PauseChange(paused=True),
        PauseChange(paused=False),
    ]


async def test_an_amendment_opens_another_poll(voting: Voting) -> None:
    contest_id, poll_id = new_id("con"), new_id("poll")
    first = await planned(voting, contest_id)
    await amend(voting, contest_id, 1, poll_opened=plan(poll_id))
    second = await voting.poll(poll_id)
    assert (second.stage, second.contest_id) == (PollStage.PLANNED, contest_id)
    assert (await voting.poll(first)).changes_asked == 0


async def test_an_amendment_of_a_poll_that_is_not_the_brands_is_a_mistake(voting: Voting) -> None:
    poll = await voting.plan(brand_id="another_brand")
    for poll_id in (poll.poll_id, "poll_unknown"):
        change = PollChange(poll_id=poll_id, paused=True)
        with pytest.raises(LookupError, match=poll_id):
            await amend(voting, poll.contest_id, 1, poll_changed=change)
    assert (await voting.poll(poll)).pauses_asked == 0


@pytest.mark.parametrize("stage", PollStage)
async def test_changes_are_queued_until_the_tally_is_final(
    voting: Voting, stage: PollStage
) -> None:
    contest_id = new_id("con")
    poll = await planned(voting, contest_id)
    await voting.database["polls"].update_one({"_id": poll.poll_id}, {"$set": {"stage": stage}})
    await amend(voting, contest_id, 1, poll_changed=PollChange(poll_id=poll.poll_id, paused=True))
    late = stage in (
        PollStage.SEALING,
        PollStage.SEALED,
        PollStage.CERTIFIED,
        PollStage.RETIRED,
    )
    change = await voting.stores.poll_changes.find(BRAND, f"{contest_id}.1.pause")
    assert change is not None
    assert (change.state, change.sequence) == (("refused", 0) if late else ("pending", 1))
    assert (await voting.poll(poll)).pauses_asked == (not late)


async def test_what_comes_after_the_seal_is_told_to_be_refused(voting: Voting) -> None:
    """Part by part, and once, however often the amendment comes."""
    contest_id, closing = new_id("con"), utc_now() + timedelta(hours=3)
    poll = await planned(voting, contest_id)
    sealed = {
        "stage": PollStage.SEALED,
        "removed_idea_ids": list(IDEAS[:1]),
        "merged": [{"idea_id": IDEAS[0], "into_idea_id": IDEAS[1], "number": 2}],
    }
    await voting.database["polls"].update_one({"_id": poll.poll_id}, {"$set": sealed})
    asked = PollChange(
        poll_id=poll.poll_id,
        added_idea_ids=("idea_new",),
        removed_idea_ids=(IDEAS[3],),
        merged=(IdeaMerge(idea_id=IDEAS[2], into_idea_id=IDEAS[1]),),
        unmerged=(IdeaMerge(idea_id=IDEAS[0], into_idea_id=IDEAS[1]),),
        closes_at=closing,
        paused=True,
    )
    for _ in range(2):
        await amend(voting, contest_id, 7, poll_changed=asked)
    told = await refusals(voting, contest_id)
    assert {(t.number, t.code, t.reason) for t in told} == {
        (7, "closed", "The tally of the poll is final.")
    }
    only = partial(PollChange, poll_id=poll.poll_id)
    parts = {
        "ideas": only(added_idea_ids=("idea_new",), removed_idea_ids=(IDEAS[3],)),
        "merged": only(merged=asked.merged),
        "unmerged": only(unmerged=asked.unmerged),
        "closing": only(closes_at=closing),
        "pause": only(paused=True),
    }
    by_part = {name: t for t in told for name, part in parts.items() if t.refused == part}
    assert (len(told), set(by_part)) == (5, set(parts))
    # What became of the ideas is that nothing did.
    assert {name: t.on_ballot for name, t in by_part.items() if t.on_ballot} == {
        "ideas": (IDEAS[3],),
        "merged": (IDEAS[2],),
    }
    assert {name: t.merged for name, t in by_part.items() if t.merged} == {
        "unmerged": asked.unmerged
    }
    assert {t.closes_at for t in told} == {(await voting.poll(poll)).closes_at}


async def refusals(voting: Voting, contest_id: str) -> list[AmendmentRefused]:
    told = [each.data for each in await outbox_of(voting.database)]
    return [t for t in told if isinstance(t, AmendmentRefused) and t.contest_id == contest_id]


async def test_a_poll_that_is_closed_already_is_not_asked_to_close(voting: Voting) -> None:
    contest_id = new_id("con")
    poll = await planned(voting, contest_id)
    for stage in PollStage:
        await voting.database["polls"].update_one({"_id": poll.poll_id}, {"$set": {"stage": stage}})
        await enter(voting, contest_id, ("voting", "deliberation"))
        asked = (await voting.poll(poll)).close_requested
        assert asked == (stage in (PollStage.PLANNED, PollStage.OPENED, PollStage.OPEN)), stage
        await voting.database["polls"].update_one(
            {"_id": poll.poll_id}, {"$set": {"close_requested": False}}
        )


async def test_a_poll_is_changed_only_from_the_stage_that_was_read(voting: Voting) -> None:
    poll = await voting.plan()
    opened = await voting.stores.polls.change(poll, stage=PollStage.OPENED, control_number=1)
    assert opened == replace(poll, stage=PollStage.OPENED, control_number=1)
    assert await voting.stores.polls.change(poll, stage=PollStage.CLOSED) is None
    assert await voting.stores.polls.change(replace(opened, brand_id="another"), writing=9) is None
    assert await voting.poll(poll) == opened


async def test_a_contests_key_is_made_once_and_kept_encrypted(voting: Voting) -> None:
    keys, contest_id = voting.stores.contest_keys, new_id("con")
    assert await keys.find(BRAND, contest_id) is None
    await keys.create(BRAND, contest_id)
    key = await keys.find(BRAND, contest_id)
    assert key is not None
    assert len(key) == 32
    await keys.create(BRAND, contest_id)
    assert await keys.find(BRAND, contest_id) == key
    assert await keys.find("another_brand", contest_id) is None
    (row,) = await voting.database["contest_keys"].find({"contest_id": contest_id}).to_list()
    assert key not in bytes(row["key"])
    await keys.create(BRAND, new_id("con"))


async def test_master_keys_rotate(voting: Voting) -> None:
    old, new, contest_id = Fernet(Fernet.generate_key()), Fernet(Fernet.generate_key()), new_id("c")
    await ContestKeyStore(voting.database, MultiFernet([old])).create(BRAND, contest_id)
    before = await ContestKeyStore(voting.database, MultiFernet([old])).find(BRAND, contest_id)
    both = ContestKeyStore(voting.database, MultiFernet([new, old]))
    assert await both.find(BRAND, contest_id) == before
    with pytest.raises(InvalidToken):
        await ContestKeyStore(voting.database, MultiFernet([new])).find(BRAND, contest_id)
