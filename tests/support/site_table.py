"""Every page and form of the site, and what strangers get.

The paths are filled with things of a House: {contest_id} is its draft unless said otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_SEE_OTHER, _FORBIDDEN, _MISSING = 303, 403, 404


@dataclass(frozen=True, slots=True)
class Page:
    """A page or form: the answer to who is not signed in, and to who is signed in as another.

    `made_up` is the answer to a cookie that is nobody's, where it differs from that to no cookie.
    `private` pages show their owner something of the House. `form` is what is sent beside the
    proof that a page of the sender's own session was there; `from_anywhere` forms need none.
    """

    nobody: int
    another: int
    private: bool = False
    from_anywhere: bool = False
    made_up: int | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)


_GONE = Page(_MISSING, _MISSING)
_OPEN = Page(200, 200)
_MINE = Page(_SEE_OTHER, 200, private=True)
_WAITING = {"idea_id": "waiting_idea"}

SITE: Mapping[str, Page] = {
    "GET /static/{digest}/{name}": _GONE,
    "GET /": _OPEN,
    "GET /contests/{contest_id}": _GONE,
    "GET /contests/{contest_id}/ideas": _GONE,
    "GET /contests/{contest_id}/standings": _GONE,
    "GET /contests/{contest_id}/standings/stream": _GONE,
    "GET /contests/{contest_id}/decision": _GONE,
    "POST /contests/{contest_id}/follow": Page(_SEE_OTHER, _MISSING, form={"wanted": "yes"}),
    "GET /contests/{contest_id}/ideas/new": Page(_SEE_OTHER, _MISSING),
    "POST /contests/{contest_id}/ideas": Page(
        _MISSING, _MISSING, form={"title": "Too early", "summary": "Nobody can know of it."}
    ),
    "POST /contests/{contest_id}/votes": Page(
        _SEE_OTHER, 409, form={"poll_id": "{poll_id}", "idea_id": "{won_idea}"}
    ),
    "POST /contests/{contest_id}/ballot": Page(
        _SEE_OTHER,
        409,
        form={"poll_id": "{poll_id}", "choice": "{won_idea}", "revision": "1"},
    ),
    "GET /ideas/{idea_id}": Page(_MISSING, _MISSING, private=True, ids=_WAITING),
    "GET /ideas/{idea_id}/card.png": Page(_MISSING, _MISSING, ids=_WAITING),
    "GET /ideas/{idea_id}/qr.svg": Page(_MISSING, _MISSING, ids=_WAITING),
    "GET /ideas/{idea_id}/edit": Page(_SEE_OTHER, _MISSING, private=True, ids=_WAITING),
    "POST /ideas/{idea_id}/edit": Page(
        _FORBIDDEN, _MISSING, ids=_WAITING, form={"title": "Mine", "summary": "Now.", "act": "save"}
    ),
    "POST /ideas/{idea_id}/comments": Page(
        _SEE_OTHER, _MISSING, ids=_WAITING, form={"text": "I see it.", "kind": "comment"}
    ),
    "POST /ideas/{idea_id}/appeal": Page(
        _SEE_OTHER, _MISSING, ids=_WAITING, form={"words": "Let it in."}
    ),
    "POST /ideas/{idea_id}/withdraw": Page(
        _SEE_OTHER, _MISSING, ids=_WAITING, form={"confirmed": "on"}
    ),
    "POST /ideas/{idea_id}/team": Page(_SEE_OTHER, _MISSING, ids=_WAITING, form={"wanted": "yes"}),
    "POST /ideas/{idea_id}/win": Page(_SEE_OTHER, _MISSING, ids=_WAITING, form={"wanted": "yes"}),
    "POST /ideas/{idea_id}/share": Page(_SEE_OTHER, _MISSING, ids=_WAITING),
    # A form that is read again leads to its idea, and tells nothing of it.
    **{
        f"GET /ideas/{{idea_id}}/{form}": Page(_SEE_OTHER, _SEE_OTHER, ids=_WAITING)
        for form in ("comments", "appeal", "withdraw", "team", "win", "share")
    },
    "GET /ideas/{idea_id}/report": Page(_SEE_OTHER, _MISSING, ids=_WAITING),
    "POST /ideas/{idea_id}/report": Page(
        _SEE_OTHER, _MISSING, ids=_WAITING, form={"code": "off-topic"}
    ),
    "GET /comments/{comment_id}/report": Page(_SEE_OTHER, _MISSING),
    "POST /comments/{comment_id}/report": Page(_SEE_OTHER, _MISSING, form={"code": "off-topic"}),
    "POST /comments/{comment_id}/delete": Page(_SEE_OTHER, _MISSING),
    "GET /media/{media_id}/{rendition}": _GONE,
    "GET /my-ideas": _MINE,
    "GET /account": _MINE,
    "POST /account": Page(
        _SEE_OTHER, _SEE_OTHER, form={"display_name": "", "locale": "de", "time_zone": "UTC"}
    ),
    "POST /account/preferences": Page(_SEE_OTHER, _SEE_OTHER),
    "GET /account/erasure": Page(_SEE_OTHER, 200),
    "POST /account/erasure": Page(_SEE_OTHER, 422, form={"confirmation": "no"}),
    "GET /account/erased": _OPEN,
    "GET /inbox": _MINE,
    "POST /inbox/{message_id}/read": Page(_SEE_OTHER, _MISSING),
    "GET /rewards": _MINE,
    "POST /rewards/{reward_id}/acceptance": Page(
        _SEE_OTHER, _MISSING, form={"accepted": "on", "terms_hash": "{terms_hash}"}
    ),
    "POST /rewards/{reward_id}/refusal": Page(_SEE_OTHER, _MISSING, form={"declined": "on"}),
    "GET /unsubscribe/{token}": _OPEN,
    "POST /unsubscribe/{token}": Page(_MISSING, _MISSING, from_anywhere=True),
    "GET /sign-in": Page(200, _SEE_OTHER),
    "POST /sign-in": Page(_FORBIDDEN, _FORBIDDEN, form={"email": "carol@elsewhere.example"}),
    "GET /sign-in/code": Page(_SEE_OTHER, _SEE_OTHER),
    "POST /sign-in/code": Page(_FORBIDDEN, _FORBIDDEN, form={"code": "123456"}),
    # The last of all: it ends the session. It looks at the form alone, not whose session it is.
    "POST /sign-out": Page(_SEE_OTHER, _SEE_OTHER, made_up=_FORBIDDEN),
}
