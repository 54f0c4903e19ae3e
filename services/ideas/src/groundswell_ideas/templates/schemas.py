"""Shapes of templates: a file as a brand writes it, and a template as everybody reads it."""

from dataclasses import asdict
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from groundswell_ideas.forms.schemas import form_to
from groundswell_ideas.shapes import Answer, Line, Reason, Request
from groundswell_ideas.templates.rules import (
    ALWAYS_PROMISED,
    BRANDS_OWN,
    Json,
    Limit,
    Programme,
    Step,
    Template,
    found_at,
    obstacles_to_adjusting,
    obstacles_to_course,
)
from groundswell_ideas.terms.rules import Phase, Terms
from groundswell_ideas.terms.rules.contradictions import contradictions
from groundswell_ideas.terms.schemas import TermsChanges, terms_of
from groundswell_kit.problems import Problem

TERMS = frozenset(Terms.__dataclass_fields__)


class TransitionTable(Request):
    """Where a phase leads, and what may be done in it."""

    model_config = ConfigDict(validate_by_alias=True)

    phase: Annotated[Phase, Field(alias="from")]
    to: Annotated[list[Phase], Field(min_length=1)]
    takes_ideas: bool = False
    votes: bool = False


class LimitTable(Request):
    """What a term may be changed to: a number or a count of items, or one of the choices."""

    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()


class TemplateFile(Request):
    """A template file. `terms` are fields of a new contest's body.

    `promises` name what must be there to open, besides what is promised always.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,63}$")]
    version: Annotated[int, Field(ge=1)]
    title: Line
    summary: Reason
    rules_in_words: Annotated[list[Reason], Field(min_length=1)]
    promises: list[str]
    transition: Annotated[list[TransitionTable], Field(min_length=2)]
    terms: TermsChanges
    adjustable: dict[str, LimitTable] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        wrong = [f"promises: {name} is no term" for name in sorted(set(self.promises) - TERMS)]
        wrong += [
            f"adjustable: {path} is no term"
            for path in self.adjustable
            if path.partition(".")[0] not in TERMS
        ]
        try:
            terms = self._whole()
        except Problem as problem:
            raise ValueError(problem.detail) from problem
        programme = self.value().programme
        wrong += [f"transition: {o.message}" for o in obstacles_to_course(programme.steps)]
        wrong += [
            f"{o.field.replace('body.', 'terms.', 1)}: {o.message}"
            for o in (
                *obstacles_to_adjusting(programme, asdict(terms), asdict(terms)),
                *contradictions(terms, programme.ahead_of("draft")),
            )
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _whole(self) -> Terms:
        return terms_of({"title": self.title, "vote": "advisory", **self.terms.patch()})

    def _limit(self, path: str, limit: LimitTable) -> Limit:
        """What the template has set, and bounds, a brand does not leave open."""
        is_set = all(value is not None for _, value in found_at(asdict(self._whole()), path))
        bounds = (limit.minimum, limit.maximum, limit.choices or None)
        return Limit(
            path,
            limit.minimum,
            limit.maximum,
            limit.choices,
            required=is_set and any(bound is not None for bound in bounds),
        )

    def value(self) -> Template:
        """The template."""
        programme = Programme(
            name=self.name,
            version=self.version,
            steps=tuple(
                Step(phase=t.phase, onward=tuple(t.to), takes_ideas=t.takes_ideas, votes=t.votes)
                for t in self.transition
            ),
            limits=tuple(self._limit(path, limit) for path, limit in self.adjustable.items()),
            promises=tuple(dict.fromkeys((*ALWAYS_PROMISED, *self.promises))),
        )
        return Template(
            title=self.title,
            summary=self.summary,
            rules_in_words=tuple(self.rules_in_words),
            programme=programme,
            terms=self.terms.patch(),
        )


class StepAnswer(Answer):
    """A phase of the course: where it leads, and what may be done in it."""

    phase: Phase
    onward: list[Phase]
    takes_ideas: bool
    votes: bool


class LimitAnswer(Answer):
    """A term that a brand may change; what is null or empty is not limited.

    A `required` one cannot be null.
    """

    path: str
    minimum: int | None
    maximum: int | None
    choices: list[str]
    required: bool


class TemplateAnswer(Answer):
    """A programme that a brand can take, adjust within its rules, and open.

    A contest does not open without its `promises`. `terms` are what a draft begins with; the brand
    may change those of `brands_own` freely, those of `adjustable` within their limits (a `*` stands
    for any place in a list), and no other.
    """

    name: Annotated[str, Field(examples=["design-and-vote"])]
    version: int
    title: str
    summary: str
    rules_in_words: list[str]
    promises: list[str]
    phases: list[StepAnswer]
    terms: dict[str, Any]
    adjustable: list[LimitAnswer]
    brands_own: list[str]

    @classmethod
    def of(cls, template: Template) -> Self:
        """The answer that shows this template."""
        programme = template.programme
        return cls(
            name=programme.name,
            version=programme.version,
            title=template.title,
            summary=template.summary,
            rules_in_words=list(template.rules_in_words),
            promises=list(programme.promises),
            phases=[StepAnswer.model_validate(step) for step in programme.steps],
            terms=_as_sent(template.terms),
            adjustable=[LimitAnswer.model_validate(limit) for limit in programme.limits],
            brands_own=list(BRANDS_OWN),
        )


def _as_sent(terms: Json) -> dict[str, Any]:
    """Terms with the names that the body of a contest has for them."""
    form = terms_of({"title": "", "vote": "advisory", **terms}).entry_form
    return {**terms} if form is None else {**terms, "entry_form": form_to(form)}


class TemplateList(Answer):
    """All templates, by name."""

    items: list[TemplateAnswer]
