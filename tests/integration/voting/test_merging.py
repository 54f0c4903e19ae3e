"""Votes follow an idea that is merged on an open ballot, and come back: on real engines."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

import pytest

from groundswell_contracts.contests import IdeaMerge, PollChange
from groundswell_contracts.tallies import AmendmentRefused
from groundswell_kit.mongo import transaction
from groundswell_voting.control import records as control_records
from groundswell_voting.control import voters as control_voters
from groundswell_voting.intake.announcements import LEASE_SECONDS
from groundswell_voting.polls.commands import PollCommands
from groundswell_voting.polls.rules import Change, IdeasChange, Poll, PollStage, VotersChange, What
from groundswell_voting.settings import Settings
from groundswell_voting.voteslog.rules import Merged, Parted, Rules, partition_of
from tests.integration.voting.boxes import ballot_box, problem
from tests.integration.voting.installation import Voting, bodies
from tests.integration.voting.people import served
from tests.integration.voting.sealed import tally_of
from tests.integration.voting.world import IDEAS, cast, eventually, running
from tests.support.issuer import LocalIssuer
from tests.support.service import outbox_of

A, B, C = IDEAS[:3]
TWO = Rules(ideas_per_ballot=2)
FOR_A = [f"voter_{n}" for n in range(12)]
FOR_B = [f"voter_{n}" for n in range(7, 20)]
"""Five of them vote for both."""
PATIENCE = 60.0
NUMBERS = count(1)

pytestmark = pytest.mark.timeout(240)


def merge(poll: Poll, *pairs: tuple[str, str]) -> PollChange:
    merged = tuple(IdeaMerge(idea_id=idea, into_idea_id=into) for idea, into in pairs)
    return PollChange(poll_id=poll.poll_id, merged=merged)


def unmerge(poll: Poll, *pairs: tuple[str, str]) -> PollChange:
    return PollChange(poll_id=poll.poll_id, unmerged=merge(poll, *pairs).merged)


async def amend(voting: Voting, poll: Poll, change: PollChange) -> list[Change]:
    """Queues what an amendment asks for, twice, as a handler may; the changes that it is."""
    commands = PollCommands(voting.stores.polls, voting.stores.poll_changes)
    number, before = next(NUMBERS), (await voting.poll(poll)).changes_asked

    async def work() -> None:
        await commands.amend(poll.brand_id, poll.contest_id, number, change)

    for _ in range(2):
        await transaction(voting.database.client, work)
    assert (await voting.poll(poll)).changes_asked == before + 2 * len(
        change.merged + change.unmerged
    )
    steps = {"leave": change.merged, "merge": change.merged}
    steps |= {"return": change.unmerged, "unmerge": change.unmerged}
    ids = [
        f"{poll.contest_id}.{number}.{k}.{m.idea_id}" for k, merges in steps.items() for m in merges
    ]
    found = [await voting.stores.poll_changes.find(poll.brand_id, each) for each in ids]
    return [each for each in found if each is not None]


async def amended(voting: Voting, poll: Poll, change: PollChange) -> list[tuple[str, str | None]]:
    """Lets a running machine carry an amendment out; what became of each step, and why."""
    settled = [await voting.settled(each, PATIENCE) for each in await amend(voting, poll, change)]
    await caught_up(voting)
    return [(e.state.value, None if e.refusal is None else e.refusal.words) for e in settled]


async def changed(voting: Voting, poll: Poll, what: What) -> None:
    """Lets a running machine make a change."""
    await voting.settled(await voting.ask(poll, what), PATIENCE)


DONE: list[tuple[str, str | None]] = [("done", None)] * 2


@asynccontextmanager
async def at_work(voting: Voting, announce_seconds: float = 0.2) -> AsyncIterator[None]:
    async with voting.counted(), running(voting.machine(announce_seconds).run):
        yield


async def vote(voting: Voting, poll: Poll, idea: str, voters: Sequence[str]) -> None:
    await voting.votes_log.cast(*(cast(voter, idea, poll.poll_id) for voter in voters))


async def caught_up(voting: Voting) -> None:
    """Waits until all that the log has now is counted and archived."""
    ends: list[int] = []

    async def has_come() -> bool:
        ends[:] = ends or await voting.ends.read() or []
        for partition, end in enumerate(ends):
            archived = await voting.stores.archive.position(partition)
            counted = await voting.projection.position(partition)
            if min(archived.offset, counted.offset) < end:
                return False
        return bool(ends)

    await eventually(has_come, "count and archive have come to the end of the log", PATIENCE)


async def standing(voting: Voting, poll: Poll) -> tuple[int, int, int]:
    """What A, B and C have."""
    await caught_up(voting)
    votes = await voting.votes(poll)
    return votes[A], votes[B], votes[C]


async def test_votes_go_along_come_back_and_are_certified(
    voting: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each supporter of both once; after Redis was lost as well; found and written in pieces."""
    monkeypatch.setattr(control_voters, "VOTES_PER_TURN", 3)
    monkeypatch.setattr(control_records, "VOTERS_PER_RECORD", 2)
    poll = await voting.open(rules=TWO)
    async with at_work(voting):
        await vote(voting, poll, A, FOR_A)
        await vote(voting, poll, B, FOR_B)
        assert await amended(voting, poll, merge(poll, (A, B))) == DONE
        assert await standing(voting, poll) == (0, 20, 0)
        assert (await voting.poll(poll)).removed_idea_ids == (A,)
        for partition in range(voting.settings.voting_partitions):
            await voting.projection.drop(partition)
        assert await standing(voting, poll) == (0, 20, 0)
        # Of a supporter of both a place is free, of the others none; a repeat says nothing new.
        await vote(voting, poll, C, FOR_A[:1] + FOR_B[:1])
        await vote(voting, poll, A, FOR_A)
        assert await standing(voting, poll) == (0, 20, 2)
        assert await amended(voting, poll, unmerge(poll, (A, B))) == DONE
        # Whoever voted for both and for C since has A no longer: it was one idea too many.
        assert await standing(voting, poll) == (11, 13, 2)
        assert (await voting.poll(poll)).removed_idea_ids == ()
        await vote(voting, poll, A, ["somebody new"])
        assert await amended(voting, poll, merge(poll, (A, B))) == DONE
        assert await standing(voting, poll) == (0, 21, 2)
        await voting.close(poll)
        await voting.reaches(poll, PollStage.CERTIFIED, PATIENCE)
    tally = await tally_of(voting, poll)
    assert {idea.idea_id: idea.votes for idea in tally.tally}[B] == 21
    assert [(idea.idea_id, idea.votes) for idea in tally.removed] == [(A, 0)]
    for partition, log in (await voting.log_of(poll)).items():
        moved = [record.body for record in log if isinstance(record.body, Merged | Parted)]
        named = {voter for body in moved for voter in body.voters}
        partitions = voting.settings.voting_partitions
        assert named == {v for v in named if partition_of(v, partitions) == partition}
        assert max(len(body.voters) for body in moved) <= 2


