"""What identity answers, and what is sealed inside a session."""

from datetime import datetime

from groundswell_web.answers import Shape


class SignInBegun(Shape):
    """A sign-in whose code has been mailed."""

    id: str


class IssuedTokens(Shape):
    """Tokens as identity gives them; `expires_in` is in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    person_id: str | None = None


class Tokens(Shape):
    """The tokens of a session, which keeps them encrypted."""

    person_id: str
    access_token: str
    refresh_token: str
    valid_until: datetime


class PendingSignIn(Shape):
    """A sign-in on its way, sealed in a cookie: nothing is stored for those who only look."""

    secret: str
    return_to: str = "/"
    sign_in_id: str | None = None


class CastVote(Shape):
    """A vote that was sent in this session, sealed: shown until the count has it.

    `idea_ids` are the one idea that it adds, or the whole ballot under a `revision` above zero. Not
    `is_taken`: it is not known whether the log has it in time.
    """

    idea_ids: tuple[str, ...]
    vote_id: str
    cast_at: datetime
    revision: int = 0
    is_taken: bool = True
