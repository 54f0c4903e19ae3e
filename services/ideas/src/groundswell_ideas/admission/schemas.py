"""HTTP shapes of guest lists, and of what somebody declares with an entry."""

from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator

from groundswell_ideas.admission.rules import Declaration, GuardianConsent, Guest
from groundswell_ideas.polls.schemas import Name
from groundswell_ideas.shapes import Answer, Id, Moment, Reason, Request
from groundswell_ideas.terms.schemas import Country

GUESTS_MAXIMUM = 5_000

Year = Annotated[int, Field(strict=True, ge=1900, le=2200)]


class GuardianConsentBody(Request):
    """What a guardian has stated, and when; without the guardian's name."""

    statement: Annotated[Reason, Field(examples=["I agree that my child takes part."])]
    given_at: Moment


class EntryDeclarationBody(Request):
    """What somebody says of themselves with an entry, as far as the contest asks for it.

    `age_confirmed` confirms its minimum age; `birth_years` are the first and the last year in which
    they may have been born.
    """

    age_confirmed: StrictBool = False
    birth_years: Annotated[tuple[Year, Year] | None, Field(examples=[[2000, 2004]])] = None
    country: Country | None = None
    guardian: GuardianConsentBody | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.birth_years is not None and self.birth_years[0] > self.birth_years[1]:
            raise ValueError("birth_years are the first and the last year")
        return self

    def value(self) -> Declaration:
        """What is declared."""
        consent = self.guardian
        return Declaration(
            age_confirmed=self.age_confirmed,
            birth_years=self.birth_years,
            country=self.country,
            guardian=(
                None if consent is None else GuardianConsent(consent.statement, consent.given_at)
            ),
        )


class GuestBody(Request):
    """Somebody who is invited, and the segments that they belong to."""

    participant_id: Id
    segments: Annotated[tuple[Name, ...], Field(max_length=20)] = ()

    def value(self) -> Guest:
        """The guest."""
        return Guest(participant_id=self.participant_id, segments=self.segments)


class Invitations(Request):
    """People to put on the guest list; who is on it already gets these segments instead."""

    entries: Annotated[list[GuestBody], Field(min_length=1, max_length=GUESTS_MAXIMUM)]


class Invited(Answer):
    """How many people the request has put on the list, or found there."""

    invited: int


class GuestAnswer(Answer):
    """Somebody on the guest list."""

    participant_id: str
    segments: list[str]


class GuestPage(Answer):
    """Guests by their ids. `next` is the cursor of the following page, if any."""

    items: list[GuestAnswer]
    next: str | None
