"""Imports over HTTP: each row by itself, once for its reference; a dry run changes nothing."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import pytest

from groundswell_kit.clock import utc_now
from tests.integration.ideas.submissions.desk import SUMMARIES, Desk, opened, themed_contest
from tests.integration.ideas.world import BRAND
from tests.support.pictures import PDF, jpeg, png
from tests.support.service import Json

MANAGER = "the_manager"


def row(number: int = 0, **said: object) -> Json:
    """A row that a contest without a form takes, but for what is said; None leaves out."""
    told = {
        "reference": f"2012-{number:04}",
        "title": f"An old idea {number}",
        "summary": SUMMARIES[number % len(SUMMARIES)],
        "author": f"J. Hand {number}",
        # Rows of a batch come in at once: their dates tell their order.
        "original_at": f"2012-05-01T10:{number % 60:02}:00Z",
        **said,
    }
    return {name: value for name, value in told.items() if value is not None}


def themed_row(number: int = 0, **said: object) -> Json:
    return row(number, **{"category": "Light", "fields": {"port": "Hull"}, **said})


def file(content: bytes, content_type: str = "image/jpeg", **said: object) -> Json:
    """A file as a row names it."""
    told = {
        "name": "boat.jpg",
        "bytes": len(content),
        "content_type": content_type,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return told | said


async def imported(desk: Desk, *rows: Json, dry_run: bool = False, **how: Any) -> list[Json]:
    """What became of the rows."""
    path = f"/v1/contests/{desk.contest_id}/imports"
    body = {"rows": rows, "dry_run": dry_run}
    answer = await desk.world.done("POST", path, body, subject=MANAGER, **how)
    assert answer["dry_run"] is dry_run
    assert [item["row"] for item in answer["items"]] == list(range(len(rows)))
    items: list[Json] = answer["items"]
    return items


def outcomes(items: list[Json]) -> list[str]:
    return [item["outcome"] for item in items]


def errors_of(item: Json) -> list[tuple[str, str]]:
    return [(error["field"], error["rule"]) for error in item["errors"]]


async def test_rows_become_ideas_with_their_dates(desk: Desk) -> None:
    now = await desk.hand_in(3)
    one, other = await imported(desk, row(0), row(1, participant_id="per_7", author=None))
    assert (one["outcome"], one["reference"], one["errors"]) == ("created", "2012-0000", [])
    idea = await desk.world.done("GET", f"/v1/ideas/{one['idea_id']}", by="editor")
    assert (idea["title"], idea["status"]) == ("An old idea 0", "submitted")
    assert idea["original_at"] == "2012-05-01T10:00:00Z"
    assert idea["submitted_at"] > idea["original_at"]
    provenance = idea["record"]["provenance"]
    assert (provenance["kind"], provenance["entered_by"]) == ("import", MANAGER)
    assert (provenance["on_behalf_of"], provenance["reference"]) == ("J. Hand 0", "2012-0000")
    for idea_id in (now["id"], one["idea_id"], other["idea_id"]):
        await desk.world.approve(idea_id)
    assert await desk.listed() == [one["idea_id"], other["idea_id"], now["id"]]
    public = await desk.world.done("GET", f"/v1/ideas/{one['idea_id']}", by=None)
    assert public["original_at"] == "2012-05-01T10:00:00Z"
    assert "J. Hand" not in str(public)
    mine = await desk.done("GET", "/v1/me/ideas", by="per_7")
    assert [idea["id"] for idea in mine["items"]] == [other["idea_id"]]
    assert sorted(await desk.told()) == ["IdeaApproved"] * 3 + ["IdeaSubmitted"] * 3


async def test_a_dry_run_changes_nothing_and_says_what_the_true_run_says(desk: Desk) -> None:
    strict = themed_contest(screening={"treatments": {"link": "block"}})
    themed = await opened(desk.world, desk.decoder, **strict)
    rows = [
        themed_row(0),
        themed_row(1, category="Smell"),
        themed_row(2, fields={"port": "Hull", "crew": 91}),
        themed_row(3, fields={}),
        themed_row(4, original_at=(utc_now() + timedelta(days=1)).isoformat()),
        themed_row(5, title="   "),
        {"title": "Without a reference"},
        themed_row(6, participant_id="per_1"),
        themed_row(7, summary="See https://example.org/lamps for it.", author=None),
        themed_row(8, color="red"),
    ]
    before = await themed.world.kept()
    dry = await imported(themed, *rows, dry_run=True)
    assert await themed.world.kept() == before
    assert outcomes(dry) == ["created"] + ["refused"] * 9
    assert [errors_of(item) for item in dry[1:8]] == [
        [("category", "unknown")],
        [("fields.crew", "maximum")],
        [("fields.port", "required")],
        [("original_at", "future")],
        [("title", "string_too_short")],
        [("reference", "missing"), ("summary", "missing")],
        [("author", "participant")],
    ]
    assert errors_of(dry[8]) == [("summary", "link")]
    assert errors_of(dry[9]) == [("color", "extra_forbidden")]
    true = await imported(themed, *rows)
    assert [(i["outcome"], i["errors"]) for i in true] == [(i["outcome"], i["errors"]) for i in dry]
    assert len((await themed.world.kept("ideas"))["ideas"]) == 1


async def test_a_repeat_changes_nothing(desk: Desk) -> None:
    rows = [row(n) for n in range(3)]
    first = await imported(desk, *rows)
    before = await desk.world.kept()
    for dry_run in (False, True):
        again = await imported(desk, *rows, dry_run=dry_run)
        assert outcomes(again) == ["unchanged"] * 3
        assert [i["idea_id"] for i in again] == [i["idea_id"] for i in first]
    assert await desk.world.kept() == before


async def test_a_row_that_says_something_else_is_told_and_changes_nothing(desk: Desk) -> None:
    await imported(desk, row(0))
    before = await desk.world.kept()
    changed = row(0, title="Better", original_at=None, fields={"colour": "red"})
    (item,) = await imported(desk, changed)
    assert item["outcome"] == "differs"
    assert errors_of(item) == [
        ("fields.colour", "differs"),
        ("original_at", "differs"),
        ("title", "differs"),
    ]
    assert await desk.world.kept() == before


async def test_a_repeat_is_unchanged_when_its_author_went_on_and_submissions_are_over(
    desk: Desk,
) -> None:
    told = row(0, author=None, participant_id="per_1")
    (item,) = await imported(desk, told)
    idea = await desk.world.done("GET", f"/v1/ideas/{item['idea_id']}", by="editor")
    assert (await desk.revise(idea, title="What I meant")).status_code == 200
    await desk.world.enter(desk.contest_id, "moderation")
    again, late = await imported(desk, told, row(1))
    assert (again["outcome"], errors_of(late)) == ("unchanged", [("phase", "phase")])


async def test_a_reference_is_of_one_row(desk: Desk) -> None:
    items = await imported(desk, row(0), row(1, reference="2012-0000"), row(2))
    assert outcomes(items) == ["refused", "refused", "created"]
    assert errors_of(items[1]) == [("reference", "unique")]


async def test_the_same_rows_at_once_come_in_once(desk: Desk) -> None:
    rows = [row(n) for n in range(4)]
    answers = await asyncio.gather(*(imported(desk, *rows) for _ in range(4)))
    ids = {tuple(item["idea_id"] for item in items) for items in answers}
    assert len(ids) == 1
    assert (
        sorted(outcomes([item for items in answers for item in items]))
        == ["created"] * 4 + ["unchanged"] * 12
    )
    assert len((await desk.world.kept("ideas"))["ideas"]) == 4


async def test_of_different_rows_at_once_one_comes_in_and_the_other_is_told(desk: Desk) -> None:
    rows = [row(0, title=f"Title {n}") for n in range(4)]
    items = [item for (item,) in await asyncio.gather(*(imported(desk, one) for one in rows))]
    assert sorted(outcomes(items)) == ["created", "differs", "differs", "differs"]
    (told,) = {str(errors_of(item)) for item in items if item["outcome"] == "differs"}
    assert told == str([("title", "differs")])


async def test_an_author_without_an_account_is_the_same_person_in_all_contests(
    desk: Desk, themed: Desk
) -> None:
    rows = [row(0, author="Ada"), row(1, author="Ada"), row(2, author="Bob"), row(3, author=None)]
    items = await imported(desk, *rows)
    items += await imported(themed, themed_row(0, author="Ada"))
    ideas = [
        await desk.world.done("GET", f"/v1/ideas/{item['idea_id']}", by="editor") for item in items
    ]
    ada, ada_again, bob, nobody, ada_elsewhere = (idea["participant_id"] for idea in ideas)
    assert ada == ada_again == ada_elsewhere
    assert len({ada, bob, nobody}) == 3
    assert all(one.startswith("imported_") for one in (ada, bob, nobody))


async def test_pictures_are_uploads_of_who_imports(themed: Desk) -> None:
    content = jpeg()
    announced = themed_row(0, files={"sketches": [file(content)]})
    assert outcomes(await imported(themed, announced, dry_run=True)) == ["created"]
    (item,) = await imported(themed, announced)
    assert errors_of(item) == [("files.sketches.0", "not-sent")]
    upload_id = await upload(themed, content)
    (item,) = await imported(
        themed, themed_row(0, files={"sketches": [file(content, upload_id=upload_id)]})
    )
    assert item["outcome"] == "created", item
    idea = await themed.world.done("GET", f"/v1/ideas/{item['idea_id']}", by="editor")
    assert idea["fields"]["sketches"] == [upload_id]
    # Known by what the file holds: nobody has to send it again to learn that it is in.
    assert outcomes(await imported(themed, announced)) == ["unchanged"]
    other = themed_row(0, files={"sketches": [file(jpeg(seed=2))]})
    assert errors_of((await imported(themed, other))[0]) == [("files.sketches", "differs")]


async def upload(desk: Desk, content: bytes, content_type: str = "image/jpeg") -> str:
    """An upload of the manager's after its check."""
    return await desk.upload(content, content_type, by=MANAGER, role="manager")


