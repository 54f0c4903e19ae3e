"""HTTP shapes of ballot passes."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Via = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class WantedPass(BaseModel):
    """What may be said of a vote: the channel that it comes by; the poll's first one if not.

    `via` is what the link named by which the voter came: a share link's code, `qr` and the like.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"example": {"channel": "web", "via": "qr"}},
    )

    channel: str | None = None
    via: Via | None = None


class IssuedPass(BaseModel):
    """A ballot pass and when it ends; get a new one then, for the same voter."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"pass": "k1.eyJwb2xsX2lk….c2ln", "expires_at": "2026-11-21T12:15:00Z"}
        }
    )

    permit: str = Field(serialization_alias="pass")
    expires_at: AwareDatetime