async def test_what_is_announced_of_it(voting: Voting) -> None:
    """It takes no votes from before it leaves until it is back; its places are never told free."""
    poll = await voting.open(rules=TWO)
    async with at_work(voting):
        await amended(voting, poll, merge(poll, (A, B)))
        await amended(voting, poll, unmerge(poll, (A, B)))
    log = (await voting.log_of(poll))[0]
    assert bodies(log) == ["Opened", "BallotChanged", "Merged", "BallotChanged", "Parted"]
    said = [each for each in await voting.announcements(poll) if each[1].withdrawn_idea_ids]
    back = [each for each in await voting.announcements(poll) if each[1].returned_idea_ids]
    assert [change.withdrawn_idea_ids for _, change in said] == [(A,)]
    assert [change.returned_idea_ids for _, change in back] == [(A,)]
    assert log[1].appended_at_ms - said[0][0] >= 200
    assert log[3].appended_at_ms <= back[0][0]
    assert not any(c.removed_idea_ids for _, c in await voting.announcements(poll))


async def test_a_poll_that_closes_meanwhile_counts_them_before_its_seal(voting: Voting) -> None:
    """The idea has left when the end comes; whose votes go along is not archived yet."""
    poll = await voting.open(rules=TWO)
    await vote(voting, poll, A, FOR_A)
    await vote(voting, poll, B, FOR_B)
    leave, _ = await amend(voting, poll, merge(poll, (A, B)))
    async with running(voting.machine(announce_seconds=0.2).run):
        await voting.settled(leave, PATIENCE)
        await voting.close(poll)
        await voting.reaches(poll, PollStage.SEALING, PATIENCE)
        async with voting.counted():
            await voting.reaches(poll, PollStage.CERTIFIED, PATIENCE)
    for log in (await voting.log_of(poll)).values():
        controls = [name for name in bodies(log) if name != "Vote"][:5]
        assert controls == ["Opened", "BallotChanged", "Closed", "Merged", "Sealed"]
    assert {i.idea_id: i.votes for i in (await tally_of(voting, poll)).tally}[B] == 20


