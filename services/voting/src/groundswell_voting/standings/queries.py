"""Reads of standings: the newest board of a poll, and how its votes came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundswell_kit.clock import utc_now
from groundswell_kit.problems import FieldError, validation
from groundswell_voting.certification.queries import TallyQueries
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.counting.projection import Projection
from groundswell_voting.history.queries import HistoryQueries, Series
from groundswell_voting.outside.queries import OutsideQueries
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.standings.live import LiveBoards, LivePoll
from groundswell_voting.standings.reading import Reading
from groundswell_voting.standings.rules import Board, Figures, OutsideLine


@dataclass(frozen=True)
class StandingsQueries:
    """Polls are read from the engines while somebody asks for them, and by one task each."""

    polls: PollQueries
    tallies: TallyQueries
    history: HistoryQueries
    outside: OutsideQueries
    projection: Projection
    log_ends: LogEnds
    partitions: int
    boards: LiveBoards

    async def live(self, poll_id: str) -> LivePoll:
        """A poll that is followed from now on. Raises a 404 problem."""
        live = self.boards.get(poll_id)
        if live is not None:
            return live
        await self.polls.find(poll_id)
        reading = Reading(
            poll_id, self.projection, self.partitions, self.log_ends, self.history, self.tallies
        )

        async def read() -> tuple[Poll, Figures, Sequence[OutsideLine]]:
            poll = await self.polls.recent(poll_id)
            return poll, await reading.figures(poll), await self._outside(poll)

        return self.boards.start(poll_id, read)

    async def board(self, poll_id: str) -> tuple[Poll, Board]:
        """The poll and its newest board. Problems: 404, 503; else what the engines raised."""
        return await (await self.live(poll_id)).board()

    async def series(
        self, poll_id: str, idea_ids: Sequence[str], since: datetime | None, until: datetime | None
    ) -> tuple[Poll, Series]:
        """How the votes of ideas of the poll came in, as far as everybody may know it.

        Problems: 404 for the poll, 422 for an idea that was never on its ballot.
        """
        poll = await self.polls.find(poll_id)
        if unknown := [idea_id for idea_id in idea_ids if idea_id not in poll.idea_ids]:
            text = f"never on the ballot: {unknown[0]}"
            raise validation(FieldError("query.idea_id", "unknown", text))
        newest = utc_now()
        certified = poll.stage in (PollStage.CERTIFIED, PollStage.RETIRED)
        if poll.rules.tallies == "hidden" and not certified:
            return poll, Series({}, [])
        if not certified:
            newest -= timedelta(seconds=poll.rules.delay_seconds)
        return poll, await self.history.series(poll, idea_ids, since, min(newest, until or newest))

    async def _outside(self, poll: Poll) -> Sequence[OutsideLine]:
        return [
            OutsideLine(
                entry.id, entry.label, entry.source_url, entry.taken_at, dict(entry.figures)
            )
            for entry in await self.outside.lines(poll)
        ]
