"""What the page of an idea shows, asked of the services at once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from groundswell_web.answers import Away, Refused, Service, Shape
from groundswell_web.contests.entry_form import EntryForm
from groundswell_web.contests.queries import ContestQueries, Vote
from groundswell_web.contests.schemas import Contest
from groundswell_web.decisions.schemas import Decision, Winner
from groundswell_web.ideas.rules import Thread, threads
from groundswell_web.ideas.schemas import (
    Appeal,
    Card,
    Comment,
    CommentPage,
    Reason,
    ReasonList,
    Timeline,
)
from groundswell_web.services import Call, Services
from groundswell_web.sessions.commands import Person
from groundswell_web.submissions.queries import SubmissionQueries
from groundswell_web.submissions.schemas import Idea, Lineage

COMMENTS_ON_A_PAGE = 40
AFTER_SELECTING = ("deliberation", "decided", "delivery")

Answer = TypeVar("Answer", bound=Shape)


@dataclass(frozen=True, slots=True)
class IdeaView:
    """All that the page of an idea shows; None is what was not told.

    `win` is there for who handed in an idea that won. `files` are the ids of what was sent in that
    is no picture.
    """

    idea: Idea
    contest: Contest
    form: EntryForm
    vote: Vote | None
    lineage: Lineage
    timeline: Timeline | None
    card: Card | None
    comments: Sequence[Thread[Comment]]
    more_comments: str | None
    appeal: Appeal | None
    win: Winner | None
    files: frozenset[str]

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.idea.status in ("approved", "merged")


@dataclass(frozen=True, slots=True)
class IdeaQueries:
    """Reads only. Raises Refused or Away when there is nothing to show without the answer."""

    services: Services
    contests: ContestQueries
    ideas: SubmissionQueries

    async def view(
        self, idea_id: str, person: Person | None, cursor: str | None, languages: str
    ) -> IdeaView:
        """An idea that the visitor may see, with all that is told of it."""
        idea = await self.ideas.read(idea_id, person)
        is_public, own = idea.status in ("approved", "merged"), is_own(idea, person)
        path = f"/v1/ideas/{idea_id}"
        query = {"limit": str(COMMENTS_ON_A_PAGE)} | ({} if cursor is None else {"cursor": cursor})
        (contest, form, lineage), (timeline, card), (comments, appeal) = await asyncio.gather(
            asyncio.gather(
                self.contests.contest(idea.contest_id, languages),
                self.contests.entry_form(idea.contest_id, languages),
                self.ideas.lineage(idea_id, person),
            ),
            asyncio.gather(
                self._told(f"{path}/timeline", Timeline, person),
                self._told(f"{path}/card", Card, None, wanted=is_public),
            ),
            asyncio.gather(
                self._told(f"{path}/comments", CommentPage, person, query, wanted=is_public),
                self._told(f"{path}/appeal", Appeal, person, wanted=own and not is_public),
            ),
        )
        votable = idea.status == "approved" and not idea.brief
        return IdeaView(
            idea=idea,
            contest=contest,
            form=form,
            vote=await self.contests.vote_of(contest, person) if votable else None,
            lineage=lineage,
            timeline=timeline,
            card=card,
            comments=threads([] if comments is None else comments.items),
            more_comments=None if comments is None else comments.next,
            appeal=appeal,
            win=await self._win(idea, contest) if own else None,
            files=await self._files(idea, form, person),
        )

    async def reasons(self, about: str, languages: str) -> Sequence[Reason]:
        """What people may say is wrong with an idea or a comment."""
        found = await self.services.get(
            Service.IDEAS, "/v1/moderation/reasons", ReasonList, languages=languages
        )
        return [one for one in found.items if one.reportable and about in one.about]

    async def comment(self, comment_id: str, person: Person) -> Comment:
        """A comment that the visitor may see."""
        path = f"/v1/comments/{comment_id}"
        return await self.services.get(Service.IDEAS, path, Comment, token=person.token)

    async def _told(
        self,
        path: str,
        shape: type[Answer],
        person: Person | None,
        query: Mapping[str, str] | None = None,
        *,
        wanted: bool = True,
    ) -> Answer | None:
        """What the page can do without."""
        if not wanted:
            return None
        token = None if person is None else person.token
        try:
            return await self.services.get(Service.IDEAS, path, shape, token=token, query=query)
        except (Away, Refused):
            return None

    async def _win(self, idea: Idea, contest: Contest) -> Winner | None:
        if contest.phase not in AFTER_SELECTING:
            return None
        path = f"/v1/contests/{contest.id}/decision"
        decision = await self._told(path, Decision, None)
        winners = [] if decision is None else decision.winners
        return next((one for one in winners if one.idea_id == idea.id), None)

    async def _files(self, idea: Idea, form: EntryForm, person: Person | None) -> frozenset[str]:
        """Of what was sent in that which has no picture; fields for pictures alone need no look."""
        mixed = [n for n in form.media if form.form.properties[n].accept != ("image",)]
        token = None if person is None else person.token

        async def has_picture(media_id: str) -> bool:
            call = Call(
                service=Service.IDEAS,
                method="GET",
                path=f"/v1/media/{media_id}/small",
                token=token,
                more_headers={"If-None-Match": "*"},
            )
            try:
                return (await self.services.fetch(call)).status == 304
            except Away:
                return True

        media_ids = idea.pictures(mixed)
        found = await asyncio.gather(*(has_picture(media_id) for media_id in media_ids))
        return frozenset(i for i, is_one in zip(media_ids, found, strict=True) if not is_one)


def is_own(idea: Idea, person: Person | None) -> bool:
    """Whether the visitor handed the idea in."""
    return person is not None and person.id == idea.participant_id
