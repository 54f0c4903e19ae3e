"""Juries, their rounds and their scores in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.event import Event
from groundswell_ideas.juries.rules import Panel, Round, Sheet
from groundswell_kit.mongo import Document
from groundswell_kit.outbox import Outbox
from groundswell_kit.problems import not_found

_PANEL, _ROUND, _SHEET = TypeAdapter(Panel), TypeAdapter(Round), TypeAdapter(Sheet)


class JuryStore:
    """One jury for each contest, its rounds, and a sheet for each round, idea and juror.

    Writes belong into a transaction; those of a sheet go with one of its round, so that no score
    slips in beside a round that closes.
    """

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self._outbox = outbox
        self._panels = database["juries"]
        self._rounds = database["jury_rounds"]
        self._sheets = database["jury_sheets"]

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        await self._rounds.create_index([("brand_id", ASCENDING), ("contest_id", ASCENDING)])
        await self._rounds.create_index(
            "opens_at", name="untold", partialFilterExpression={"told": False}
        )
        in_round = [("brand_id", ASCENDING), ("round_id", ASCENDING), ("juror_id", ASCENDING)]
        await self._sheets.create_index([*in_round, ("idea_id", ASCENDING)])

    async def panel(self, brand_id: str, contest_id: str) -> Panel:
        """The jury of a contest; nobody is on it at first."""
        document = await self._panels.find_one({"brand_id": brand_id, "_id": contest_id})
        if document is None:
            return Panel(brand_id=brand_id, contest_id=contest_id)
        return _PANEL.validate_python(document)

    async def save_panel(self, brand_id: str, panel: Panel, events: Sequence[Event]) -> None:
        """Stores the jury of a contest, with the events that tell of it."""
        document = asdict(panel) | {"_id": panel.contest_id, "brand_id": brand_id}
        known = {"brand_id": brand_id, "_id": panel.contest_id}
        await self._panels.replace_one(known, document, upsert=True)
        await self._outbox.add(brand_id, events)

    async def rounds(self, brand_id: str, contest_id: str) -> list[Round]:
        """The rounds of a contest, in the order in which they were planned."""
        found = self._rounds.find({"brand_id": brand_id, "contest_id": contest_id})
        return [_round(document) async for document in found.sort("_id", ASCENDING)]

    async def round(self, brand_id: str, contest_id: str, round_id: str) -> Round:
        """A round of the contest. Raises the not-found problem for any other."""
        known = {"brand_id": brand_id, "contest_id": contest_id, "_id": round_id}
        document = await self._rounds.find_one(known)
        if document is None:
            raise not_found("There is no such round.")
        return _round(document)

    async def round_of_any_brand(self, round_id: str) -> Round | None:
        """A round of whichever brand."""
        document = await self._rounds.find_one({"_id": round_id})
        return None if document is None else _round(document)

    async def save_round(self, brand_id: str, kept: Round) -> None:
        """Stores a round, a new one too."""
        document = asdict(kept) | {"brand_id": brand_id}
        document["_id"] = document.pop("id")
        known = {"brand_id": brand_id, "_id": kept.id}
        await self._rounds.replace_one(known, document, upsert=True)

    async def next_untold_of_all_brands(self, now: datetime) -> str | None:
        """The id of a round that has opened, and was not looked at since, read or not.

        The one that opened first; none that was put off.
        """
        due = {"try_at": {"$not": {"$gt": now}}}
        opened = {"told": False, "opens_at": {"$lte": now}, **due}
        first = [("opens_at", ASCENDING)]
        found = await self._rounds.find_one(opened, {"_id": True}, sort=first)
        return None if found is None else found["_id"]

    async def put_off(self, round_id: str, until: datetime) -> None:
        """Has a round that is not told of be left alone until then, without reading it."""
        await self._rounds.update_one({"_id": round_id}, {"$set": {"try_at": until}})

    async def save_sheet(self, brand_id: str, sheet: Sheet) -> None:
        """Stores a sheet in place of the one before."""
        sheet_id = f"{sheet.round_id}/{sheet.idea_id}/{sheet.juror_id}"
        document = asdict(sheet) | {"_id": sheet_id, "brand_id": brand_id}
        known = {"brand_id": brand_id, "_id": sheet_id}
        await self._sheets.replace_one(known, document, upsert=True)

    async def take_away(
        self, brand_id: str, round_id: str, juror_id: str, idea_id: str | None = None
    ) -> None:
        """Takes away the sheets of a juror in a round: that of one idea, or all."""
        wanted = {"brand_id": brand_id, "round_id": round_id, "juror_id": juror_id}
        if idea_id is not None:
            wanted["idea_id"] = idea_id
        await self._sheets.delete_many(wanted)

    async def sheets(
        self, brand_id: str, round_id: str, juror_id: str | None = None
    ) -> Sequence[Sheet]:
        """The sheets of a round, of one juror or of all."""
        wanted = {"brand_id": brand_id, "round_id": round_id}
        if juror_id is not None:
            wanted["juror_id"] = juror_id
        return [_SHEET.validate_python(document) async for document in self._sheets.find(wanted)]


def _round(document: Document) -> Round:
    return _ROUND.validate_python({**document, "id": document["_id"]})
