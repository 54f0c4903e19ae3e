"""The vote path's own codec writes and reads the same records as the contracts' codec."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_contracts.cloudevents import (
    CloudEvent,
    KafkaMessage,
    from_kafka,
    timestamp,
    to_kafka,
)
from groundswell_contracts.event import Event
from groundswell_contracts.registry import EVENTS
from groundswell_contracts.topics import VOTES
from groundswell_contracts.votes import BallotChanged as BallotChangedEvent
from groundswell_contracts.votes import DeadlinePassed as DeadlinePassedEvent
from groundswell_contracts.votes import (
    PollRetired,
    TallySealed,
    VoteCast,
    VotersReinstated,
    VotersSetAside,
    VotesMerged,
    VotesParted,
    VotingClosed,
    VotingOpened,
)
from groundswell_voting.voteslog.codec import (
    SOURCE,
    Headers,
    decode,
    encode_vote,
    milliseconds,
    record_id,
    rules_from,
    rules_to,
    vote_headers,
)
from groundswell_voting.voteslog.rules import (
    VOTE_TYPE,
    BallotChanged,
    Closed,
    DeadlinePassed,
    Merged,
    Opened,
    Parted,
    Reinstated,
    Retired,
    Sealed,
    SetAside,
    Vote,
)
from tests.support.events import MOMENTS, TEXT, events_of

VOTES_SENT = st.builds(
    Vote,
    vote_id=TEXT.filter(bool),
    poll_id=TEXT,
    voter=TEXT,
    idea_ids=st.lists(TEXT, max_size=3).map(tuple),
    pass_id=TEXT,
    period=TEXT,
    revision=st.none() | st.integers(-(2**63), 2**63 - 1),
    segment=TEXT,
    channel=TEXT,
    via=TEXT,
)


@dataclass(frozen=True)
class Logged:
    """A record of the votes log as a client reads it."""

    value: bytes | None
    headers: Headers
    partition: int = 0
    offset: int = 0
    timestamp: int = 0


def logged(message: KafkaMessage) -> Logged:
    return Logged(message.value, message.headers)


def as_event(vote: Vote) -> VoteCast:
    fields = msgspec.structs.asdict(vote)
    return VoteCast.model_validate(fields | {"idea_ids": list(vote.idea_ids)})


def test_a_record_leaves_out_what_has_its_default() -> None:
    vote = Vote("ship.1", "ship", "anne", ("boaty",), "pass_1")
    named = msgspec.structs.replace(vote, via="qr", channel="shop")
    plain = {"vote_id", "poll_id", "voter", "idea_ids", "pass_id"}
    assert json.loads(encode_vote(vote)).keys() == plain
    assert json.loads(encode_vote(named)).keys() == plain | {"via", "channel"}


@given(VOTES_SENT)
def test_contracts_read_what_the_ballot_box_writes(vote: Vote) -> None:
    assert VoteCast.model_validate_json(encode_vote(vote), strict=True) == as_event(vote)


@given(VOTES_SENT, TEXT, MOMENTS)
def test_a_vote_is_the_record_that_contracts_would_write(
    vote: Vote, brand_id: str, time: Any
) -> None:
    event = CloudEvent(vote.vote_id, SOURCE, time, brand_id, as_event(vote))
    expected = to_kafka(event)
    headers = vote_headers(vote, brand_id, timestamp(time))
    assert headers == expected.headers
    assert expected.key == vote.voter.encode()
    assert expected.topic == VOTES.name
    sent = from_kafka(VOTES.name, vote.voter.encode(), encode_vote(vote), headers)
    assert sent == from_kafka(*expected)


@given(events_of(VoteCast))
def test_the_counter_reads_what_contracts_write(event: CloudEvent) -> None:
    record = logged(to_kafka(event))
    body = decode(record).body
    assert isinstance(body, Vote)
    assert as_event(body) == event.data
    assert record_id(record) == event.id


def test_the_names_of_the_vote_are_those_of_its_event() -> None:
    assert set(Vote.__struct_fields__) == set(VoteCast.model_fields)
    assert VoteCast.type == VOTE_TYPE


def expected_body(event: Event) -> object:
    match event:
        case VotingOpened():
            return Opened(
                event.poll_id,
                event.number,
                tuple(event.idea_ids),
                rules_from(event.rules),
                milliseconds(event.closes_at),
            )
        case BallotChangedEvent():
            moved = event.closes_at
            return BallotChanged(
                event.poll_id,
                event.number,
                event.added_idea_ids,
                event.removed_idea_ids,
                None if moved is None else milliseconds(moved),
            )
        case DeadlinePassedEvent():
            ideas = tuple(due.idea_id for due in event.due)
            return DeadlinePassed(event.poll_id, event.number, ideas)
        case VotersSetAside():
            return SetAside(event.poll_id, event.number, tuple(event.voters))
        case VotesMerged():
            ideas, voters = (event.idea_id, event.into_idea_id), tuple(event.voters)
            return Merged(event.poll_id, event.number, *ideas, voters)
        case VotesParted():
            ideas, voters = (event.idea_id, event.into_idea_id), tuple(event.voters)
            return Parted(event.poll_id, event.number, *ideas, voters)
        case VotersReinstated():
            return Reinstated(event.poll_id, event.number, tuple(event.voters))
        case VotingClosed():
            return Closed(event.poll_id, event.number)
        case TallySealed():
            return Sealed(event.poll_id, event.number)
        case PollRetired():
            return Retired(event.poll_id, event.number)
    raise AssertionError(f"a new record of the votes log: how is it counted? {event.type}")


@pytest.mark.parametrize(
    "event_class",
    [e for e in EVENTS.values() if e.topic == VOTES and e is not VoteCast],
    ids=lambda event_class: event_class.__name__,
)
def test_control_records_decode_to_what_the_rules_judge(event_class: type[Event]) -> None:
    @given(events_of(event_class))
    def decodes(event: CloudEvent) -> None:
        assert decode(logged(to_kafka(event))).body == expected_body(event.data)

    decodes()


@given(events_of(VotingOpened))
def test_rules_go_into_the_count_and_back_unchanged(event: CloudEvent) -> None:
    assert isinstance(event.data, VotingOpened)
    rules = rules_from(event.data.rules)
    assert rules_to(rules) == event.data.rules
    assert asdict(rules) == event.data.rules.model_dump()


@given(events_of(VoteCast), st.sampled_from(["revision", "idea_ids", "voter", "vote_id", "via"]))
def test_both_codecs_refuse_data_that_does_not_fit(event: CloudEvent, name: str) -> None:
    """A record that one of them takes and the other does not would be counted in secret."""
    message = to_kafka(event)
    for wrong in ('"5"', "1.5", "true", "[1]", "{}"):
        changed = message.value[:-1] + f',"{name}":{wrong}}}'.encode()
        try:
            VoteCast.model_validate_json(changed, strict=True)
        except ValueError:
            taken = False
        else:
            taken = True
        read = decode(Logged(changed, message.headers)).body
        assert isinstance(read, Vote) == taken, (name, wrong)
