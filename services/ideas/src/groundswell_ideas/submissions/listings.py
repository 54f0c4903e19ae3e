"""Lists of ideas, and MongoDB's queries for them. Called by the store, and by whoever lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_ideas.submissions.rules import Status
from groundswell_ideas.submissions.rules.listing import ALL
from groundswell_ideas.submissions.rules.shuffle import Range
from groundswell_kit.mongo import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Ideas of a contest in any of these statuses, filed under a facet, with all of some words."""

    brand_id: str
    contest_id: str
    statuses: tuple[Status, ...]
    facet: str = ALL
    terms: tuple[str, ...] = ()
    category: str | None = None
    region: str | None = None


def listed(listing: Listing) -> Document:
    """The query of a list, which an index answers together with each of its orders."""
    wanted: Document = {
        "brand_id": listing.brand_id,
        "contest_id": listing.contest_id,
        "status": {"$in": list(listing.statuses)},
    }
    if not listing.terms:
        return wanted | {"facets": listing.facet}
    # MongoDB takes the first of them to the index, and looks for the others in what that finds.
    wanted["terms"] = {"$all": list(listing.terms)}
    for name, value in (("category", listing.category), ("region", listing.region)):
        if value is not None:
            wanted[name] = value
    return wanted


def approved_in(brand_id: str, contest_id: str, among: Sequence[str] | None) -> Document:
    """The query of a contest's approved ideas, or of those `among` some."""
    everything = Listing(brand_id=brand_id, contest_id=contest_id, statuses=("approved",))
    return listed(everything) | ({} if among is None else {"_id": {"$in": list(among)}})


def placed(listing: Listing, ranges: Sequence[Range]) -> Document:
    """The query of those ideas in a list that have their places there."""
    places = [{"place": {"$gte": first, "$lt": end}} for first, end in ranges]
    return listed(listing) | {"$or": places}
