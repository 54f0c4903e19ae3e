"""HTTP shapes of an editor's decisions."""

from typing import Annotated

from pydantic import Field

from groundswell_ideas.shapes import Reason, Request


class Approval(Request):
    """Why an idea takes part; need not be said."""

    reason: Reason | None = None


class Rejection(Request):
    """Why an idea does not take part; its author reads it."""

    reason: Annotated[Reason, Field(examples=["Not a name for a ship."])]
