"""HTTP shapes of electoral rolls."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from groundswell_voting.electorate.rules import Entry

MAX_ENTRIES = 5_000

ParticipantId = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]


class NewEntry(BaseModel):
    """A participant on the roll, by the subject of their tokens; segment and region may be left."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    participant_id: ParticipantId
    segment: Name = ""
    region: Name = ""

    def entry(self) -> Entry:
        """The entry."""
        return Entry(self.participant_id, self.segment, self.region)


def _unique(entries: list[NewEntry]) -> list[NewEntry]:
    if len({entry.participant_id for entry in entries}) != len(entries):
        raise ValueError("each participant is named once")
    return entries


class NewEntries(BaseModel):
    """Entries to add or to change; those on the roll that are not named stay as they are."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "example": {
                "entries": [
                    {"participant_id": "person_01jd5w0h3v8m6q2y9k4r7t1xzp", "segment": "members"}
                ]
            }
        },
    )

    entries: Annotated[
        list[NewEntry], Field(min_length=1, max_length=MAX_ENTRIES), AfterValidator(_unique)
    ]


class RollAnswer(BaseModel):
    """How many of the entries that were sent are new on the roll, changed it, or stood there."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    added: int
    changed: int
    unchanged: int


class RollCount(BaseModel):
    """How many are on the roll; those without a segment, or region, are under the empty name."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "example": {"entries": 3, "by_segment": {"members": 2, "": 1}, "by_region": {"": 3}}
        },
    )

    entries: int
    by_segment: dict[str, int]
    by_region: dict[str, int]
