"""The problem that somebody without a right to vote gets instead of a pass."""

from groundswell_kit.problems import ProblemType

NOT_ELIGIBLE = ProblemType(
    "not-eligible",
    403,
    "Not entitled to vote here",
    "The poll's rules say who may vote, and the caller is not among them; the detail begins with "
    "the rule that stands in the way.",
)
