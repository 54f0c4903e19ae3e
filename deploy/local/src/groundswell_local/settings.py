"""What the `groundswell` command may be told through the environment; the only reader of it."""

import os
from pathlib import Path
from typing import Self

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from groundswell_local.paths import GROUNDSWELL


class EngineAddresses(BaseSettings):
    """Engines that run already, from GROUNDSWELL_KAFKA_BOOTSTRAP and its like.

    `kafka_session_seconds` is the shortest session that this Kafka allows.
    """

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", frozen=True)

    kafka_bootstrap: str | None = None
    mongo_uri: str | None = None
    redis_url: str | None = None
    kafka_session_seconds: float = 6

    @property
    def given(self) -> tuple[str, str, str] | None:
        """Kafka, MongoDB and Redis in this order, or None when the environment names none."""
        if self.kafka_bootstrap and self.mongo_uri and self.redis_url:
            return (self.kafka_bootstrap, self.mongo_uri, self.redis_url)
        return None

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        """Half of them would mix two installations."""
        some = self.kafka_bootstrap or self.mongo_uri or self.redis_url
        if some and self.given is None:
            raise ValueError(
                "set all of GROUNDSWELL_KAFKA_BOOTSTRAP, GROUNDSWELL_MONGO_URI and "
                "GROUNDSWELL_REDIS_URL, or none of them"
            )
        return self


class LocalSettings(BaseSettings):
    """Where the `groundswell` command keeps data, logs, keys and secrets: GROUNDSWELL_STATE."""

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", frozen=True)

    state: Path = GROUNDSWELL


class LocalPorts(BaseSettings):
    """The loopback ports of all that runs here, from GROUNDSWELL_KAFKA_PORT and its like."""

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", frozen=True)

    kafka_port: int = 9092
    mongo_port: int = 27017
    redis_port: int = 6379
    smtp_port: int = 8025
    local_mail_port: int = 8026
    web_api_port: int = 8100
    ideas_api_port: int = 8101
    ideas_worker_port: int = 8111
    voting_api_port: int = 8102
    voting_ballot_box_port: int = 8103
    voting_counter_port: int = 8112
    voting_archiver_port: int = 8113
    voting_worker_port: int = 8114
    notifications_api_port: int = 8104
    notifications_worker_port: int = 8117
    rewards_api_port: int = 8105
    rewards_worker_port: int = 8118
    identity_api_port: int = 8106
    identity_worker_port: int = 8116


def inherited_environment() -> dict[str, str]:
    """All variables of this process, for the children that it starts."""
    return dict(os.environ)
