"""A poll that is about to be sealed, with its votes: for what comes behind the seal."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from groundswell_contracts.tallies import TallyCertified
from groundswell_voting.certification.commands import CertificationCommands
from groundswell_voting.polls.rules import Poll, PollStage
from tests.integration.voting.installation import Voting
from tests.integration.voting.world import BRAND, IDEAS, cast, running

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
        stores.attributions,
        stores.polls,
        voting.settings.voting_partitions,
    )


async def tally_of(voting: Voting, poll: Poll) -> TallyCertified:
    found = await voting.stores.tallies.find_public(poll.poll_id)
    assert found is not None
    brand_id, tally = found
    assert brand_id == BRAND
    return tally
