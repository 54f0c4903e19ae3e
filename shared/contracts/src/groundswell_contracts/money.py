"""Amounts of money as all events carry them."""

from typing import Annotated

from pydantic import Field

from groundswell_contracts.event import Data


class Money(Data):
    """An amount in minor units of its currency (ISO 4217): 500 pounds are 50,000 GBP."""

    amount_minor: int
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
