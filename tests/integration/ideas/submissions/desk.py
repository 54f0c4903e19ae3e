"""People who hand in ideas, and what they ask for: shared by the tests of submissions."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2

from groundswell_ideas.inspection.commands import InspectionCommands
from groundswell_ideas.inspection.decoding import Decoder
from groundswell_ideas.media.files import Files
from groundswell_kit.clock import utc_now
from tests.integration.ideas.world import World, new_contest
from tests.support.service import Json

FORM = {
    "type": "object",
    "properties": {
        "port": {"type": "string", "maxLength": 20},
        "crew": {"type": "integer", "minimum": 1, "maximum": 90},
        "sketches": {
            "type": "array",
            "items": {"type": "string", "format": "media"},
            "accept": ["image"],
            "maxItems": 2,
        },
    },
    "required": ["port"],
}

PICTURES_AT_WILL = {
    "properties": {
        "pictures": {
            "type": "array",
            "items": {"type": "string", "format": "media"},
            "accept": ["image"],
            "maxItems": 4,
        }
    },
    "required": [],
}

SUMMARIES = (
    "A hull of oak that bends with the ice and never breaks.",
    "Mango, smoked cheese and basil on a crust from a clay oven.",
    "Lamps of paper that children fold at school and hang in the park.",
    "Boots whose soles can be taken off, mended, and put back again.",
    "A chair made of one sheet of steel, cut and folded by hand.",
    "Songs that whales answer to, played from a buoy at night.",
)
"""Texts that resemble each other in nothing, so that screening has no say."""


@dataclass(frozen=True)
class Desk:
    """Requests of participants about one contest."""

    world: World
    contest_id: str
    decoder: Decoder

    @property
    def path(self) -> str:
        return f"/v1/contests/{self.contest_id}/ideas"

    async def ask(
        self, method: str, path: str, body: object = None, by: str = "per_1", **how: Any
    ) -> httpx2.Response:
        how = {"by": "participant", "subject": by} | how
        return await self.world.send(method, path, body, **how)

    async def done(
        self, method: str, path: str, body: object = None, by: str = "per_1", **how: Any
    ) -> Json:
        how = {"by": "participant", "subject": by} | how
        return await self.world.done(method, path, body, **how)

    async def hand_in(self, number: int = 0, by: str = "per_1", **said: Any) -> Json:
        """A new idea, with a text of its own for each number."""
        body = {"title": f"Idea {number}", "summary": SUMMARIES[number], **said}
        return await self.done("POST", self.path, body, by=by)

    async def revise(self, idea: Json, by: str = "per_1", **said: Any) -> httpx2.Response:
        body = {"revision": idea["revision"], **said}
        return await self.ask("PATCH", f"/v1/ideas/{idea['id']}", body, by=by)

    async def seen(self, idea_id: str, by: str | None = None) -> int:
        """The status that an idea is answered with, to somebody or to who has no token."""
        role = None if by is None else "participant"
        return (
            await self.world.send("GET", f"/v1/ideas/{idea_id}", by=role, subject=by)
        ).status_code

    async def listed(self, query: str = "", **how: Any) -> list[str]:
        """The ids of a list of ideas, for somebody without a token unless told otherwise."""
        page = await self.world.done("GET", f"{self.path}?{query}", **{"by": None, **how})
        return [item["id"] for item in page["items"]]

    async def upload(
        self,
        content: bytes,
        content_type: str = "image/png",
        by: str = "per_1",
        role: str = "participant",
    ) -> str:
        """An upload of somebody's after its check."""
        announced = {
            "contest_id": self.contest_id,
            "name": "x",
            "bytes": len(content),
            "content_type": content_type,
        }
        who: Any = {"by": role, "subject": by}
        begun = await self.world.done("POST", "/v1/uploads", announced, **who)
        path = f"/v1/uploads/{begun['upload_id']}"
        headers = {
            "Authorization": f"Bearer {self.world.token(role, subject=by)}",
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": "0",
        }
        await self.world.client.patch(path, content=content, headers=headers)
        await self.world.done("POST", f"{path}/complete", **who)
        files = Files(self.world.settings.media_url)
        await InspectionCommands(self.world.stores.media, files, None).check_next(self.decoder)
        return str(begun["upload_id"])

    async def told(self) -> list[str]:
        """The classes of all events about ideas, in order."""
        events = [type(event.data).__name__ for event in await self.world.events()]
        return [name for name in events if name.startswith("Idea")]


def errors(answer: httpx2.Response) -> list[tuple[str, str]]:
    """The fields and rules that a problem names."""
    return [(error["field"], error["rule"]) for error in answer.json()["errors"]]


async def opened(world: World, decoder: Decoder, **terms: object) -> Desk:
    """A desk at a contest that takes ideas."""
    draft = await world.done("POST", "/v1/contests", new_contest(**terms))
    phase = "voting" if terms.get("template") == "support-ladder" else "submission"
    await world.enter(draft["id"], phase)
    return Desk(world, str(draft["id"]), decoder)


def make_and_earn(**terms: Any) -> dict[str, Any]:
    """The terms of a contest that publishes by itself."""
    return {
        "template": "make-and-earn",
        "vote": None,
        "timetable": None,
        "polls": None,
        "reward_plan": None,
        "people": ["Kitchen"],
        "reward_budget": {"amount_minor": 100_000, "currency": "AUD"},
        "prizes": [{"name": "A share", "goes_to": "author", "words": "Of each order."}],
        "entry_form": PICTURES_AT_WILL,
        **terms,
    }


def themed_contest(**terms: Any) -> dict[str, Any]:
    """The terms of a contest with categories and a form."""
    return {
        "template": "themed-contest",
        "vote": None,
        "categories": ["Light", "Sound"],
        "entry_form": FORM,
        "people": ["Lab"],
        "reward_budget": {"amount_minor": 900_000, "currency": "USD"},
        **terms,
    }


def support_ladder(**terms: Any) -> dict[str, Any]:
    """The terms of a contest where ideas come in while others collect support."""
    closing = (utc_now() + timedelta(days=10)).isoformat()
    return {
        "template": "support-ladder",
        "vote": None,
        "reward_plan": None,
        "people": ["Designers"],
        "timetable": {
            "voting_opens_at": utc_now().isoformat(),
            "voting_closes_at": closing,
        },
        **terms,
    }
