"""What the ideas service may be told through the environment."""

from pydantic import Field

from groundswell_kit.settings import EngineSettings


class Settings(EngineSettings):
    """The settings of all services, and the ports of this one (GROUNDSWELL_IDEAS_API_PORT ...)."""

    ideas_api_port: int = Field(default=8101, ge=0, le=65535)
    ideas_worker_port: int = Field(default=8111, ge=0, le=65535)