async def test_ideas_merged_one_after_the_other_and_taken_apart(voting: Voting) -> None:
    """With a voter set aside, and reinstated between."""
    poll = await voting.open(rules=Rules(ideas_per_ballot=1))
    aside = ("voter_0", "voter_1")
    async with at_work(voting):
        for idea, voters in ((A, FOR_A[:4]), (B, FOR_B[:4]), (C, ["voter_90"])):
            await vote(voting, poll, idea, voters)
        await changed(voting, poll, VotersChange("set_aside", "c", "Why.", resolved=aside))
        assert await standing(voting, poll) == (2, 4, 1)
        assert await amended(voting, poll, merge(poll, (A, B), (B, C))) == DONE * 2
        assert await standing(voting, poll) == (0, 0, 7)
        await changed(voting, poll, VotersChange("reinstate", "c", "No.", resolved=aside[:1]))
        assert await standing(voting, poll) == (0, 0, 8)
        refused = await amended(voting, poll, unmerge(poll, (A, B)))
        assert refused[0] == ("refused", "The other idea is merged itself: undo that first.")
        assert refused[1][0] == "refused"
        assert await amended(voting, poll, unmerge(poll, (B, C), (A, B))) == DONE * 2
        assert await standing(voting, poll) == (3, 4, 1)
        assert (await voting.poll(poll)).merged == ()


async def test_what_cannot_be_merged_is_refused_whole(voting: Voting) -> None:
    """Each merge is told once, although it is two steps; and how the ideas stand."""
    poll = await voting.open(rules=TWO)
    async with at_work(voting):
        await vote(voting, poll, A, FOR_A)
        await changed(voting, poll, IdeasChange(removed=(C,)))
        for pair in ((A, C), (A, A), (C, A), ("idea_unheard_of", A)):
            outcome = await amended(voting, poll, merge(poll, pair))
            assert [state for state, _ in outcome] == ["refused", "refused"], pair
        outcome = await amended(voting, poll, unmerge(poll, (A, B)))
        assert [state for state, _ in outcome] == ["refused", "refused"]
        assert await amended(voting, poll, merge(poll, (A, B))) == DONE
        # What was taken off for good since then does not come back with a merge undone.
        await changed(voting, poll, IdeasChange(removed=(A,)))
        outcome = await amended(voting, poll, unmerge(poll, (A, B)))
        assert [state for state, _ in outcome] == ["refused", "refused"]
        assert await standing(voting, poll) == (0, 12, 0)
    events = [event.data for event in await outbox_of(voting.database)]
    told = [
        e for e in events if isinstance(e, AmendmentRefused) and e.contest_id == poll.contest_id
    ]
    assert [(t.code, t.on_ballot, [m.into_idea_id for m in t.merged]) for t in told] == [
        ("not_on_ballot", (A,), []),
        ("contradiction", (A,), []),
        ("not_on_ballot", (), []),
        ("not_on_ballot", (), []),
        ("merged", (A,), []),
        ("merged", (), [B]),
    ]
    assert told[0].refused == merge(poll, (A, C))
    assert told[-1].refused == unmerge(poll, (A, B))


