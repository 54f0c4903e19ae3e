"""One holder at a time: a lease in MongoDB for work that only one process should do.

Used by the relay, and by what runs timers.
"""

import time
from typing import Any

from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from groundswell_kit.mongo import Document


class Lease:
    """A named lease in a service's database.

    It ends by the server's clock, `ttl_seconds` after the last renewal, so clocks of machines need
    not agree. A holder that was paused may still believe in it for a moment: what it guards must
    bear two holders, if only for the length of one operation.
    """

    def __init__(
        self,
        database: AsyncDatabase[Document],
        name: str,
        holder: str,
        ttl_seconds: float = 6.0,
    ) -> None:
        self._leases = database["leases"]
        self._name = name
        self._holder = holder
        self._ttl_seconds = ttl_seconds
        self._ends_at = 0.0

    async def acquire_or_renew(self) -> bool:
        """Takes the lease when it is free or ours; whether it is ours now. Raises MongoDB's errors.

        A repeat renews. After an error the lease counts as held until `remaining` has run out.
        """
        asked_at = time.monotonic()
        try:
            row = await self._leases.find_one_and_update(
                {"_id": self._name},
                [{"$set": self._renewal()}],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            # Another one created it in the same moment.
            return False
        held = row is not None and row["holder"] == self._holder
        # Counted from before the request, so that we never believe in it for longer than others.
        self._ends_at = asked_at + self._ttl_seconds if held else 0.0
        return held

    def remaining(self) -> float:
        """Seconds for which the lease is still ours if nobody renews it; 0 when it is not."""
        return max(0.0, self._ends_at - time.monotonic())

    async def release(self) -> None:
        """Lets another one take it at once; nothing happens when it is not ours."""
        self._ends_at = 0.0
        await self._leases.delete_one({"_id": self._name, "holder": self._holder})

    def _renewal(self) -> dict[str, Any]:
        # On the first use there is no document, and a missing end is before every date.
        ours = {
            "$or": [{"$eq": ["$holder", self._holder]}, {"$lte": ["$ends_at", "$$NOW"]}],
        }
        end = {"$add": ["$$NOW", round(self._ttl_seconds * 1000)]}
        return {
            "holder": {"$cond": [ours, self._holder, "$holder"]},
            "ends_at": {"$cond": [ours, end, "$ends_at"]},
        }
