"""What the rewards service may be told through the environment."""

from pydantic import Field

from groundswell_kit.settings import EngineSettings


class Settings(EngineSettings):
    """The settings of all services, and the ports of this one: GROUNDSWELL_REWARDS_API_PORT ..."""

    rewards_api_port: int = Field(default=8105, ge=0, le=65535)
    rewards_worker_port: int = Field(default=8118, ge=0, le=65535)
