"""What the OAuth endpoints refuse with: RFC 6749 has a form of its own for it.

Raised by the commands, answered by `app`'s application.
"""

from typing import Literal

ErrorCode = Literal[
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unsupported_grant_type",
]


class OAuthError(Exception):
    """A refusal of the token endpoint, with the code that clients compare."""

    def __init__(self, code: ErrorCode, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
