"""Every route of every service: who may call it, and what strangers get.

The paths are filled with things of a House: {contest_id} is its draft unless said otherwise. A
route that shows different things by its query, or on another thing, comes once more with a query.
"""

from collections.abc import Mapping

from groundswell_kit.access import EXPERT
from tests.support.doors import (
    FINANCE,
    STAFF,
    Door,
    brands,
    brands_or_operators,
    closed,
    hidden,
    mailers,
    own,
    persons,
    public,
)
from tests.support.house import OPERATOR
from tests.support.ideas_table import DECIDED, IDEAS, OPEN

__all__ = ["BALLOT_BOX", "IDEAS", "IDENTITY", "NOTIFICATIONS", "REWARDS", "VOTING", "Table"]

Table = Mapping[str, Door]

_EXPLANATION = {"GET /problems/{slug}": public()}

VOTING: Table = _EXPLANATION | {
    "GET /v1/polls/{poll_id}": public(),
    "GET /v1/polls/{poll_id}/standings": public(),
    "GET /v1/polls/{poll_id}/standings/ideas/{idea_id}": public(ids={"idea_id": "won_idea"}),
    "GET /v1/polls/{poll_id}/standings/history?idea_id={won_idea}": public(),
    "GET /v1/polls/{poll_id}/standings/stream": public(),
    "GET /v1/polls/{poll_id}/ladder/{idea_id}": public(opened=404, ids={"idea_id": "won_idea"}),
    "POST /v1/polls/{poll_id}/outside-figures": brands(
        "manager",
        body={
            "label": "Instagram",
            "taken_at": "2026-11-22T10:00:00Z",
            "figures": [{"idea_id": "{won_idea}", "votes": 7}],
        },
    ),
    "GET /v1/polls/{poll_id}/outside-figures": public(),
    "GET /v1/polls/{poll_id}/tally": public(),
    "GET /v1/polls/{poll_id}/ballot": own("participant"),
    "POST /v1/polls/{poll_id}/passes": own("participant", opened=409),
    "PUT /v1/polls/{poll_id}/roll": brands(
        "manager", body={"entries": [{"participant_id": "{caller}"}]}
    ),
    "GET /v1/polls/{poll_id}/roll": brands(*STAFF),
    "DELETE /v1/polls/{poll_id}/roll/{participant_id}": brands(
        "manager", opened=204, ids={"participant_id": "person_id"}
    ),
    "GET /v1/polls/{poll_id}/set-asides": public(),
    "POST /v1/polls/{poll_id}/set-asides": brands(
        "manager", body={"case": "c-1", "reason": "No.", "voters": ["nobody"]}
    ),
    "POST /v1/polls/{poll_id}/reinstatements": brands(
        "manager", body={"case": "c-1", "reason": "No.", "voters": ["nobody"]}
    ),
    "GET /v1/receipts/{vote_id}": hidden(author=True, no_token=401),
}

# It takes ballot passes, and no token of an issuer.
BALLOT_BOX: Table = {
    "POST /v1/polls/{poll_id}/votes": closed(to_others=401, body={"idea_id": "{won_idea}"}),
    "PUT /v1/polls/{poll_id}/ballot": closed(
        to_others=401, body={"idea_ids": ["{won_idea}"], "revision": 1}
    ),
}

NOTIFICATIONS: Table = _EXPLANATION | {
    "GET /v1/inbox": own("participant", *STAFF, EXPERT),
    "POST /v1/inbox/{message_id}/read": persons(*STAFF, EXPERT),
    "GET /v1/follows": own("participant"),
    "GET /v1/follows/{contest_id}": own("participant", ids=OPEN),
    "PUT /v1/follows/{contest_id}": own("participant", ids=DECIDED),
    "DELETE /v1/follows/{contest_id}": own("participant", opened=204, ids=OPEN),
    "GET /v1/preferences": own("participant", *STAFF, EXPERT),
    "PUT /v1/preferences": own("participant", *STAFF, EXPERT, opened=422, body={}),
    "POST /v1/unsubscribes/{token}": public(404),
}

REWARDS: Table = _EXPLANATION | {
    "GET /v1/statements/me": own("participant"),
    "GET /v1/rewards/{reward_id}": hidden(*FINANCE, author=True, no_token=401),
    "POST /v1/rewards/{reward_id}/acceptance": persons(body={"terms_hash": "{terms_hash}"}),
    "POST /v1/rewards/{reward_id}/refusal": persons(),
    "GET /v1/contests/{contest_id}/rewards": brands(*FINANCE, ids=DECIDED),
    "GET /v1/contests/{contest_id}/ledger-entries": brands(*FINANCE, ids=DECIDED),
}

_LEADS = "manager"

IDENTITY: Table = _EXPLANATION | {
    "GET /.well-known/jwks.json": public(),
    "POST /v1/sign-ins": public(201, body={"email": "{caller}@asks.example"}),
    "POST /v1/sign-ins/{sign_in_id}/code": public(400, body={"code": "123456"}),
    "POST /v1/staff-sign-ins": public(
        422,
        body={"provider": "none", "brand_id": "{brand_id}", "redirect_uri": "https://a.example"},
    ),
    "POST /v1/staff-sign-ins/{sign_in_id}/code": public(400, body={"code": "c", "state": "s"}),
    "POST /v1/token": public(400, form={"grant_type": "refresh_token", "refresh_token": "none"}),
    "POST /v1/revocations": public(form={"token": "none"}),
    "POST /v1/brands": own(OPERATOR, opened=422, body={}),
    "GET /v1/brands/{brand_id}": brands_or_operators(*STAFF),
    "PUT /v1/brands/{brand_id}/members": brands_or_operators(
        _LEADS, body={"email": "{caller}@intrudes.example", "roles": ["manager"]}
    ),
    "GET /v1/brands/{brand_id}/members": brands_or_operators(_LEADS),
    "DELETE /v1/brands/{brand_id}/members/{member_id}": brands_or_operators(_LEADS),
    "GET /v1/brands/{brand_id}/members/{member_id}/address": mailers(),
    "POST /v1/brands/{brand_id}/captures": brands(
        "editor", "manager", opened=201, body={"email": "{caller}@stall.example"}
    ),
    "GET /v1/brands/{brand_id}/captures": brands("auditor", "manager"),
    "POST /v1/brands/{brand_id}/clients": brands_or_operators(
        _LEADS, body={"name": "{caller}", "scopes": ["sales:write"]}
    ),
    "GET /v1/brands/{brand_id}/clients": brands_or_operators(_LEADS),
    "DELETE /v1/brands/{brand_id}/clients/{client_id}": brands_or_operators(_LEADS),
    "GET /v1/people/{person_id}/address": mailers(),
    "GET /v1/me": own("participant"),
    "PATCH /v1/me": own("participant", body={"locale": "de"}),
    # The last of all: it is Bob's end.
    "DELETE /v1/me": own("participant", opened=204),
}
