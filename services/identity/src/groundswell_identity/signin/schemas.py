"""HTTP shapes of signing in by a code."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from groundswell_identity.people.addresses import Address
from groundswell_identity.people.schemas import Answer, Locale, Request, TimeZone
from groundswell_identity.tokens.schemas import TokenAnswer


def _six_digits(text: str) -> str:
    digits = "".join(text.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        raise ValueError("a code is six digits")
    return digits


Code = Annotated[str, StringConstraints(max_length=20), AfterValidator(_six_digits)]
"""A code as people type it: spaces do not matter."""


class NewSignIn(Request):
    """Who wants to sign in. Language and time zone are for those who come for the first time."""

    email: Annotated[Address, Field(examples=["ann@example.com"])]
    locale: Locale = "en"
    time_zone: TimeZone = "UTC"


class SignInAnswer(Answer):
    """A sign-in that waits for its code. Whoever knows the id may try codes: keep it."""

    id: str
    expires_at: datetime


class CodeBody(Request):
    """The code that was mailed."""

    code: Annotated[Code, Field(examples=["204617"])]


class PersonTokens(TokenAnswer):
    """The tokens of a participant."""

    person_id: str
