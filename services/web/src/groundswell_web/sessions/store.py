"""Sessions in MongoDB, under the hash of their cookie. What they hold is sealed before it comes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pymongo
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import Document

SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it lies in MongoDB; `version` grows with each renewal of its tokens."""

    key: str
    sealed: bytes
    version: int
    votes: dict[str, bytes]


class SessionStore:
    """The sessions of everybody who is signed in. MongoDB drops those whose time is over.

    A page waits for each of these calls, so none takes longer than SECONDS; then it raises.
    """

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._sessions = database["sessions"]

    async def ensure_indexes(self) -> None:
        """Lets MongoDB drop sessions at their end. Safe to repeat."""
        await self._sessions.create_index("expires_at", expireAfterSeconds=0)

    async def add(self, key: str, sealed: bytes, expires_at: datetime) -> None:
        """Keeps a new session until `expires_at`."""
        document = {
            "_id": key,
            "sealed": sealed,
            "version": 1,
            "votes": {},
            "renewing_until": None,
            "created_at": utc_now(),
            "expires_at": expires_at,
        }
        with pymongo.timeout(SECONDS):
            await self._sessions.insert_one(document)

    async def find(self, key: str) -> StoredSession | None:
        """A session whose time is not over."""
        # MongoDB looks for expired documents once a minute only.
        wanted = {"_id": key, "expires_at": {"$gt": utc_now()}}
        with pymongo.timeout(SECONDS):
            found = await self._sessions.find_one(wanted)
        return None if found is None else _session(found)

    async def claim_renewal(self, session: StoredSession, lasts: timedelta) -> bool:
        """Whether the caller alone may renew this version's tokens, for so long."""
        now = utc_now()
        free = {
            "_id": session.key,
            "version": session.version,
            "$or": [{"renewing_until": None}, {"renewing_until": {"$lte": now}}],
        }
        with pymongo.timeout(SECONDS):
            claimed = await self._sessions.update_one(
                free, {"$set": {"renewing_until": now + lasts}}
            )
        return claimed.modified_count == 1

    async def renew(self, session: StoredSession, sealed: bytes) -> None:
        """Puts renewed tokens in the place of this version's, and ends the claim."""
        await self._change(
            session, {"$set": {"sealed": sealed, "renewing_until": None}, "$inc": {"version": 1}}
        )

    async def give_up_renewal(self, session: StoredSession) -> None:
        """Ends the claim and leaves the tokens."""
        await self._change(session, {"$set": {"renewing_until": None}})

    async def remember_vote(self, key: str, poll_id: str, sealed: bytes) -> None:
        """Keeps the vote that was sent for a poll, in the place of an earlier one."""
        with pymongo.timeout(SECONDS):
            await self._sessions.update_one({"_id": key}, {"$set": {f"votes.{poll_id}": sealed}})

    async def remove(self, key: str) -> None:
        """Ends a session. Safe to repeat."""
        with pymongo.timeout(SECONDS):
            await self._sessions.delete_one({"_id": key})

    async def _change(self, session: StoredSession, update: dict[str, Any]) -> None:
        wanted = {"_id": session.key, "version": session.version}
        with pymongo.timeout(SECONDS):
            await self._sessions.update_one(wanted, update)


def _session(document: Document) -> StoredSession:
    return StoredSession(
        key=document["_id"],
        sealed=document["sealed"],
        version=document["version"],
        votes=document["votes"],
    )
