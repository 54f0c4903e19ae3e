"""HTTP shapes of imports: a batch of rows, and what became of each."""

from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, ValidationError

from groundswell_ideas.imports.rules import AttachedFile, Outcome, Row, Taken
from groundswell_ideas.shapes import Answer, Id, Line, Moment, Request
from groundswell_ideas.submissions.entry_schemas import (
    ITEMS_MAXIMUM,
    FieldName,
    Fields,
    Summary,
)
from groundswell_ideas.submissions.rules.entering import Entry
from groundswell_ideas.terms.rules import Obstacle

ROWS_MAXIMUM = 200
FIELDS_WITH_FILES = 30


class FileBody(Request):
    """A file that a row names, as it lies where the row comes from.

    `upload_id` is its upload once it is sent in; a dry run does without.
    """

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    bytes: Annotated[int, Field(strict=True, ge=1)]
    content_type: Annotated[str, StringConstraints(max_length=100)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    upload_id: Id | None = None


Files = Annotated[
    dict[FieldName, Annotated[list[FileBody], Field(max_length=ITEMS_MAXIMUM)]],
    Field(max_length=FIELDS_WITH_FILES, description="By the names of the form's fields of media."),
]


class ImportRow(Request):
    """An idea that was collected elsewhere, under the `reference` that it has there.

    It is that of `participant_id`, or of `author`: a name or key, for the brand's eyes alone, of
    somebody who has no account. `original_at` is when it was had, and stays visible.
    """

    reference: Annotated[Line, Field(examples=["2012-0017"])]
    title: Line
    summary: Summary
    fields: Fields = Field(default_factory=dict)
    files: Files = Field(default_factory=dict)
    category: Line | None = None
    region: Line | None = None
    participant_id: Id | None = None
    author: Line | None = None
    original_at: Moment | None = None

    def row(self) -> Row:
        """What the rules look at."""
        return Row(
            reference=self.reference,
            entry=Entry(
                title=self.title,
                summary=self.summary,
                fields=dict(self.fields),
                category=self.category,
                region=self.region,
            ),
            files={
                name: tuple(AttachedFile(**file.model_dump()) for file in listed)
                for name, listed in self.files.items()
            },
            participant_id=self.participant_id,
            author=self.author,
            original_at=self.original_at,
        )


class NewImport(Request):
    """Rows to be taken in; a `dry_run` says what would become of them, and changes nothing.

    Each row is looked at by itself, so one that is malformed refuses no other. Its shape is that
    of the example: `reference`, `title` and `summary` have to be there.
    """

    dry_run: bool = False
    rows: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=ROWS_MAXIMUM,
            examples=[
                [
                    {
                        "reference": "2012-0017",
                        "title": "A fold-out boat",
                        "summary": "It fits under a bed.",
                        "fields": {"home_port": "Southampton"},
                        "files": {
                            "sketches": [
                                {
                                    "name": "boat.jpg",
                                    "bytes": 204_800,
                                    "content_type": "image/jpeg",
                                    "sha256": "0" * 64,
                                }
                            ]
                        },
                        "category": "Boats",
                        "author": "J. Hand, by letter",
                        "original_at": "2012-05-01T10:00:00Z",
                    }
                ]
            ],
        ),
    ]

    def parsed(self) -> list[Row | Taken]:
        """Each row, or that it was refused for what is malformed in it."""
        return [_parsed(row) for row in self.rows]


class RowError(Answer):
    """What is wrong with a row, or differs: where in it, by which rule, and the rule in words."""

    field: str
    rule: str
    message: str


class RowAnswer(Answer):
    """What became of a row: `created` (in a dry run: would be), `unchanged` since it was imported,
    `differs` from what was imported, in the columns of `errors`, and changes nothing, or `refused`.

    `row` is its place in the request, from 0.
    """

    row: int
    reference: str | None
    outcome: Outcome
    idea_id: str | None = None
    errors: list[RowError] = Field(default_factory=list)

    @classmethod
    def of(cls, place: int, taken: Taken) -> Self:
        """The answer about the row at this place."""
        return cls(
            row=place,
            reference=taken.reference,
            outcome=taken.outcome,
            idea_id=taken.idea_id,
            errors=[RowError(**error._asdict()) for error in taken.errors],
        )


class ImportAnswer(Answer):
    """What became of the rows, in their order."""

    dry_run: bool
    items: list[RowAnswer]


def _parsed(row: dict[str, Any]) -> Row | Taken:
    try:
        return ImportRow.model_validate(row).row()
    except ValidationError as error:
        reference = row.get("reference")
        found = error.errors(include_url=False, include_input=False)[:_ERRORS_MAXIMUM]
        return Taken(
            reference=reference if isinstance(reference, str) else None,
            outcome="refused",
            errors=tuple(Obstacle(_place(one["loc"]), one["type"], one["msg"]) for one in found),
        )


def _place(names: tuple[int | str, ...]) -> str:
    return ".".join(map(str, names))[:_PLACE_MAXIMUM]


_ERRORS_MAXIMUM = 20
_PLACE_MAXIMUM = 200
