"""What staff can read of screenings."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_ideas.screening.rules import Screening
from groundswell_ideas.screening.store import ScreeningStore


@dataclass(frozen=True, slots=True)
class ScreeningQueries:
    """Reads only; the matches are for staff of the brand alone."""

    screenings: ScreeningStore

    async def find(self, brand_id: str, subject_ids: Sequence[str]) -> dict[str, Screening]:
        """The last screenings of these ideas or comments, by their ids."""
        return await self.screenings.find(brand_id, subject_ids)
