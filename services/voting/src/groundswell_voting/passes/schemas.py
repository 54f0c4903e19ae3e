"""HTTP shapes of ballot passes."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class WantedPass(BaseModel):
    """What may be said of a vote: the channel that it comes by; the poll's first one if not."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"example": {"channel": "web"}}
    )

    channel: str | None = None


class IssuedPass(BaseModel):
    """A ballot pass and when it ends; get a new one then, for the same voter."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"pass": "k1.eyJwb2xsX2lk….c2ln", "expires_at": "2026-11-21T12:15:00Z"}
        }
    )

    permit: str = Field(serialization_alias="pass")
    expires_at: AwareDatetime
