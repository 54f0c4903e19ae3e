"""Rows of an import: whose they are, what is wrong with them, and whether they came before."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.forms.rules import EntryForm, Items, Property
from groundswell_ideas.imports.rules import (
    AttachedFile,
    Row,
    columns_of,
    differences,
    entry_with,
    obstacles_to_row,
    participant_of,
    repeated,
)
from groundswell_ideas.imports.schemas import ImportRow, NewImport
from groundswell_ideas.submissions.rules.entering import Entry

SECRET = b"s" * 32
NOW = datetime(2026, 11, 22, tzinfo=UTC)
FILE = AttachedFile(name="a.jpg", bytes=10, content_type="image/jpeg", sha256="ab" * 32)


def row(**said: Any) -> Row:
    return replace(Row(reference="7", entry=Entry(title="Boat", summary="Of oak.")), **said)


def owner(one: Row, brand: str = "nerc", contest: str = "con_1", secret: bytes = SECRET) -> str:
    return participant_of(one, brand, contest, secret)


def test_an_author_has_one_id_at_a_brand_and_another_elsewhere() -> None:
    ada = row(author="Ada")
    assert owner(ada) == owner(row(author="Ada", reference="8"), contest="con_2")
    others = [
        owner(row(author="Bob")),
        owner(ada, brand="lego"),
        owner(ada, secret=b"t" * 32),
        owner(row()),
        owner(row(reference="8")),
        owner(row(), contest="con_2"),
    ]
    assert len({owner(ada), *others}) == 7
    assert owner(row(participant_id="per_1")) == "per_1"


def test_an_author_and_a_reference_of_the_same_name_are_not_the_same() -> None:
    assert owner(row(author="7")) != owner(row(reference="7"))


def test_files_stand_among_the_fields_by_their_uploads_or_what_they_hold() -> None:
    sent = replace(FILE, upload_id="med_1")
    one = row(files={"sketches": (sent, sent), "more": ()})
    assert entry_with(one, sent=True).fields == {"sketches": ("med_1", "med_1")}
    assert entry_with(one, sent=False).fields == {"sketches": (FILE.sha256,) * 2}


def test_references_that_come_twice() -> None:
    rows = [row(reference=r) for r in ("1", "2", "1", "3", "2", "1")]
    assert repeated(rows) == {"1", "2"}


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"entry": Entry(title="Ship", summary="Of oak.")}, "title"),
        ({"entry": Entry(title="Boat", summary="Of oak.", category="Sea")}, "category"),
        ({"entry": Entry(title="Boat", summary="Of oak.", fields={"a": 1})}, "fields.a"),
        ({"files": {"sketches": (FILE,)}}, "files.sketches"),
        ({"author": "Ada"}, "author"),
        ({"original_at": NOW}, "original_at"),
    ],
)
def test_what_differs_is_told_by_its_column(change: Any, column: str) -> None:
    before, after = row(), row(**change)
    assert differences(before, columns_of(before)) == []
    assert [obstacle.field for obstacle in differences(after, columns_of(before))] == [column]
    assert [obstacle.field for obstacle in differences(before, columns_of(after))] == [column]


def test_an_upload_and_a_name_make_no_difference() -> None:
    again = replace(FILE, name="b.jpg", upload_id="med_9")
    before = columns_of(row(files={"sketches": (FILE,)}))
    assert differences(row(files={"sketches": (again,)}), before) == []
    assert (
        differences(
            row(entry=Entry(title="Boat", summary="Of oak.", fields={"a": ""})),
            {**columns_of(row())},
        )
        == []
    )


def test_rows_are_parsed_one_by_one() -> None:
    good = {"reference": "1", "title": "Boat", "summary": "Of oak."}
    bad = [{}, {**good, "reference": 3}, {**good, "fields": {"Bad name": "x"}}]
    parsed = NewImport.model_validate({"rows": [good, *bad]}).parsed()
    assert isinstance(parsed[0], Row)
    refused = [(one.reference, [e.field for e in one.errors]) for one in parsed[1:]]  # type: ignore[union-attr] # they are no rows, or this fails
    assert refused[0] == (None, ["reference", "title", "summary"])
    assert refused[1] == (None, ["reference"])
    assert refused[2][0] == "1"


def test_texts_are_made_plain_as_all_that_comes_in() -> None:
    said = {"reference": "1", "title": "A\u202eboat", "summary": "Of\x07 oak."}
    parsed = ImportRow.model_validate(said).row()
    assert (parsed.entry.title, parsed.entry.summary) == ("Aboat", "Of oak.")


def form() -> EntryForm:
    sketches = Property(type="array", items=Items(), max_items=2, accept=("image",))
    return EntryForm(properties={"port": Property(type="string"), "sketches": sketches})


@pytest.mark.parametrize(
    ("said", "field", "rule"),
    [
        ({"original_at": datetime(2027, 1, 1, tzinfo=UTC)}, "original_at", "future"),
        ({"author": "Ada", "participant_id": "per_1"}, "author", "participant"),
        ({"files": {"port": (FILE,)}}, "files.port", "unknown"),
        (
            {"files": {"sketches": (FILE, replace(FILE, content_type="application/pdf"))}},
            "files.sketches.1",
            "media-kind",
        ),
        (
            {"files": {"sketches": (replace(FILE, bytes=2**40),)}},
            "files.sketches.0",
            "maximum",
        ),
        (
            {"files": {"sketches": (replace(FILE, name="a/b.jpg"),)}},
            "files.sketches.0",
            "file-name",
        ),
    ],
)
def test_what_is_wrong_with_a_row(draft: Contest, said: Any, field: str, rule: str) -> None:
    asked = replace(draft, terms=replace(draft.terms, entry_form=form()))
    assert obstacles_to_row(asked, row(files={"sketches": (FILE,)}), NOW) == []
    (obstacle,) = obstacles_to_row(asked, row(**said), NOW)
    assert (obstacle.field, obstacle.rule) == (field, rule)
