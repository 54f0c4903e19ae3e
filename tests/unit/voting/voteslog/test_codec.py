"""What cannot be read is refused or stops the partition; nothing else escapes the codec."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.voteslog.codec import (
    UnknownRecordType,
    decode,
    encode_vote,
    milliseconds,
    record_id,
)
from groundswell_voting.voteslog.rules import VOTE_TYPE, Malformed
from tests.support.events import NOW
from tests.unit.voting.logs import vote

TYPES = [
    VOTE_TYPE,
    "groundswell.VotingOpened.v1",
    "groundswell.BallotChanged.v1",
    "groundswell.DeadlinePassed.v1",
    "groundswell.VotersSetAside.v1",
    "groundswell.VotersReinstated.v1",
    "groundswell.VotingClosed.v1",
    "groundswell.TallySealed.v1",
    "groundswell.PollRetired.v1",
]
GOOD = json.loads(encode_vote(vote()))


@dataclass
class Raw:
    """A record as a Kafka client gives it."""

    value: bytes | None
    headers: list[tuple[str, Any]] = field(
        default_factory=lambda: [("ce_type", VOTE_TYPE.encode())]
    )
    partition: int = 3
    offset: int = 7
    timestamp: int = 1_460_000_000_000


def as_type(kind: str, value: bytes | None) -> Raw:
    return Raw(value, [("ce_id", b"id_1"), ("ce_type", kind.encode())])


def test_a_record_has_its_place_time_and_id() -> None:
    record = decode(as_type(VOTE_TYPE, encode_vote(vote())))
    assert (record.partition, record.offset, record.appended_at_ms) == (3, 7, 1_460_000_000_000)
    assert record.id == "id_1"
    assert record.body == vote()


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    "value",
    [None, b"", b"{", b"[]", b"{}", b'"text"', b"\xff", b'{"poll_id": "\\ud800"}', b"null"],
)
def test_data_that_does_not_fit_its_type_is_malformed(kind: str, value: bytes | None) -> None:
    assert isinstance(decode(as_type(kind, value)).body, Malformed)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("depth", [100, 5_000])
def test_deeply_nested_data_is_malformed(kind: str, depth: int) -> None:
    value = b'{"x":' + b"[" * depth + b"]" * depth + b"}"
    assert isinstance(decode(as_type(kind, value)).body, Malformed)


@pytest.mark.parametrize("headers", [[], [("ce_type", b"")], [("ce_type", None)]])
def test_a_record_without_a_type_stops_the_partition(headers: list[tuple[str, Any]]) -> None:
    with pytest.raises(UnknownRecordType):
        decode(Raw(b"{}", headers))


@pytest.mark.parametrize("kind", [b"groundswell.VoteCast.v2", b"\xff\xfe", b"groundswell"])
def test_an_unknown_type_stops_the_partition(kind: bytes) -> None:
    with pytest.raises(UnknownRecordType):
        decode(Raw(b"{}", [("ce_type", kind)]))


@pytest.mark.parametrize("headers", [[], [("ce_id", None)], [("other", None)]])
def test_a_record_may_have_no_id(headers: list[tuple[str, Any]]) -> None:
    assert record_id(Raw(b"", headers)) == ""


@given(
    st.sampled_from(TYPES),
    st.binary(max_size=50)
    | st.dictionaries(
        st.sampled_from([*GOOD, "number", "rules", "closes_at", "reason", "due", "voters", "case"]),
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3), max_size=2),
    ).map(lambda fields: json.dumps(GOOD | fields).encode()),
)
def test_whatever_the_bytes_are_they_are_read_or_refused(kind: str, value: bytes) -> None:
    decode(as_type(kind, value))


@given(st.integers(0, 4_000_000_000_000))
def test_milliseconds_are_exact(moment_ms: int) -> None:
    """MongoDB and the log keep whole milliseconds; no rounding may move a closing time."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment_ms)
    assert milliseconds(moment) == moment_ms


def test_a_moment_is_counted_in_whole_milliseconds() -> None:
    assert milliseconds(NOW) == 1_795_264_215_123
