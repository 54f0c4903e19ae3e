"""Renders the pages: templates, static files, and what every page knows of its visitor.

Built by `app`; used by all routes and by what turns errors into pages.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from groundswell_web import text
from groundswell_web.countries import country

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Static:
    body: bytes
    media_type: str
    url: str


def _static_files() -> dict[str, _Static]:
    found = {}
    for entry in files("groundswell_web").joinpath("static").iterdir():
        media_type = _TYPES.get("." + entry.name.rpartition(".")[2])
        if media_type is not None:
            body = entry.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:16]
            found[entry.name] = _Static(body, media_type, f"/static/{digest}/{entry.name}")
    return found


class Pages:
    """The templates and static files of the site, read once."""

    def __init__(self) -> None:
        self._static = _static_files()
        environment = Environment(
            loader=PackageLoader("groundswell_web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.globals["static"] = lambda name: self._static[name].url
        for filter_ in (
            text.plain,
            text.name,
            text.one_line,
            text.paragraphs,
            text.excerpt,
            text.moment,
            text.moment_in,
            text.clock_time,
            text.day,
            text.number,
            text.figure,
            text.counted,
            text.percent,
            text.fraction,
            text.money,
            country,
        ):
            environment.filters[filter_.__name__] = filter_
        self._environment = environment

    def piece(self, template: str, **values: Any) -> str:
        """A piece of a page, which knows nothing of who looks at it."""
        return self._environment.get_template(template).render(**values)

    def show(
        self,
        template: str,
        request: Request,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """A page. What is shown to somebody with a session is kept by nobody else."""
        visitor = getattr(request.state, "visitor", None)
        body = self.piece(template, visitor=visitor, path=request.url.path, **values)
        keeping = "no-store" if visitor is not None and visitor.csrf else "no-cache"
        return HTMLResponse(
            body, status, {"Cache-Control": keeping, "Vary": "Cookie", **(headers or {})}
        )

    def router(self) -> APIRouter:
        """The static files, under names that change with their content."""
        router = APIRouter()
        router.get("/static/{digest}/{name}")(self._send)
        return router

    async def _send(self, digest: str, name: str) -> Response:
        found = self._static.get(name)
        if found is None:
            return Response(status_code=404)
        # An old name gets today's content, and is told not to keep it.
        keeping = _FOR_EVER if found.url == f"/static/{digest}/{name}" else "no-cache"
        return Response(found.body, 200, {"Cache-Control": keeping}, found.media_type)
