"""The operator's recount: a poll counted from the votes log itself, beside its certified tally.

Called by `python -m groundswell_voting recount POLL`.
"""

from dataclasses import dataclass

from groundswell_voting.certification.queries import TallyQueries
from groundswell_voting.certification.recount import recount_partition
from groundswell_voting.certification.rules import log_hash, rank, totals
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.voteslog.source import read_partition


@dataclass(frozen=True, slots=True)
class RecountedIdea:
    """An idea's recounted votes beside the certified ones; None where nothing is certified."""

    idea_id: str
    recounted: int
    certified: int | None


@dataclass(frozen=True, slots=True)
class Recount:
    """What a recount yields; `equal` is None while there is no certified tally to compare."""

    ideas: list[RecountedIdea]
    verdicts: dict[str, int]
    log_hash: str
    certified_hash: str | None
    equal: bool | None


async def recount(
    poll_id: str, bootstrap: str, partitions: int, polls: PollQueries, tallies: TallyQueries
) -> Recount:
    """Count a poll from the log and touch nothing. Raises RecountFailed, or a 404 problem."""
    poll = await polls.find(poll_id)
    tally = await tallies.find(poll_id)
    starts = {} if tally is None else {r.partition: r.first_offset for r in tally.log_ranges}
    counts = [
        await recount_partition(
            poll_id, p, partitions, read_partition(bootstrap, p, starts.get(p, 0))
        )
        for p in range(partitions)
    ]
    votes, verdicts = totals(counts)
    certified = {} if tally is None else {idea.idea_id: idea.votes for idea in tally.tally}
    ideas = [
        RecountedIdea(idea.idea_id, idea.votes, certified.get(idea.idea_id))
        for idea in rank(poll.idea_ids, votes)
    ]
    hashed = log_hash(counts)
    equal = None
    if tally is not None:
        equal = hashed == tally.log_hash and all(i.recounted == i.certified for i in ideas)
    return Recount(
        ideas=ideas,
        verdicts={verdict.value: n for verdict, n in sorted(verdicts.items())},
        log_hash=hashed,
        certified_hash=None if tally is None else tally.log_hash,
        equal=equal,
    )
