"""HTTP shapes of people, and the kinds of text that other shapes share."""

from typing import Annotated, Any, Self
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)

from groundswell_identity.people.rules import Person

NO_STORE = {"Cache-Control": "no-store"}
"""Goes with each answer that has an address or a secret."""

_TIME_ZONES = available_timezones()


def _known_time_zone(name: str) -> str:
    if name not in _TIME_ZONES:
        raise ValueError("not a time zone of the IANA database, such as Europe/Berlin")
    return name


Locale = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$"),
    Field(description="A language tag (BCP 47).", examples=["de-AT"]),
]
TimeZone = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_known_time_zone),
    Field(examples=["Europe/Vienna"]),
]
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
"""A name in one line: it is put into mails."""

Region = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2}$", to_upper=True),
    Field(
        description="A country (ISO 3166-1 alpha-2), as the person declares it.", examples=["GB"]
    ),
]


class Request(BaseModel):
    """The body of a request; a field that we do not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """The body of an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class ProfileChanges(Request):
    """Changes of a profile: a field left out stays; null takes name or region away."""

    display_name: Annotated[Name | None, Field(examples=["Ann Example"])] = None
    locale: Locale | None = None
    time_zone: TimeZone | None = None
    region: Region | None = None

    @field_validator("locale", "time_zone")
    @classmethod
    def _stays(cls, value: str | None) -> str:
        if value is None:
            raise ValueError("a person always has one")
        return value

    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class AddressAnswer(Answer):
    """Where mail for a person goes, and how to speak to them."""

    email: str
    display_name: str | None
    locale: str
    time_zone: str

    @classmethod
    def of(cls, person: Person) -> Self:
        """The answer that shows this person's address."""
        return cls.model_validate(person.profile)


class PersonAnswer(AddressAnswer):
    """A person as they see themselves."""

    person_id: str
    region: str | None

    @classmethod
    def of(cls, person: Person) -> Self:
        """The answer that shows this person."""
        return cls(
            person_id=person.id,
            email=person.profile.email,
            display_name=person.profile.display_name,
            locale=person.profile.locale,
            time_zone=person.profile.time_zone,
            region=person.profile.region,
        )
