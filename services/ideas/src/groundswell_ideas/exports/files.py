"""How a file of ideas is written, part by part: in CSV and in JSON Lines. Called by the queries."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from groundswell_ideas.exports.rules import COLUMNS, Value, cell, columns_of, fields_of, harmless
from groundswell_ideas.forms.rules import EntryForm
from groundswell_ideas.submissions.rules import Idea

BYTE_ORDER_MARK = "\ufeff"
END = "#end"
"""The first cell of the last row of a CSV file; without such a row the file was cut off."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """Rows with a header. The fields of the contest's form have a column each: `field.<name>`.

    Without a form they are one column, `fields`, as JSON. Lists have spaces between their items,
    shares are `id:basis points`. A text that a spreadsheet would take for a formula begins with an
    apostrophe.
    """

    form: EntryForm | None

    def head(self) -> str:
        """The header."""
        fields = ["fields"] if self.form is None else [f"field.{n}" for n in self.form.properties]
        return _rows([[*COLUMNS, *(harmless(name) for name in fields)]])

    def part(self, ideas: Iterable[Idea]) -> str:
        """A row for each of the ideas."""
        return _rows([self._row(idea) for idea in ideas])

    def foot(self, count: int) -> str:
        """The last row, which tells how many ideas there were."""
        return _rows([[END, count]])

    def _row(self, idea: Idea) -> list[str | int | float]:
        known = columns_of(idea)
        cells: list[Value] = [known[name] for name in COLUMNS]
        if self.form is None:
            cells.append(_json(fields_of(idea)) if idea.fields else None)
        else:
            fields = fields_of(idea)
            cells += [fields.get(name) for name in self.form.properties]
        return [cell(value) for value in cells]


@dataclass(frozen=True, slots=True)
class JsonLinesFile:
    """An object in each line, with the columns and with `fields` as they were answered."""

    def head(self) -> str:
        """Nothing."""
        return ""

    def part(self, ideas: Iterable[Idea]) -> str:
        """A line for each of the ideas."""
        return "".join(f"{_json(columns_of(i) | {'fields': fields_of(i)})}\n" for i in ideas)

    def foot(self, count: int) -> str:
        """The last line, which tells how many ideas there were."""
        return f"{_json({'end': True, 'ideas': count})}\n"


def _rows(rows: Sequence[Sequence[str | int | float]]) -> str:
    file = StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
