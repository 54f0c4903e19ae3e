"""The problem that a poll outside its voting time is; told by passes and by the ballot box."""

from groundswell_kit.problems import ProblemType

VOTING_NOT_OPEN = ProblemType(
    "voting-not-open",
    409,
    "Voting is not open",
    "The poll has not opened yet, has closed, or closed before the vote reached the log.",
)
