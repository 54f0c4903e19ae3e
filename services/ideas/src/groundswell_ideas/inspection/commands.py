"""What a worker does with uploads: checks what has arrived, and deletes what nobody needs."""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from groundswell_ideas.inspection.decoding import Decoded, Decoder, DecoderBroke
from groundswell_ideas.inspection.reading import Inspected, inspect
from groundswell_ideas.inspection.rules import CHECK_WITHIN, MAX_ATTEMPTS
from groundswell_ideas.media.files import FileMissing, Files, FilesAway, TooLarge
from groundswell_ideas.media.rules import (
    EXTENSIONS,
    UNUSED_FOR,
    Media,
    Refusal,
    checked_key,
    incoming,
    keys_in_use,
    refusal,
)
from groundswell_ideas.media.store import MediaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.observability import get_logger

log = get_logger()

AGAIN_AFTER = timedelta(seconds=5)
# An address that was signed for an hour lets bytes in for that long, whatever was decided.
SIGNED_TIDY_AFTER = timedelta(hours=2)
AT_ONCE = 50
# A medium that cannot be read is looked at again then: somebody may have mended it.
LEFT_ALONE_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class InspectionCommands:
    """Safe to run in several processes at once, and to be killed at any point.

    A check that broke off is begun again by another; what two attempts store lies apart, and the
    first one to end decides. A medium that cannot be read is logged and passed over for five
    minutes: no other one waits for it. `scratch` is a folder for files that are being looked at.
    """

    media: MediaStore
    files: Files
    scratch: Path | None

    async def check_next(self, decoder: Decoder) -> Media | None:
        """Checks the upload that has waited longest: ready or refused then. None waits: None.

        While the object storage is away it is left for later.
        """
        now = utc_now()
        media = await self.media.claim_check(now, now + CHECK_WITHIN)
        if media is None:
            return None
        try:
            found = await self._found(media, decoder)
        except (FilesAway, OSError) as error:  # the latter such as a scratch folder that is full
            log.warning("check put off", media=media.id, error=repr(error))
            found = {"check_at": utc_now() + AGAIN_AFTER, "attempts": media.attempts - 1}
        except DecoderBroke as error:
            log.warning("check broke off", media=media.id, error=str(error))
            found = {"check_at": utc_now() + AGAIN_AFTER}
        changed = await self.media.change(media.brand_id, media, found)
        return changed or media

    async def _found(self, media: Media, decoder: Decoder) -> Mapping[str, Any]:
        """The fields of a medium that this check decides."""
        if media.attempts > MAX_ATTEMPTS:
            return _refused(media, refusal("not-checked"))
        with tempfile.TemporaryDirectory(dir=self.scratch, prefix="groundswell-") as folder:
            source = Path(folder) / "source"
            keys = [incoming(media)] if media.signed else [piece.key for piece in media.pieces]
            try:
                await self.files.fetch(keys, source, most=media.bytes)
            except (TooLarge, FileMissing):
                return _refused(media, refusal("other-size"))
            inspected = await asyncio.to_thread(inspect, source, media.kind, media.bytes)
            if isinstance(inspected, Refusal):
                return _refused(media, inspected)
            fields = _ready(media, inspected)
            # Stored before the decoder is let near it: what was inspected is what is kept.
            await self.files.put(fields["original"], source)
            if media.kind == "image":
                decoded = await decoder.decode(source, inspected.content_type, Path(folder))
                if isinstance(decoded, Refusal):
                    return _refused(media, decoded)
                fields |= await self._with_renditions(media, decoded)
            return fields

    async def _with_renditions(self, media: Media, decoded: Decoded) -> Mapping[str, Any]:
        renditions = []
        for picture in decoded.renditions:
            key = checked_key(media, f"{picture.name}{EXTENSIONS[picture.content_type]}")
            await self.files.put(key, picture.content)
            renditions.append(
                {
                    "name": picture.name,
                    "content_type": picture.content_type,
                    "bytes": len(picture.content),
                    "width": picture.width,
                    "height": picture.height,
                    "sha256": picture.sha256,
                    "key": key,
                }
            )
        return {
            "width": decoded.width,
            "height": decoded.height,
            "likeness": decoded.likeness,
            "renditions": renditions,
        }

    async def tidy(self) -> int:
        """Deletes what has expired, and what checks left over; how many media it dealt with.

        What is deleted was marked first, so that nobody begins to use it meanwhile. Raises
        FilesAway; the next time goes on from there.
        """
        now = utc_now()
        expired = await self.media.find_expired(now, now + LEFT_ALONE_FOR, AT_ONCE)
        for media in expired:
            await self.files.delete(await self.files.keys_under(media.id))
            await self.media.forget(media.brand_id, media.id)
        untidy = await self.media.find_untidy(now, now + LEFT_ALONE_FOR, AT_ONCE)
        for media in untidy:
            stored = await self.files.keys_under(media.id)
            used = keys_in_use(media)
            await self.files.delete([key for key in stored if key not in used])
        await self.media.mark_tidy(untidy)
        return len(expired) + len(untidy)


def _refused(media: Media, reason: Refusal) -> dict[str, Any]:
    return {"state": "refused", "refusal": reason} | _settled(media)


def _ready(media: Media, inspected: Inspected) -> dict[str, Any]:
    return {
        "state": "ready",
        "content_type": inspected.content_type,
        "sha256": inspected.sha256,
        "original": checked_key(media, "original"),
    } | _settled(media)


def _settled(media: Media) -> dict[str, Any]:
    now = utc_now()
    return {
        "check_at": None,
        "tidy_at": now + SIGNED_TIDY_AFTER if media.signed else now,
        "expires_at": now + UNUSED_FOR,
    }
