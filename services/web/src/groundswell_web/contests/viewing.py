"""What a visitor wants to see of the ideas of a contest, as dependencies of routes.

Ideas come shuffled, in an order that stays the same for a viewer: a number that few share is kept
in a cookie, and named in the addresses of further pages for browsers that keep none.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

from fastapi import Depends, Query, Request, Response

from groundswell_kit.ids import new_secret
from groundswell_web.sessions.visitors import Cookies, cookies_of
from groundswell_web.submissions.rules import SEEDS, Order, Wanted, seed_of

SEED_SECONDS = 90 * 24 * 3600.0

Answer = TypeVar("Answer", bound=Response)

Words = Annotated[str | None, Query(max_length=200)]
MaybeId = Annotated[str | None, Query(pattern=r"^([A-Za-z0-9_-]{1,100})?$")]


@dataclass(frozen=True, slots=True)
class Seed:
    """The number by which ideas are shuffled for a viewer; `is_new` if their browser has none."""

    number: int
    is_new: bool
    cookies: Cookies

    def kept_by(self, answer: Answer) -> Answer:
        """The answer, with the number for the browser to keep."""
        if self.is_new:
            self.cookies.give(answer, self.cookies.order, str(self.number), SEED_SECONDS)
        return answer


def _seed(request: Request, seed: Annotated[str | None, Query(max_length=10)] = None) -> Seed:
    cookies = cookies_of(request)
    kept = seed_of(request.cookies.get(cookies.order))
    named = seed_of(seed)
    number = kept if named is None else named
    if number is None:
        number = hash(new_secret()) % SEEDS
    return Seed(number, is_new=kept is None, cookies=cookies)


OwnSeed = Annotated[Seed, Depends(_seed)]
"""That of the address, else of the visitor's cookie, else a new one."""


@dataclass(frozen=True, slots=True)
class ShownIdeas:
    """What the gallery shows, and the seed of its order."""

    wanted: Wanted
    seed: Seed


def _shown(
    seed: OwnSeed,
    order: Order = "shuffled",
    category: Words = None,
    region: Words = None,
    remix_of: MaybeId = None,
    briefs: Literal["", "yes"] = "",
    q: Words = None,
) -> ShownIdeas:
    # Remixes and briefs are listed, and not searched.
    words = None if remix_of or briefs else (q or "").strip() or None
    wanted = Wanted(
        order=order,
        seed=seed.number,
        category=category or None,
        region=region or None,
        remix_of=remix_of or None,
        words=words,
        briefs=bool(briefs),
    )
    return ShownIdeas(wanted, seed)


Shown = Annotated[ShownIdeas, Depends(_shown)]
"""Order, filters and words of the address."""
