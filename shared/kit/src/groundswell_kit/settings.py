"""What every service may be told through the environment: engines, issuers, secrets, logs.

A service subclasses `EngineSettings` with its own fields; nothing else reads the environment.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, EmailStr, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Issuer(BaseModel):
    """Who may sign access tokens, and where its public keys are: one URL or one file.

    `local` marks an issuer whose private keys lie in a file on this machine; it is refused
    unless the installation runs in local mode.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=1)
    jwks_url: str | None = Field(default=None, pattern=r"^https?://")
    jwks_file: Path | None = None
    local: bool = False

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> Self:
        if (self.jwks_url is None) == (self.jwks_file is None):
            raise ValueError("an issuer has either a jwks_url or a jwks_file")
        if self.jwks_file is not None and not self.local:
            raise ValueError("only a local issuer keeps its keys in a file")
        return self


class EngineSettings(BaseSettings):
    """Settings shared by all services, read from GROUNDSWELL_* when built.

    `kafka_session_seconds` is how long a reader of partitions that died keeps them from others;
    the broker must allow it (`group.min.session.timeout.ms`, 6 seconds unless it is set).
    Raises pydantic's ValidationError naming each missing or wrong variable.
    """

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", frozen=True)

    mode: Literal["production", "local"] = "production"
    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_session_seconds: float = Field(default=6, ge=1, le=60)
    mongo_uri: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0&directConnection=true"
    redis_url: str = "redis://127.0.0.1:6379/0"
    redis_cluster: bool = False
    database_prefix: str = "groundswell"
    replication_factor: int = Field(default=1, ge=1)
    host: str = "127.0.0.1"
    issuers: list[Issuer] = []
    cursor_secret: SecretStr = Field(min_length=32)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    def database(self, service: str) -> str:
        """The name of the database that `service` alone uses."""
        return f"{self.database_prefix}_{service}"


class SmtpSettings(BaseSettings):
    """The SMTP server, from GROUNDSWELL_SMTP_HOST and its like; `sender` is the From address."""

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_SMTP_", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8025, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: EmailStr
