"""HTTP shapes of amounts, and what all answers have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """The body of an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class MoneyAnswer(Answer):
    """An amount in minor units of its currency (ISO 4217)."""

    amount_minor: Annotated[int, Field(examples=[50_000])]
    currency: Annotated[str, Field(examples=["GBP"])]