async def test_pictures_that_are_not_taken(themed: Desk) -> None:
    good, sent = jpeg(), await upload(themed, jpeg())
    rows = [
        themed_row(0, files={"sketches": [file(PDF, "application/pdf")]}),
        themed_row(1, files={"sketches": [file(good, bytes=21 * 2**20)]}),
        themed_row(2, files={"sketches": [file(good, "image/svg+xml")]}),
        themed_row(3, files={"sketches": [file(good, name="../boat.jpg")]}),
        themed_row(4, files={"sketches": [file(good)] * 3}),
        themed_row(5, files={"photos": [file(good)]}),
        themed_row(6, fields={"port": "Hull", "sketches": [sent]}),
    ]
    expected = [
        [("files.sketches.0", "media-kind")],
        [("files.sketches.0", "maximum")],
        [("files.sketches.0", "type")],
        [("files.sketches.0", "file-name")],
        [("fields.sketches", "maxItems")],
        [("files.photos", "unknown")],
        [("fields.sketches", "files")],
    ]
    dry = await imported(themed, *rows, dry_run=True)
    assert [errors_of(item) for item in dry] == expected
    wrong = themed_row(0, files={"sketches": [file(png(), upload_id=sent)]})
    (item,) = await imported(themed, wrong)
    assert errors_of(item) == [("files.sketches.0", "other-content")]
    foreign = await themed.upload(good, "image/jpeg", by="per_1")
    for upload_id in (foreign, "med_none"):
        unknown = themed_row(0, files={"sketches": [file(good, upload_id=upload_id)]})
        (item,) = await imported(themed, unknown)
        assert errors_of(item) == [("fields.sketches.0", "unknown-media")]


async def test_a_contest_that_publishes_by_itself_publishes_imports(kitchen: Desk) -> None:
    items = await imported(kitchen, *(row(n) for n in range(2)))
    assert await kitchen.listed("order=oldest") == [item["idea_id"] for item in items]


async def test_only_the_brands_managers_import(desk: Desk) -> None:
    path, body = f"/v1/contests/{desk.contest_id}/imports", {"rows": [row()]}
    for role in ("editor", "auditor", "juror", "finance", "participant"):
        assert (await desk.world.send("POST", path, body, by=role)).status_code == 403
    assert (await desk.world.send("POST", path, body, by=None)).status_code == 401
    other = await desk.world.send("POST", path, body, by="manager", brand=f"not-{BRAND}")
    assert other.status_code == 404
    nowhere = await desk.world.send("POST", "/v1/contests/con_none/imports", body)
    assert nowhere.status_code == 404


@pytest.mark.parametrize("rows", [[], [row(n) for n in range(201)], ["x"], None])
async def test_a_batch_has_bounds(desk: Desk, rows: object) -> None:
    path = f"/v1/contests/{desk.contest_id}/imports"
    assert (await desk.world.send("POST", path, {"rows": rows})).status_code == 422
