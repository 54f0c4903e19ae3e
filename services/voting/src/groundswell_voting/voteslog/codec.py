"""Records of the votes log from and to their bytes; msgspec, because every vote passes here.

A contract test holds this codec equal to the VoteCast of the contracts.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from groundswell_contracts.votes import PollRetired, TallySealed, VotingClosed, VotingOpened
from groundswell_voting.voteslog.rules import (
    VOTE_TYPE,
    Body,
    Closed,
    Malformed,
    Opened,
    Record,
    Retired,
    Sealed,
    Vote,
)

SOURCE = "/groundswell/voting"

Headers = Sequence[tuple[str, bytes | None]]

_vote = msgspec.json.Decoder(Vote)
_encode = msgspec.json.Encoder().encode
_SOURCE, _VOTE_TYPE = SOURCE.encode(), VOTE_TYPE.encode()


class UnknownRecordType(Exception):
    """A record that this version cannot judge: its partition must stop, not skip it."""


class LogRecord(Protocol):
    """What a record is read from: a Kafka client's record or an archived one."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


def decode(record: LogRecord) -> Record:
    """Read a record. Data that does not fit its type becomes Malformed; an unknown type raises."""
    kind = _header(record, "ce_type")
    return Record(
        record.partition,
        record.offset,
        record.timestamp,
        record_id(record),
        _body(kind, record.value or b""),
    )


def record_id(record: LogRecord) -> str:
    """The id of the event that a record holds; empty where it has none."""
    return _header(record, "ce_id")


def _header(record: LogRecord, wanted: str) -> str:
    for name, value in record.headers:
        if name == wanted:
            return (value or b"").decode(errors="replace")
    return ""


def _body(kind: str, value: bytes) -> Body:
    try:
        if kind == VOTE_TYPE:
            return _vote.decode(value)
        if kind == VotingOpened.type:
            return _opened(VotingOpened.model_validate_json(value))
        if kind == VotingClosed.type:
            closed = VotingClosed.model_validate_json(value)
            return Closed(closed.poll_id, closed.number)
        if kind == TallySealed.type:
            sealed = TallySealed.model_validate_json(value)
            return Sealed(sealed.poll_id, sealed.number)
        if kind == PollRetired.type:
            retired = PollRetired.model_validate_json(value)
            return Retired(retired.poll_id, retired.number)
    except (ValueError, RecursionError) as error:  # msgspec's and pydantic's are ValueErrors
        return Malformed(str(error))
    raise UnknownRecordType(kind or "a record without a type")


def _opened(event: VotingOpened) -> Opened:
    return Opened(
        poll_id=event.poll_id,
        number=event.number,
        idea_ids=tuple(event.idea_ids),
        ideas_per_ballot=event.rules.ideas_per_ballot,
        closes_at_ms=milliseconds(event.closes_at),
    )


def encode_vote(vote: Vote) -> bytes:
    """The value of a vote's record: the JSON of VoteCast."""
    return _encode(vote)


def vote_headers(vote: Vote, brand_id: str, time: str) -> list[tuple[str, bytes]]:
    """The CloudEvents headers of a vote's record; `time` is RFC 3339 in UTC."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", vote.vote_id.encode()),
        ("ce_source", _SOURCE),
        ("ce_type", _VOTE_TYPE),
        ("ce_time", time.encode()),
        ("ce_brandid", brand_id.encode()),
        ("ce_partitionkey", vote.voter.encode()),
        ("content-type", b"application/json"),
    ]


def milliseconds(moment: datetime) -> int:
    """A moment as the log counts time: whole milliseconds since 1970, UTC."""
    return round(moment.timestamp() * 1000)
