"""Strong ETags from version numbers, and the precondition that keeps one from overwriting another.

Used by the routes that show and change a versioned resource.
"""

import re

from groundswell_kit.problems import precondition_failed, precondition_required


def etag(version: int, content: str = "") -> str:
    """The ETag header of this version, or of what is shown of it: a hash without dots and quotes.

    The same version may be shown in several languages, or beside what changes without it.
    """
    return f'"v{version}.{content}"' if content else f'"v{version}"'


def check_if_match(header: str | None, version: int) -> None:
    """Passes if `header` (If-Match) names this version or is `*`; a 428 or 412 problem if not.

    An ETag names its version, whatever was shown of it.
    """
    if header is None:
        raise precondition_required()
    current = etag(version)
    named = [tag.strip() for tag in header.split(",")]
    if named != ["*"] and current not in (_SHOWN.sub(r"\1", tag) for tag in named):
        raise precondition_failed(current)


_SHOWN = re.compile(r'^("v\d+)\.\w+(?=")')
