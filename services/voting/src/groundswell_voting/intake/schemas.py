"""What voters send and get: bodies and receipts of the ballot box, read and written by msgspec."""

from typing import Annotated, TypeVar

import msgspec

from groundswell_kit import problems
from groundswell_kit.problems import FieldError, Problem
from groundswell_voting.counting.rules import MAX_REVISION

T = TypeVar("T")

Revision = Annotated[int, msgspec.Meta(ge=1, le=MAX_REVISION)]


class VoteBody(msgspec.Struct, frozen=True):
    """A vote in a standing poll: one idea of its ballot."""

    idea_id: str


class BallotBody(msgspec.Struct, frozen=True):
    """A voter's whole ballot in a changeable poll, in any order; none is a vote taken back."""

    idea_ids: list[str]
    revision: Revision


class VoteReceipt(msgspec.Struct, frozen=True):
    """The same for the same vote, however often it is sent."""

    vote_id: str
    poll_id: str
    idea_id: str


class BallotReceipt(msgspec.Struct, frozen=True):
    """The same for the same ballot, however often it is sent; ideas in the order of the poll."""

    vote_id: str
    poll_id: str
    idea_ids: tuple[str, ...]
    revision: int


encode = msgspec.json.Encoder().encode
read_vote = msgspec.json.Decoder(VoteBody)
read_ballot = msgspec.json.Decoder(BallotBody)


def read(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """What a body says. Raises Problem: 400 for what is no JSON, 422 naming the field."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise invalid(_field(str(error)), "invalid", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise problems.malformed_json(str(error)) from None


def invalid(field: str, rule: str, message: str) -> Problem:
    """422 for one field of the body."""
    return problems.validation(FieldError(field, rule, message))


def _field(message: str) -> str:
    """Where in the body msgspec found something wrong: only its message tells."""
    for name in ("idea_ids", "idea_id", "revision"):
        if name in message:
            return f"body.{name}"
    return "body"
