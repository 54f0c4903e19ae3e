"""What the notifications service may be told through the environment."""

from pydantic import AnyHttpUrl, Field, SecretStr

from groundswell_kit.settings import EngineSettings, SmtpSettings


class Settings(EngineSettings):
    """The settings of all services and of SMTP, and those of this one.

    `public_url` is where people reach the site, for the links in mails. `link_key` signs the links
    that end mails; with another key the links in mails that were sent before do nothing.
    """

    notifications_api_port: int = Field(default=8104, ge=0, le=65535)
    notifications_worker_port: int = Field(default=8117, ge=0, le=65535)
    public_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8100")
    identity_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8106")
    notifications_client_id: str = Field(default="notifications", min_length=1)
    notifications_client_secret: SecretStr
    notifications_link_key: SecretStr = Field(min_length=32)
    smtp: SmtpSettings = Field(default_factory=SmtpSettings)
