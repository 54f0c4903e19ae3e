"""Idempotency-Key: the first answer to a request is kept, and given again to its repeats.

Used by the routes that create or pay. Keys are kept for 48 hours.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.problems import idempotency_key_reused

KEPT = timedelta(hours=48)

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer as it was first given; `replayed` tells a repeat."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False


class Idempotency:
    """The answers that one service has given, in its own database."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._client = database.client
        self._answers = database["idempotency"]

    async def ensure_indexes(self) -> None:
        """Lets MongoDB forget what is older than 48 hours. Safe to repeat."""
        await self._answers.create_index("created_at", expireAfterSeconds=int(KEPT.total_seconds()))

    async def forget(self, scope: str) -> None:
        """Forgets all answers of a scope; for who is erased."""
        # Behind the newline that ends a scope comes the vertical tab.
        await self._answers.delete_many({"_id": {"$gte": f"{scope}\n", "$lt": f"{scope}\x0b"}})

    async def run(
        self,
        key: str | None,
        scope: str,
        fingerprint: str,
        status: int,
        act: Callable[[], Awaitable[Model]],
        headers: Callable[[Model], Mapping[str, str]] = lambda _: {},
    ) -> StoredResponse:
        """Runs `act` in a transaction, once for each `key` of a `scope`, and returns its answer.

        `scope` says whose key it is (caller and operation), so that callers cannot meet in one.
        A repeat gets the first answer's bytes; it waits for a first that is still at work. With
        another `fingerprint` it is a 422 problem. What `act` raises undoes everything, the key
        included. `act` may be run several times, as `transaction` says. Without a key it just
        runs, in a transaction all the same.
        """

        async def answer() -> StoredResponse:
            claim = {"_id": f"{scope}\n{key}"}
            if key is not None:
                first = await self._answers.find_one(claim)
                if first is not None:
                    return _replay(first, fingerprint)
                # Claimed before the work, so that of two at once the second waits early.
                row = claim | {"fingerprint": fingerprint, "created_at": utc_now()}
                await self._answers.insert_one(row)
            model = await act()
            response = StoredResponse(status, model.model_dump_json().encode(), headers(model))
            if key is not None:
                kept = {"status": status, "body": response.body, "headers": response.headers}
                await self._answers.update_one(claim, {"$set": kept})
            return response

        return await transaction(self._client, answer)


def _replay(first: Document, fingerprint: str) -> StoredResponse:
    if first["fingerprint"] != fingerprint:
        raise idempotency_key_reused()
    return StoredResponse(first["status"], first["body"], first["headers"], replayed=True)
