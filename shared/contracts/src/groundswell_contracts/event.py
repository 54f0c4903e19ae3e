"""What all events have in common; the classes themselves stand beside, one module per topic."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from groundswell_contracts.topics import Topic


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError when it has no zone, or no place in UTC's years."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment.isoformat()}")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"no time in UTC: {moment.isoformat()}") from error


UtcTime = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A moment with its zone, turned to UTC."""


class Data(BaseModel):
    """A part of an event's data. Readers ignore fields that they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Data):
    """The data of one event, in the past tense. Subclasses name their topic and their key field.

    The type on the wire is `groundswell.<Class>.v<version>`; a breaking change is a new class
    with a higher version beside the old one.
    """

    topic: ClassVar[Topic]
    key_field: ClassVar[str]
    version: ClassVar[int] = 1
    type: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.type = f"groundswell.{cls.__name__}.v{cls.version}"

    @property
    def key(self) -> str:
        """The partition key: events of one key stay in order."""
        return str(getattr(self, self.key_field))
