"""Handing the picking of a shortlist to another curator. Pure; called by the commands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.selection.rules.shortlists import obstacles_to_shortlisting, wrong_size
from groundswell_ideas.terms.rules import Obstacle

FIELD = "body.curator_changed"


@dataclass(frozen=True, slots=True)
class Curator:
    """Who picks the shortlist: their office, which everybody reads, and the member of staff."""

    office: str
    staff_id: str


def obstacles_to_handing_over(contest: Contest, curator: Curator) -> list[Obstacle]:
    """What keeps another curator from picking: a shortlist that is handed in stays as it is.

    One that has become too short since, as an idea was taken back, is still to be completed.
    """
    listing = contest.terms.selection.shortlist
    if found := obstacles_to_shortlisting(contest):
        return found
    if listing.by != "curator" or (listing.curator, listing.curator_id) == (None, None):
        message = "by its terms this contest has no curator"
        return [Obstacle("selection.shortlist.curator", "none", message)]
    if _is_handed_in(contest):
        return [Obstacle("shortlist", "handed-in", "the curator has handed in the shortlist")]
    if (listing.curator, listing.curator_id) == (curator.office, curator.staff_id):
        return [Obstacle(FIELD, "change", "nothing would be different")]
    return []


def handed_over(contest: Contest, curator: Curator) -> Contest:
    """The contest whose shortlist this curator picks, and nobody else."""
    selection = contest.terms.selection
    listing = replace(selection.shortlist, curator=curator.office, curator_id=curator.staff_id)
    terms = replace(contest.terms, selection=replace(selection, shortlist=listing))
    return replace(
        contest, version=contest.version + 1, amendments=contest.amendments + 1, terms=terms
    )


def _is_handed_in(contest: Contest) -> bool:
    """Whether it is there as promised, each region's part too."""
    parts: Sequence[Sequence[str] | None] = [contest.shortlist]
    if contest.terms.regions:
        parts = [contest.shortlists.get(region.name) for region in contest.terms.regions]
    return contest.shortlisted_at is not None and not any(
        part is None or wrong_size(contest, part) for part in parts
    )
