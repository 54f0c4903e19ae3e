"""Families of refresh tokens in MongoDB. The tokens themselves are kept nowhere."""

from datetime import datetime

from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_identity.tokens.rules import Family
from groundswell_kit.mongo import Document


class FamilyStore:
    """The families of everybody who is signed in."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._families = database["refresh_families"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        await self._families.create_index("subject")
        await self._families.create_index("ends_at", expireAfterSeconds=0)

    async def add(self, family: Family) -> None:
        """Stores a new family."""
        await self._families.insert_one(
            {
                "_id": family.id,
                "subject": family.subject,
                "brand_id": family.brand_id,
                "generation": family.generation,
                "began_at": family.began_at,
                "rotated_at": family.rotated_at,
                "ends_at": family.ends_at,
            }
        )

    async def find(self, family_id: str) -> Family | None:
        """A family, or None when there is none, or none any more."""
        document = await self._families.find_one({"_id": family_id})
        return None if document is None else _family(document)

    async def advance(self, family: Family, at: datetime) -> Family | None:
        """The family with its next token, unless it was advanced or ended since it was read."""
        wanted = {"_id": family.id, "generation": family.generation}
        advanced = Family(
            family.id, family.subject, family.brand_id, family.generation + 1, family.began_at, at
        )
        document = await self._families.find_one_and_update(
            wanted,
            {
                "$set": {
                    "generation": advanced.generation,
                    "rotated_at": at,
                    "ends_at": advanced.ends_at,
                }
            },
            return_document=ReturnDocument.AFTER,
        )
        return None if document is None else _family(document)

    async def end(self, family_id: str) -> None:
        """Ends a family; its refresh tokens are good no more."""
        await self._families.delete_one({"_id": family_id})

    async def end_all_of(self, subject: str) -> None:
        """Ends all families of somebody."""
        await self._families.delete_many({"subject": subject})


def _family(document: Document) -> Family:
    return Family(
        id=document["_id"],
        subject=document["subject"],
        brand_id=document["brand_id"],
        generation=document["generation"],
        began_at=document["began_at"],
        rotated_at=document["rotated_at"],
    )
