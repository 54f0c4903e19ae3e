"""The frozen rules of a poll, as they stand in contests, in the votes log and in the tally."""

from typing import Annotated, Literal

from pydantic import Field

from groundswell_contracts.event import Data


class PollRules(Data):
    """How votes of one poll count. In a standing poll a vote adds an idea to a voter's ballot."""

    kind: Literal["standing"] = "standing"
    ideas_per_ballot: Annotated[int, Field(ge=1, le=1)] = 1
    period: Literal["poll"] = "poll"
