"""Standings of a poll that has ended, read by who does not know of it yet."""

from dataclasses import replace

import pytest

from groundswell_voting.certification.queries import TallyQueries
from groundswell_voting.history.queries import HistoryQueries
from groundswell_voting.polls.rules import PollStage
from groundswell_voting.standings.reading import Reading
from tests.integration.voting.installation import Voting
from tests.integration.voting.scenes import cast, crowd
from tests.integration.voting.world import IDEAS, running


@pytest.mark.parametrize("known_as", [PollStage.OPEN, PollStage.SEALED])
async def test_a_poll_whose_count_is_dropped_is_shown_as_it_was_certified(
    voting: Voting, known_as: PollStage
) -> None:
    """The poll may be known as it was seconds ago; its votes are not to go back to none."""
    poll = await voting.open()
    async with voting.counted(), running(voting.machine(0.1).run):
        await cast(voting, poll, crowd(3))
        votes = dict.fromkeys(IDEAS, 0) | {IDEAS[0]: 3}
        await voting.archived()
        reading = Reading(
            poll.poll_id,
            voting.projection,
            voting.settings.voting_partitions,
            voting.ends,
            HistoryQueries(voting.stores.intervals),
            TallyQueries(voting.stores.tallies),
        )
        live = await reading.figures(poll)
        assert (live.status, live.votes) == ("live", votes)
        await voting.close(poll)
        await voting.reaches(poll, PollStage.RETIRED)
    await voting.redis.flushdb()
    ended = await reading.figures(replace(poll, stage=known_as))
    assert (ended.status, ended.votes) == ("certified", votes)
