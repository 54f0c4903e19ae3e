"""What a list of ideas is asked for, and the order in which each viewer sees it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Order = Literal["shuffled", "newest", "oldest"]

SEEDS = 256
"""Few enough that the one of a viewer tells nobody who they are, and that lists can be shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Order, filters and words; None: any. `seed` is that of the shuffled order.

    What words find is never shuffled: it comes with the newest first unless the oldest are wanted.
    `briefs` are wanted in the place of ideas.
    """

    order: Order = "shuffled"
    seed: int = 0
    category: str | None = None
    region: str | None = None
    remix_of: str | None = None
    words: str | None = None
    briefs: bool = False

    @property
    def is_shuffled(self) -> bool:
        """Whether each viewer has an order of their own."""
        return self.order == "shuffled" and not self.words

    @property
    def is_narrowed(self) -> bool:
        """Whether some of the ideas are left out."""
        return any((self.category, self.region, self.remix_of, self.words))

    def query(self) -> dict[str, str]:
        """What the ideas service is asked."""
        said = {
            "order": None if self.words and self.order == "shuffled" else self.order,
            "seed": f"site-{self.seed}" if self.is_shuffled else None,
            "category": self.category,
            "region": self.region,
            "remix_of": self.remix_of,
            "q": self.words,
            "briefs": "true" if self.briefs else None,
        }
        return {name: value for name, value in said.items() if value}

    def address(self, **more: str) -> Mapping[str, str]:
        """The query of the page that shows this list, or what follows in it."""
        said = {
            "order": None if self.order == "shuffled" else self.order,
            "category": self.category,
            "region": self.region,
            "remix_of": self.remix_of,
            "q": self.words,
            "briefs": "yes" if self.briefs else None,
        }
        found = {name: value for name, value in said.items() if value}
        if more and self.is_shuffled:
            found["seed"] = str(self.seed)
        return found | more


def seed_of(text: str | None) -> int | None:
    """The seed that a query or a cookie names; None when it is none."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= len(str(SEEDS))):
        return None
    return int(text) if int(text) < SEEDS else None
