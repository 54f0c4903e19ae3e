"""The one form of each e-mail address. Used by the shapes that take one in, and by the commands.

The rule: no spaces around it, the domain as it stands in DNS (IDNA, lower case), and lower case
before the @ too, because phones write a capital there and no provider tells the two apart. Only
ASCII before the @. Dots and `+tags` stay: what they mean is the provider's own affair. No encoded
words (RFC 2047), for mail headers read them as what they encode, which may be another address.
"""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints

MAX_ADDRESS_CHARS = 254


def normal_address(text: str) -> str:
    """The address in its one form; the result is its own. Raises ValueError for no address."""
    try:
        parts = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValueError(f"not an address that mail can be sent to: {error}") from None
    if "=?" in parts.local_part:
        raise ValueError("not an address that mail can be sent to: =? begins an encoded word")
    return f"{parts.local_part}@{parts.ascii_domain}".lower()


Address = Annotated[
    str, StringConstraints(max_length=MAX_ADDRESS_CHARS), AfterValidator(normal_address)
]
"""An address in a request, turned to its one form."""
