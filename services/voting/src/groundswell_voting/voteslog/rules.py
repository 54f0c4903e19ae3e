"""The votes log: a poll's frozen rules, records, a voter's partition, the identity of a vote.

Pure; used by the ballot box that appends, by the count, the recount and the receipts.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal

import msgspec

VOTE_TYPE = "groundswell.VoteCast.v1"


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may vote; the fields of the contract's Eligibility."""

    invited_only: bool = False
    segments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    account_age_seconds: int = 0


@dataclass(frozen=True, slots=True)
class LadderStep:
    """Votes that an idea must reach within a time from the step before, in seconds."""

    votes: int
    within_seconds: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The frozen rules of a poll; the fields of the contract's PollRules, which explains them."""

    kind: Literal["standing", "changeable"] = "standing"
    ideas_per_ballot: int | None = 1
    period: Literal["poll", "day"] = "poll"
    time_zone: str = "UTC"
    weights: Mapping[str, int] = field(default_factory=dict, hash=False)
    eligibility: Eligibility = field(default_factory=Eligibility)
    tallies: Literal["live", "delayed", "hidden"] = "live"
    delay_seconds: int = 0
    channels: tuple[str, ...] = ("web",)
    review_seconds: int = 0
    ladder: tuple[LadderStep, ...] = ()

    def weight_of(self, segment: str) -> int:
        """The weight of a vote of this segment."""
        return self.weights.get(segment, 1)


class Vote(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A vote as the log holds it, without what has its default; the fields of the event VoteCast.

    A Struct, because it is made, written and read for every vote, in half of a dataclass's time.
    """

    vote_id: str
    poll_id: str
    voter: str
    idea_ids: tuple[str, ...]
    pass_id: str
    period: str = ""
    revision: int | None = None
    segment: str = ""
    channel: str = "web"
    via: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """Control record 1: a poll's votes count from here on."""

    poll_id: str
    number: int
    idea_ids: tuple[str, ...]
    rules: Rules
    closes_at_ms: int


@dataclass(frozen=True, slots=True)
class BallotChanged:
    """Control record: ideas join or leave the ballot, or the closing time moves (None: stays).

    An idea that was merged into another one may be among the `added` again.
    """

    poll_id: str
    number: int
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    closes_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """Control record: what these ideas have up to here is noted, by the record's number."""

    poll_id: str
    number: int
    idea_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Control record: the ballots of these voters leave the tally."""

    poll_id: str
    number: int
    voters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reinstated:
    """Control record: the ballots of these voters are back in the tally."""

    poll_id: str
    number: int
    voters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """Control record: what these voters voted for an idea counts for another one from here on."""

    poll_id: str
    number: int
    idea_id: str
    into_idea_id: str
    voters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parted:
    """Control record: what these voters voted for an idea counts for that idea again."""

    poll_id: str
    number: int
    idea_id: str
    into_idea_id: str
    voters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """Control record: later votes of the poll do not count."""

    poll_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """Control record: the tally of the poll is final."""

    poll_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Retired:
    """Control record: the ballots of the poll may be forgotten."""

    poll_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record of a known type whose data cannot be read; the count refuses it."""

    reason: str


Control = (
    Opened
    | BallotChanged
    | DeadlinePassed
    | SetAside
    | Reinstated
    | Merged
    | Parted
    | Closed
    | Sealed
    | Retired
)
Body = Vote | Control | Malformed


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record of the log; `appended_at_ms` is the broker's time, in milliseconds since 1970."""

    partition: int
    offset: int
    appended_at_ms: int
    id: str
    body: Body


def moment(at_ms: int) -> datetime:
    """A time as the log counts it, in milliseconds since 1970, as a datetime in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def partition_of(voter: str, partitions: int) -> int:
    """The partition that holds all votes of a voter; `partitions` is fixed for an installation."""
    return int.from_bytes(blake2b(voter.encode(), digest_size=8).digest(), "big") % partitions


# A vote id is `<poll>.<owner><choice><seal>`: two keyed digests of what the vote is, and a third
# over both. So a repeat gets the same id, an invented id is told from a true one, and whose vote
# it is can be answered, all without a look-up.
_OWNER, _CHOICE, _SEAL = 8, 10, 6


def vote_id(
    key: bytes,
    poll_id: str,
    voter: str,
    period: str,
    idea_ids: Sequence[str],
    revision: int | None = None,
) -> str:
    """The identity of a vote, which is also its receipt: equal votes of a voter have equal ids."""
    owner = _owner(key, poll_id, voter)
    choice = _digest(
        key, "choice", poll_id, voter, period, "" if revision is None else str(revision), *idea_ids
    )[:_CHOICE]
    seal = _seal(key, poll_id, owner + choice)
    return f"{poll_id}.{urlsafe_b64encode(owner + choice + seal).decode()}"


def poll_of(key: bytes, vote_id: str) -> str | None:
    """The poll that a vote id belongs to; None for an id that was never issued."""
    poll_id, parts = _parts(vote_id)
    if len(parts) != _OWNER + _CHOICE + _SEAL:
        return None
    genuine = hmac.compare_digest(parts[-_SEAL:], _seal(key, poll_id, parts[:-_SEAL]))
    return poll_id if genuine else None


def is_vote_of(key: bytes, vote_id: str, voter: str) -> bool:
    """Whether a genuine vote id belongs to this voter."""
    poll_id, parts = _parts(vote_id)
    return hmac.compare_digest(parts[:_OWNER], _owner(key, poll_id, voter))


def _parts(vote_id: str) -> tuple[str, bytes]:
    poll_id, _, text = vote_id.rpartition(".")
    try:
        parts = urlsafe_b64decode(text.encode("ascii"))
    except ValueError:  # not ASCII, or not base64: no id of ours
        return poll_id, b""
    # Decoding is lenient; an id is written in one way only.
    return poll_id, parts if urlsafe_b64encode(parts).decode() == text else b""


def _owner(key: bytes, poll_id: str, voter: str) -> bytes:
    return _digest(key, "owner", poll_id, voter)[:_OWNER]


def _seal(key: bytes, poll_id: str, parts: bytes) -> bytes:
    return _digest(key, "seal", poll_id, parts.hex())[:_SEAL]


def _digest(key: bytes, *parts: str) -> bytes:
    return hmac.digest(key, "\0".join(parts).encode(), "sha256")
