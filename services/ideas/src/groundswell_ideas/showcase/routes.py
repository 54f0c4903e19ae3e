"""HTTP of what the public sees of an idea: timeline, share card, share links; and its sources."""

import hashlib
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Query, Response

from groundswell_ideas.caching import IfNoneMatch, cacheable, is_known, keeper_of
from groundswell_ideas.showcase.commands import SharingCommands
from groundswell_ideas.showcase.pictures import CardPictures
from groundswell_ideas.showcase.queries.cards import CardQueries
from groundswell_ideas.showcase.queries.sources import SourceQueries
from groundswell_ideas.showcase.queries.timeline import TimelineQueries
from groundswell_ideas.showcase.rules.links import SiteLinks
from groundswell_ideas.showcase.schemas import (
    CardAnswer,
    NewVisit,
    ShareLinkAnswer,
    SourcesAnswer,
    TimelineAnswer,
    Via,
)
from groundswell_kit.access import STAFF_ROLES, AnyReader, Participant
from groundswell_kit.auth import Actor
from groundswell_kit.http import require
from groundswell_kit.problems import forbidden

# What looks the same for ever may stay for a day; what is taken from the public is gone then.
_FOR_A_DAY = "public, max-age=86400, immutable"
_FOR_A_MOMENT = "public, max-age=15, stale-while-revalidate=60"
_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def _insider(actor: Annotated[Actor, Depends(require("participant", *STAFF_ROLES))]) -> Actor:
    if "participant" not in actor.roles and actor.brand_id is None:
        raise forbidden("This needs the token of a participant or of a brand's staff.")
    return actor


Insider = Annotated[Actor, Depends(_insider)]
"""A participant, or staff of a brand."""

Look = Annotated[str | None, Query(max_length=64, description="The look that `card` names.")]
Whence = Annotated[Via, Query(description="Where who follows the code is said to come from.")]
Day = Annotated[date | None, Query(examples=["2026-11-22"])]


@dataclass(frozen=True, slots=True)
class ShowcaseRoutes:
    """Mounted by `app`."""

    commands: SharingCommands
    timelines: TimelineQueries
    cards: CardQueries
    sources: SourceQueries
    pictures: CardPictures
    links: SiteLinks

    def router(self) -> APIRouter:
        """All routes of the showcase."""
        router = APIRouter(prefix="/v1/ideas/{idea_id}", tags=["showcase"])
        router.get("/timeline", response_model=TimelineAnswer)(self.get_timeline)
        router.get("/card", response_model=CardAnswer)(self.get_card)
        router.get("/card.png", response_class=Response)(self.get_picture)
        router.get("/qr.svg", response_class=Response)(self.get_code)
        router.post("/share-links")(self.share_idea)
        router.post("/visits", status_code=204)(self.count_visit)
        router.get("/sources")(self.get_sources)
        return router

    async def get_timeline(
        self, idea_id: str, reader: AnyReader, if_none_match: IfNoneMatch = None
    ) -> Response:
        """What happened to an idea, in order: facts without anybody's words.

        Its people and staff of the brand also read what was decided against it.
        """
        moments = await self.timelines.timeline(idea_id, reader.staff_of, reader.subject)
        answer = TimelineAnswer.of(idea_id, moments)
        return cacheable(answer, if_none_match, keeper_of(reader.subject))

    async def get_card(self, idea_id: str, if_none_match: IfNoneMatch = None) -> Response:
        """What other sites show of a public idea when somebody shares it, tags and all."""
        card = await self.cards.card(idea_id)
        return cacheable(CardAnswer.of(card, self.links), if_none_match, "everybody")

    async def get_picture(
        self, idea_id: str, v: Look = None, if_none_match: IfNoneMatch = None
    ) -> Response:
        """The picture of a public idea's card, 1200 by 630 pixels; under its `v` it never changes.

        503 while too many cards are being drawn.
        """
        card = await self.cards.card(idea_id)
        tag = card.face.tag
        headers = {
            "ETag": f'"{tag}"',
            "Cache-Control": _FOR_A_DAY if v == tag else _FOR_A_MOMENT,
            **_HARMLESS,
        }
        if is_known(if_none_match, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        png = await self.pictures.picture(card.face, lambda: self.cards.content(card.picture))
        return Response(png, headers=headers, media_type="image/png")

    async def get_code(
        self, idea_id: str, via: Whence = "qr", if_none_match: IfNoneMatch = None
    ) -> Response:
        """A QR code of the link to a public idea; `via` may be the code of a share link."""
        idea = await self.cards.public(idea_id)
        file = BytesIO()
        code = segno.make_qr(self.links.page(idea.id, via), error="m")
        code.save(file, kind="svg", scale=8, border=4, light="#fff")
        svg = file.getvalue()
        headers = {
            "ETag": f'"{hashlib.sha256(svg).hexdigest()[:32]}"',
            "Cache-Control": _FOR_A_MOMENT,
            **_HARMLESS,
        }
        if is_known(if_none_match, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(svg, headers=headers, media_type="image/svg+xml")

    async def share_idea(self, idea_id: str, participant: Participant) -> ShareLinkAnswer:
        """Your own link to a public idea, by which visitors are known to come from you.

        It is the same one each time.
        """
        link = await self.commands.share(idea_id, participant.subject)
        return ShareLinkAnswer.of(link, self.links)

    async def count_visit(self, idea_id: str, body: NewVisit) -> None:
        """Tell that somebody looks at a public idea, and by which link they came.

        A `visitor` is counted once a day for each source. No more than that keeps robots out.
        """
        await self.commands.visit(idea_id, body.via, body.visitor)

    async def get_sources(
        self, idea_id: str, insider: Insider, since: Day = None, until: Day = None
    ) -> SourcesAnswer:
        """Where an idea's visitors came from, for its people and staff of the brand.

        Votes are told once their tally is certified, by channel, and by the links that voters
        came by.
        """
        staff_of = None if insider.roles.isdisjoint(STAFF_ROLES) else insider.brand_id
        found = await self.sources.sources(idea_id, staff_of, insider.subject, since, until)
        return SourcesAnswer.of(idea_id, found, insider.subject, staff=staff_of is not None)
