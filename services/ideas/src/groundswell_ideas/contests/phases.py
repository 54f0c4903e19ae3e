"""When a contest may enter a phase, and what it looks like then. Pure; called by the commands."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from groundswell_ideas.calendar.rules import answer_due_at
from groundswell_ideas.contests.rules import (
    SHORTLIST_MAXIMUM,
    Contest,
    PhaseReached,
    promised_polls,
)
from groundswell_ideas.polls.rules import BALLOTS_MAXIMUM
from groundswell_ideas.terms.rules import Obstacle, Phase, Timetable
from groundswell_ideas.terms.rules.briefings import brought_up_to_date
from groundswell_ideas.terms.rules.local_times import to_utc


def obstacles_to_entering(contest: Contest, phase: Phase, now: datetime) -> list[Obstacle]:
    """Everything that keeps a contest from a phase; empty when it may enter."""
    allowed = contest.programme.step(contest.phase).onward
    if phase not in allowed:
        onward = f"only to {' or '.join(allowed)}" if allowed else "nowhere"
        return [Obstacle("to", "order", f"from {contest.phase} a contest goes {onward}")]
    found = []
    if contest.pause is not None:
        found.append(Obstacle("pause", "paused", "a paused contest does not move on"))
    if contest.phase == "draft":
        found += obstacles_to_opening(contest, now)
    guard = _GUARDS.get(phase)
    return list(dict.fromkeys([*found, *guard(contest, now)])) if guard else found


def obstacles_to_opening(contest: Contest, now: datetime) -> list[Obstacle]:
    """What is missing before a draft can open, and what is over before it begins."""
    terms = contest.terms
    found = [
        Obstacle(field, "missing", f"a contest without {field} cannot open")
        for field in contest.programme.promises
        if not getattr(terms, field)
    ]
    found += [
        Obstacle(f"calendar.{position}.at", "past", f"the time for {entry.to} is over already")
        for position, entry in enumerate(terms.calendar)
        if entry.to not in contest.programme.step("draft").onward
        and to_utc(entry.at, terms.time_zone) <= now
    ]
    if terms.answer_by is not None and answer_due_at(terms) <= now:
        found.append(Obstacle("answer_by", "past", "the day of the answer is over already"))
    if terms.timetable is not None:
        found += _obstacles_of_timetable(contest, terms.timetable, now)
    return found


def enter(contest: Contest, phase: Phase, at: datetime) -> Contest:
    """The contest in its next phase; the brand's staff have been told by then what they read."""
    phases = (*contest.phases, PhaseReached(phase, at))
    briefing = brought_up_to_date(contest.briefing, contest.terms, at)
    return replace(contest, version=contest.version + 1, phases=phases, briefing=briefing)


def is_overdue(contest: Contest, to_answer: int, answered: int) -> bool:
    """Whether a contest has not answered at the end of the day by which it promised to.

    One that comes to a decision answers by it; any other by answering each idea.
    """
    if contest.overdue_since is not None:
        return False
    if "decided" in contest.programme.ahead_of("draft"):
        return decided_at(contest) is None
    return answered < to_answer


def overdue(contest: Contest, at: datetime) -> Contest:
    """The contest that has missed its day."""
    return replace(contest, version=contest.version + 1, overdue_since=at)


def decided_at(contest: Contest) -> datetime | None:
    """When the decision was told, and all ideas were answered by it; None before."""
    return next((p.reached_at for p in contest.phases if p.phase == "decided"), None)


def _obstacles_of_timetable(
    contest: Contest, timetable: Timetable, now: datetime
) -> list[Obstacle]:
    terms, found = contest.terms, _over_in_regions(contest, "submission_closes", now)
    closing, voted = timetable.submission_closes_at, timetable.voting_closes_at
    if closing is not None and closing <= now:
        message = "the time for submissions is over before it begins"
        found.append(Obstacle("timetable.submission_closes_at", "past", message))
    if voted is None and contest.programme.always_votes:
        found.append(_NO_END_OF_VOTE)
    local = ((r.voting_closes, r.time_zone) for r in terms.regions if r.voting_closes is not None)
    ends = [*([] if voted is None else [voted]), *(to_utc(*closes) for closes in local)]
    if terms.answer_by is not None and any(answer_due_at(terms) <= end for end in ends):
        found.append(Obstacle("answer_by", "order", "the answer is due before the voting closes"))
    return found


