"""What a list of ideas is asked for, and what its people declare of themselves. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

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


Fields = Mapping[str, str]
Flaws = dict[str, str]
Json = dict[str, Any]

DECLARED: Mapping[str, str] = {
    "declaration.age_confirmed": "age",
    "declaration.birth_years": "birth_year",
    "declaration.country": "country",
    "declaration.guardian": "guardian",
}
"""Where the ideas service finds a declaration wanting, and the field of the form that it is in."""

_YEAR = re.compile(r"(19|20)\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def declaration(fields: Fields) -> tuple[Json, Flaws]:
    """What somebody declares of themselves, and what cannot be read of it, by field."""
    said: Json = {}
    if fields.get("age") == "on":
        said["age_confirmed"] = True
    if year := fields.get("birth_year", "").strip():
        if _YEAR.fullmatch(year) is None:
            return {}, {"birth_year": "Give the year with four digits, such as 2004."}
        said["birth_years"] = [int(year), int(year)]
    if fields.get("country"):
        said["country"] = fields["country"]
    if statement := fields.get("guardian", "").strip():
        day = fields.get("guardian_at", "").strip()
        if _DAY.fullmatch(day) is None:
            return {}, {"guardian_at": "Say on which day the consent was given."}
        said["guardian"] = {"statement": statement, "given_at": f"{day}T00:00:00Z"}
    return said, {}


def place_in(places: Mapping[str, str], where: str) -> str | None:
    """The field of a form for what a service finds wrong there; None where it is of no field."""
    path = where.removeprefix("body.")
    return next((p for known, p in places.items() if f"{path}.".startswith(f"{known}.")), None)
