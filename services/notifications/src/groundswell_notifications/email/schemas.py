"""HTTP shapes of ending mails by a link."""

from pydantic import BaseModel, ConfigDict

from groundswell_notifications.audience.rules import Kind


class EndedMails(BaseModel):
    """The kind of message that the link's owner gets no mails of any more."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    email: bool = False
