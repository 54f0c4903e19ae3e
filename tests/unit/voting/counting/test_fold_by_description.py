"""The fold counts as the chaos checker does, which was written from the description alone."""

from hypothesis import given

from groundswell_contracts.event import Event
from groundswell_contracts.votes import (
    BallotChanged as BallotChangedEvent,
)
from groundswell_contracts.votes import (
    DeadlinePassed as DeadlinePassedEvent,
)
from groundswell_contracts.votes import (
    PollRetired,
    StepDue,
    TallySealed,
    VoteCast,
    VotersReinstated,
    VotersSetAside,
    VotesMerged,
    VotesParted,
    VotingClosed,
    VotingOpened,
)
from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.tally import Tally
from groundswell_voting.voteslog.codec import encode_vote, rules_to
from groundswell_voting.voteslog.rules import (
    BallotChanged,
    Body,
    Closed,
    DeadlinePassed,
    Merged,
    Opened,
    Parted,
    Record,
    Reinstated,
    Retired,
    Sealed,
    SetAside,
    Vote,
    moment,
)
from tests.chaos.checker.evidence import LogRecord
from tests.chaos.checker.fold import Fold as DescribedFold
from tests.unit.voting.logs import lives, numbered, records_of

NO_JSON = b"not JSON"


def event_of(body: Body) -> Event | None:
    """The event that a control record is."""
    match body:
        case Opened(poll_id, number, ideas, rules, closes_at_ms):
            return VotingOpened(
                poll_id=poll_id,
                contest_id="con_1",
                number=number,
                rules=rules_to(rules),
                idea_ids=list(ideas),
                closes_at=moment(closes_at_ms),
            )
        case BallotChanged(poll_id, number, added, removed, closes_at_ms):
            return BallotChangedEvent(
                poll_id=poll_id,
                number=number,
                added_idea_ids=added,
                removed_idea_ids=removed,
                closes_at=None if closes_at_ms is None else moment(closes_at_ms),
            )
        case DeadlinePassed(poll_id, number, ideas):
            due = [StepDue(idea_id=idea_id, step=1) for idea_id in ideas]
            return DeadlinePassedEvent(poll_id=poll_id, number=number, deadline=moment(0), due=due)
        case SetAside() | Reinstated():
            aside = VotersSetAside if isinstance(body, SetAside) else VotersReinstated
            return aside(
                poll_id=body.poll_id,
                number=body.number,
                case="c-1",
                reason="Why.",
                voters=list(body.voters),
            )
        case Merged() | Parted():
            moved = VotesMerged if isinstance(body, Merged) else VotesParted
            return moved(
                poll_id=body.poll_id,
                number=body.number,
                idea_id=body.idea_id,
                into_idea_id=body.into_idea_id,
                voters=list(body.voters),
            )
        case Closed(poll_id, number):
            return VotingClosed(poll_id=poll_id, number=number, reason="deadline")
        case Sealed(poll_id, number):
            return TallySealed(poll_id=poll_id, number=number)
        case Retired(poll_id, number):
            return PollRetired(poll_id=poll_id, number=number)
    return None


def as_logged(record: Record) -> LogRecord:
    """A record as it lies in the log."""
    body, event = record.body, event_of(record.body)
    if event is not None:
        kind, value = event.type, event.model_dump_json().encode()
    else:
        kind, value = VoteCast.type, encode_vote(body) if isinstance(body, Vote) else NO_JSON
    headers = (("ce_id", record.id.encode()), ("ce_type", kind.encode()))
    return LogRecord(record.partition, record.offset, record.appended_at_ms, None, value, headers)


def counts(tally: Tally) -> dict[str, int]:
    return {name: number for name, number in tally.counts.items() if number}


@given(lives())
def test_every_record_has_the_effect_that_the_description_gives_it(life: list[Body]) -> None:
    """With ideas merged and parted, voters set aside, days, weights, and ballots stated anew."""
    fold, described = Fold(0, 1), DescribedFold(0, 1)
    for record in records_of(numbered(life)):
        verdict = fold.take(record)
        described.take(as_logged(record))
        assert described.verdicts.get(record.offset) == (None if verdict is None else str(verdict))
        if not isinstance(record.body, Vote) or record.offset == len(life) - 1:
            assert counts(fold.tallies.get("ship", Tally())) == described.counts("ship")
