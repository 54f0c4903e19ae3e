"""HTTP shapes of captures."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from groundswell_identity.people.addresses import Address
from groundswell_identity.people.schemas import Answer, Locale, Request, TimeZone


class NewCapture(Request):
    """An address that somebody told staff. Language and time zone are for who is new."""

    email: Annotated[Address, Field(examples=["rosa@example.com"])]
    locale: Locale = "en"
    time_zone: TimeZone = "UTC"


class CaptureAnswer(Answer):
    """Who took down an address, when, and whose id it gave; the address is not told."""

    id: str
    member_id: str
    person_id: str
    captured_at: datetime


class CapturePage(Answer):
    """Captures as they were made. `next` is the cursor of the following page, if any."""

    items: list[CaptureAnswer]
    next: str | None
