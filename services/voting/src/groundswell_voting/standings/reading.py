"""Where the figures of a poll come from: the live count, its history, or the certified tally."""

from collections.abc import Sequence
from datetime import timedelta

from groundswell_contracts.tallies import TallyCertified
from groundswell_kit.clock import utc_now
from groundswell_voting.certification.queries import TallyQueries
from groundswell_voting.certification.rules import by_id
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.counting.projection import CountedTally, Projection
from groundswell_voting.counting.tally import Tally
from groundswell_voting.counting.totals import Totals
from groundswell_voting.history.queries import HistoryQueries
from groundswell_voting.history.rules import Noted, by_idea, merged
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.standings.rules import (
    Figures,
    SetAside,
    by_channel,
    furthest,
    stands_behind,
)
from groundswell_voting.voteslog.rules import moment


class Reading:
    """The figures of one poll, read again and again by one reader at a time.

    Remembers what it has read, so that each time only what is new is asked for.
    """

    def __init__(
        self,
        poll_id: str,
        projection: Projection,
        partitions: int,
        log_ends: LogEnds,
        history: HistoryQueries,
        tallies: TallyQueries,
    ) -> None:
        self._totals = Totals(projection, poll_id, partitions)
        self._log_ends = log_ends
        self._history = history
        self._tallies = tallies
        self._furthest: tuple[int, ...] | None = None
        self._noted: Noted | None = None
        self._certified: Figures | None = None
        self._asked_history = False

    async def figures(self, poll: Poll) -> Figures:
        """What everybody may know now. The errors of Redis and MongoDB pass through."""
        if self._certified is not None:
            return self._certified
        if poll.stage in (PollStage.CERTIFIED, PollStage.RETIRED):
            ended = await self._ended(poll)
            if ended is None:
                raise RuntimeError(f"{poll.poll_id} is certified without a tally")
            return ended
        if poll.rules.tallies == "hidden":
            return Figures("hidden", utc_now(), poll.idea_ids, frozenset(poll.removed_idea_ids))
        if poll.rules.tallies == "delayed":
            return await self._delayed(poll)
        live = await self._live(poll)
        # Certified, a poll is soon retired, and Redis drops its count: sooner than `poll` may tell.
        return await self._ended(poll) or live

    async def _ended(self, poll: Poll) -> Figures | None:
        tally = await self._tallies.find(poll.poll_id)
        self._certified = None if tally is None else certified(poll, tally)
        return self._certified

    async def _live(self, poll: Poll) -> Figures:
        if not self._asked_history:
            # What was counted before this process looked: less than that is a count made again.
            self._furthest = await self._history.counted_before(poll)
            self._asked_history = True
        as_of = utc_now()
        # Ends first: what is counted meanwhile must not look like less than nothing waiting.
        ends = await self._log_ends.read()
        await self._totals.refresh()
        parts = self._totals.parts
        offsets = tuple(part.offset for part in parts)
        rebuilding = stands_behind(offsets, self._furthest)
        self._furthest = furthest(offsets, self._furthest)
        behind = None
        if ends is not None:
            behind = [max(0, end - at) for end, at in zip(ends, offsets, strict=True)]
        tally = self._totals.tally
        votes = _on_ballot(poll, by_id(poll.idea_ids, tally.votes()))
        counted_ms = _counted_up_to_ms(parts, behind)
        return Figures(
            status="live",
            as_of=as_of,
            idea_ids=poll.idea_ids,
            removed_idea_ids=frozenset(poll.removed_idea_ids),
            votes=votes,
            channels=_channels(poll, votes, tally),
            set_aside=SetAside(tally.voters_set_aside(), tally.set_aside().total()),
            offsets=offsets,
            counted_up_to=moment(counted_ms) if counted_ms else None,
            not_counted_yet=None if behind is None else sum(behind),
            rebuilding=rebuilding,
        )

    async def _delayed(self, poll: Poll) -> Figures:
        as_of = utc_now() - timedelta(seconds=poll.rules.delay_seconds)
        after = 0 if self._noted is None else self._noted.number
        self._noted = merged(self._noted, await self._history.as_of(poll, as_of, after))
        noted = self._noted
        votes = dict.fromkeys(poll.idea_ids, 0)
        if noted is not None:
            votes |= by_idea(noted.votes, poll.idea_ids)
        return Figures(
            status="delayed",
            as_of=as_of,
            idea_ids=poll.idea_ids,
            removed_idea_ids=frozenset(poll.removed_idea_ids),
            votes=_on_ballot(poll, votes),
            offsets=None if noted is None else noted.offsets,
            counted_up_to=None if noted is None else noted.counted_up_to,
        )


def certified(poll: Poll, tally: TallyCertified) -> Figures:
    """The figures of a certified tally; nothing of it waits to be counted."""
    counted = {idea.idea_id: idea.votes for idea in tally.tally}
    # In the order of the ballot, which decides between equal votes.
    votes = {idea_id: counted[idea_id] for idea_id in poll.idea_ids if idea_id in counted}
    others = {
        (each.channel, idea.idea_id): number
        for each in tally.channels
        for idea, number in zip(tally.tally, each.votes, strict=True)
    }
    return Figures(
        status="certified",
        as_of=tally.certified_at,
        idea_ids=poll.idea_ids,
        removed_idea_ids=frozenset(idea.idea_id for idea in tally.removed),
        votes=votes,
        channels=by_channel(tally.rules.channels, votes, others),
        set_aside=SetAside(tally.voters_set_aside, sum(idea.votes for idea in tally.set_aside)),
        offsets=tuple(stretch.last_offset + 1 for stretch in tally.log_ranges),
        counted_up_to=tally.certified_at,
        not_counted_yet=0,
    )


def _on_ballot(poll: Poll, votes: dict[str, int]) -> dict[str, int]:
    if not poll.removed_idea_ids:
        return votes
    removed = frozenset(poll.removed_idea_ids)
    return {idea_id: number for idea_id, number in votes.items() if idea_id not in removed}


def _channels(poll: Poll, votes: dict[str, int], tally: Tally) -> dict[str, dict[str, int]]:
    known = len(poll.idea_ids)
    others = {
        (channel, poll.idea_ids[ordinal]): number
        for (channel, ordinal), number in tally.channels().items()
        if ordinal < known
    }
    return by_channel(poll.rules.channels, votes, others)


def _counted_up_to_ms(parts: Sequence[CountedTally], behind: Sequence[int] | None) -> int:
    """The latest record counted; where partitions lag, how far the slowest of them has come."""
    lagging = [part for part, records in zip(parts, behind or (), strict=False) if records > 0]
    return (
        min(part.counted_up_to_ms for part in lagging)
        if lagging
        else max(part.counted_up_to_ms for part in parts)
    )
