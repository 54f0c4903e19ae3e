"""CSV files as people save them: what is read, and what is told of what is wrong."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from groundswell_local.importing.columns import columns_of
from groundswell_local.importing.reading import Sheet, UnreadableFile, read_sheet

FORM: dict[str, Any] = {
    "categories": ["Light", "Sound"],
    "regions": [],
    "form": {
        "properties": {
            "port": {"type": "string", "maxLength": 20, "title": "Port"},
            "crew": {"type": "integer", "minimum": 1},
            "tons": {"type": "number"},
            "title": {"type": "string"},
            "seen": {"type": "array", "items": {"format": "uri"}, "maxItems": 3},
            "sketches": {
                "type": "array",
                "items": {"format": "media"},
                "accept": ["image"],
                "maxItems": 2,
            },
        },
        "required": ["port"],
    },
}
HEADER = "reference,title,summary,category,port"
ROW = "7,Boat,Of oak,Light,Hull"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ideas.csv"


def read(path: Path, content: str | bytes, delimiter: str = ",", *, free: bool = False) -> Sheet:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    form = {**FORM, "form": {"properties": {}, "required": []}} if free else FORM
    return read_sheet(path, columns_of(form), ZoneInfo("Asia/Jakarta"), delimiter, free=free)


def told(path: Path, content: str | bytes, **how: Any) -> str:
    with pytest.raises(UnreadableFile) as error:
        read(path, content, **how)
    return str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_row_becomes_what_the_service_takes(path: Path, encoding: str) -> None:
    header = f"{HEADER},crew,tons,fields.title,seen,sketches,author,original_at"
    cells = (
        '7,"Boat, the größte","Two\nlines",Light,Hull,12,1.5,Dr,'
        "https://a.example | https://b.example,a.jpg|b/c.png,Ada,2012-05-01"
    )
    sheet = read(path, f"{header}\n{cells}\n\n,,,,,,,,,,,\n".encode(encoding))
    (row,) = sheet.rows
    assert (row.number, row.errors) == (2, [])
    assert row.body == {
        "reference": "7",
        "title": "Boat, the größte",
        "summary": "Two\nlines",
        "category": "Light",
        "fields": {
            "port": "Hull",
            "crew": 12,
            "tons": 1.5,
            "title": "Dr",
            "seen": ["https://a.example", "https://b.example"],
        },
        "author": "Ada",
        "original_at": "2012-05-01T00:00:00+07:00",
    }
    assert row.files == {"sketches": ["a.jpg", "b/c.png"]}


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2012-05-01T10:00", "2012-05-01T10:00:00+07:00"),
        ("2012-05-01T10:00Z", "2012-05-01T10:00:00+00:00"),
        ("2012-05-01 10:00:00+02:00", "2012-05-01T10:00:00+02:00"),
    ],
)
def test_times_are_those_of_the_contest_unless_they_say_so(
    path: Path, cell: str, moment: str
) -> None:
    (row,) = read(path, f"{HEADER},original_at\n{ROW},{cell}\n").rows
    assert row.body["original_at"] == moment


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2012-03-25T01:30", "2012-03-25T01:30:00+00:00"),  # skipped: an hour later by the clock
        ("2012-10-28T01:30", "2012-10-28T01:30:00+01:00"),  # there twice: the first one
        ("0001-01-01", "0001-01-01T00:00:00-00:01:15"),  # the service refuses it
    ],
)
def test_times_that_summer_time_skips_or_repeats(path: Path, cell: str, moment: str) -> None:
    path.write_text(f"{HEADER},original_at\n{ROW},{cell}\n")
    (row,) = read_sheet(path, columns_of(FORM), ZoneInfo("Europe/London"), ",", free=False).rows
    assert row.body["original_at"] == moment


def test_line_ends_of_every_system_and_text_beyond_the_first_plane(path: Path) -> None:
    for end in ("\n", "\r\n", "\r"):
        one, other = read(path, f"{HEADER}{end}{ROW}{end}8,\U0001f6a2,Of oak,Light,Hull").rows
        assert (one.errors, other.errors, other.body["title"]) == ([], [], "\U0001f6a2")


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("crew", "twelve", "integer"),
        ("crew", "1.5", "integer"),
        ("crew", "1_0", "integer"),
        ("crew", "\u0663", "integer"),
        ("crew", "true", "integer"),
        ("tons", "nan", "number"),
        ("tons", "1e999", "number"),
        ("tons", '"1,5"', "number"),
        ("original_at", "01.05.2012", "moment"),
        ("original_at", "soon", "moment"),
    ],
)
def test_a_cell_of_another_kind_is_told_by_its_column(
    path: Path, column: str, cell: str, rule: str
) -> None:
    bad, good = read(path, f"{HEADER},{column}\n{ROW},{cell}\n8{ROW[1:]},\n").rows
    assert [(error.column, error.rule) for error in bad.errors] == [(column, rule)]
    assert good.errors == []


def test_a_row_of_another_length_and_references_that_come_twice(path: Path) -> None:
    short, one, other = read(path, f"{HEADER}\n7,Boat\n{ROW}\n{ROW}\n").rows
    assert [error.rule for error in short.errors] == ["cells"]
    assert [error.rule for error in one.errors + other.errors] == ["unique", "unique"]


def test_references_are_the_same_however_they_are_spelled(path: Path) -> None:
    spelled = ("caf\u00e9  1", "cafe\u0301 1", "caf\u00e9\u200b\u00a01")
    rows = read(path, "\n".join([HEADER, *(f"{name}{ROW[1:]}" for name in spelled)])).rows
    assert [[error.rule for error in row.errors] for row in rows] == [["unique"]] * 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        (f"{HEADER},colour\n", "Unknown columns: colour."),
        (f"{HEADER},\n{ROW},\n", "Unknown columns: one without a name."),
        ("reference,title,port\n", "Missing columns: summary, category."),
        (f"{HEADER},port\n", "there twice: port"),
        (f"{HEADER},fields.port\n", "there twice: port"),
        (HEADER.replace(",", ";"), "separated by semicolons"),
        (HEADER.replace(",", "\t"), "separated by tabs"),
        (f"{HEADER}\n{ROW}".encode("utf-16"), "UTF-16"),
        (f"{HEADER}\n{ROW}\n8,Größe,x,Light,Hull".encode("latin-1"), "Line 3 is not UTF-8"),
        (f'{HEADER}\n7,"Boat" x,Of oak,Light,Hull\n', "Line 2 is no CSV"),
        (f'{HEADER}\n7,"Boat,Of oak,Light,Hull\n', "is no CSV"),
        (f"{HEADER}\n7,Bo\0at,Of oak,Light,Hull\n", "no text"),
        (f"{HEADER}\n7,{'x' * 200_000},Of oak,Light,Hull\n", "is no CSV"),
    ],
)
def test_what_is_no_table_of_ideas_is_told_as_a_whole(
    path: Path, content: str | bytes, words: str
) -> None:
    assert words in told(path, content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be opened: No such file"):
        read_sheet(tmp_path / "none.csv", columns_of(FORM), ZoneInfo("UTC"), ",", free=False)


def test_another_delimiter_and_columns_of_the_error_list(path: Path) -> None:
    content = f"{HEADER},import_row,import_errors\n{ROW},2,was wrong".replace(",", ";")
    (row,) = read(path, content, delimiter=";").rows
    assert row.errors == []
    assert set(row.body) == {"reference", "title", "summary", "category", "fields"}


def test_a_contest_without_a_form_takes_fields_of_any_name(path: Path) -> None:
    content = "reference,title,summary,category,fields.hull\n7,Boat,Of oak,Light,oak\n"
    (row,) = read(path, content, free=True).rows
    assert row.body["fields"] == {"hull": "oak"}
    assert "Unknown columns: hull" in told(path, content.replace("fields.", ""), free=True)


def test_columns_say_what_they_hold() -> None:
    columns = {column.name: column for column in columns_of(FORM)}
    assert list(columns)[:4] == ["reference", "title", "summary", "category"]
    assert columns["category"].required
    assert columns["category"].words == "one of Light, Sound"
    assert columns["port"].words == "Port; up to 20 characters"
    assert columns["crew"].words == "from 1"
    assert columns["fields.title"].place == "fields.title"
    assert columns["sketches"].place == "files.sketches"
    assert "region" not in columns
