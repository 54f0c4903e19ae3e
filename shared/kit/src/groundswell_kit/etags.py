"""Strong ETags from version numbers, and the precondition that keeps one from overwriting another.

Used by the routes that show and change a versioned resource.
"""

from groundswell_kit.problems import precondition_failed, precondition_required


def etag(version: int) -> str:
    """The ETag header of this version."""
    return f'"v{version}"'


def check_if_match(header: str | None, version: int) -> None:
    """Passes if `header` (If-Match) names this version or is `*`; a 428 or 412 problem if not."""
    if header is None:
        raise precondition_required()
    current = etag(version)
    named = [tag.strip() for tag in header.split(",")]
    if named != ["*"] and current not in named:
        raise precondition_failed(current)
