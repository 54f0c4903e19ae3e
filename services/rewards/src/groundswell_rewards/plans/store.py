"""Reward plans in MongoDB: one document for each contest that the service has heard of."""

from collections.abc import Collection
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.mongo import Document
from groundswell_rewards.plans.rules import Plan

_PLAN = TypeAdapter(Plan)


class PlanStore:
    """The plans of all brands' contests. A plan is never changed or taken away."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._plans = database["plans"]

    async def add(self, brand_id: str, plan: Plan) -> None:
        """Stores the plan of a contest. Raises ValueError when the contest has one."""
        if await self.hold(brand_id, plan.contest_id) is not None:
            raise ValueError(f"{plan.contest_id} was published before")
        known = {"brand_id": brand_id, "_id": plan.contest_id}
        await self._plans.update_one(known, {"$set": {"plan": asdict(plan)}})

    async def hold(self, brand_id: str, contest_id: str) -> Plan | None:
        """The plan of a contest if it is known, held until the transaction ends.

        Of two transactions that hold the same contest, one waits or starts again: a win and the
        plan that it falls under cannot miss each other.
        """
        document = await self._plans.find_one_and_update(
            {"brand_id": brand_id, "_id": contest_id},
            {"$inc": {"held": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return _plan(document)

    async def find(self, brand_id: str, contest_id: str) -> Plan | None:
        """The plan of a contest of the brand, None while it is not known."""
        return _plan(await self._plans.find_one({"brand_id": brand_id, "_id": contest_id}))

    async def of_payee(self, contest_ids: Collection[str]) -> dict[str, Plan]:
        """The plans of contests of whatever brand in which somebody won, by contest."""
        found = self._plans.find({"_id": {"$in": list(contest_ids)}})
        plans = {document["_id"]: _plan(document) async for document in found}
        return {contest_id: plan for contest_id, plan in plans.items() if plan is not None}


def _plan(document: Document | None) -> Plan | None:
    if document is None or "plan" not in document:
        return None
    return _PLAN.validate_python(document["plan"])
