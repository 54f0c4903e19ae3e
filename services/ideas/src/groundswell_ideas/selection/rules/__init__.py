"""Certified tallies, what the shortlist takes, and who can be vetoed. Pure; called by commands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_ideas.contests.rules import Contest, Veto
from groundswell_ideas.polls.rules import Poll, PollChange, changed
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.terms.rules import Obstacle

SELECTED = Obstacle("winners", "selected", "winners stand selected")


@dataclass(frozen=True, slots=True)
class RankedIdea:
    """An idea's place in a tally. Equal votes share a rank.

    `channels` are the votes among them that came by other channels than the poll's first one.
    """

    idea_id: str
    votes: int
    rank: int
    channels: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedTally:
    """The final tally of one of a contest's polls, as voting certified it; it never changes.

    `verdicts` counts the votes by what became of them; `log_hash` is the fingerprint of the
    votes log that a recount has to reproduce.
    """

    poll_id: str
    ideas: tuple[RankedIdea, ...]
    verdicts: Mapping[str, int]
    log_hash: str
    certified_at: datetime

    def rank_of(self, idea_id: str) -> int | None:
        """The place of an idea, None if the tally does not name it."""
        return next((idea.rank for idea in self.ideas if idea.idea_id == idea_id), None)


def as_counted(contest: Contest, tally: CertifiedTally) -> Contest:
    """The contest without the merges that came too late for a poll: its tally names both ideas."""
    own = {idea.idea_id for idea in tally.ideas}
    polls = tuple(
        _without_late(poll, own) if poll.id == tally.poll_id else poll for poll in contest.polls
    )
    if polls == contest.polls:
        return contest
    return replace(contest, version=contest.version + 1, polls=polls)


def _without_late(poll: Poll, own: Collection[str]) -> Poll:
    late = [merge for merge in poll.merged if merge.idea_id in own]
    return changed(poll, PollChange(poll_id=poll.id, unmerged=tuple(late)))


def unfit_for_shortlist(
    contest: Contest, named: Mapping[str, str], ideas: Mapping[str, Idea]
) -> list[Obstacle]:
    """Those ids that are no approved ideas of the contest, or briefs; `named` is by field.

    `ideas` are those found.
    """
    return [
        Obstacle(field, "approved", "not an approved idea of this contest")
        for field, idea_id in named.items()
        if (idea := ideas.get(idea_id)) is None
        or idea.contest_id != contest.id
        or idea.status != "approved"
        or idea.brief
    ]


def unlisted(
    contest: Contest, named: Mapping[str, str], region: str | None = None
) -> list[Obstacle]:
    """Those ideas that are not on the shortlist, or on a region's part; `named` is by field."""
    listed = set(listed_in(contest, region))
    return [
        Obstacle(field, "shortlisted", "not an idea on the shortlist of this contest")
        for field, idea_id in named.items()
        if idea_id not in listed
    ]


def of_no_region(
    contest: Contest, region: str | None, field: str = "body.region"
) -> list[Obstacle]:
    """What is wrong with the region of a request: there is one where the contest has regions."""
    if not contest.terms.regions:
        return [] if region is None else [Obstacle(field, "unknown", "this contest has no regions")]
    if region is None:
        return [Obstacle(field, "missing", "this contest has regions: name one")]
    if contest.region(region) is None:
        return [Obstacle(field, "unknown", f"this contest has no region {region}")]
    return []


def listed_in(contest: Contest, region: str | None) -> tuple[str, ...]:
    """The shortlist, or a region's part of it."""
    return contest.shortlist if region is None else contest.shortlists.get(region, ())


def region_of(contest: Contest, idea_id: str) -> str | None:
    """The region on whose shortlist an idea is; None where there are no regions."""
    parts = contest.shortlists.items()
    return next((region for region, listed in parts if idea_id in listed), None)


def deciding_poll(contest: Contest, region: str | None) -> Poll | None:
    """The poll that decides, of a region if there are some: see `Contest.deciding_poll`."""
    if region is None:
        return contest.deciding_poll
    polls = [poll for poll in contest.polls if poll.region == region]
    if len(polls) > len(contest.terms.polls):
        return polls[-1]
    return polls[0] if polls else None


def needs_tally(contest: Contest) -> bool:
    """Whether nothing is vetoed or selected before the vote is counted.

    Where no vote is held, or where it never ends, a jury or an editor needs none.
    """
    by = contest.terms.selection.winners.by
    if "deliberation" not in contest.programme.ahead_of("draft"):
        return by in ("tally", "weighted")
    return bool(contest.polls) or by == "tally" or contest.phase not in DELIBERATED


DELIBERATED = ("deliberation", "decided", "delivery")
"""The phases in which a contest that deliberates has winners."""


def obstacles_to_vetoing(contest: Contest, idea_id: str) -> list[Obstacle]:
    """What keeps a shortlisted idea from being vetoed once the tally is certified.

    While winners stand selected, only they can be vetoed, and nobody once the contest is closed.
    An alternate is when it has come up.
    """
    if contest.phase == "closed":
        return [Obstacle("phase", "phase", "nothing is vetoed in a contest that is closed")]
    if not contest.terms.selection.veto:
        return [Obstacle("selection.veto", "none", "by its terms this contest knows no veto")]
    found = []
    region = region_of(contest, idea_id)
    decided = any(winner.region == region for winner in contest.winners)
    if decided and not is_winner(contest, idea_id):
        found.append(SELECTED)
    if any(veto.idea_id == idea_id for veto in contest.vetoes):
        found.append(Obstacle("idea_id", "vetoed", "the idea is vetoed already"))
    return found


def with_veto(contest: Contest, idea_id: str, reason: str, at: datetime) -> Contest:
    """The contest with one more veto; a winner that is vetoed wins no longer."""
    veto = Veto(idea_id, reason, at, was_selected=is_winner(contest, idea_id))
    return replace(
        contest,
        version=contest.version + 1,
        vetoes=(*contest.vetoes, veto),
        winners=tuple(winner for winner in contest.winners if winner.idea_id != idea_id),
        alternates=tuple(other for other in contest.alternates if other != idea_id),
    )


def is_winner(contest: Contest, idea_id: str) -> bool:
    """Whether an idea stands selected."""
    return any(winner.idea_id == idea_id for winner in contest.winners)


def gone(contest: Contest) -> Collection[str]:
    """The ideas that cannot win any more: vetoed, or dropped out."""
    return {veto.idea_id for veto in contest.vetoes} | {out.idea_id for out in contest.dropouts}
