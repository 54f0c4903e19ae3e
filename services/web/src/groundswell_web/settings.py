"""What the site may be told through the environment."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from groundswell_kit.settings import EngineSettings

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^/?#\s]+$")]
"""Scheme, host and port, without a path."""


class Settings(EngineSettings):
    """Where the services are, where people reach this site, and the keys of its sessions.

    `web_session_keys` are Fernet keys with commas between; the first encrypts, all decrypt. Files
    that come with `web_file_forms` forms at once wait in the folder `web_scratch` (None is the
    system's for temporary files) until they are handed on: 128 MiB at most of each form.
    """

    web_api_port: int = Field(default=8100, ge=0, le=65535)
    public_url: Url = "http://127.0.0.1:8100"
    ideas_url: Url = "http://127.0.0.1:8101"
    voting_url: Url = "http://127.0.0.1:8102"
    ballot_box_urls: Annotated[tuple[Url, ...], Field(min_length=1)] = ("http://127.0.0.1:8103",)
    notifications_url: Url = "http://127.0.0.1:8104"
    rewards_url: Url = "http://127.0.0.1:8105"
    identity_url: Url = "http://127.0.0.1:8106"
    web_streams: int = Field(default=2_000, ge=1)
    web_file_forms: int = Field(default=8, ge=1)
    web_scratch: Path | None = None
    web_session_keys: SecretStr

    @property
    def secure(self) -> bool:
        """Whether the site insists on HTTPS: everywhere but in local mode."""
        return self.mode != "local"

    @model_validator(mode="after")
    def _https(self) -> Self:
        if self.secure and not self.public_url.startswith("https://"):
            raise ValueError("outside local mode GROUNDSWELL_PUBLIC_URL has to begin with https://")
        return self
