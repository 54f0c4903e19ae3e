"""`groundswell import` against the running service: a file and its pictures, errors, repeats."""

import asyncio
import csv
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundswell_local.settings import inherited_environment
from tests.integration.ideas.submissions.desk import SUMMARIES
from tests.integration.ideas.world import World
from tests.support.pictures import SVG, drawing, encoded, jpeg, png
from tests.support.service import until

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("topics")]

FORM = {
    "properties": {
        "port": {"type": "string", "maxLength": 20},
        "sketches": {
            "type": "array",
            "items": {"type": "string", "format": "media"},
            "accept": ["image"],
            "maxItems": 2,
        },
    },
    "required": ["port", "sketches"],
}
# What the worker keeps for itself changes all the time; of media it notes what it has tidied.
KEPT = ("ideas", "imported", "revisions", "cases", "screenings", "fingerprints")
ROWS = 60  # more than twice as many as are on their way at once
HEADER = ("reference", "title", "summary", "author", "original_at", "port", "sketches")
Row = tuple[str, ...]


@dataclass(frozen=True)
class Importer:
    """The command in a folder with a CSV file, and the contest that it imports into."""

    world: World
    folder: Path
    contest_id: str
    url: str

    def write(self, rows: Sequence[Row], name: str = "ideas.csv") -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([HEADER, *rows])
        return path

    async def start(
        self, *arguments: str, brand: str = "nerc", command: str = "ideas"
    ) -> asyncio.subprocess.Process:
        environment = inherited_environment() | {
            "GROUNDSWELL_TOKEN": self.world.token("manager", brand),
            "GROUNDSWELL_IDEAS_URL": self.url,
            "COLUMNS": "200",
        }
        return await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "groundswell"),
            *("import", command, "--contest", self.contest_id, *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
        )

    async def run(self, *arguments: str, status: int = 0, **how: str) -> str:
        """What the command prints; it has to end with this status."""
        process = await self.start(*arguments, **how)
        output, _ = await process.communicate()
        assert process.returncode == status, output.decode()
        return output.decode()

    async def ideas(self) -> dict[str, str]:
        """The ideas that are in, by their references."""
        kept = (await self.world.kept("ideas"))["ideas"]
        return {idea["provenance"]["reference"]: idea["_id"] for idea in kept}

    async def uploads(self) -> int:
        return len((await self.world.kept("media"))["media"])


def row(number: int, sketches: str = "", **said: str) -> Row:
    told = {
        "reference": f"old-{number}",
        "title": f"Idea {number}",
        "summary": SUMMARIES[number % len(SUMMARIES)],
        "author": f"Author {number}",
        "original_at": "2012-05-01",
        "port": "Hull",
        "sketches": sketches or f"pictures/{number}.jpg",
        **said,
    }
    return tuple(told[name] for name in HEADER)


async def importer(world: World, folder: Path, url: str, pictures: int) -> Importer:
    contest = await world.draft(entry_form=FORM)
    await world.enter(contest["id"], "submission")
    (folder / "pictures").mkdir()
    for number in range(pictures):
        (folder / "pictures" / f"{number}.jpg").write_bytes(jpeg(320, 240, seed=number + 1))
    return Importer(world, folder, str(contest["id"]), url)


