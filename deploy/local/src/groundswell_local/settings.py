"""What the `groundswell` command may be told through the environment; the only reader of it."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class EngineAddresses(BaseSettings):
    """Engines that run already, from GROUNDSWELL_KAFKA_BOOTSTRAP and its like."""

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", frozen=True)

    kafka_bootstrap: str | None = None
    mongo_uri: str | None = None
    redis_url: str | None = None

    def complete(self) -> tuple[str, str, str] | None:
        """Kafka, MongoDB and Redis in this order, or None when the environment names none of them.

        Raises ValueError when it names some and not all: guessing would mix two installations.
        """
        if self.kafka_bootstrap and self.mongo_uri and self.redis_url:
            return (self.kafka_bootstrap, self.mongo_uri, self.redis_url)
        if self.kafka_bootstrap or self.mongo_uri or self.redis_url:
            raise ValueError(
                "set all of GROUNDSWELL_KAFKA_BOOTSTRAP, GROUNDSWELL_MONGO_URI and "
                "GROUNDSWELL_REDIS_URL, or none of them"
            )
        return None
