"""How ideas come on the shortlist: by a curator, by a jury, or all of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.juries.rules.scoring import Judged
from groundswell_ideas.selection.rules.rankings import Placing, ahead_of
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.terms.rules import Obstacle


def obstacles_to_shortlisting(contest: Contest) -> list[Obstacle]:
    """What keeps a contest's shortlist from being set: the ballot is fixed once voting opens."""
    if contest.phase not in ("submission", "moderation"):
        return [Obstacle("phase", "phase", f"a shortlist cannot be set in {contest.phase}")]
    if takes_all(contest):
        message = "all approved ideas are on the shortlist of this contest, by themselves"
        return [Obstacle("selection.shortlist.by", "all", message)]
    return []


def takes_all(contest: Contest) -> bool:
    """Whether all approved ideas are voted on; a threshold then says which of them can win."""
    return contest.terms.selection.shortlist.by in ("all", "threshold")


def wrong_size(contest: Contest, idea_ids: Sequence[str]) -> list[Obstacle]:
    """Whether a shortlist, or a region's part of it, has another size than was promised.

    That of a region is empty where nobody takes part.
    """
    listing, count = contest.terms.selection.shortlist, len(idea_ids)
    if contest.terms.regions and not count:
        return []
    if listing.size is not None and count != listing.size:
        message = f"the shortlist has exactly {listing.size} ideas, and not {count}"
        return [Obstacle("body.idea_ids", "size", message)]
    if listing.maximum is not None and count > listing.maximum:
        message = f"the shortlist has {listing.maximum} ideas at most, and not {count}"
        return [Obstacle("body.idea_ids", "maximum", message)]
    return []


def of_another_region(
    named: Mapping[str, str], ideas: Mapping[str, Idea], region: str | None
) -> list[Obstacle]:
    """Those ideas that belong to another region than the one whose shortlist is set."""
    return [
        Obstacle(field, "region", f"the idea belongs to {ideas[idea_id].region}")
        for field, idea_id in named.items()
        if idea_id in ideas and region is not None and ideas[idea_id].region != region
    ]


def against_the_jury(judged: Sequence[Judged] | None, named: Mapping[str, str]) -> list[Obstacle]:
    """What a jury that makes the shortlist has to say against one; `named` holds it by field.

    Nobody is passed over who was placed before one that is on it; of equal ones any may be.
    """
    if judged is None:
        return [Obstacle("jury", "open", "no round of the jury on the shortlist is closed")]
    places = [Placing(j.idea_id, j.score, j.rank) for j in judged if j.rank is not None]
    ranked = {place.idea_id for place in places}
    short = [
        Obstacle(field, "quorum", "not scored by enough jurors")
        for field, idea_id in named.items()
        if idea_id not in ranked
    ]
    return short or [
        Obstacle("body.idea_ids", "jury", f"{place.idea_id} at rank {place.rank} comes first")
        for place in ahead_of(places, set(named.values()))
    ]


def with_shortlist(contest: Contest, idea_ids: Sequence[str], region: str | None = None) -> Contest:
    """The contest with these ideas, and no others, on its shortlist, or on a region's part."""
    if region is None:
        return replace(contest, version=contest.version + 1, shortlist=tuple(idea_ids))
    return replace(
        in_parts(contest, {**contest.shortlists, region: tuple(idea_ids)}),
        version=contest.version + 1,
    )


def in_parts(contest: Contest, parts: Mapping[str, tuple[str, ...]]) -> Contest:
    """The contest whose shortlist has these parts, in the order of its regions."""
    names = [region.name for region in contest.terms.regions]
    whole = (idea_id for name in names for idea_id in parts.get(name, ()))
    return replace(contest, shortlist=tuple(whole), shortlists=parts)


def filled(contest: Contest, approved: Mapping[str, str | None]) -> Contest:
    """The contest as its vote is about to open; `approved` are its ideas, with their regions.

    All of them come on a shortlist that takes all; from any other go those that are approved no
    more.
    """
    if not takes_all(contest):
        return replace(
            contest,
            shortlist=tuple(i for i in contest.shortlist if i in approved),
            shortlists={
                name: tuple(i for i in part if i in approved)
                for name, part in contest.shortlists.items()
            },
        )
    if not contest.terms.regions:
        return replace(contest, shortlist=tuple(approved))
    return in_parts(
        contest,
        {
            region.name: tuple(i for i, its_region in approved.items() if its_region == region.name)
            for region in contest.terms.regions
        },
    )
