"""The result of a poll in the words of its tally: from a recount, or from the certified event.

Used by certification, and by the operator's recount, which compares the two. No I/O.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from groundswell_contracts.tallies import (
    ChannelVotes,
    IdeaTally,
    IdeaVotes,
    LinkVotes,
    TallyCertified,
    VotesAttributed,
)
from groundswell_voting.certification.rules import PartitionCount, by_id, rank, totals

LINKS_TOLD = 200
"""As many links are told of an idea, the strongest ones."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a tally says of a poll; the fields of TallyCertified, which explains them."""

    tally: list[IdeaTally]
    removed: tuple[IdeaVotes, ...]
    voters_set_aside: int
    set_aside: tuple[IdeaVotes, ...]
    channels: tuple[ChannelVotes, ...]
    verdicts: dict[str, int]


def result(counts: Sequence[PartitionCount]) -> Result:
    """The result of a poll, of which all partitions hold the same ballot."""
    poll, together = counts[0].poll, totals(counts)
    ids = list(poll.ideas)
    votes = by_id(ids, together.votes())
    gone = {ids[ordinal] for ordinal in poll.removed}
    on_ballot = {idea_id: n for idea_id, n in votes.items() if idea_id not in gone}
    tally = [
        IdeaTally(idea_id=idea.idea_id, votes=idea.votes, rank=idea.rank)
        for idea in rank(on_ballot)
    ]
    return Result(
        tally=tally,
        removed=tuple(IdeaVotes(idea_id=i, votes=n) for i, n in votes.items() if i in gone),
        voters_set_aside=together.voters_set_aside(),
        set_aside=tuple(
            IdeaVotes(idea_id=idea_id, votes=n)
            for idea_id, n in by_id(ids, together.set_aside()).items()
            if n
        ),
        channels=_by_channel(tally, poll.ideas, together.channels()),
        verdicts={verdict.value: n for verdict, n in sorted(together.verdicts().items())},
    )


def _by_channel(
    tally: Sequence[IdeaTally], ordinals: Mapping[str, int], votes: Counter[tuple[str, int]]
) -> tuple[ChannelVotes, ...]:
    channels = {
        channel: [votes[channel, ordinals[idea.idea_id]] for idea in tally]
        for channel in sorted({channel for channel, _ in votes})
    }
    return tuple(
        ChannelVotes(channel=channel, votes=each) for channel, each in channels.items() if any(each)
    )


def certified_result(tally: TallyCertified) -> Result:
    """The result that a certified tally holds."""
    return Result(
        tally.tally,
        tally.removed,
        tally.voters_set_aside,
        tally.set_aside,
        tally.channels,
        tally.verdicts,
    )


def attributions(
    tally: TallyCertified, counts: Sequence[PartitionCount]
) -> Iterator[VotesAttributed]:
    """By which links the votes of the tally's ideas came, of those of which some named one."""
    ids = list(counts[0].poll.ideas)
    by_idea: dict[str, Counter[str]] = {}
    for count in counts:
        for (ordinal, via), votes in count.links.items():
            by_idea.setdefault(ids[ordinal], Counter())[via] += votes
    for idea in tally.tally:
        named = by_idea.get(idea.idea_id)
        if named is None:
            continue
        strongest = sorted(named.items(), key=lambda link: (-link[1], link[0]))[:LINKS_TOLD]
        yield VotesAttributed(
            contest_id=tally.contest_id,
            poll_id=tally.poll_id,
            idea_id=idea.idea_id,
            links=[LinkVotes(via=via, votes=votes) for via, votes in strongest],
            others=named.total() - sum(votes for _, votes in strongest),
            unnamed=idea.votes - named.total(),
        )
