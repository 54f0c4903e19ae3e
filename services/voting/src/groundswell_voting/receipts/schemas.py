"""HTTP shapes of receipts and ballots."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel

ReceiptState = Literal[
    "counted", "over_limit", "too_late", "not_on_ballot", "refused", "not_known_yet"
]


class VoteReceipt(BaseModel):
    """What became of a vote. `recorded_at` is the broker's time, UTC; None while not known."""

    vote_id: str
    poll_id: str
    state: ReceiptState
    idea_id: str | None = None
    recorded_at: AwareDatetime | None = None


class CountedBallot(BaseModel):
    """The ideas that a voter's vote counts for, with the receipt of each; empty before it does."""

    poll_id: str
    idea_ids: list[str]
    vote_ids: list[str]
