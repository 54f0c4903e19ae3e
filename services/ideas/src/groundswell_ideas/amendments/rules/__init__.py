"""What can be amended in a contest that is open, and what cannot. Pure; called by commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_ideas.amendments.rules.curators import Curator
from groundswell_ideas.amendments.rules.refusals import Refusal, done_of
from groundswell_ideas.calendar.rules import answer_due_at
from groundswell_ideas.contests.rules import Contest, Pause
from groundswell_ideas.polls.rules import (
    BALLOT_MAXIMUM,
    BALLOTS_MAXIMUM,
    POLLS_MAXIMUM,
    Poll,
    PollChange,
    changed,
    ideas_on_ballots,
    is_full,
)
from groundswell_ideas.selection.rules import of_no_region, unfit_for_shortlist, unlisted
from groundswell_ideas.selection.rules.shortlists import of_another_region
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.terms.rules import Obstacle

CHANGED = "body.poll_changed"
OPENED = "body.poll_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A change of a contest since it opened; those of a contest are numbered from 1.

    It changed an open poll or opened another one, paused or resumed the contest, lifted the cap on
    its pilot, or handed the picking of the shortlist to another curator. `refusals` tell what of it
    the poll could not take any more.
    """

    contest_id: str
    number: int
    reason: str
    amended_at: datetime
    poll_changed: PollChange | None = None
    poll_opened: Poll | None = None
    paused: bool | None = None
    pilot_widened: bool = False
    curator: Curator | None = None
    refusals: tuple[Refusal, ...] = ()

    @property
    def poll_done(self) -> PollChange | None:
        """What became different in a poll: without what was refused."""
        change = self.poll_changed
        return None if change is None else done_of(change, self.refusals)

    @property
    def id(self) -> str:
        """Its place among the amendments of all contests; those of one contest sort by it."""
        return amendment_id(self.contest_id, self.number)

    @property
    def idea_ids(self) -> tuple[str, ...]:
        """The ideas whose place on an open ballot it changed, each once."""
        change = self.poll_changed
        if change is None:
            return ()
        pairs = (*change.merged, *change.unmerged)
        merged = (idea_id for pair in pairs for idea_id in (pair.idea_id, pair.into_idea_id))
        named = (*change.added_idea_ids, *change.removed_idea_ids, *merged)
        return tuple(dict.fromkeys(named))


def amendment_id(contest_id: str, number: int) -> str:
    """The id of a contest's amendment of this number."""
    return f"{contest_id}.{number:06}"


def obstacles_to_amending(contest: Contest) -> list[Obstacle]:
    """What keeps a contest from being amended at all."""
    if contest.phase == "voting":
        return []
    return [Obstacle("phase", "phase", f"a contest in {contest.phase} cannot be amended")]


def obstacles_to_changing(
    contest: Contest, change: PollChange, ideas: Mapping[str, Idea], now: datetime
) -> list[Obstacle]:
    """What keeps a poll from being changed; `ideas` are those found among the added ones."""
    poll = next((poll for poll in contest.polls if poll.id == change.poll_id), None)
    if poll is None:
        return [Obstacle(f"{CHANGED}.poll_id", "unknown", "not a poll of this contest")]
    if poll.closes_at <= now:
        return [Obstacle(f"{CHANGED}.poll_id", "closed", "the time of this poll is over")]
    added = _fields(f"{CHANGED}.added_idea_ids", change.added_idea_ids)
    removed = _fields(f"{CHANGED}.removed_idea_ids", change.removed_idea_ids)
    found = [
        *unfit_for_shortlist(contest, added, ideas),
        *of_another_region(added, ideas, poll.region),
        *_not_to_add(poll, added),
        *_not_to_remove(poll, removed),
        *_obstacles_to_closing(contest, f"{CHANGED}.closes_at", change.closes_at, now),
    ]
    if contest.pause is not None and change.paused is False:
        message = "the contest is paused, and goes on as a whole"
        found.append(Obstacle(f"{CHANGED}.paused", "paused", message))
    if not found and changed(poll, change) == poll:
        found.append(Obstacle(CHANGED, "change", "nothing would be different"))
    if not found and change.added_idea_ids and is_full(poll, len(change.added_idea_ids)):
        message = f"a ballot holds {BALLOT_MAXIMUM:,} ideas at most"
        found.append(Obstacle(f"{CHANGED}.added_idea_ids", "maximum", message))
    return found or _too_many(contest, f"{CHANGED}.added_idea_ids", len(change.added_idea_ids))


