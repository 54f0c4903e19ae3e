"""The HTML of the mail server's pages. Pure; every text from outside is escaped here."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from groundswell_local.mail.mailbox import Mail

_STYLE = """
body { margin: 1rem auto; max-width: 60rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: #1b1b1b; background: #fff; overflow-wrap: anywhere }
a { color: #0b4f8a }
ol { list-style: none; padding: 0 }
li { border-top: 1px solid #767676; padding: .5rem 0 }
li span { display: block; color: #4a4a4a; font-size: .9rem }
pre { white-space: pre-wrap; border: 1px solid #767676; padding: 1rem }
dt { font-weight: 600 }
dd { margin: 0 0 .5rem }
input, button { font: inherit; padding: .3rem .6rem; max-width: 100% }
"""
STYLE_HASH = f"sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}"
"""What a content security policy allows as style of these pages."""

_SHOWN = 200
_LINK = re.compile(r"""(https?://[^\s<>"]*[^\s<>".,;:!?)\]'])""")


def list_page(mails: Sequence[Mail], recipient: str | None) -> str:
    """The newest mails, with a form that asks for those to one address."""
    asked = escape(recipient or "")
    items = "".join(map(_item, mails[:_SHOWN]))
    more = f"<p>Shown are the newest {_SHOWN}.</p>" if len(mails) > _SHOWN else ""
    every = '<p><a href="/">Mails to everybody</a></p>' if recipient else ""
    return _page(
        "Mails on this machine",
        f"""<p>Every mail that Groundswell sends here, newest first. None leaves this machine.</p>
<form action="/"><label for="to">To the address</label>
<input id="to" name="to" type="email" value="{asked}"> <button>Show</button></form>
{every}<p>{len(mails)} in all.</p><ol>{items}</ol>{more}""",
    )


def mail_page(mail: Mail) -> str:
    """One mail as text; addresses of pages in it are links."""
    parts = _LINK.split(mail.text)
    text = "".join(_link(part) if at % 2 else escape(part) for at, part in enumerate(parts))
    to = ", ".join(f'<a href="/?to={quote(one)}">{escape(one)}</a>' for one in mail.recipients)
    return _page(
        mail.subject,
        f"""<dl><dt>To</dt><dd>{to}</dd><dt>From</dt><dd>{escape(mail.sender)}</dd>
<dt>Received</dt><dd>{mail.received_at:%Y-%m-%d %H:%M:%S} UTC</dd>
<dt>Message-ID</dt><dd>{escape(mail.message_id)}</dd></dl><pre>{text}</pre>
<p><a href="/mails/{mail.id}.eml">The whole mail as a file</a>, <a href="/">all mails</a></p>""",
    )


def message_page(text: str) -> str:
    """A sentence, and the way back."""
    return _page("Mails on this machine", f'<p>{escape(text)}</p><p><a href="/">All mails</a></p>')


def _item(mail: Mail) -> str:
    subject, to = escape(mail.subject), escape(", ".join(mail.recipients))
    return (
        f'<li><a href="/mails/{mail.id}">{subject}</a>'
        f"<span>to {to}, {mail.received_at:%Y-%m-%d %H:%M:%S} UTC</span></li>"
    )


def _link(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address)}</a>'


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><main><h1>{escape(title)}</h1>{body}</main></body></html>
"""
