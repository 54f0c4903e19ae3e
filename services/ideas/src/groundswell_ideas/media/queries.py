"""What can be read of uploads and media, and by whom."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from groundswell_ideas.media.files import Files
from groundswell_ideas.media.rules import Media, Rendition, may_see, may_see_original, may_upload
from groundswell_ideas.media.store import MediaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.problems import not_found


@dataclass(frozen=True, slots=True)
class MediaQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    media: MediaStore
    files: Files

    async def upload(self, upload_id: str, subject: str, staff_of: str | None) -> Media:
        """An upload of this person. Raises the not-found problem for any other."""
        media = await self.media.find_public(upload_id, utc_now())
        if media is None or not may_upload(media, subject, staff_of):
            raise not_found("There is no such upload.")
        return media

    async def rendition(
        self, media_id: str, name: str, subject: str | None, staff_of: str | None
    ) -> tuple[Media, Rendition]:
        """A rendition that the reader may see, `original` among them; else not found."""
        media = await self.media.find_public(media_id, utc_now())
        if media is not None and media.state == "ready":
            found = list(media.renditions) if may_see(media, subject, staff_of) else []
            if may_see_original(media, subject, staff_of):
                found += _original(media)
            for rendition in found:
                if rendition.name == name:
                    return media, rendition
        raise not_found("There is no such picture or file.")

    def content(self, rendition: Rendition) -> AsyncIterator[bytes]:
        """The bytes of a rendition in parts. Raises FilesAway, or FileMissing before the first."""
        return self.files.stream(rendition.key)

    async def find(self, brand_id: str, media_ids: Sequence[str]) -> dict[str, Media]:
        """Those of the media that are the brand's, by their id; for whoever uses them."""
        return await self.media.find(brand_id, media_ids, utc_now())


def _original(media: Media) -> list[Rendition]:
    """What was sent in; nothing once its person is erased."""
    if media.original is None or media.sha256 is None:
        return []
    return [
        Rendition(
            name="original",
            content_type=media.content_type,
            bytes=media.bytes,
            width=media.width or 0,
            height=media.height or 0,
            sha256=media.sha256,
            key=media.original,
        )
    ]
