"""By which links the votes that stand came: what the fold does not keep, kept beside it. Pure.

Used by the recount, which folds all votes of a poll.
"""

from collections import Counter

from groundswell_voting.counting.fold import BallotKey, Fold, ballot_key
from groundswell_voting.counting.rules import Verdict
from groundswell_voting.voteslog.rules import Body, Vote

_ON_BALLOT = (Verdict.COUNTED, Verdict.SET_ASIDE)


class Links:
    """What votes of one poll, on a partition's ballots, named; most name nothing and take no room.

    A vote that counts for another idea since a merge keeps what it named.
    """

    def __init__(self) -> None:
        self._named: dict[BallotKey, dict[str, str]] = {}

    def take(self, vote: Body, verdict: Verdict | None) -> None:
        """What the fold has taken, with its verdict; only votes matter. A whole ballot replaces the
        last one, with all that it named.
        """
        if verdict not in _ON_BALLOT or not isinstance(vote, Vote):
            return
        key = ballot_key(vote)
        if vote.revision is not None:
            self._named.pop(key, None)
        if vote.via:
            self._named.setdefault(key, {}).update(dict.fromkeys(vote.idea_ids, vote.via))
        elif named := self._named.get(key):
            # An idea that lost its place when a merge was undone may be voted for anew.
            named.pop(vote.idea_ids[0], None)

    def votes(self, fold: Fold, poll_id: str) -> Counter[tuple[int, str]]:
        """The votes that named a link, by ordinal and link, as the poll's tally counts them."""
        poll = fold.polls[poll_id]
        ids = list(poll.ideas)
        found: Counter[tuple[int, str]] = Counter()
        for key, named in self._named.items():
            if key.voter in poll.set_aside:
                continue
            ballot = fold.ballots[key]
            for idea, place in ballot.counted().items():
                if via := named.get(ids[ballot.ideas[place]]):
                    found[idea, via] += ballot.weight
        return found