async def test_receipts_and_ballots_say_for_what_votes_count(
    voting: Voting, issuer: LocalIssuer
) -> None:
    poll = await voting.open(rules=TWO)
    async with served(voting, issuer) as api, at_work(voting):
        token = api.token("ada")
        mine, other = await api.vote(poll, "ada", A), await api.vote(poll, "ada", C)

        async def told(receipt: str) -> tuple[str, str, list[str]]:
            await caught_up(voting)
            found = (await api.get(f"/v1/receipts/{receipt}", token)).json()
            return found["state"], found["idea_id"], found["counts_for"]

        assert await told(mine) == ("counted", A, [A])
        assert await amended(voting, poll, merge(poll, (A, B))) == DONE
        assert await told(mine) == ("counted", A, [B])
        ballot = (await api.get(f"/v1/polls/{poll.poll_id}/ballot", token)).json()
        assert ballot["idea_ids"] == [B, C]
        assert ballot["periods"][0]["vote_ids"] == [mine, other]
        shown = (await api.get(f"/v1/polls/{poll.poll_id}")).json()
        assert shown["merged"] == [{"idea_id": A, "into_idea_id": B}]
        assert A not in shown["idea_ids"]
        own = await api.vote(poll, "ada", B)
        assert await told(own) == ("counted", B, [B])
        assert await amended(voting, poll, unmerge(poll, (A, B))) == DONE
        # Two ideas stand, and this is the third: the vote that was cast first gives way.
        assert await told(mine) == ("over_limit", A, [])
        assert await told(own) == ("counted", B, [B])
        shown = (await api.get(f"/v1/polls/{poll.poll_id}")).json()
        assert shown["merged"] == []


async def test_the_ballot_box_knows_of_it(voting: Voting, settings: Settings) -> None:
    """Nothing that was counted is refused or recorded anew, and nothing promised is lost."""
    poll = await voting.open(rules=Rules(ideas_per_ballot=1))
    # As long as the lease lasts: what is announced is known to the box, or it takes no votes.
    async with at_work(voting, LEASE_SECONDS), ballot_box(settings) as box:
        await eventually(lambda: box.knows(poll.poll_id), "the box knows the poll", PATIENCE)
        receipt = box.receipt(poll.poll_id, "ada", A)
        assert (await box.vote(poll.poll_id, "ada", A)).json() == receipt
        assert await amended(voting, poll, merge(poll, (A, B))) == DONE
        again = await box.vote(poll.poll_id, "ada", A)
        assert (again.status_code, again.json()) == (200, receipt)
        assert problem(await box.vote(poll.poll_id, "ben", A)) == (409, "idea-withdrawn")
        assert problem(await box.vote(poll.poll_id, "ada", C)) == (409, "ballot-full")
        # A vote for what it counts for is the voter's own, and stays when the merge is undone.
        assert (await box.vote(poll.poll_id, "ada", B)).status_code in (200, 202)
        await caught_up(voting)
        assert (await box.vote(poll.poll_id, "ada", B)).status_code == 200
        assert await amended(voting, poll, unmerge(poll, (A, B))) == DONE

        async def is_taken() -> bool:
            return (await box.vote(poll.poll_id, "ben", A)).status_code in (200, 202)

        await eventually(is_taken, "the box knows that the idea is back", PATIENCE)
        assert await standing(voting, poll) == (1, 1, 0)
