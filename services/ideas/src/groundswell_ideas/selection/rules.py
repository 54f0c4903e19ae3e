"""Who can be shortlisted, vetoed and chosen, and what the vote binds. Pure; called by commands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_ideas.contests.rules import Contest, Obstacle, Veto, Winner
from groundswell_ideas.submissions.rules import Idea

SHORTLIST_MAXIMUM = 10_000
"""As many ideas as the event that opens a vote may carry."""

_SELECTED = Obstacle("winners", "selected", "winners stand selected")


@dataclass(frozen=True, slots=True)
class RankedIdea:
    """An idea's place in a tally. Equal votes share a rank."""

    idea_id: str
    votes: int
    rank: int


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


def obstacles_to_shortlisting(contest: Contest) -> list[Obstacle]:
    """What keeps a contest's shortlist from being set: the ballot is fixed once voting opens."""
    if contest.phase in ("submission", "moderation"):
        return []
    return [Obstacle("phase", "phase", f"a shortlist cannot be set in {contest.phase}")]


def unfit_for_shortlist(
    contest: Contest, named: Mapping[str, str], ideas: Mapping[str, Idea]
) -> list[Obstacle]:
    """Those ids that are not approved ideas of the contest; `named` holds them by their field.

    `ideas` are those found.
    """
    return [
        Obstacle(field, "approved", "not an approved idea of this contest")
        for field, idea_id in named.items()
        if (idea := ideas.get(idea_id)) is None
        or idea.contest_id != contest.id
        or idea.status != "approved"
    ]


def with_shortlist(contest: Contest, idea_ids: Sequence[str]) -> Contest:
    """The contest with these ideas, and no others, on its shortlist."""
    return replace(contest, version=contest.version + 1, shortlist=tuple(idea_ids))


def unlisted(contest: Contest, named: Mapping[str, str]) -> list[Obstacle]:
    """Those ideas that are not on the contest's shortlist; `named` holds them by their field."""
    listed = set(contest.shortlist)
    return [
        Obstacle(field, "shortlisted", "not an idea on the shortlist of this contest")
        for field, idea_id in named.items()
        if idea_id not in listed
    ]


def obstacles_to_vetoing(contest: Contest, idea_id: str) -> list[Obstacle]:
    """What keeps a shortlisted idea from being vetoed once the tally is certified.

    While winners stand selected, only they can be vetoed, and nobody once the contest is closed.
    """
    if contest.phase == "closed":
        return [Obstacle("phase", "phase", "nothing is vetoed in a contest that is closed")]
    found = []
    if contest.winners and not _is_winner(contest, idea_id):
        found.append(_SELECTED)
    if any(veto.idea_id == idea_id for veto in contest.vetoes):
        found.append(Obstacle("idea_id", "vetoed", "the idea is vetoed already"))
    return found


def with_veto(contest: Contest, idea_id: str, reason: str, at: datetime) -> Contest:
    """The contest with one more veto; a winner that is vetoed wins no longer."""
    veto = Veto(idea_id, reason, at, was_selected=_is_winner(contest, idea_id))
    return replace(
        contest,
        version=contest.version + 1,
        vetoes=(*contest.vetoes, veto),
        winners=tuple(winner for winner in contest.winners if winner.idea_id != idea_id),
    )


def obstacles_to_selecting(
    contest: Contest, tally: CertifiedTally, idea_ids: Sequence[str]
) -> list[Obstacle]:
    """What keeps shortlisted ideas from being selected as the winners.

    A binding vote lets nobody be passed over but by a veto; an advisory one does. When all who
    won were vetoed, others can be selected for as long as the contest is not closed.
    """
    if contest.phase not in ("deliberation", "decided", "delivery"):
        return [Obstacle("phase", "phase", f"winners cannot be selected in {contest.phase}")]
    if contest.winners:
        return [_SELECTED]
    vetoed = {veto.idea_id for veto in contest.vetoes}
    found = [
        Obstacle(f"idea_ids.{position}", "vetoed", f"{idea_id} is vetoed")
        for position, idea_id in enumerate(idea_ids)
        if idea_id in vetoed
    ]
    if contest.terms.vote == "binding":
        found += [
            Obstacle("vote", "binding", f"{passed.idea_id} at rank {passed.rank} comes first")
            for passed in passed_over(tally, idea_ids)
            if passed.idea_id not in vetoed
        ]
    return found


def with_winners(
    contest: Contest, tally: CertifiedTally, idea_ids: Sequence[str], reason: str, at: datetime
) -> Contest:
    """The contest with its winners, each with its rank in the tally."""
    winners = tuple(Winner(i, reason, tally.rank_of(i), at) for i in idea_ids)
    return replace(contest, version=contest.version + 1, winners=winners)


def passed_over(tally: CertifiedTally, winner_ids: Collection[str]) -> list[RankedIdea]:
    """The ideas that the vote put before one of the winners and that did not win, best first."""
    ranks = [tally.rank_of(idea_id) for idea_id in winner_ids]
    lowest = max((float("inf") if rank is None else rank for rank in ranks), default=0)
    return sorted(
        (i for i in tally.ideas if i.rank < lowest and i.idea_id not in winner_ids),
        key=lambda idea: idea.rank,
    )


def _is_winner(contest: Contest, idea_id: str) -> bool:
    return any(winner.idea_id == idea_id for winner in contest.winners)
