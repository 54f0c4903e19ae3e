"""What a service answers, or what came in the place of an answer. Made by `services`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

MAX_RETRY_AFTER_SECONDS = 86_400


class Service(StrEnum):
    """Who is called."""

    IDEAS = "ideas"
    VOTING = "voting"
    BALLOT_BOX = "ballot-box"
    NOTIFICATIONS = "notifications"
    REWARDS = "rewards"
    IDENTITY = "identity"


class Shape(BaseModel):
    """What is read of an answer; a service may say more."""

    model_config = ConfigDict(frozen=True)


class Nothing(Shape):
    """An answer that says no more than its status."""


class Away(Exception):
    """A service did not answer as it should, in time.

    `unknown` says that what was asked for may have happened all the same; `vote_id` is then the
    receipt that tells, if it was a vote and its ballot box said so.
    """

    def __init__(
        self,
        service: Service,
        *,
        unknown: bool,
        retry_after: int = 2,
        vote_id: str | None = None,
    ) -> None:
        super().__init__(service.value)
        self.service = service
        self.unknown = unknown
        self.retry_after = retry_after
        self.vote_id = vote_id


class FieldError(Shape):
    """One refused part of what was sent, as a service names it."""

    field: str = ""
    rule: str = ""
    message: str = ""


class Problem(Shape):
    """What a service says is wrong: problem details, or an error of OAuth."""

    type: str = ""
    detail: str = ""
    errors: list[FieldError] = []
    error: str = ""  # RFC 6749 names its errors so
    vote_id: str | None = None


class Refused(Exception):
    """A service understood and refused; `kind` is the slug of the problem's type."""

    def __init__(self, status: int, problem: Problem, retry_after: int) -> None:
        self.status = status
        self.kind = problem.type.rpartition("/")[2] or problem.error
        self.detail = problem.detail
        self.errors = problem.errors
        self.retry_after = retry_after
        super().__init__(f"{status} {self.kind}")


def problem_of(body: bytes) -> Problem:
    """The problem in an answer; an empty one where there is none."""
    try:
        return Problem.model_validate_json(body)
    except ValidationError:
        return Problem()


def retry_after_of(headers: Mapping[str, Any]) -> int:
    """The seconds after which a service wants to be asked again."""
    text = str(headers.get("Retry-After", ""))
    return min(int(text), MAX_RETRY_AFTER_SECONDS) if text.isdecimal() else 2
