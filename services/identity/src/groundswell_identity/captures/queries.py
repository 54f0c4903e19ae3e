"""Reading the trail of captures."""

from dataclasses import dataclass

from groundswell_identity.captures.rules import Capture
from groundswell_identity.captures.store import CaptureStore


@dataclass(frozen=True, slots=True)
class CaptureQueries:
    """Reads only."""

    captures: CaptureStore

    async def page(self, brand_id: str, after: str | None, limit: int) -> list[Capture]:
        """Captures of the brand as they were made, from those behind the one `after`."""
        return await self.captures.page(brand_id, after, limit)
