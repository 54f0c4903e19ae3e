"""Ideas as documents: all that they are, and what lists and counts find them by.

Called by the store, and by whoever fills a database without it.
"""

from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.rules.counts import Counts, counts, published_at, told_at
from groundswell_ideas.submissions.rules.listing import facets_of, terms_of
from groundswell_ideas.submissions.rules.shuffle import place_of
from groundswell_kit.mongo import Document

_IDEA = TypeAdapter(Idea)
_DERIVED = ("facets", "terms", "place", "came", "people", "told_at", "published_at")

WITHOUT_DERIVED = dict.fromkeys(_DERIVED, False)
"""The projection that gives an idea and no more."""

COUNTED_BY = dict.fromkeys(("status", "told_at", "published_at"), True)
"""The projection that gives what `counts_of` looks at."""


ADDED_UP: Document = {
    "$group": {"_id": None} | {n: {"$sum": f"${n}"} for n in ("to_answer", "told", "published")}
}
"""The step of a pipeline that adds all counts of a contest up."""

TOUCHED: Document = {"$inc": {"touched": 1}}
"""The change that says no more than that somebody built on an idea."""


def stored(brand_id: str, idea: Idea) -> Document:
    """What is kept of an idea."""
    document: dict[str, Any] = asdict(idea) | {"brand_id": brand_id}
    document["_id"] = document.pop("id")
    return document | {
        "facets": facets_of(idea),
        "terms": terms_of(idea),
        "place": place_of(idea.id),
        "came": idea.came,
        "people": [*idea.people],
        "told_at": told_at(idea),
        "published_at": published_at(idea),
    }


def counts_of(document: Document) -> Counts:
    """What a kept idea adds to the counts of its contest; nothing if it was never counted."""
    if "told_at" not in document:
        return {}
    return counts(document["status"], document["told_at"], document["published_at"])


def to_idea(document: Document) -> Idea:
    """The idea that was kept."""
    return _IDEA.validate_python({**document, "id": document["_id"]})
