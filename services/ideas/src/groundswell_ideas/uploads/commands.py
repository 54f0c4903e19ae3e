"""What people can do to send something in: begin, append, complete, abandon."""

import hashlib
from dataclasses import dataclass, replace

from groundswell_ideas.admission.queries import AdmissionQueries
from groundswell_ideas.admission.rules import Entrant, not_invited
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.inspection.rules import HEAD_BYTES, is_active, type_of
from groundswell_ideas.media.files import FileMissing, Files
from groundswell_ideas.media.rules import (
    TYPES,
    UNUSED_FOR,
    Media,
    Piece,
    Refusal,
    incoming,
    may_upload,
    piece_key,
    refusal,
)
from groundswell_ideas.media.store import MediaStore
from groundswell_ideas.uploads.problems import (
    refused,
    too_many_uploads,
    upload_closed,
    upload_incomplete,
    wrong_offset,
)
from groundswell_ideas.uploads.rules import (
    MAX_UNUSED,
    MAX_UNUSED_OF_STAFF,
    OPEN_FOR,
    REFUSED_FOR,
    SIGNED_FOR,
    is_repeat,
    obstacles_to_piece,
    obstacles_to_sending,
    obstacles_to_uploading,
)
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.problems import VALIDATION, not_found
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class Uploader:
    """Somebody who sends something in; `staff_of` is the brand that they do it for, if any.

    `works_for` is the brand whose staff they are, also when they take part for themselves.
    """

    subject: str
    staff_of: str | None
    works_for: str | None = None


@dataclass(frozen=True, slots=True)
class UploadCommands:
    """Every verb may be repeated."""

    contests: ContestQueries
    admission: AdmissionQueries
    media: MediaStore
    files: Files

    async def begin(
        self, uploader: Uploader, contest_id: str, name: str, content_type: str, size: int
    ) -> Media:
        """Announces what is going to be sent in; part of the caller's transaction.

        Refused for a path as a name, a type that is not taken, too many bytes, a contest that takes
        no ideas now or is not for them, or a person with too many uploads that nothing uses.
        """
        refuse_for(obstacles_to_uploading(name, content_type, size), VALIDATION)
        contest = await self.contests.read(contest_id, uploader.staff_of)
        if uploader.staff_of not in (None, contest.brand_id):
            raise not_found("There is no such contest.")
        now, signed = utc_now(), self.files.sign
        refuse_for(obstacles_to_sending(contest, now))
        if uploader.staff_of is None:
            await self._refuse_strangers(contest, uploader)
        media = Media(
            brand_id=contest.brand_id,
            contest_id=contest.id,
            id=new_id("med"),
            uploader_id=uploader.subject,
            name=name,
            content_type=content_type,
            bytes=size,
            signed=signed,
            created_at=now,
            expires_at=now + (2 * SIGNED_FOR if signed else OPEN_FOR),
        )
        is_staff = uploader.staff_of is not None
        most = MAX_UNUSED_OF_STAFF if is_staff else MAX_UNUSED
        # What is refused has cost a check: of strangers it counts until it is gone. Of what staff
        # import a part is damaged, and must not keep the rest out.
        if not await self.media.add(media.brand_id, media, most, refused_too=not is_staff):
            raise too_many_uploads(most)
        return media

    async def append(self, uploader: Uploader, media: Media, offset: int, content: bytes) -> Media:
        """Adds a piece to an upload of theirs. What this returns for is kept, whatever dies after.

        A piece that came before is taken as done. The first one already tells whether the content
        is what was announced; if not, the upload is refused.
        """
        digest = hashlib.sha256(content).hexdigest()
        if is_repeat(media, offset, digest):
            return media
        if media.refusal is not None:
            raise refused(media)
        if media.state != "open" or media.signed:
            raise upload_closed(media)
        if offset != media.received:
            raise wrong_offset(media)
        refuse_for(obstacles_to_piece(media, len(content)), VALIDATION)
        if offset == 0:
            await self._refuse_at_once(media, content)
        key = piece_key(media, offset, new_id("piece"))
        await self.files.put(key, content)
        piece = Piece(offset, len(content), digest, key)
        longer = await self.media.append(media.brand_id, media.id, piece)
        if longer is not None:
            return longer
        # Another piece was quicker, maybe this very one; or the upload has ended meanwhile.
        await self.files.delete([key])
        now = await self._own(uploader, media.id)
        if is_repeat(now, offset, digest):
            return now
        raise wrong_offset(now)

    async def complete(self, uploader: Uploader, upload_id: str) -> Media:
        """Hands what has arrived to the check. A repeat changes nothing."""
        media = await self._own(uploader, upload_id)
        if media.state != "open":
            return media
        arrived = await self._arrived(media)
        if media.signed and arrived != media.bytes:
            return await self._refuse(media, refusal("other-size"))
        if arrived < media.bytes:
            raise upload_incomplete(media)
        now = utc_now()
        checking = {"state": "checking", "check_at": now, "expires_at": now + UNUSED_FOR}
        changed = await self.media.change(media.brand_id, media, checking)
        return changed or await self._own(uploader, upload_id)

    async def abandon(self, uploader: Uploader, upload_id: str) -> None:
        """Gives up an upload that is still open; its bytes are deleted in a moment."""
        media = await self._own(uploader, upload_id)
        if media.state != "open":
            raise upload_closed(media)
        at_once = {"state": "refused", "expires_at": utc_now()}
        # An address that was signed stays good: what may still come through it is deleted after.
        if not media.signed:
            await self.media.change(media.brand_id, media, at_once)

    async def _refuse_strangers(self, contest: Contest, uploader: Uploader) -> None:
        entrant = Entrant(participant_id=uploader.subject, staff_of=uploader.works_for)
        guest = await self.admission.guest(contest, uploader.subject)
        refuse_for(list(not_invited(contest, entrant, guest)))

    async def _own(self, uploader: Uploader, upload_id: str) -> Media:
        media = await self.media.find_public(upload_id, utc_now())
        if media is None or not may_upload(media, uploader.subject, uploader.staff_of):
            raise not_found("There is no such upload.")
        return media

    async def _arrived(self, media: Media) -> int:
        if not media.signed:
            return media.received
        try:
            return await self.files.size(incoming(media))
        except FileMissing as error:
            raise upload_incomplete(media) from error

    async def _refuse_at_once(self, media: Media, first: bytes) -> None:
        found = type_of(first[:HEAD_BYTES])
        reason = None
        if is_active(first, at_head=True):
            reason = refusal("active-content")
        elif found is None:
            reason = refusal("unknown-type")
        elif TYPES[found] != media.kind:
            reason = refusal("other-kind")
        if reason is not None:
            raise refused(await self._refuse(media, reason))

    async def _refuse(self, media: Media, reason: Refusal) -> Media:
        now = utc_now()
        changes = {
            "state": "refused",
            "refusal": reason,
            # What an address that was signed lets in after this is deleted too.
            "tidy_at": now + SIGNED_FOR if media.signed else now,
            "expires_at": now + (2 * SIGNED_FOR if media.signed else REFUSED_FOR),
        }
        changed = await self.media.change(media.brand_id, media, changes)
        return changed or replace(media, state="refused", refusal=reason)
