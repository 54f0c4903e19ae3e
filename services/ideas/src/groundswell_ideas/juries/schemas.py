"""HTTP shapes of juries: who is on one, its rounds, what a juror is shown and gives."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from groundswell_ideas.forms.rules import FieldValue
from groundswell_ideas.juries.rules import HIGHEST, LOWEST, Panel, Purpose, Round, Sheet, State
from groundswell_ideas.shapes import Answer, Id, Line, LocalTime, Reason, Request
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.terms.rules import Jury

Score = Annotated[int, Field(strict=True, ge=LOWEST, le=HIGHEST)]


class NewJuror(Request):
    """What a juror is called in public, and who they are when they take part themselves."""

    office: Annotated[Line, Field(examples=["Head of interior design"])]
    participant_id: Id | None = None


class StandIn(NewJuror):
    """Who takes the place of a juror."""

    juror_id: Id


class Replacement(Request):
    """Why a juror leaves, and who comes in their place, if anybody does."""

    reason: Annotated[Reason, Field(examples=["On leave until the end of the rounds."])]
    by: StandIn | None = None


class JurorAnswer(Answer):
    """Somebody who is, or was, on the jury."""

    juror_id: str
    office: str
    participant_id: str | None
    appointed_at: datetime
    left_at: datetime | None
    left_because: str | None
    replaced_by: str | None


class NewRound(Request):
    """A round of scoring; local times of the contest. What is left out is done by hand."""

    name: Annotated[Line, Field(examples=["Final round"])]
    purpose: Purpose
    opens: LocalTime | None = None
    closes: LocalTime | None = None


class RoundTimes(Request):
    """Other times for a round; what is left out stays."""

    opens: LocalTime | None = None
    closes: LocalTime | None = None


class RoundAnswer(Answer):
    """A round of scoring."""

    id: str
    name: str
    purpose: Purpose
    state: State
    opens_at: datetime | None
    closes_at: datetime | None

    @classmethod
    def of(cls, shown: Round, now: datetime) -> Self:
        """The answer that shows this round as it is now."""
        return cls(
            id=shown.id,
            name=shown.name,
            purpose=shown.purpose,
            state=shown.state(now),
            opens_at=shown.opens_at,
            closes_at=shown.closes_at,
        )


class JurorProgress(Answer):
    """How many ideas a juror has scored in a round."""

    juror_id: str
    scored: int


class RoundProgress(RoundAnswer):
    """A round, and how far it is; what was given shows when it is closed, in sums."""

    progress: list[JurorProgress]
    ideas_with_quorum: int


class RecusalAnswer(Answer):
    """A juror who does not score one idea."""

    juror_id: str
    idea_id: str
    reason: str
    recused_at: datetime


class JuryAnswer(Answer):
    """The jury of a contest, as staff of the brand see it."""

    jurors: list[JurorAnswer]
    recusals: list[RecusalAnswer]
    rounds: list[RoundProgress]


class PanelAnswer(Answer):
    """Who is, and was, on the jury."""

    jurors: list[JurorAnswer]

    @classmethod
    def of(cls, panel: Panel) -> Self:
        """The answer that shows this jury."""
        return cls(jurors=[JurorAnswer.model_validate(juror) for juror in panel.jurors])


class NewSheet(Request):
    """A whole number from 1 to 10 for each criterion."""

    scores: Annotated[
        dict[str, Score], Field(max_length=20, examples=[{"Originality": 8, "Feasibility": 6}])
    ]
    note: Reason | None = None


class SheetAnswer(Answer):
    """What a juror gave an idea."""

    idea_id: str
    scores: dict[str, int]
    note: str | None
    scored_at: datetime

    @classmethod
    def of(cls, jury: Jury, sheet: Sheet) -> Self:
        """The answer that shows this sheet under the names of the criteria."""
        names = (criterion.name for criterion in jury.criteria)
        return cls(
            idea_id=sheet.idea_id,
            scores=dict(zip(names, sheet.scores, strict=True)),
            note=sheet.note,
            scored_at=sheet.scored_at,
        )


class NewRecusal(Request):
    """The idea that a juror cannot judge without bias, and why."""

    idea_id: Id
    reason: Annotated[Reason, Field(examples=["I taught the author."])]


class TaskAnswer(Answer):
    """An idea as a juror reads it: what it says, and nothing of who handed it in.

    `closed_to_you` says why this juror does not score it.
    """

    idea_id: str
    title: str
    summary: str
    fields: Mapping[str, FieldValue]
    category: str | None
    region: str | None
    media: list[str]
    your_scores: SheetAnswer | None
    closed_to_you: str | None

    @classmethod
    def of(cls, idea: Idea, sheet: SheetAnswer | None, closed_to_you: str | None) -> Self:
        """The answer that shows this idea to a juror."""
        return cls(
            idea_id=idea.id,
            title=idea.title,
            summary=idea.summary,
            fields=idea.fields,
            category=idea.category,
            region=idea.region,
            media=list(idea.media),
            your_scores=sheet,
            closed_to_you=closed_to_you,
        )


class TaskPage(Answer):
    """Ideas of a round. `next` is the cursor of the following page, if any."""

    items: list[TaskAnswer]
    next: str | None


def progress(counts: Mapping[str, int], jurors: Iterable[str]) -> list[JurorProgress]:
    """How far each juror is; who has scored nothing too."""
    everybody = sorted({*counts, *jurors})
    return [JurorProgress(juror_id=juror, scored=counts.get(juror, 0)) for juror in everybody]
