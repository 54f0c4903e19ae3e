"""What those can do that use media, such as ideas: hold, release, show, hide."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from groundswell_ideas.media.rules import (
    TYPES,
    UNUSED_FOR,
    Kind,
    Media,
    obstacles_to_using,
)
from groundswell_ideas.media.store import MediaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class MediaCommands:
    """Every verb joins the caller's transaction, and may be repeated."""

    media: MediaStore

    async def hold(
        self,
        brand_id: str,
        contest_id: str,
        uploader_id: str,
        holder_id: str,
        media_ids: Sequence[str],
        kinds: Collection[Kind] = frozenset(TYPES.values()),
        field: str = "body.media",
    ) -> list[Media]:
        """Has something (an idea, by its id) use these media, which stay as long as it does.

        Joins the caller's transaction. A 422 problem names each, as `<field>.<index>`, that is no
        upload of this person for the contest, not ready, refused, in use, or of another kind.
        What the holder uses already may be named again.
        """

        async def work() -> list[Media]:
            found = await self.media.find(brand_id, media_ids, utc_now())
            obstacles = obstacles_to_using(
                found,
                media_ids,
                contest_id=contest_id,
                uploader_id=uploader_id,
                holder_id=holder_id,
                kinds=kinds,
                field=field,
            )
            refuse_for(obstacles, VALIDATION)
            await self.media.hold(brand_id, media_ids, holder_id)
            return [replace(found[i], holder_id=holder_id, expires_at=None) for i in media_ids]

        return await transaction(self.media.client, work)

    async def release(self, brand_id: str, holder_id: str, media_ids: Sequence[str]) -> None:
        """Ends the use of these; they are deleted a day later, unless something uses them then."""
        await self.media.release(brand_id, holder_id, media_ids, utc_now() + UNUSED_FOR)

    async def show(self, brand_id: str, holder_id: str) -> None:
        """Lets everybody see the renditions of what this one uses, as when an idea is approved."""
        await self.media.show(brand_id, holder_id, shown=True)

    async def hide(self, brand_id: str, holder_id: str) -> None:
        """Takes them from the public again; copies in caches live for up to a day."""
        await self.media.show(brand_id, holder_id, shown=False)
