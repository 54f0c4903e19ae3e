"""Why a change of a poll cannot be made. Pure; said by the rules of polls, kept with the change."""

from dataclasses import dataclass
from typing import Literal

RefusalCode = Literal[
    "closed",
    "contradiction",
    "full",
    "merged",
    "not_on_ballot",
    "on_ballot",
    "removed",
    "unchanged",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code for programs, and words that everybody may read."""

    code: RefusalCode
    words: str


CLOSED = Refusal("closed", "The poll has closed.")
CLOSING = Refusal("closed", "The poll is closing.")
FINAL = Refusal("closed", "The tally of the poll is final.")
