"""Reading what OAuth clients send: a form, and perhaps their secret in the Authorization header."""

import base64
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request

from groundswell_identity.tokens.errors import OAuthError

Form = dict[str, str]

FORM_TYPE = "application/x-www-form-urlencoded"
MAX_FIELDS = 20


async def read_form(request: Request) -> Form:
    """The fields of the body, without those that are empty; OAuthError for any other body."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM_TYPE:
        raise OAuthError("invalid_request", f"The body must be {FORM_TYPE}.")
    try:
        body = (await request.body()).decode("ascii")
        fields = parse_qsl(body, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise OAuthError("invalid_request", "The body is not a form.") from None
    form = dict(fields)
    if len(form) < len(fields):
        raise OAuthError("invalid_request", "A field may come only once.")
    return form


def field(form: Form, name: str) -> str:
    """A field that must be there."""
    if name not in form:
        raise OAuthError("invalid_request", f"The field {name} is missing.")
    return form[name]


def client_credentials(request: Request, form: Form) -> tuple[str, str]:
    """Client id and secret, from the header or from the form and not from both."""
    header = request.headers.get("authorization")
    if header is None:
        return field(form, "client_id"), field(form, "client_secret")
    if "client_secret" in form:
        raise OAuthError("invalid_request", "Send the secret in one place.")
    scheme, _, encoded = header.partition(" ")
    try:
        text = base64.b64decode(encoded, validate=True).decode("ascii")
    except ValueError:
        text = ""
    client_id, colon, secret = text.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise OAuthError("invalid_client", "The Authorization header is not that of a client.")
    return unquote_plus(client_id), unquote_plus(secret)
