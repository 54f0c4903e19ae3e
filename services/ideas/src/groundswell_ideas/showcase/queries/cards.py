"""What the share card of an idea shows."""

from dataclasses import dataclass

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.languages.rules import words_of
from groundswell_ideas.media.files import FileMissing
from groundswell_ideas.media.queries import MediaQueries
from groundswell_ideas.media.rules import Rendition
from groundswell_ideas.showcase.rules.cards import Card, Face
from groundswell_ideas.submissions.rules import Idea, is_public
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.problems import not_found

_RENDITION = "medium"


@dataclass(frozen=True, slots=True)
class CardQueries:
    """Reads only."""

    ideas: IdeaStore
    contests: ContestQueries
    media: MediaQueries

    async def public(self, idea_id: str) -> Idea:
        """A public idea. Raises the not-found problem for any other, whoever asks."""
        idea = await self.ideas.find_public(idea_id)
        if idea is None or not is_public(idea):
            raise not_found("There is no such idea.")
        return idea

    async def card(self, idea_id: str) -> Card:
        """The card of a public idea. Raises the not-found problem for any other."""
        idea = await self.public(idea_id)
        contest = await self.contests.read(idea.contest_id, idea.brand_id)
        words, picture = words_of(contest.terms, []), await self._picture(idea)
        face = Face(
            title=idea.title,
            contest_title=words.title,
            picture_sha256=None if picture is None else picture.sha256,
        )
        return Card(idea, words, face, picture)

    async def content(self, picture: Rendition | None) -> bytes | None:
        """The idea's own picture; None if it has none (any more). Raises FilesAway."""
        if picture is None:
            return None
        try:
            return b"".join([part async for part in self.media.content(picture)])
        except FileMissing:
            return None

    async def _picture(self, idea: Idea) -> Rendition | None:
        """The first picture among what the idea shows, in the size that a card needs."""
        found = await self.media.find(idea.brand_id, idea.media)
        for media_id in idea.media:
            media = found.get(media_id)
            if media is not None and media.shown:
                for rendition in media.renditions:
                    if rendition.name == _RENDITION:
                        return rendition
        return None
