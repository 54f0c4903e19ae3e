"""What surrounds every page: the headers that browsers heed, and the page for what broke.

Plain ASGI, put around the routes by `app`.
"""

from groundswell_kit.asgi import AsgiApp, Message, RawHeaders, Receive, Scope, Send
from groundswell_kit.observability import get_logger

log = get_logger()

# Nothing but what this site serves itself: no inline script or style, no frame, no plug-in.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    # Without any referrer, browsers would send forms with the origin `null`.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_HTTPS = {"strict-transport-security": "max-age=63072000; includeSubDomains"}


class SecureHeaders:
    """Adds to every answer the headers that keep a page what it is."""

    def __init__(self, app: AsgiApp, secure: bool) -> None:
        self._app = app
        headers = _ALWAYS | (_HTTPS if secure else {})
        self._headers: RawHeaders = [(n.encode(), v.encode()) for n, v in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class ShowBroken:
    """Answers what broke with a page, as long as no answer has begun."""

    def __init__(self, app: AsgiApp, page: AsgiApp) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception:
            if begun or scope["type"] != "http":
                raise
            log.exception("request broke", method=scope["method"])
            await self._page(scope, receive, send)