def _over_in_regions(
    contest: Contest, closing: Literal["submission_closes", "voting_closes"], now: datetime
) -> list[Obstacle]:
    """The regions whose own closing time has passed."""
    times = [(region, getattr(region, closing)) for region in contest.terms.regions]
    return [
        Obstacle(
            f"regions.{position}.{closing}",
            "past",
            f"the time of {region.name} is over before it begins",
        )
        for position, (region, local) in enumerate(times)
        if local is not None and to_utc(local, region.time_zone) <= now
    ]


def _obstacles_to_voting(contest: Contest, now: datetime) -> list[Obstacle]:
    takes_ideas = contest.programme.step("voting").takes_ideas
    found = [] if takes_ideas else _obstacles_of_shortlist(contest)
    timetable = contest.terms.timetable
    closing = None if timetable is None else timetable.voting_closes_at
    if closing is None:
        found.append(_NO_END_OF_VOTE)
    elif closing <= now:
        message = "the time for voting is over before it begins"
        found.append(Obstacle("timetable.voting_closes_at", "past", message))
    found += _over_in_regions(contest, "voting_closes", now)
    if sum(len(poll.idea_ids) for poll in promised_polls(contest)) > BALLOTS_MAXIMUM:
        message = f"the ballots of a contest hold {BALLOTS_MAXIMUM:,} ideas together at most"
        found.append(Obstacle("polls", "maximum", message))
    return found


def _obstacles_to_deliberation(contest: Contest, _now: datetime) -> list[Obstacle]:
    """Where no vote was held this is the last moment for a shortlist, and only those on it win."""
    return [] if contest.polls else _obstacles_of_shortlist(contest)


def _obstacles_of_shortlist(contest: Contest) -> list[Obstacle]:
    """A region in which nobody takes part is told by an empty part of the shortlist."""
    found = []
    if not contest.shortlist:
        found.append(Obstacle("shortlist", "missing", "there is no idea on the shortlist"))
    found += [
        Obstacle(f"shortlists.{region.name}", "missing", f"{region.name} has no shortlist")
        for region in contest.terms.regions
        if region.name not in contest.shortlists
    ]
    return found + _obstacles_of_size(contest)


def _obstacles_of_size(contest: Contest) -> list[Obstacle]:
    """Whether the shortlist, or each region's part, has as many ideas as were promised."""
    listing = contest.terms.selection.shortlist
    parts = contest.shortlists if contest.terms.regions else {"": contest.shortlist}
    found = []
    for region, listed in parts.items():
        field = f"shortlists.{region}" if region else "shortlist"
        if listing.size is not None and listed and len(listed) != listing.size:
            message = f"{len(listed)} ideas are shortlisted, and exactly {listing.size} promised"
            found.append(Obstacle(field, "size", message))
        most = listing.maximum
        if listing.by in ("all", "threshold"):
            most = SHORTLIST_MAXIMUM
        if most is not None and len(listed) > most:
            message = f"{len(listed):,} ideas are shortlisted, and {most:,} are the most"
            found.append(Obstacle(field, "maximum", message))
    return found


def _obstacles_without_winners(contest: Contest, _now: datetime) -> list[Obstacle]:
    """Somebody wins, in each region, unless nobody is left there who could."""
    decided = {winner.region for winner in contest.winners}
    left = set(contest.still_listed)
    if not contest.terms.regions and not decided and left:
        return [Obstacle("winners", "missing", "no winner stands selected")]
    return [
        Obstacle(f"winners.{region.name}", "missing", f"no winner of {region.name} stands selected")
        for region in contest.terms.regions
        if region.name not in decided and left.intersection(contest.shortlists.get(region.name, ()))
    ]


_NO_END_OF_VOTE = Obstacle(
    "timetable.voting_closes_at", "missing", "the end of the vote is not set"
)

_GUARDS: Mapping[Phase, Callable[[Contest, datetime], list[Obstacle]]] = {
    "voting": _obstacles_to_voting,
    "deliberation": _obstacles_to_deliberation,
    "decided": _obstacles_without_winners,
    "delivery": _obstacles_without_winners,
}
