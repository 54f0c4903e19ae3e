"""What the page of the mail server answers: an ASGI application over a mailbox."""

import json
import re
from dataclasses import asdict
from urllib.parse import parse_qs

from groundswell_kit.asgi import AsgiApp, RawHeaders, Receive, Scope, Send, respond
from groundswell_local.mail.html import STYLE_HASH, list_page, mail_page, message_page
from groundswell_local.mail.mailbox import Mailbox

_MAIL = re.compile(r"/mails/(mail_[0-9a-z]{26})(\.eml)?")
# A page elsewhere whose name is made to lead here would otherwise read sign-in codes.
_OUR_NAMES = frozenset({"127.0.0.1", "localhost"})
_POLICY = (
    f"default-src 'none'; style-src '{STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

Answer = tuple[int, str, bytes]


def pages(mailbox: Mailbox) -> AsgiApp:
    """GET `/` and `/mails/ID` are for people, `/mails/ID.eml` and `/mails.json` for programs.

    The lists take `?to=ADDRESS`. Every text of a mail is escaped.
    """

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            status, content_type, body = _answer(mailbox, scope)
            await respond(send, status, _headers(content_type), body)

    return app


def _answer(mailbox: Mailbox, scope: Scope) -> Answer:
    if _host(scope) not in _OUR_NAMES:
        return _said(421, "This page answers to 127.0.0.1 and localhost only.")
    if scope["method"] not in ("GET", "HEAD"):
        return _said(405, "This page can only be read.")
    path: str = scope["path"]
    query = parse_qs(scope["query_string"].decode("latin-1"))
    recipient = query.get("to", [""])[0].strip() or None
    if path == "/":
        return _html(200, list_page(mailbox.newest_first(recipient), recipient))
    if path == "/mails.json":
        return _json(mailbox, recipient)
    if wanted := _MAIL.fullmatch(path):
        return _mail(mailbox, wanted[1], as_file=wanted[2] is not None)
    return _said(404, "There is no such page.")


def _mail(mailbox: Mailbox, mail_id: str, as_file: bool) -> Answer:
    mail = mailbox.find(mail_id)
    if mail is None:
        return _said(404, "There is no such mail.")
    if as_file:
        return 200, "message/rfc822", mailbox.raw(mail_id)
    return _html(200, mail_page(mail))


def _json(mailbox: Mailbox, recipient: str | None) -> Answer:
    mails = [
        {**asdict(mail), "received_at": mail.received_at.isoformat()}
        for mail in mailbox.newest_first(recipient)
    ]
    return 200, "application/json", json.dumps({"mails": mails}).encode()


def _said(status: int, text: str) -> Answer:
    return _html(status, message_page(text))


def _html(status: int, page: str) -> Answer:
    return status, "text/html; charset=utf-8", page.encode()


def _host(scope: Scope) -> str:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return hosts[0].decode("latin-1").partition(":")[0] if len(hosts) == 1 else ""


def _headers(content_type: str) -> RawHeaders:
    return [
        (b"content-type", content_type.encode("ascii")),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", _POLICY.encode("ascii")),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
    ]
