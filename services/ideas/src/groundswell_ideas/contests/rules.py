"""What a contest is, who may see and edit it, when it takes ideas. Pure; called by commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from groundswell_ideas.polls.rules import Poll, PollRules, have_room
from groundswell_ideas.templates.rules import Programme
from groundswell_ideas.terms.rules import Obstacle, Phase, Region, Terms, TermsOfEntry, Timetable
from groundswell_ideas.terms.rules.briefings import Briefing
from groundswell_ideas.terms.rules.local_times import to_utc

SHORTLIST_MAXIMUM = 10_000
"""As many ideas as the event that opens a vote may carry."""


@dataclass(frozen=True, slots=True)
class PhaseReached:
    """A phase that a contest has entered, and when."""

    phase: Phase
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class Veto:
    """An idea that the brand ruled out, with the reason that everybody reads.

    `was_selected` tells that the idea was a winner until then.
    """

    idea_id: str
    reason: str
    vetoed_at: datetime
    was_selected: bool = False


@dataclass(frozen=True, slots=True)
class Payee:
    """Who gets what a winner is promised; a charity by its name."""

    kind: Literal["self", "charity"] = "self"
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Winner:
    """An idea that the brand selected; `rank` is its place in the tally, None if it has none.

    `confirmed_at` is when its author took the win, and `payee` who gets what is promised.
    """

    idea_id: str
    reason: str
    rank: int | None
    selected_at: datetime
    region: str | None = None
    confirmed_at: datetime | None = None
    payee: Payee | None = None


@dataclass(frozen=True, slots=True)
class Dropout:
    """A winner that declined or could not be verified, and is none any more.

    `by_author` tells that the reason is in the author's own words.
    """

    idea_id: str
    reason: str
    dropped_at: datetime
    by_author: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A step of the work with the winners that has been reached; everybody reads it."""

    id: str
    title: str
    words: str
    reached_at: datetime
    idea_id: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a contest stands still, since when, and the polls that were paused with it."""

    reason: str
    since: datetime
    poll_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A contest of a brand. `phases` starts with the draft and ends with the phase of now.

    `programme` is what it took from its template. `polls` are those that have opened, in that
    order; `amendments` counts what was changed since. `shortlists` holds the shortlist's parts by
    region, where there are regions, and `shortlisted_at` is when somebody set it last.
    `alternates` stand behind the winners, the first in line first.
    `briefing` is what staff were told last. `overdue_since` is when the promised answer was missed.
    `version` grows by one with every change, so that whoever changes a contest can say which
    state of it they have seen.
    """

    brand_id: str
    id: str
    version: int = 1
    programme: Programme
    terms: Terms
    phases: tuple[PhaseReached, ...]
    polls: tuple[Poll, ...] = ()
    amendments: int = 0
    shortlist: tuple[str, ...] = ()
    shortlists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shortlisted_at: datetime | None = None
    vetoes: tuple[Veto, ...] = ()
    winners: tuple[Winner, ...] = ()
    alternates: tuple[str, ...] = ()
    dropouts: tuple[Dropout, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    pause: Pause | None = None
    briefing: Briefing | None = None
    overdue_since: datetime | None = None
    pilot_widened_at: datetime | None = None
    cloned_from: str | None = None

    @property
    def phase(self) -> Phase:
        """The phase that the contest is in."""
        return self.phases[-1].phase

    @property
    def opened_at(self) -> datetime | None:
        """When everybody could see it for the first time; None for a draft."""
        return self.phases[1].reached_at if len(self.phases) > 1 else None

    @property
    def timetable(self) -> Timetable:
        """The timetable that the contest was opened with. Raises ValueError for a draft without."""
        if self.terms.timetable is None:
            raise ValueError(f"{self.id} has no timetable yet")
        return self.terms.timetable

    @property
    def voting_closes_at(self) -> datetime | None:
        """When the last poll closes, as amended; before the vote, as the timetable has it."""
        closings = [poll.closes_at for poll in self.polls]
        return max(closings, default=self.timetable.voting_closes_at)

    @property
    def deciding_poll(self) -> Poll | None:
        """The poll that decides: the last one that an amendment opened, else the first one."""
        if len(self.polls) > len(self.terms.polls) * max(1, len(self.terms.regions)):
            return self.polls[-1]
        return self.polls[0] if self.polls else None

    @property
    def still_listed(self) -> tuple[str, ...]:
        """The shortlisted ideas that were not vetoed, and have not dropped out or been merged."""
        gone = {veto.idea_id for veto in self.vetoes} | {out.idea_id for out in self.dropouts}
        gone |= {merge.idea_id for poll in self.polls for merge in poll.merged}
        return tuple(idea_id for idea_id in self.shortlist if idea_id not in gone)

    @property
    def pilot_ends_at(self) -> datetime | None:
        """When a contest that opened as a pilot stops taking ideas; None if it is none, or wide."""
        pilot = self.terms.pilot
        if pilot is None or self.pilot_widened_at is not None or self.opened_at is None:
            return None
        return self.opened_at + timedelta(days=pilot.days)

    def region(self, name: str | None) -> Region | None:
        """The region of this name, if it has one."""
        return next((region for region in self.terms.regions if region.name == name), None)


def may_see(contest: Contest, staff_of: str | None) -> bool:
    """Whether somebody may know of a contest; `staff_of` is the brand they work for, if any."""
    return contest.phase != "draft" or contest.brand_id == staff_of


def obstacles_to_editing(contest: Contest) -> list[Obstacle]:
    """What keeps a contest's terms from being changed: they are frozen once it has opened."""
    if contest.phase == "draft":
        return []
    return [Obstacle("phase", "frozen", "a contest's terms are frozen once it has opened")]


def obstacles_to_taking_ideas(
    contest: Contest, region: str | None, now: datetime
) -> list[Obstacle]:
    """What keeps an idea from being handed in to a contest, for one of its regions, now.

    A contest without regions takes ideas for none.
    """
    if contest.pause is not None:
        return [Obstacle("pause", "paused", "the contest is paused")]
    if not contest.programme.step(contest.phase).takes_ideas:
        return [Obstacle("phase", "phase", f"a contest in {contest.phase} takes no ideas")]
    if not have_room(contest.polls, region, now):
        return [Obstacle("polls", "maximum", "the ballots of the contest are full")]
    closing = submission_closes_at(contest, region)
    if closing is not None and now >= closing:
        message = "the time for submissions is over"
        return [Obstacle("timetable.submission_closes_at", "past", message)]
    if contest.pilot_ends_at is not None and now >= contest.pilot_ends_at:
        return [Obstacle("pilot.days", "pilot", "the days of the pilot are over")]
    return []


def submission_closes_at(contest: Contest, region: str | None) -> datetime | None:
    """When a contest takes no more ideas for a region; None: as long as its phase does."""
    found = contest.region(region)
    if found is None or found.submission_closes is None:
        return contest.timetable.submission_closes_at
    return to_utc(found.submission_closes, found.time_zone)


def with_polls(contest: Contest, poll_ids: Sequence[str]) -> Contest:
    """A contest that enters voting, with its polls open; an id for each of `promised_polls`."""
    ids = zip(poll_ids, promised_polls(contest), strict=True)
    return replace(contest, polls=tuple(replace(poll, id=poll_id) for poll_id, poll in ids))


def with_terms(contest: Contest, terms: Terms) -> Contest:
    """The contest with other terms."""
    return replace(contest, version=contest.version + 1, terms=terms)


def stands_for_vote(contest: Contest, idea_id: str) -> bool:
    """Whether an idea is on the shortlist that the vote will be about, or on a ballot of it.

    Winners and those behind them stand, too; once that is decided, what lost does no longer.
    """
    if idea_id in {*(winner.idea_id for winner in contest.winners), *contest.alternates}:
        return True
    if contest.phase in ("decided", "delivery", "closed"):
        return False
    if not contest.polls:
        return idea_id in contest.shortlist
    return any(idea_id in poll.idea_ids for poll in contest.polls)


def promised_polls(contest: Contest) -> list[Poll]:
    """The polls that open with the vote, without their ids: each once, or once for each region.

    Where nobody takes part there is nothing to vote on, unless ideas come in meanwhile.
    """
    closing = None if contest.terms.timetable is None else contest.timetable.voting_closes_at
    if closing is None:
        return []
    plain = [
        Poll(id="", name=p.name, rules=p.rules, idea_ids=contest.shortlist, closes_at=closing)
        for p in contest.terms.polls
    ]
    if not contest.terms.regions:
        return plain
    polls = [
        _in_region(contest, poll, region) for region in contest.terms.regions for poll in plain
    ]
    takes_ideas = contest.programme.step("voting").takes_ideas
    return [poll for poll in polls if poll.idea_ids or takes_ideas]


def _in_region(contest: Contest, poll: Poll, region: Region) -> Poll:
    local = region.voting_closes
    return replace(
        poll,
        name=f"{region.name} {poll.name}".strip(),
        region=region.name,
        rules=rules_in(region, poll.rules),
        idea_ids=contest.shortlists.get(region.name, ()),
        closes_at=poll.closes_at if local is None else to_utc(local, region.time_zone),
    )


def rules_in(region: Region | None, rules: PollRules) -> PollRules:
    """A poll's rules in a region: its days are that place's, its voters of its countries if any."""
    if region is None:
        return rules
    voters = rules.eligibility
    return replace(
        rules,
        time_zone=region.time_zone,
        eligibility=replace(voters, regions=region.countries or voters.regions),
    )


def terms_in_force(terms: Terms, now: datetime) -> TermsOfEntry | None:
    """The version of the terms of entry that is accepted with an idea now; None: there is none."""
    begun = [version for version in terms.terms_of_entry if version.since <= now]
    return begun[-1] if begun else None
