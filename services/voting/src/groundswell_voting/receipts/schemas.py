"""HTTP shapes of receipts and ballots."""

from pydantic import AwareDatetime, BaseModel

from groundswell_voting.receipts.rules import ReceiptState


class VoteReceipt(BaseModel):
    """What became of a vote, as of now: an idea may still be removed, a voter set aside.

    `idea_id` is the idea of a vote in a standing poll; a changeable one has a revision instead.
    `counts_for` are the ideas that a counted vote counts for: other ones than it names where those
    were merged.
    `period` is the day in a poll that counts per day. `recorded_at` is the broker's time, UTC; it
    is None, as all that the vote says, while the vote is not known.
    """

    vote_id: str
    poll_id: str
    state: ReceiptState
    idea_id: str | None = None
    idea_ids: list[str] = []
    counts_for: list[str] = []
    revision: int | None = None
    period: str = ""
    recorded_at: AwareDatetime | None = None


class PeriodBallot(BaseModel):
    """What a voter's vote counts for in one period: the whole poll (empty), or a day of it.

    Ideas that were removed are left out; one that was merged is there as the other one. `vote_ids`
    are the receipts: one for each idea of a standing poll, in the same order, and one for the whole
    ballot of a changeable one. While the
    voter is `set_aside` the ballot is kept, but no part of the tally.
    """

    period: str
    idea_ids: list[str]
    revision: int | None
    vote_ids: list[str]
    set_aside: bool


class CountedBallot(BaseModel):
    """What a voter's votes count for: by period, in the order in which those came, and together.

    Empty before anything is counted.
    """

    poll_id: str
    idea_ids: list[str]
    periods: list[PeriodBallot]
