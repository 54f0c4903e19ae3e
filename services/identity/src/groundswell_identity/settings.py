"""What the identity service may be told through the environment."""

from typing import Annotated, Self

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from groundswell_kit.settings import EngineSettings

HttpUrl = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]


def _fernet_keys(keys: SecretStr) -> SecretStr:
    for key in keys.get_secret_value().split(","):
        try:
            Fernet(key)
        except ValueError:
            raise ValueError("each must be 32 bytes in URL-safe base64") from None
    return keys


class OidcProvider(BaseModel):
    """An OpenID provider through which brands' staff sign in, as it knows this installation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    issuer: HttpUrl
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    redirect_uris: list[HttpUrl] = Field(min_length=1)


class SystemClient(BaseModel):
    """A machine of the installation itself, such as notifications; it belongs to no brand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")
    secret: SecretStr = Field(min_length=32)
    scopes: list[Annotated[str, Field(pattern=r"^[a-z:_-]+$")]]


class Settings(EngineSettings):
    """The settings of all services, and GROUNDSWELL_IDENTITY_*; secrets have no defaults.

    `master_keys` are Fernet keys with commas between: the first encrypts, all decrypt.
    `address_key` is never changed: addresses could not be found any more.
    """

    identity_api_port: int = Field(default=8106, ge=0, le=65535)
    identity_worker_port: int = Field(default=8116, ge=0, le=65535)
    identity_issuer: HttpUrl = "http://127.0.0.1:8106"
    identity_master_keys: Annotated[SecretStr, AfterValidator(_fernet_keys)]
    identity_address_key: SecretStr = Field(min_length=32)
    identity_key_days: float = Field(default=30, gt=0.1, le=366)
    identity_oidc_providers: tuple[OidcProvider, ...] = ()
    identity_system_clients: tuple[SystemClient, ...] = ()

    @model_validator(mode="after")
    def _https(self) -> Self:
        for provider in self.identity_oidc_providers:
            urls = (provider.issuer, *provider.redirect_uris)
            if self.mode != "local" and not all(url.startswith("https://") for url in urls):
                raise ValueError(f"outside local mode all URLs of {provider.name} are https://")
        return self
