"""The problems that only the ballot box has."""

from groundswell_kit.problems import ProblemType

BALLOT_FULL = ProblemType(
    "ballot-full",
    409,
    "The ballot is full",
    "As many votes of this voter count already as the poll allows; this one was not recorded.",
)
IDEA_WITHDRAWN = ProblemType(
    "idea-withdrawn",
    409,
    "The idea takes no votes any more",
    "The idea was on the ballot and is being taken off it, or has been. This request recorded "
    "nothing; an earlier one may have, and the receipt of its vote tells.",
)
REVISION_TAKEN = ProblemType(
    "revision-taken",
    409,
    "A later ballot counts already",
    "Another ballot of this voter counts under this revision or a later one; nothing was recorded. "
    "State the ballot again under a revision above `current_revision`.",
)
WRONG_KIND_OF_POLL = ProblemType(
    "wrong-kind-of-poll",
    409,
    "The poll is voted in otherwise",
    "In a standing poll each vote adds one idea (POST /v1/polls/{id}/votes); in a changeable one a "
    "voter states the whole ballot (PUT /v1/polls/{id}/ballot). Nothing was recorded.",
)
NOT_RECORDED = ProblemType(
    "not-recorded",
    503,
    "The vote was not recorded",
    "The ballot box cannot take the vote now. Nothing was recorded; send it again later.",
)
OUTCOME_UNKNOWN = ProblemType(
    "outcome-unknown",
    503,
    "It is not known whether the vote counts",
    "The log did not answer in time, or it took the vote while the poll was closing, pausing or "
    "changing. It counts at most once, and once if it was in time: send the same vote again. If "
    "that is refused, the receipt of `vote_id` tells what became of it.",
)

PROBLEM_TYPES = (
    BALLOT_FULL,
    IDEA_WITHDRAWN,
    REVISION_TAKEN,
    WRONG_KIND_OF_POLL,
    NOT_RECORDED,
    OUTCOME_UNKNOWN,
)