async def test_a_file_comes_in_with_its_pictures_and_its_errors_after(
    world: World, tmp_path: Path
) -> None:
    async with world.program.serving() as running:
        desk = await importer(world, tmp_path, running.address["api"], 3)
        whole = encoded(drawing(600, 400))
        broken = whole[: len(whole) // 2]
        (tmp_path / "pictures" / "broken.jpg").write_bytes(broken)
        (tmp_path / "pictures" / "script.jpg").write_bytes(SVG)
        (tmp_path / "pictures" / "large.png").write_bytes(png(900, 700))
        rows = [
            row(0),
            row(1, "pictures/1.jpg | pictures/large.png"),
            row(2, "pictures/none.jpg"),
            row(3, "../../etc/passwd"),
            row(4, "pictures/script.jpg"),
            row(5, "pictures/0.jpg", port="x" * 21),
            row(6, "pictures/0.jpg", original_at="2199-01-01"),
            row(7, "pictures/broken.jpg"),
        ]
        path = desk.write(rows)
        before = await world.kept(*KEPT)
        dry = await desk.run(str(path), "--dry-run", status=1)
        assert "8 rows: 3 to be created" in dry
        assert await world.kept(*KEPT) == before
        assert await desk.uploads() == 0
        left = tmp_path / "left.csv"
        said = await desk.run(str(path), "--errors", str(left), status=1)
        assert "8 rows: 2 created, 0 unchanged" in said
        assert "6 refused" in said
        for line in (
            "4 old-2 sketches missing-file",
            "5 old-3 sketches path",
            "6 old-4 sketches type",
            "7 old-5 port maxLength",
            "8 old-6 original_at future",
            "9 old-7 sketches broken",
        ):
            assert line in " ".join(said.split())
        assert set(await desk.ideas()) == {"old-0", "old-1"}
        idea = await world.done("GET", f"/v1/ideas/{(await desk.ideas())['old-1']}", by="editor")
        assert len(idea["fields"]["sketches"]) == 2
        assert idea["original_at"] == "2012-05-01T00:00:00Z"

        text = left.read_text(encoding="utf-8")
        mended = text.replace("none", "2").replace("../../etc/passwd", "pictures/0.jpg")
        mended = mended.replace("script", "1").replace("x" * 21, "Hull").replace("2199", "2019")
        left.write_text(mended.replace("broken.jpg", "2.jpg"), encoding="utf-8")
        assert "6 rows: 6 created" in await desk.run(str(left))
        assert len(await desk.ideas()) == 8
        kept, uploads = await world.kept(*KEPT), await desk.uploads()
        again = desk.write([row(0), row(1, "pictures/1.jpg|pictures/large.png"), row(2)])
        assert "0 created, 3 unchanged" in await desk.run(str(again))
        differs = desk.write([row(0), row(1, "pictures/0.jpg"), row(2, title="Other")])
        said = await desk.run(str(differs), status=1)
        assert "0 created, 1 unchanged, 2 that differ" in said
        assert "old-1 sketches differs" in " ".join(said.split())
        assert await world.kept(*KEPT) == kept
        assert await desk.uploads() == uploads


async def test_an_import_that_is_stopped_goes_on(world: World, tmp_path: Path) -> None:
    async with world.program.serving() as running:
        desk = await importer(world, tmp_path, running.address["api"], ROWS)
        path = desk.write([row(number) for number in range(ROWS)])
        for number in (signal.SIGINT, signal.SIGKILL):
            before = len(await desk.ideas())
            process = await desk.start(str(path))

            async def amid(before: int = before) -> bool:
                """Stops the service; lets it go on, but for in the midst of this import."""
                running.process.send_signal(signal.SIGSTOP)
                if before < len(await desk.ideas()) < ROWS:
                    return True
                running.process.send_signal(signal.SIGCONT)
                return False

            await until(amid, 90)
            process.send_signal(number)
            output, _ = await process.communicate()
            running.process.send_signal(signal.SIGCONT)
            assert process.returncode == (1 if number is signal.SIGINT else -signal.SIGKILL)
            if number is signal.SIGINT:
                assert b"the same command goes on from here" in output
        said = await desk.run(str(path))
        assert f"{ROWS:,} rows: " in said
        assert "0 refused" in said
        assert len(await desk.ideas()) == ROWS
        assert await desk.uploads() == ROWS  # what had been sent before was not sent again
        assert (await world.event_names()).count("IdeaSubmitted") == ROWS


async def test_what_keeps_an_import_from_beginning_is_said(world: World, tmp_path: Path) -> None:
    async with world.program.serving("api", roles=1) as running:
        desk = await importer(world, tmp_path, running.address["api"], 0)
        path = desk.write([])
        columns = await desk.run(command="columns")
        assert "original_at" in columns
        assert "files of this folder (image)" in columns
        assert "0 rows" in await desk.run(str(path))
        foreign = desk.write([row(0, "pictures/none.jpg", port="")])
        assert "refused" in await desk.run(str(foreign), status=1)
        path.write_text("reference;title\n1;2\n", encoding="utf-8")
        assert "--delimiter" in await desk.run(str(path), status=1)
        assert "No such file" in await desk.run(str(tmp_path / "none.csv"), status=1)
        desk.write([row(0)])
        (tmp_path / "pictures" / "0.jpg").write_bytes(jpeg())
        other = await desk.run(str(path), status=1, brand="other")
        assert "There is no such contest." in other
        assert await desk.ideas() == {}
