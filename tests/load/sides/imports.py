"""An import of ideas with pictures, by the command that a brand's staff use: `groundswell import`.

Each turn has a contest of its own. Its pictures are made beforehand, each another one.
"""

import csv
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from groundswell_kit.clock import utc_now
from tests.load.gallery import CATEGORIES, REGIONS, House, house
from tests.load.inventions import Inventions
from tests.load.sides import Measured, Sides, Stage
from tests.load.tools import LoadFailed
from tests.support.pictures import drawing, encoded
from tests.support.story import BRAND

WIDTH, HEIGHT = 1280, 960


@asynccontextmanager
async def imports(stage: Stage) -> AsyncIterator[Sides]:
    """Sides: `new` takes all in, `repeat` is the same command once more."""
    count = stage.sizes.imported_ideas
    async with house(stage.directory, "api", "worker") as at:
        file = _file(at.directory / "media" / "import", count)
        it = _Importing(at, file, count)
        yield Sides(at.versions, {"new": it.new, "repeat": it.again})


def _file(folder: Path, count: int) -> Path:
    """A CSV file, with a picture for each row beside it."""
    folder.mkdir(parents=True)
    inventions = Inventions(BRAND, "", CATEGORIES, REGIONS, seed=8)
    file = folder / "ideas.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("reference", "title", "summary", "category", "region", "sketches"))
        for number, idea in enumerate(inventions.ideas(count, utc_now())):
            picture = f"{number}.jpg"
            drawn = drawing(WIDTH // 8, HEIGHT // 8, seed=number).resize((WIDTH, HEIGHT))
            (folder / picture).write_bytes(encoded(drawn, quality=88))
            row = (number, idea.title, idea.summary, idea.category, idea.region, picture)
            rows.writerow(row)
    return file


@dataclass
class _Importing:
    """The turns; both sides of one are about the same contest."""

    at: House
    file: Path
    count: int
    contest_id: str = ""

    async def new(self) -> Measured:
        self.contest_id = await self.at.open_contest()
        measured = await self._run()
        kept = {"contest_id": self.contest_id, "status": {"$in": ["submitted", "approved"]}}
        if (there := await self.at.database["ideas"].count_documents(kept)) != self.count:
            raise LoadFailed(f"{there} of {self.count} ideas came in")
        return measured

    async def again(self) -> Measured:
        return await self._run()

    async def _run(self) -> Measured:
        url, token = self.at.story.ideas_url, self.at.story.staff("manager")["Authorization"]
        program = Path(sys.executable).with_name("groundswell")
        command = (program, "import", "ideas", self.file, "--contest", self.contest_id)
        begun = time.perf_counter()
        process = await create_subprocess_exec(
            *command,
            *("--url", url),
            env={**os.environ, "GROUNDSWELL_TOKEN": token.removeprefix("Bearer ")},
            stdin=DEVNULL,
            stdout=PIPE,
        )
        output, _ = await process.communicate()
        if process.returncode != 0:
            raise LoadFailed(
                f"the import ended with {process.returncode}: {output.decode()[-500:]}"
            )
        seconds = time.perf_counter() - begun
        return {"seconds": seconds, "ideas_per_second": self.count / seconds}
