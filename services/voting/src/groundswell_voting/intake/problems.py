"""The problems that only the ballot box has."""

from groundswell_kit.problems import ProblemType

BALLOT_FULL = ProblemType(
    "ballot-full",
    409,
    "Another vote counts already",
    "The voter's ballot is full with other ideas; this vote was not recorded.",
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
    "It is not known whether the vote was recorded",
    "The log did not answer in time. Send the same vote again: it counts once, whatever happened.",
)

PROBLEM_TYPES = (BALLOT_FULL, NOT_RECORDED, OUTCOME_UNKNOWN)
