"""The tasks of the worker for media: one per picture that may be opened at once, and tidying up."""

import asyncio
from dataclasses import dataclass

from groundswell_ideas.inspection.commands import InspectionCommands
from groundswell_ideas.inspection.decoding import Decoder
from groundswell_ideas.media.files import FilesAway
from groundswell_kit.health import Heartbeat
from groundswell_kit.observability import get_logger
from groundswell_kit.turns import take_turns

log = get_logger()

# A person looks at a picture that is being checked.
CHECK_REST_SECONDS = 0.5
TIDY_REST_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class InspectionTasks:
    """Run by the worker. While the object storage is away they wait."""

    commands: InspectionCommands
    heartbeat: Heartbeat

    async def check(self, stop: asyncio.Event) -> None:
        """Checks uploads, one after the other, with a decoder of its own."""
        decoder = Decoder()

        async def turn() -> float:
            return CHECK_REST_SECONDS if await self.commands.check_next(decoder) is None else 0

        try:
            await take_turns(stop, "check", turn, self.heartbeat)
        finally:
            await decoder.close()

    async def tidy(self, stop: asyncio.Event) -> None:
        """Deletes what is of no more use."""

        async def turn() -> float:
            try:
                return 0 if await self.commands.tidy() else TIDY_REST_SECONDS
            except FilesAway as error:
                log.warning("tidying put off", error=str(error))
                return TIDY_REST_SECONDS

        await take_turns(stop, "tidy", turn, self.heartbeat)
