"""Erasing a person from all that the service keeps; their ideas go on under an id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundswell_ideas.admission.store import AdmissionStore
from groundswell_ideas.appeals.store import AppealStore
from groundswell_ideas.audit.commands import AuditCommands
from groundswell_ideas.audit.rules import ActedBy
from groundswell_ideas.audit.store import ActStore
from groundswell_ideas.cases.commands import CaseCommands
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.discussion.rules import Comment, deleted
from groundswell_ideas.discussion.store import CommentStore
from groundswell_ideas.erasure.rules import (
    loses_all,
    stays,
    takes_part,
    undeclared,
    without_person,
)
from groundswell_ideas.media.store import MediaStore
from groundswell_ideas.reports.store import ReportStore
from groundswell_ideas.screening.store import ScreeningStore
from groundswell_ideas.showcase.store import ShareLinkStore
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_ideas.winners.rules import without_words
from groundswell_kit.clock import utc_now
from groundswell_kit.idempotency import Idempotency


@dataclass(frozen=True, slots=True)
class ErasureCommands:
    """Called by the handler, inside its transaction. A repeat changes nothing.

    Of ideas and comments somebody may have thousands: they are written many at a time.
    """

    ideas: IdeaStore
    contests: ContestStore
    media: MediaStore
    comments: CommentStore
    screenings: ScreeningStore
    cases: CaseCommands
    reports: ReportStore
    appeals: AppealStore
    acts: ActStore
    admission: AdmissionStore
    share_links: ShareLinkStore
    answers: Idempotency

    async def erase(self, person_id: str) -> None:
        """Erases, at all brands, what is kept of a person beside the ideas that take part."""
        now = utc_now()
        ideas = await self.ideas.all_of_person(person_id)
        handed_in = [idea for idea in ideas if idea.participant_id == person_id]
        for brand_id in {idea.brand_id for idea in handed_in}:
            await self._erase_ideas(brand_id, [i for i in handed_in if i.brand_id == brand_id])
        await self._erase_declarations(person_id, ideas)
        await self._erase_refusals(handed_in)
        await self._erase_uploads(person_id, handed_in, now)
        said = await self.comments.by_author(person_id)
        for brand_id in {comment.brand_id for comment in said}:
            theirs = [comment for comment in said if comment.brand_id == brand_id]
            await self._take_back(brand_id, person_id, theirs, now)
        await self.reports.erase(person_id)
        await self.appeals.erase(person_id)
        await self.acts.erase(person_id)
        await self.admission.erase(person_id)
        await self.share_links.erase(person_id)
        # Whose Idempotency-Keys these are is said by the routes that take them.
        for scope in ("participant {}", "uploader None {}", "speaker \n{}"):
            await self.answers.forget(scope.format(person_id))

    async def _erase_ideas(self, brand_id: str, ideas: Sequence[Idea]) -> None:
        staying = [idea for idea in ideas if stays(idea)]
        await self.ideas.bare(brand_id, [without_person(idea) for idea in staying])
        await self.ideas.revisions.blank(
            brand_id, {i.id: i.revision if takes_part(i) else i.revision + 1 for i in staying}
        )
        await self.ideas.remove(brand_id, [idea.id for idea in ideas if not stays(idea)])
        await self._forget(brand_id, [idea.id for idea in ideas if not takes_part(idea)])

    async def _erase_declarations(self, person_id: str, ideas: Sequence[Idea]) -> None:
        """What they declared when they confirmed shares in ideas of others; the shares stay."""
        teamed = [idea for idea in ideas if idea.participant_id != person_id]
        for brand_id in {idea.brand_id for idea in teamed}:
            of_brand = [undeclared(i, person_id) for i in teamed if i.brand_id == brand_id]
            await self.ideas.bare(brand_id, of_brand)

    async def _erase_refusals(self, handed_in: Sequence[Idea]) -> None:
        """What they said when they declined to win; that they did stays on the record."""
        of_contest: dict[tuple[str, str], set[str]] = {}
        for idea in handed_in:
            of_contest.setdefault((idea.brand_id, idea.contest_id), set()).add(idea.id)
        for (brand_id, contest_id), idea_ids in of_contest.items():
            contest = await self.contests.get(brand_id, contest_id)
            after = without_words(contest, idea_ids)
            if after is not contest:
                await self.contests.save(brand_id, after, [])

    async def _take_back(
        self, brand_id: str, author_id: str, comments: Sequence[Comment], now: datetime
    ) -> None:
        await self.comments.save_all(brand_id, [deleted(comment, now) for comment in comments])
        await self._forget(brand_id, [comment.id for comment in comments])
        subjects, by = [comment.subject for comment in comments], ActedBy("participant", author_id)
        await AuditCommands(self.acts).note_all(brand_id, subjects, "deleted", by, now)

    async def _forget(self, brand_id: str, subject_ids: Sequence[str]) -> None:
        """Nobody has to look at these any more, and nothing is compared with them."""
        await self.screenings.forget(brand_id, subject_ids)
        await self.cases.settle(brand_id, subject_ids)

    async def _erase_uploads(
        self, person_id: str, handed_in: Sequence[Idea], now: datetime
    ) -> None:
        """Whatever the person sent in, and what staff sent in for an idea of theirs.

        The worker deletes the files within minutes.
        """
        kept = {idea.id for idea in handed_in if takes_part(idea)}
        for media in await self.media.of_person(person_id, [idea.id for idea in handed_in]):
            if loses_all(media, kept):
                await self.media.let_go(media.brand_id, media.id, now)
            else:
                await self.media.drop_original(media.brand_id, media.id, now)
