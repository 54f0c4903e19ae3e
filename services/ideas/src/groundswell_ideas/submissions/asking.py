"""What a list of ideas is asked for by its query, as a dependency of routes."""

from typing import Annotated, Literal

from fastapi import Depends, Query

from groundswell_ideas.shapes import ONE_LINE
from groundswell_ideas.submissions.rules.listing import Asked
from groundswell_ideas.submissions.schemas import ListedStatus

Name = Annotated[str | None, Query(max_length=200)]


def _asked(
    order: Literal["oldest", "newest", "shuffled"] | None = None,
    seed: Annotated[
        str | None,
        Query(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Whose shuffled order is wanted."),
    ] = None,
    status: Annotated[ListedStatus | None, Query()] = None,
    category: Name = None,
    region: Name = None,
    remix_of: Annotated[
        str | None, Query(max_length=100, description="The idea whose remixes are wanted.")
    ] = None,
    briefs: Annotated[
        bool, Query(description="Whether what participants ask for is wanted, and not ideas.")
    ] = False,
    q: Annotated[
        str | None,
        *ONE_LINE,
        Query(min_length=1, max_length=200, description="Words that all have to be there."),
    ] = None,
) -> Asked:
    return Asked(
        order=order or ("oldest" if q is None else "newest"),
        seed=seed,
        status=status,
        category=category,
        region=region,
        remix_of=remix_of,
        briefs=briefs,
        search=q,
    )


AskedIdeas = Annotated[Asked, Depends(_asked)]
"""Order, filters and words that the query asks for."""