def obstacles_to_opening(
    contest: Contest, poll: Poll, ideas: Mapping[str, Idea], now: datetime
) -> list[Obstacle]:
    """What keeps another poll from being opened; `ideas` are those found among its own.

    Where there are regions it is of one of them.
    """
    if contest.pause is not None:
        return [Obstacle(OPENED, "paused", "no poll opens in a contest that is paused")]
    if found := of_no_region(contest, poll.region, f"{OPENED}.region"):
        return found
    named = _fields(f"{OPENED}.idea_ids", poll.idea_ids)
    found = [
        *(unlisted(contest, named, poll.region) or unfit_for_shortlist(contest, named, ideas)),
        *_obstacles_to_closing(contest, f"{OPENED}.closes_at", poll.closes_at, now),
    ]
    if poll.name in {other.name for other in contest.polls}:
        message = "another poll of this contest has this name"
        found.append(Obstacle(f"{OPENED}.name", "unique", message))
    if len(contest.polls) >= POLLS_MAXIMUM:
        message = f"a contest has {POLLS_MAXIMUM} polls at most"
        found.append(Obstacle(OPENED, "maximum", message))
    return found or _too_many(contest, f"{OPENED}.idea_ids", len(poll.idea_ids))


def with_change(contest: Contest, change: PollChange) -> Contest:
    """The contest with one poll changed; ideas that came on its ballot are on the shortlist."""
    added, parts = newly_shortlisted(contest, change), dict(contest.shortlists)
    for poll in contest.polls:
        if poll.id == change.poll_id and poll.region is not None:
            parts[poll.region] = (*parts.get(poll.region, ()), *added)
    amended = _with_changes(contest, [change], amendments=1)
    return replace(amended, shortlist=(*contest.shortlist, *added), shortlists=parts)


def with_poll(contest: Contest, poll: Poll) -> Contest:
    """The contest with one more poll."""
    return replace(
        contest,
        version=contest.version + 1,
        amendments=contest.amendments + 1,
        polls=(*contest.polls, poll),
    )


def obstacles_to_pausing(contest: Contest) -> list[Obstacle]:
    """What keeps a contest from being paused."""
    if contest.phase in ("draft", "closed"):
        return [Obstacle("phase", "phase", f"a contest in {contest.phase} cannot be paused")]
    if contest.pause is not None:
        return [Obstacle("pause", "paused", "the contest is paused already")]
    return []


def obstacles_to_resuming(contest: Contest) -> list[Obstacle]:
    """What keeps a contest from being resumed."""
    return [] if contest.pause else [Obstacle("pause", "running", "the contest is not paused")]


def obstacles_to_widening(contest: Contest) -> list[Obstacle]:
    """What keeps the cap on a contest's pilot from being lifted."""
    if contest.terms.pilot is None:
        return [Obstacle("pilot", "missing", "the contest was not opened as a pilot")]
    if contest.phase in ("draft", "closed"):
        message = f"the pilot of a contest in {contest.phase} cannot be widened"
        return [Obstacle("phase", "phase", message)]
    if contest.pilot_widened_at is not None:
        return [Obstacle("pilot", "wide", "the pilot was widened already")]
    return []


