"""Ideas merged on an open ballot, and parted, held against the log and what was asked for.

The fold takes the voters that the log names; here everybody who voted for the idea must be named.
Each invariant yields a sentence per breach.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby, pairwise

from tests.chaos.checker.fold import Fold
from tests.chaos.checker.reading import Reading

MERGED, PARTED = "VotesMerged", "VotesParted"
KINDS = {"merged": MERGED, "unmerged": PARTED}
Pair = tuple[str, str]
"""An idea and the one that it was merged into."""


def merges_are_made_as_asked(run: Reading) -> Iterator[str]:
    """Each once and in order, in as many records as it takes."""
    asked: dict[str, list[str]] = defaultdict(list)
    for entry in run.evidence.of("merge"):
        asked[entry["poll"]].append(KINDS[entry["change"]])
    for poll_id in sorted(run.poll_ids()):
        controls = run.controls_of(poll_id, "BallotChanged", MERGED, PARTED)
        kinds = [kind for kind, _ in groupby(control.kind for control in controls)]
        made = [kind for kind in kinds if kind != "BallotChanged"]
        if made != asked[poll_id]:
            yield f"{poll_id}: asked for {asked[poll_id]}, the log has {made}"


def votes_of_merged_ideas_go_along(run: Reading) -> Iterator[str]:
    """When a poll is sealed no vote is left with a merged idea, and none away from a parted one."""
    for poll_id in sorted(run.poll_ids()):
        merged = _merged_in_the_end(run, poll_id)
        for fold in run.folds.values():
            for (_, _, voter), ballot in fold.final.get(poll_id, {}).items():
                for (idea, into), is_merged in merged.items():
                    where = f"{poll_id}, voter {voter}, partition {fold.partition}"
                    ends = {fold.polls[poll_id].ideas[path[-1]] for path in ballot.paths}
                    if is_merged and idea in ends:
                        yield f"{where}: a vote for {idea} did not go to {into}"
                    if not is_merged and (idea, into) in _steps(fold, poll_id, ballot.paths):
                        yield f"{where}: a vote for {idea} did not come back from {into}"


def moved(run: Reading, kind: str) -> int:
    """How many voters the records of a kind name."""
    return sum(
        len(record.data["voters"])
        for control in run.controls
        if control.kind == kind
        for record in control.records.values()
    )


def _merged_in_the_end(run: Reading, poll_id: str) -> dict[Pair, bool]:
    found: dict[Pair, bool] = {}
    for control in run.controls_of(poll_id, MERGED, PARTED):
        data = control.records[min(control.records)].data
        found[data["idea_id"], data["into_idea_id"]] = control.kind == MERGED
    return found


def _steps(fold: Fold, poll_id: str, paths: list[tuple[int, ...]]) -> set[Pair]:
    """The ideas from which a ballot's votes went on, each with the next one."""
    ideas = fold.polls[poll_id].ideas
    return {(ideas[idea], ideas[into]) for path in paths for idea, into in pairwise(path)}


INVARIANTS = (merges_are_made_as_asked, votes_of_merged_ideas_go_along)
