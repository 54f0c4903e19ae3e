"""Records of the votes log from and to their bytes; msgspec, because every vote passes here.

A contract test holds this codec equal to the VoteCast of the contracts.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Protocol

import msgspec
from pydantic import TypeAdapter

from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.votes import BallotChanged as BallotChangedEvent
from groundswell_contracts.votes import DeadlinePassed as DeadlinePassedEvent
from groundswell_contracts.votes import (
    PollRetired,
    TallySealed,
    VotersReinstated,
    VotersSetAside,
    VotesMerged,
    VotesParted,
    VotingClosed,
    VotingOpened,
)
from groundswell_voting.voteslog.rules import (
    VOTE_TYPE,
    BallotChanged,
    Body,
    Closed,
    Control,
    DeadlinePassed,
    Malformed,
    Merged,
    Opened,
    Parted,
    Record,
    Reinstated,
    Retired,
    Rules,
    Sealed,
    SetAside,
    Vote,
)

SOURCE = "/groundswell/voting"

Headers = Sequence[tuple[str, bytes | None]]

_vote = msgspec.json.Decoder(Vote)
_encode = msgspec.json.Encoder().encode
_rules = TypeAdapter(Rules)
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
    headers = dict(record.headers)
    return Record(
        record.partition,
        record.offset,
        record.timestamp,
        _text(headers.get("ce_id")),
        _body(headers.get("ce_type") or b"", record.value or b""),
    )


def record_id(record: LogRecord) -> str:
    """The id of the event that a record holds; empty where it has none."""
    return _text(dict(record.headers).get("ce_id"))


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")


def _body(kind: bytes, value: bytes) -> Body:
    try:
        if kind == _VOTE_TYPE:
            return _vote.decode(value)
        read = _CONTROLS.get(kind)
        if read is not None:
            return read(value)
    except (ValueError, RecursionError) as error:  # msgspec's and pydantic's are ValueErrors
        return Malformed(str(error))
    raise UnknownRecordType(_text(kind) or "a record without a type")


def _opened(value: bytes) -> Control:
    event = VotingOpened.model_validate_json(value)
    return Opened(
        poll_id=event.poll_id,
        number=event.number,
        idea_ids=tuple(event.idea_ids),
        rules=rules_from(event.rules),
        closes_at_ms=milliseconds(event.closes_at),
    )


def _ballot_changed(value: bytes) -> Control:
    event = BallotChangedEvent.model_validate_json(value)
    return BallotChanged(
        poll_id=event.poll_id,
        number=event.number,
        added=event.added_idea_ids,
        removed=event.removed_idea_ids,
        closes_at_ms=None if event.closes_at is None else milliseconds(event.closes_at),
    )


def _deadline_passed(value: bytes) -> Control:
    event = DeadlinePassedEvent.model_validate_json(value)
    return DeadlinePassed(event.poll_id, event.number, tuple(due.idea_id for due in event.due))


def _set_aside(value: bytes) -> Control:
    event = VotersSetAside.model_validate_json(value)
    return SetAside(event.poll_id, event.number, tuple(event.voters))


def _reinstated(value: bytes) -> Control:
    event = VotersReinstated.model_validate_json(value)
    return Reinstated(event.poll_id, event.number, tuple(event.voters))


def _merged(value: bytes) -> Control:
    event = VotesMerged.model_validate_json(value)
    return Merged(
        event.poll_id, event.number, event.idea_id, event.into_idea_id, tuple(event.voters)
    )


def _parted(value: bytes) -> Control:
    event = VotesParted.model_validate_json(value)
    return Parted(
        event.poll_id, event.number, event.idea_id, event.into_idea_id, tuple(event.voters)
    )


def _closed(value: bytes) -> Control:
    event = VotingClosed.model_validate_json(value)
    return Closed(event.poll_id, event.number)


def _sealed(value: bytes) -> Control:
    event = TallySealed.model_validate_json(value)
    return Sealed(event.poll_id, event.number)


def _retired(value: bytes) -> Control:
    event = PollRetired.model_validate_json(value)
    return Retired(event.poll_id, event.number)


_CONTROLS: dict[bytes, Callable[[bytes], Control]] = {
    event.type.encode(): read
    for event, read in (
        (VotingOpened, _opened),
        (BallotChangedEvent, _ballot_changed),
        (DeadlinePassedEvent, _deadline_passed),
        (VotersSetAside, _set_aside),
        (VotersReinstated, _reinstated),
        (VotesMerged, _merged),
        (VotesParted, _parted),
        (VotingClosed, _closed),
        (TallySealed, _sealed),
        (PollRetired, _retired),
    )
}


def rules_from(rules: PollRules) -> Rules:
    """The rules of a poll as the count uses them."""
    return _rules.validate_python(rules.model_dump())


def rules_to(rules: Rules) -> PollRules:
    """The rules of a poll as events carry them."""
    return PollRules.model_validate(asdict(rules))


def read_rules(text: str) -> Rules:
    """Rules that somebody wrote as JSON. Raises pydantic's ValidationError, also for a field
    that rules do not have: it would be taken for one that counts.
    """
    return rules_from(PollRules.model_validate_json(text, extra="forbid"))


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