def paused(contest: Contest, reason: str, now: datetime) -> tuple[Contest, list[PollChange]]:
    """The contest standing still, and how its open polls are paused with it."""
    going = [poll for poll in contest.polls if is_open(contest, poll, now) and not poll.paused]
    changes = [PollChange(poll_id=poll.id, paused=True) for poll in going]
    pause = Pause(reason, now, tuple(poll.id for poll in going))
    still = replace(contest, pause=pause)
    return _with_changes(still, changes, amendments=1 + len(changes)), changes


def resumed(contest: Contest, now: datetime) -> tuple[Contest, list[PollChange]]:
    """The contest going on, and with it the polls that were paused by its pause."""
    with_it = set() if contest.pause is None else set(contest.pause.poll_ids)
    waiting = [
        poll
        for poll in contest.polls
        if poll.id in with_it and poll.paused and is_open(contest, poll, now)
    ]
    changes = [PollChange(poll_id=poll.id, paused=False) for poll in waiting]
    going = replace(contest, pause=None)
    return _with_changes(going, changes, amendments=1 + len(changes)), changes


def widened(contest: Contest, now: datetime) -> Contest:
    """The contest without the cap on its pilot."""
    return _with_changes(replace(contest, pilot_widened_at=now), [], amendments=1)


def is_open(contest: Contest, poll: Poll, now: datetime) -> bool:
    """Whether people vote in a poll, unless it is paused."""
    return contest.phase == "voting" and now < poll.closes_at


def _with_changes(contest: Contest, changes: Sequence[PollChange], *, amendments: int) -> Contest:
    """The next version of the contest, with these changes of its polls."""
    by_poll = {change.poll_id: change for change in changes}
    polls = (changed(p, by_poll[p.id]) if p.id in by_poll else p for p in contest.polls)
    return replace(
        contest,
        version=contest.version + 1,
        amendments=contest.amendments + amendments,
        polls=tuple(polls),
    )


def newly_shortlisted(contest: Contest, change: PollChange) -> list[str]:
    """The added ideas that were not on the shortlist before."""
    before = set(contest.shortlist)
    return [idea_id for idea_id in change.added_idea_ids if idea_id not in before]


def _fields(field: str, idea_ids: Sequence[str]) -> dict[str, str]:
    return {f"{field}.{position}": idea_id for position, idea_id in enumerate(idea_ids)}


def _not_to_add(poll: Poll, named: Mapping[str, str]) -> list[Obstacle]:
    on_ballot, removed = set(poll.idea_ids), set(poll.removed_idea_ids)
    there = [
        Obstacle(field, "on-ballot", "the idea is on the ballot already")
        for field, idea_id in named.items()
        if idea_id in on_ballot
    ]
    return there + [
        Obstacle(field, "removed", "an idea that was removed from the ballot does not come back")
        for field, idea_id in named.items()
        if idea_id in removed
    ]


def _not_to_remove(poll: Poll, named: Mapping[str, str]) -> list[Obstacle]:
    on_ballot = set(poll.idea_ids)
    return [
        Obstacle(field, "on-ballot", "the idea is not on the ballot")
        for field, idea_id in named.items()
        if idea_id not in on_ballot
    ]


def _obstacles_to_closing(
    contest: Contest, field: str, closes_at: datetime | None, now: datetime
) -> list[Obstacle]:
    if closes_at is None:
        return []
    if closes_at <= now:
        return [Obstacle(field, "past", "the poll would have closed already")]
    if contest.terms.answer_by is not None and answer_due_at(contest.terms) <= closes_at:
        return [Obstacle(field, "order", "the answer is due before the poll closes")]
    return []


def _too_many(contest: Contest, field: str, added: int) -> list[Obstacle]:
    if not added or ideas_on_ballots(contest.polls) + added <= BALLOTS_MAXIMUM:
        return []
    message = f"the ballots of a contest hold {BALLOTS_MAXIMUM:,} ideas together at most"
    return [Obstacle(field, "maximum", message)]
