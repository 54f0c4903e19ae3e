"""HTTP of discussions: read, comment, reply, edit, delete."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from groundswell_ideas.caching import IfNoneMatch, cacheable, keeper_of
from groundswell_ideas.discussion.commands import DiscussionCommands
from groundswell_ideas.discussion.queries import DiscussionQueries
from groundswell_ideas.discussion.rules import Kind, Speaker
from groundswell_ideas.discussion.schemas import (
    CommentAnswer,
    CommentPage,
    EditedComment,
    NewComment,
)
from groundswell_kit.access import AnyReader
from groundswell_kit.auth import Actor
from groundswell_kit.http import IdempotencyKey, RequestFingerprint, require, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.paging import AskedPage
from groundswell_kit.problems import forbidden


def _speaker(
    actor: Annotated[Actor, Depends(require("participant", "editor", "manager"))],
) -> Speaker:
    if "participant" in actor.roles:
        return Speaker(actor.subject)
    if actor.brand_id is None:
        raise forbidden("This needs the token of a participant or of a brand's staff.")
    return Speaker(actor.subject, actor.brand_id)


AnySpeaker = Annotated[Speaker, Depends(_speaker)]
"""A participant, or an editor or manager who speaks for the brand."""


@dataclass(frozen=True, slots=True)
class DiscussionRoutes:
    """Mounted by `app`."""

    commands: DiscussionCommands
    queries: DiscussionQueries
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of discussions."""
        router = APIRouter(prefix="/v1", tags=["discussion"])
        under_idea, one = "/ideas/{idea_id}/comments", "/comments/{comment_id}"
        router.post(under_idea, status_code=201, response_model=CommentAnswer)(self.post_comment)
        router.get(under_idea, response_model=CommentPage)(self.list_comments)
        router.get(one)(self.get_comment)
        router.patch(one)(self.edit_comment)
        router.delete(one, status_code=204)(self.delete_comment)
        return router

    async def post_comment(
        self,
        idea_id: str,
        speaker: AnySpeaker,
        body: NewComment,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Say something about an approved idea, ask, or reply; `status` tells whether it waits."""

        async def act() -> CommentAnswer:
            comment = await self.commands.post(
                idea_id, speaker, body.kind, body.text, body.parent_id
            )
            return CommentAnswer.of(comment)

        scope = f"speaker {speaker.staff_of or ''}\n{speaker.id}"
        stored = await self.idempotency.run(key, scope, fingerprint, 201, act, _headers_of_new)
        return to_http(stored)

    async def list_comments(
        self,
        idea_id: str,
        reader: AnyReader,
        page: AskedPage,
        about: Annotated[Kind | None, Query()] = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """What is said about an idea; `about` leaves the threads that began as this kind."""
        found = await self.queries.page(
            idea_id, reader.staff_of, reader.subject, about, page.behind, page.wanted
        )
        shown, cursor = page.cut(found)
        answer = CommentPage(items=[CommentAnswer.of(comment) for comment in shown], next=cursor)
        keeper = keeper_of(reader.subject)
        return cacheable(answer, if_none_match, keeper, page.response.headers)

    async def get_comment(self, comment_id: str, reader: AnyReader) -> CommentAnswer:
        """One comment; what waits or was turned down, for its author and the brand alone."""
        comment = await self.queries.read(comment_id, reader.staff_of, reader.subject)
        return CommentAnswer.of(comment)

    async def edit_comment(
        self, comment_id: str, speaker: AnySpeaker, body: EditedComment
    ) -> CommentAnswer:
        """Say it otherwise, within 15 minutes. The same again changes nothing."""
        return CommentAnswer.of(await self.commands.edit(comment_id, speaker, body.text))

    async def delete_comment(self, comment_id: str, speaker: AnySpeaker) -> None:
        """Take back what you have said; a stone stays in its place. A repeat is safe."""
        await self.commands.delete(comment_id, speaker)


def _headers_of_new(comment: CommentAnswer) -> dict[str, str]:
    return {"Location": f"/v1/comments/{comment.id}"}
