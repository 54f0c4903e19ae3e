"""Ideas as people might hand them in, made up: long ones and short ones, in words that are as
frequent as those of a language. Pure; used by the bench of the ideas service."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from groundswell_ideas.submissions.rules import Idea, Member, Provenance, Status
from groundswell_kit.ids import new_id

WORDS = 20_000
LETTERS = ("b", "br", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v", "z")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea")
STATUSES: tuple[tuple[Status, int], ...] = (
    ("approved", 92),
    ("submitted", 4),
    ("rejected", 3),
    ("withdrawn", 1),
)
DAYS = 300
TEAMED, IMPORTED = 0.1, 0.2
FIELD = "local"


def vocabulary() -> list[str]:
    """All words, the most frequent one first; the same ones always."""
    dice, found = random.Random(1), dict[str, None]()  # noqa: S311 - no secret
    while len(found) < WORDS:
        syllables = range(1 + len(found) // 2_000 if len(found) < 4_000 else 3)
        found["".join(dice.choice(LETTERS) + dice.choice(VOWELS) for _ in (*syllables, 0))] = None
    return list(found)


class Inventions:
    """Ideas of a contest that are invented one after the other; the same `seed`, the same ones."""

    def __init__(
        self, brand_id: str, contest_id: str, categories: list[str], regions: list[str], seed: int
    ) -> None:
        self.words = vocabulary()
        self._brand_id, self._contest_id = brand_id, contest_id
        self._categories, self._regions = categories, regions
        self._dice = random.Random(seed)  # noqa: S311 - no secret
        # The n-th word is as frequent as 1/n, which is how it is in every language.
        self._frequencies = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))

    def ideas(self, count: int, until: datetime) -> Iterator[Idea]:
        """So many ideas that came in during the months before a moment."""
        begin = until - timedelta(days=DAYS)
        apart = (until - begin) / count
        statuses = [name for name, _ in STATUSES]
        weights = [share for _, share in STATUSES]
        for number in range(count):
            (status,) = self._dice.choices(statuses, weights)
            yield self._idea(status, begin + number * apart)

    def _idea(self, status: Status, at: datetime) -> Idea:
        dice = self._dice
        decided = None if status == "submitted" else at + timedelta(hours=dice.randint(1, 72))
        early = dice.random() < IMPORTED
        provenance = Provenance(
            kind="import" if early else "web",
            original_at=at - timedelta(days=dice.randint(1, 900)) if early else None,
            reference=new_id("row") if early else None,
        )
        return Idea(
            brand_id=self._brand_id,
            contest_id=self._contest_id,
            id=new_id("idea"),
            participant_id=f"person_{dice.randrange(60_000)}",
            title=self.text(dice.randint(2, 6)).title(),
            summary=self.text(dice.randint(15, 90)),
            fields={FIELD: self.text(dice.randint(3, 25))},
            status=status,
            reason="We have one like it." if status == "rejected" else None,
            submitted_at=at,
            decided_at=decided,
            answered_at=decided if status == "rejected" else None,
            withdrawn_at=decided if status == "withdrawn" else None,
            category=dice.choice(self._categories),
            region=dice.choice(self._regions),
            team=self._team() if dice.random() < TEAMED else (),
            provenance=provenance,
        )

    def text(self, count: int) -> str:
        """So many words, the frequent ones more often."""
        return " ".join(self._dice.choices(self.words, cum_weights=self._frequencies, k=count))

    def _team(self) -> tuple[Member, ...]:
        cuts = sorted(self._dice.sample(range(1, 10), 2))
        parts = [(end - begin) * 1_000 for begin, end in pairwise(cuts)]
        return tuple(Member(f"person_{self._dice.randrange(60_000)}", part) for part in parts)
