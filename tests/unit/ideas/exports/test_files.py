"""Files of ideas, row by row."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundswell_ideas.admission.rules import Acceptance, Declaration
from groundswell_ideas.exports.files import CsvFile, JsonLinesFile
from groundswell_ideas.exports.rules import COLUMNS, harmless
from groundswell_ideas.forms.rules import EntryForm, Items, Property
from groundswell_ideas.submissions.rules import Idea, Member, Provenance

AT = datetime(2026, 3, 2, 12, 30, 0, 250_000, tzinfo=UTC)
IDEA = Idea(
    brand_id="nerc",
    contest_id="con_1",
    id="idea_1",
    participant_id="per_1",
    title="RRS Boaty",
    summary='It "floats",\nand sails.',
    fields={"port": "Hull", "crew": -3, "links": ("https://a.test", "https://b.test")},
    status="approved",
    submitted_at=AT,
    team=(Member("per_2", 4_000, AT), Member("per_3", 1_000)),
    provenance=Provenance(kind="import", original_at=AT, reference="row 7"),
    acceptance=Acceptance(
        declaration=Declaration(birth_years=(1990, 1994), country="GB"),
        terms_version=1,
        accepted_at=AT,
    ),
)
FORM = EntryForm(
    properties={
        "port": Property(type="string"),
        "crew": Property(type="integer"),
        "links": Property(type="array", items=Items(format="uri")),
    }
)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_row_has_what_its_header_says() -> None:
    file = CsvFile(FORM)
    head, row, end = rows(file.head() + file.part([IDEA]) + file.foot(1))
    cells = dict(zip(head, row, strict=True))
    assert head[: len(COLUMNS)] == list(COLUMNS)
    assert head[len(COLUMNS) :] == ["field.port", "field.crew", "field.links"]
    assert cells["summary"] == IDEA.summary
    assert cells["shares"] == "per_1:6000 per_2:4000"
    assert cells["authors"] == "per_1 per_2"
    assert cells["original_at"] == "2026-03-02T12:30:00.250Z"
    assert cells["reference"] == "row 7"
    assert cells["field.crew"] == "-3"  # a number is no text, and no formula
    assert cells["field.links"] == "https://a.test https://b.test"
    assert end == ["#end", "1"]


def test_without_a_form_the_fields_are_one_cell() -> None:
    file = CsvFile(None)
    head, row, bare = rows(file.head() + file.part([IDEA, replace(IDEA, fields={})]))
    assert head[-1] == "fields"
    assert json.loads(row[-1])["port"] == "Hull"
    assert bare[-1] == ""


def test_a_line_is_an_object() -> None:
    file = JsonLinesFile()
    one, end = (json.loads(line) for line in (file.part([IDEA]) + file.foot(1)).splitlines())
    assert one["fields"] == {
        "port": "Hull",
        "crew": -3,
        "links": ["https://a.test", "https://b.test"],
    }
    assert one["shares"] == {"per_1": 6000, "per_2": 4000}
    assert end == {"end": True, "ideas": 1}


def test_what_was_declared_is_in_no_file() -> None:
    for file in (CsvFile(FORM), CsvFile(None), JsonLinesFile()):
        text = file.head() + file.part([IDEA])
        assert "1990" not in text
        assert "GB" not in text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "=HYPERLINK(1)"]
)
def test_no_text_is_a_formula(text: str) -> None:
    file = CsvFile(FORM)
    hostile = replace(IDEA, title=text, fields={"port": text})
    _, row = rows(file.head() + file.part([hostile]))
    assert row[COLUMNS.index("title")] == f"'{text}"
    assert row[len(COLUMNS)] == f"'{text}"


def test_other_text_stays_as_it_is() -> None:
    for text in ("RRS Boaty", "1 - 1", "a=b", "'quoted'", ""):
        assert harmless(text) == text
