"""Every route of the ideas service: who may call it, and what strangers get.

Read together with the tables of the other services, which `route_table` holds.
"""

from groundswell_kit.access import EXPERT
from tests.support.doors import STAFF, Door, brands, closed, hidden, own, persons, public, shown
from tests.support.house import Caller, House

OPEN = {"contest_id": "open"}
DECIDED = {"contest_id": "decided"}
WAITING = {"idea_id": "waiting_idea"}
REFUSED = {"idea_id": "refused_idea"}
UNFINISHED = {"idea_id": "draft_idea"}

# Whoever may begin an upload or say something; each goes on with their own, and these are Ada's.
_SENDERS = frozenset({"participant", "editor", "manager"})


def _sends(house: House, caller: Caller) -> bool:
    return caller.person is not None or caller.brand == house.ids["brand_id"]


def _sent(house: House, caller: Caller) -> bool:
    return caller.person == house.ada.id


def _speaks(house: House, caller: Caller) -> bool:
    return caller.person == house.ada.id or caller.brand == house.ids["brand_id"]


IDEAS = {
    "GET /problems/{slug}": public(),
    "POST /v1/contests": own("manager", opened=201, body={"title": "Other", "vote": "advisory"}),
    "GET /v1/contests": shown(),
    "GET /v1/contests/{contest_id}": hidden(*STAFF),
    "PATCH /v1/contests/{contest_id}": brands("manager", body={"title": "Changed"}),
    "POST /v1/contests/{contest_id}/phase": brands("manager", body={"to": "submission"}),
    "POST /v1/contests/{contest_id}/clone": brands("manager", opened=201),
    "GET /v1/contests/{contest_id}/entry-form": hidden(*STAFF),
    "GET /v1/contests/{contest_id}/readiness": brands(*STAFF),
    "POST /v1/contests/{contest_id}/staff-briefing": brands("manager"),
    "GET /v1/contests/{contest_id}/timers": brands(*STAFF),
    "POST /v1/contests/{contest_id}/preview": brands("editor", "manager", opened=201),
    "PUT /v1/contests/{contest_id}/guests": brands(
        "manager", body={"entries": [{"participant_id": "{person_id}"}]}
    ),
    "GET /v1/contests/{contest_id}/guests": brands(*STAFF),
    "DELETE /v1/contests/{contest_id}/guests/{participant_id}": brands(
        "manager", opened=404, ids={"participant_id": "person_id"}
    ),
    "POST /v1/contests/{contest_id}/pause": brands("manager", opened=409, body={"reason": "No."}),
    "POST /v1/contests/{contest_id}/resume": brands("manager", opened=409, body={"reason": "No."}),
    "POST /v1/contests/{contest_id}/pilot/widen": brands(
        "manager", opened=409, body={"reason": "No."}
    ),
    "GET /v1/templates": public(),
    "GET /v1/templates/{name}": public(404, ids={"name": "slug"}),
    "POST /v1/contests/{contest_id}/ideas": closed(
        "participant", body={"title": "Too early", "summary": "Nobody can know of it yet."}
    ),
    "GET /v1/contests/{contest_id}/ideas": hidden(*STAFF),
    "GET /v1/contests/{contest_id}/ideas?limit=100": shown(ids=OPEN),
    "GET /v1/contests/{contest_id}/ideas?status=submitted": hidden(
        *STAFF, no_token=403, to_others=403, ids=OPEN
    ),
    "GET /v1/ideas/{idea_id}": hidden(*STAFF, author=True, ids=WAITING),
    "POST /v1/contests/{contest_id}/ideas/on-behalf": brands(
        "editor",
        "manager",
        opened=409,
        body={"title": "Too early", "summary": "Told in person.", "participant_id": "{person_id}"},
    ),
    "GET /v1/me/ideas": own("participant"),
    # A draft is for its people alone: the brand's staff are strangers to it.
    "GET /v1/ideas/{idea_id}?of=draft": hidden(author=True, ids=UNFINISHED),
    "GET /v1/ideas/{idea_id}/revisions?of=draft": hidden(author=True, ids=UNFINISHED),
    "GET /v1/ideas/{idea_id}/lineage?of=draft": hidden(author=True, ids=UNFINISHED),
    "GET /v1/ideas/{idea_id}/comments?of=draft": hidden(author=True, ids=UNFINISHED),
    "POST /v1/ideas/{idea_id}/approve?of=draft": closed(
        "editor", "manager", ids=UNFINISHED, body={}
    ),
    "PATCH /v1/ideas/{idea_id}?of=draft": persons(ids=UNFINISHED, body={"revision": 1}),
    "POST /v1/ideas/{idea_id}/submit?of=draft": persons(ids=UNFINISHED),
    "POST /v1/ideas/{idea_id}/withdraw?of=draft": persons(ids=UNFINISHED),
    "PATCH /v1/ideas/{idea_id}": persons(ids=WAITING, body={"revision": 1}),
    "POST /v1/ideas/{idea_id}/submit": persons(ids=WAITING),
    "POST /v1/ideas/{idea_id}/withdraw": persons(ids=WAITING),
    "PUT /v1/ideas/{idea_id}/team/me": persons(opened=403, ids=WAITING),
    "DELETE /v1/ideas/{idea_id}/team/me": persons(opened=403, ids=WAITING),
    "GET /v1/ideas/{idea_id}/revisions": hidden(*STAFF, author=True, ids=WAITING),
    "GET /v1/ideas/{idea_id}/lineage": hidden(*STAFF, author=True, ids=WAITING),
    "POST /v1/ideas/{idea_id}/approve": brands("editor", "manager", ids=WAITING, body={}),
    "POST /v1/ideas/{idea_id}/reject": brands(
        "editor", "manager", ids=WAITING, body={"reason": "No."}
    ),
    "POST /v1/ideas/{idea_id}/hold": brands(
        "editor", "manager", opened=409, ids=WAITING, body={"reason": "No."}
    ),
    "POST /v1/ideas/{idea_id}/merge": brands(
        "editor", "manager", opened=422, ids=WAITING, body={"into_idea_id": "{won_idea}"}
    ),
    "POST /v1/ideas/{idea_id}/unmerge": brands(
        "editor", "manager", opened=409, ids=WAITING, body={"reason": "No."}
    ),
    "GET /v1/ideas/{idea_id}/merged": hidden(*STAFF, author=True, ids=WAITING),
    "PUT /v1/ideas/{idea_id}/report": closed(
        "participant", ids=WAITING, body={"reason_code": "advertising"}
    ),
    "PUT /v1/ideas/{idea_id}/appeal": persons(opened=409, ids=WAITING, body={"words": "Why?"}),
    "GET /v1/ideas/{idea_id}/appeal": closed(no_token=404, ids=WAITING),
    "PUT /v1/ideas/{idea_id}/appeal?of=refused": persons(ids=REFUSED, body={"words": "Why?"}),
    "GET /v1/ideas/{idea_id}/appeal?of=refused": hidden(*STAFF, author=True, ids=REFUSED),
    "GET /v1/ideas/{idea_id}?of=refused": hidden(*STAFF, author=True, ids=REFUSED),
    "POST /v1/ideas/{idea_id}/comments": Door(
        _speaks, _SENDERS, opened=409, ids=WAITING, body={"text": "Would it float?"}
    ),
    "GET /v1/ideas/{idea_id}/comments": hidden(*STAFF, author=True, ids=WAITING),
    "GET /v1/comments/{comment_id}": hidden(*STAFF, author=True),
    "PATCH /v1/comments/{comment_id}": Door(_sent, _SENDERS, body={"text": "Would it sail?"}),
    "PUT /v1/comments/{comment_id}/report": closed(
        "participant", body={"reason_code": "advertising"}
    ),
    "PUT /v1/comments/{comment_id}/appeal": persons(opened=409, body={"words": "Why?"}),
    "GET /v1/comments/{comment_id}/appeal": closed(no_token=404),
    "POST /v1/comments/{comment_id}/reject": brands("editor", "manager", body={"reason": "No."}),
    "POST /v1/comments/{comment_id}/approve": brands("editor", "manager"),
    "DELETE /v1/comments/{comment_id}": Door(_sent, _SENDERS, opened=204),
    "GET /v1/moderation/queue": own("editor", "manager"),
    "POST /v1/moderation/claims": own("editor", "manager", body={"count": 1}),
    "POST /v1/moderation/releases": own(
        "editor", "manager", body={"subject_ids": ["{waiting_idea}"]}
    ),
    "POST /v1/moderation/decisions": own(
        "editor",
        "manager",
        body={"decisions": [{"kind": "idea", "id": "idea_none", "decision": "approve"}]},
    ),
    "GET /v1/moderation/reports": own("editor", "manager"),
    "GET /v1/moderation/acts": own("auditor", "editor", "manager"),
    "GET /v1/moderation/reasons": public(),
    "PUT /v1/contests/{contest_id}/shortlist": brands(
        "editor", "manager", body={"idea_ids": ["{waiting_idea}"]}
    ),
    "POST /v1/contests/{contest_id}/vetoes": brands(
        "manager", ids=DECIDED, body={"idea_id": "{won_idea}", "reason": "No."}
    ),
    "POST /v1/contests/{contest_id}/winners": brands(
        "manager", ids=DECIDED, body={"idea_ids": ["{won_idea}"], "reason": "Yes."}
    ),
    "GET /v1/contests/{contest_id}/jury": brands(*STAFF),
    "PUT /v1/contests/{contest_id}/jurors/{juror_id}": brands(
        "manager", opened=409, ids={"juror_id": "person_id"}, body={"office": "Design"}
    ),
    "POST /v1/contests/{contest_id}/jurors/{juror_id}/replacement": brands(
        "manager", opened=404, ids={"juror_id": "person_id"}, body={"reason": "No."}
    ),
    "POST /v1/contests/{contest_id}/rounds": brands(
        "manager", opened=409, body={"name": "First", "purpose": "winners"}
    ),
    "PATCH /v1/contests/{contest_id}/rounds/{round_id}": brands("manager", opened=404, body={}),
    "POST /v1/contests/{contest_id}/rounds/{round_id}/open": brands("manager", opened=404),
    "POST /v1/contests/{contest_id}/rounds/{round_id}/close": brands("manager", opened=404),
    "GET /v1/contests/{contest_id}/rounds/{round_id}/ideas": brands(
        "juror", ids={"contest_id": "judged"}
    ),
    "PUT /v1/contests/{contest_id}/rounds/{round_id}/ideas/{idea_id}/scores": brands(
        "juror", opened=404, ids=WAITING, body={"scores": {"Use": 7}}
    ),
    "POST /v1/contests/{contest_id}/recusals": brands(
        "juror", opened=404, body={"idea_id": "{waiting_idea}", "reason": "No."}
    ),
    "POST /v1/contests/{contest_id}/winners/{idea_id}/dropout": brands(
        "manager", opened=404, ids=DECIDED | WAITING, body={"reason": "No."}
    ),
    "POST /v1/contests/{contest_id}/winners/{idea_id}/refusal": persons(
        opened=404, ids=DECIDED | WAITING, body={}
    ),
    "POST /v1/contests/{contest_id}/winners/{idea_id}/acceptance": persons(
        opened=404, ids=DECIDED | WAITING, body={}
    ),
    "POST /v1/contests/{contest_id}/milestones": brands(
        "manager", opened=409, body={"title": "Too early", "words": "Nothing is won."}
    ),
    "GET /v1/contests/{contest_id}/reviews": hidden(*STAFF),
    "PUT /v1/contests/{contest_id}/reviews/{idea_id}": brands(
        "manager", EXPERT, opened=404, ids=WAITING, body={"outcome": "declined", "reason": "No."}
    ),
    "PUT /v1/contests/{contest_id}/reviews/{idea_id}/expert": brands(
        "manager", opened=404, ids=WAITING, body={"expert_id": "exp_1", "office": "No."}
    ),
    "DELETE /v1/contests/{contest_id}/reviews/{idea_id}/expert": brands(
        "manager", opened=404, ids=WAITING
    ),
    "GET /v1/me/reviews": own(EXPERT),
    "GET /v1/contests/{contest_id}/decision": public(404),
    "POST /v1/contests/{contest_id}/amendments": brands(
        "manager",
        body={"reason": "No.", "poll_changed": {"poll_id": "{poll_id}", "paused": True}},
    ),
    "GET /v1/contests/{contest_id}/amendments": hidden(*STAFF),
    "GET /v1/contests/{contest_id}/amendments?limit=100": shown(ids=OPEN),
    "POST /v1/uploads": Door(
        _sends,
        _SENDERS,
        opened=201,
        private=False,
        body={
            "contest_id": "{open}",
            "name": "boat.pdf",
            "bytes": 9,
            "content_type": "application/pdf",
        },
    ),
    "GET /v1/uploads/{upload_id}": Door(_sent, _SENDERS),
    "HEAD /v1/uploads/{upload_id}": Door(_sent, _SENDERS),
    "PATCH /v1/uploads/{upload_id}": Door(_sent, _SENDERS, opened=204),
    "DELETE /v1/uploads/{upload_id}": Door(_sent, _SENDERS, opened=204),
    "POST /v1/uploads/{upload_id}/complete": Door(_sent, _SENDERS, opened=202),
    "GET /v1/media/{media_id}/{rendition}": hidden(*STAFF, author=True, private=False),
    "GET /v1/ideas/{idea_id}/timeline": hidden(*STAFF, author=True, ids=WAITING),
    "GET /v1/ideas/{idea_id}/timeline?of=draft": hidden(author=True, ids=UNFINISHED),
    "GET /v1/ideas/{idea_id}/card": public(404, ids=WAITING),
    "GET /v1/ideas/{idea_id}/card.png": public(404, ids=WAITING),
    "GET /v1/ideas/{idea_id}/qr.svg": public(404, ids=WAITING),
    "POST /v1/ideas/{idea_id}/share-links": closed("participant", ids=WAITING),
    "POST /v1/ideas/{idea_id}/visits": public(404, ids=WAITING, body={"via": "mail"}),
    "GET /v1/ideas/{idea_id}/sources": Door(
        _speaks, frozenset({"participant", *STAFF}), ids=WAITING
    ),
    "GET /v1/contests/{contest_id}/ideas/export": brands(
        "auditor", "editor", "manager", private=False
    ),
    "POST /v1/contests/{contest_id}/imports": brands(
        "manager",
        body={"rows": [{"reference": "1", "title": "Told early", "summary": "In a letter."}]},
    ),
}
