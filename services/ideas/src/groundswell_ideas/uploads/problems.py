"""The problems that only uploads have. Raised by the commands, explained by the API."""

from groundswell_ideas.media.rules import Media
from groundswell_kit.problems import FieldError, Problem, ProblemType

UPLOAD_CLOSED = ProblemType(
    "upload-closed",
    409,
    "The upload has ended",
    "It takes no more bytes: it was completed, refused, or goes straight to the object storage.",
)
WRONG_OFFSET = ProblemType(
    "wrong-offset",
    409,
    "Not where the upload stands",
    "The piece does not begin where the bytes that have arrived end. The header Upload-Offset "
    "tells where that is; go on from there.",
)
UPLOAD_INCOMPLETE = ProblemType(
    "upload-incomplete",
    409,
    "Bytes are missing",
    "Not all the bytes that were announced have arrived.",
)
TOO_MANY_UPLOADS = ProblemType(
    "too-many-uploads",
    429,
    "Too many uploads",
    "The person has as many uploads that nothing uses as one may have. They go after a day; an "
    "open one can be given up.",
)
MEDIA_REFUSED = ProblemType(
    "media-refused",
    422,
    "The content is not taken",
    "What was sent is not what it should be, or is not safe. `errors` names the rule.",
)
NOT_PIECES = ProblemType(
    "not-a-piece",
    415,
    "Send bytes",
    "A piece of an upload has the Content-Type application/offset+octet-stream.",
)
TOO_SLOW = ProblemType(
    "too-slow",
    408,
    "The piece took too long",
    "The bytes of a piece come within a minute. Nothing of it was kept: send a smaller one.",
)

PROBLEM_TYPES = (
    UPLOAD_CLOSED,
    WRONG_OFFSET,
    UPLOAD_INCOMPLETE,
    TOO_MANY_UPLOADS,
    MEDIA_REFUSED,
    NOT_PIECES,
    TOO_SLOW,
)


def upload_closed(media: Media) -> Problem:
    """409 for bytes that come when none are taken."""
    state = "signed" if media.signed else media.state
    return Problem(UPLOAD_CLOSED, f"The upload is {state}.", members={"state": media.state})


def wrong_offset(media: Media) -> Problem:
    """409 for a piece that begins elsewhere than it should."""
    detail = f"The next piece begins at {media.received}."
    return Problem(WRONG_OFFSET, detail, headers={"Upload-Offset": str(media.received)})


def upload_incomplete(media: Media) -> Problem:
    """409 for the end of an upload before its last byte."""
    detail = f"{media.received} of {media.bytes} bytes have arrived."
    if media.signed:
        detail = "Nothing has arrived in the object storage."
    return Problem(UPLOAD_INCOMPLETE, detail, headers={"Upload-Offset": str(media.received)})


def too_many_uploads(most: int) -> Problem:
    """429 for one upload too many."""
    return Problem(TOO_MANY_UPLOADS, f"At most {most} uploads may wait to be used.")


def refused(media: Media) -> Problem:
    """422 for content that was refused, with the rule by which."""
    if media.refusal is None:
        return Problem(MEDIA_REFUSED)
    error = FieldError("body", media.refusal.rule, media.refusal.message)
    return Problem(MEDIA_REFUSED, media.refusal.message.capitalize() + ".", errors=[error])
