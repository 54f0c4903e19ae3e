"""Who may take part, by what they declare. Pure; called when an idea is handed in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from groundswell_ideas.contests.rules import Contest, terms_in_force
from groundswell_ideas.terms.rules import EntryEligibility, Obstacle

WHERE = "body.declaration"


@dataclass(frozen=True, slots=True)
class GuardianConsent:
    """What a guardian has stated, and when."""

    statement: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What somebody says of themselves with an entry; kept with it, and in no event.

    `age_confirmed` confirms the contest's minimum age; `birth_years` are the first and the last
    year in which they may have been born.
    """

    age_confirmed: bool = False
    birth_years: tuple[int, int] | None = None
    country: str | None = None
    guardian: GuardianConsent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """Who hands in, as their token has it: `staff_of` is a brand, `region` a country or None."""

    participant_id: str
    staff_of: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody on the guest list of a contest, and the segments that they belong to."""

    participant_id: str
    segments: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Their place in the list."""
        return self.participant_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What is kept with an entry: what was declared, and the terms that were accepted, if any."""

    declaration: Declaration
    terms_version: int | None
    accepted_at: datetime


def obstacles_to_taking_part(
    contest: Contest,
    entrant: Entrant,
    guest: Guest | None,
    declaration: Declaration,
    now: datetime,
) -> list[Obstacle]:
    """What keeps somebody from handing in; `guest` is their place on the guest list, if any."""
    eligibility = contest.terms.eligibility
    return [
        *not_invited(contest, entrant, guest),
        *_from_elsewhere(eligibility, entrant, declaration),
        *_too_young(eligibility, declaration, now),
        *_without_guardian(eligibility, declaration, now),
    ]


def obstacles_of_terms(contest: Contest, accepted: int | None, now: datetime) -> list[Obstacle]:
    """What keeps an entry out that accepts this version of the terms of entry, None: none."""
    in_force = terms_in_force(contest.terms, now)
    if (None if in_force is None else in_force.version) == accepted:
        return []
    if in_force is None:
        message = "this contest has no terms of entry"
    else:
        message = f"version {in_force.version} of the terms of entry has to be accepted"
    return [Obstacle("body.accepted_terms", "terms", message)]


def not_invited(contest: Contest, entrant: Entrant, guest: Guest | None) -> Iterator[Obstacle]:
    """Why a contest is not for somebody, before they declare anything of themselves."""
    who, segments = contest.terms.eligibility.who, contest.terms.eligibility.segments
    if who == "staff" and entrant.staff_of != contest.brand_id:
        yield Obstacle("eligibility.who", "staff", "this contest is for the brand's own staff")
    if who == "invited" and guest is None:
        yield Obstacle("eligibility.who", "invited", "this contest is for people who are invited")
    if who == "segment" and (guest is None or set(segments).isdisjoint(guest.segments)):
        message = f"this contest is for people of {', '.join(segments)}"
        yield Obstacle("eligibility.segments", "segment", message)


def _from_elsewhere(
    eligibility: EntryEligibility, entrant: Entrant, declaration: Declaration
) -> Iterator[Obstacle]:
    country = declaration.country or entrant.region
    if eligibility.countries and country is None:
        yield Obstacle(f"{WHERE}.country", "missing", "say from which country you enter")
    elif eligibility.countries and country not in eligibility.countries:
        message = f"this contest is for people in {', '.join(eligibility.countries)}"
        yield Obstacle(f"{WHERE}.country", "country", message)


def _too_young(
    eligibility: EntryEligibility, declaration: Declaration, now: datetime
) -> Iterator[Obstacle]:
    minimum, years = eligibility.minimum_age, declaration.birth_years
    if minimum is None:
        return
    message = f"people of {minimum} years or more may enter"
    if years is not None and now.year - years[0] < minimum:
        yield Obstacle(f"{WHERE}.birth_years", "age", message)
    elif not declaration.age_confirmed and (years is None or _youngest(years, now) < minimum):
        yield Obstacle(f"{WHERE}.age_confirmed", "age", f"confirm your age: {message}")


def _without_guardian(
    eligibility: EntryEligibility, declaration: Declaration, now: datetime
) -> Iterator[Obstacle]:
    below, years = eligibility.guardian_below, declaration.birth_years
    consent = declaration.guardian
    if consent is not None and consent.given_at > now:
        yield Obstacle(f"{WHERE}.guardian.given_at", "future", "lies ahead")
    if below is None or consent is not None:
        return
    if years is None:
        yield Obstacle(f"{WHERE}.birth_years", "missing", "say when you were born, by the year")
    elif _youngest(years, now) < below:
        message = f"who may be younger than {below} enters with the consent of a guardian"
        yield Obstacle(f"{WHERE}.guardian", "guardian", message)


def _youngest(birth_years: tuple[int, int], now: datetime) -> int:
    """The age of somebody born in the last of these years, before their birthday."""
    return now.year - birth_years[1] - 1
