"""Every route of the service with who may use it, and a request that would succeed for them."""

from collections.abc import Set
from typing import Any, NamedTuple

from tests.integration.ideas.scene import Scene
from tests.integration.ideas.world import new_contest

MANAGER = frozenset({"manager"})
EDITORS = frozenset({"editor", "manager"})
ALL_STAFF = frozenset({"auditor", "editor", "finance", "juror", "manager"})
PARTICIPANT = frozenset({"participant"})
JUROR = frozenset({"juror"})
EXPERT = frozenset({"expert"})
UPLOADERS = EDITORS | PARTICIPANT
SPEAKERS = EDITORS | PARTICIPANT
ANYBODY: frozenset[str] = frozenset()
ROLES = ALL_STAFF | EXPERT | PARTICIPANT | {"integrator", "operator"}
WHY = "Polar ships are named for explorers."


class Route(NamedTuple):
    """A route with the `roles` that may use it; ANYBODY needs no token.

    `at` is the contest, idea or upload of its request. What is `of_one_brand` is nothing to other
    brands. A write `tells` of itself by an event. `opened` are the answers to who may.
    """

    method: str
    path: str
    roles: Set[str]
    at: str = ""
    body: Any = None
    of_one_brand: bool = True
    tells: bool = True
    opened: Set[int] = frozenset({200, 201})

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


ROUTES = [
    Route("GET", "/openapi.json", ANYBODY, of_one_brand=False),
    Route("GET", "/docs", ANYBODY, of_one_brand=False),
    Route("GET", "/docs/oauth2-redirect", ANYBODY, of_one_brand=False),
    Route("GET", "/problems/{slug}", ANYBODY, at="conflict", of_one_brand=False),
    Route("POST", "/v1/contests", MANAGER, body=new_contest(), of_one_brand=False),
    Route("GET", "/v1/contests", ANYBODY, of_one_brand=False),
    Route("GET", "/v1/contests/{contest_id}", ANYBODY, at="{draft}"),
    Route("PATCH", "/v1/contests/{contest_id}", MANAGER, at="{draft}", body={"title": "Boats"}),
    Route(
        "POST",
        "/v1/contests/{contest_id}/phase",
        MANAGER,
        at="{draft}",
        body={"to": "submission"},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/clone",
        MANAGER,
        at="{draft}",
    ),
    Route("GET", "/v1/contests/{contest_id}/entry-form", ANYBODY, at="{draft}"),
    Route("GET", "/v1/contests/{contest_id}/readiness", ALL_STAFF, at="{draft}"),
    Route("POST", "/v1/contests/{contest_id}/staff-briefing", MANAGER, at="{draft}"),
    Route("GET", "/v1/contests/{contest_id}/timers", ALL_STAFF, at="{draft}"),
    Route("POST", "/v1/contests/{contest_id}/preview", EDITORS, at="{draft}", tells=False),
    Route(
        "PUT",
        "/v1/contests/{contest_id}/guests",
        MANAGER,
        at="{draft}",
        body={"entries": [{"participant_id": "per_7"}]},
        tells=False,
    ),
    Route("GET", "/v1/contests/{contest_id}/guests", ALL_STAFF, at="{draft}"),
    Route(
        "DELETE",
        "/v1/contests/{contest_id}/guests/{participant_id}",
        MANAGER,
        at="{draft}/guests/per_8",
        tells=False,
        opened=frozenset({204}),
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/pause",
        MANAGER,
        at="{voting}",
        body={"reason": WHY},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/resume",
        MANAGER,
        at="{paused}",
        body={"reason": WHY},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/pilot/widen",
        MANAGER,
        at="{paused}",
        body={"reason": WHY},
    ),
    Route("GET", "/v1/templates", ANYBODY, of_one_brand=False),
    Route("GET", "/v1/templates/{name}", ANYBODY, at="regional", of_one_brand=False),
    Route(
        "POST",
        "/v1/contests/{contest_id}/ideas",
        PARTICIPANT,
        at="{open}",
        body={"title": "RRS Boaty", "summary": "Because."},
        of_one_brand=False,
    ),
    Route("GET", "/v1/contests/{contest_id}/ideas", ANYBODY, at="{draft}"),
    Route("GET", "/v1/ideas/{idea_id}", ANYBODY, at="{waiting}"),
    Route(
        "POST",
        "/v1/contests/{contest_id}/ideas/on-behalf",
        EDITORS,
        at="{open}",
        body={"title": "RRS Stall", "summary": "Told in person.", "participant_id": "per_9"},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/imports",
        MANAGER,
        at="{open}",
        body={"rows": [{"reference": "7", "title": "RRS Old", "summary": "Of 2012."}]},
    ),
    Route("GET", "/v1/me/ideas", PARTICIPANT, of_one_brand=False),
    Route(
        "PATCH",
        "/v1/ideas/{idea_id}",
        PARTICIPANT,
        at="{own}",
        body={"revision": 1, "title": "RRS Renamed"},
        of_one_brand=False,
    ),
    Route("POST", "/v1/ideas/{idea_id}/submit", PARTICIPANT, at="{own_draft}", of_one_brand=False),
    Route("POST", "/v1/ideas/{idea_id}/withdraw", PARTICIPANT, at="{own}", of_one_brand=False),
    Route("PUT", "/v1/ideas/{idea_id}/team/me", PARTICIPANT, at="{teamed}", of_one_brand=False),
    Route(
        "DELETE",
        "/v1/ideas/{idea_id}/team/me",
        PARTICIPANT,
        at="{teamed}",
        of_one_brand=False,
        tells=False,
        opened=frozenset({204}),
    ),
    Route("GET", "/v1/ideas/{idea_id}/revisions", ANYBODY, at="{waiting}"),
    Route("GET", "/v1/ideas/{idea_id}/lineage", ANYBODY, at="{waiting}"),
    Route("POST", "/v1/ideas/{idea_id}/approve", EDITORS, at="{waiting}", body={}),
    Route("POST", "/v1/ideas/{idea_id}/reject", EDITORS, at="{waiting}", body={"reason": WHY}),
    Route("POST", "/v1/ideas/{idea_id}/hold", EDITORS, at="{approved}", body={"reason": WHY}),
    Route(
        "POST",
        "/v1/ideas/{idea_id}/merge",
        EDITORS,
        at="{waiting}",
        body={"into_idea_id": "{approved}"},
    ),
    Route("POST", "/v1/ideas/{idea_id}/unmerge", EDITORS, at="{merged}", body={"reason": WHY}),
    Route("GET", "/v1/ideas/{idea_id}/merged", ANYBODY, at="{waiting}"),
    Route(
        "PUT",
        "/v1/ideas/{idea_id}/report",
        PARTICIPANT,
        at="{approved}",
        body={"reason_code": "advertising"},
        of_one_brand=False,
        tells=False,
        opened=frozenset({204}),
    ),
    Route(
        "PUT",
        "/v1/ideas/{idea_id}/appeal",
        PARTICIPANT,
        at="{rejected}",
        body={"words": WHY},
        of_one_brand=False,
        tells=False,
    ),
    Route("GET", "/v1/ideas/{idea_id}/appeal", ANYBODY, at="{appealed}"),
    Route(
        "POST",
        "/v1/ideas/{idea_id}/comments",
        SPEAKERS,
        at="{approved}",
        body={"text": "Would it float?"},
        of_one_brand=False,
        tells=False,
    ),
    Route("GET", "/v1/ideas/{idea_id}/comments", ANYBODY, at="{waiting}"),
    Route("GET", "/v1/comments/{comment_id}", ANYBODY, at="{held_comment}"),
    Route(
        "PATCH",
        "/v1/comments/{comment_id}",
        SPEAKERS,
        at="{comment}",
        body={"text": "Would it sail?"},
        tells=False,
    ),
    Route(
        "DELETE",
        "/v1/comments/{comment_id}",
        SPEAKERS,
        at="{comment}",
        tells=False,
        opened=frozenset({204}),
    ),
    Route("POST", "/v1/comments/{comment_id}/approve", EDITORS, at="{held_comment}", tells=False),
    Route(
        "POST",
        "/v1/comments/{comment_id}/reject",
        EDITORS,
        at="{held_comment}",
        body={"reason": WHY},
        tells=False,
    ),
    Route(
        "PUT",
        "/v1/comments/{comment_id}/report",
        PARTICIPANT,
        at="{comment}",
        body={"reason_code": "advertising"},
        of_one_brand=False,
        tells=False,
        opened=frozenset({204}),
    ),
    Route(
        "PUT",
        "/v1/comments/{comment_id}/appeal",
        PARTICIPANT,
        at="{rejected_comment}",
        body={"words": WHY},
        of_one_brand=False,
        tells=False,
    ),
    Route("GET", "/v1/comments/{comment_id}/appeal", ANYBODY, at="{appealed_comment}"),
    Route("GET", "/v1/moderation/queue", EDITORS, of_one_brand=False),
    Route(
        "POST", "/v1/moderation/claims", EDITORS, body={"count": 1}, of_one_brand=False, tells=False
    ),
    Route(
        "POST",
        "/v1/moderation/releases",
        EDITORS,
        body={"subject_ids": ["{waiting}"]},
        of_one_brand=False,
        tells=False,
    ),
    Route(
        "POST",
        "/v1/moderation/decisions",
        EDITORS,
        body={"decisions": [{"kind": "idea", "id": "{waiting}", "decision": "approve"}]},
        of_one_brand=False,
    ),
    Route("GET", "/v1/moderation/reports", EDITORS, of_one_brand=False),
    Route("GET", "/v1/moderation/acts", EDITORS | {"auditor"}, of_one_brand=False),
    Route("GET", "/v1/moderation/reasons", ANYBODY, of_one_brand=False),
    Route(
        "PUT",
        "/v1/contests/{contest_id}/shortlist",
        EDITORS,
        at="{open}",
        body={"idea_ids": ["{approved}"]},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/vetoes",
        MANAGER,
        at="{certified}",
        body={"idea_id": "{voted}", "reason": WHY},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/winners",
        MANAGER,
        at="{certified}",
        body={"idea_ids": ["{voted}"], "reason": WHY},
    ),
    Route("GET", "/v1/contests/{contest_id}/jury", ALL_STAFF, at="{judged}"),
    Route(
        "PUT",
        "/v1/contests/{contest_id}/jurors/{juror_id}",
        MANAGER,
        at="{judged}/jurors/jur_9",
        body={"office": "Design"},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/jurors/{juror_id}/replacement",
        MANAGER,
        at="{judged}/jurors/the_juror",
        body={"reason": WHY},
        tells=False,
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/rounds",
        MANAGER,
        at="{judged}",
        body={"name": "Second", "purpose": "shortlist"},
        tells=False,
    ),
    Route(
        "PATCH",
        "/v1/contests/{contest_id}/rounds/{round_id}",
        MANAGER,
        at="{judged}/rounds/{round}",
        body={"closes": "2199-01-01T12:00"},
        tells=False,
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/rounds/{round_id}/open",
        MANAGER,
        at="{judged}/rounds/{planned}",
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/rounds/{round_id}/close",
        MANAGER,
        at="{judged}/rounds/{round}",
        tells=False,
    ),
    Route(
        "GET",
        "/v1/contests/{contest_id}/rounds/{round_id}/ideas",
        JUROR,
        at="{judged}/rounds/{round}",
    ),
    Route(
        "PUT",
        "/v1/contests/{contest_id}/rounds/{round_id}/ideas/{idea_id}/scores",
        JUROR,
        at="{judged}/rounds/{round}/ideas/{contender}",
        body={"scores": {"Originality": 7, "Use": 8}},
        tells=False,
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/recusals",
        JUROR,
        at="{judged}",
        body={"idea_id": "{contender}", "reason": WHY},
        tells=False,
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/winners/{idea_id}/acceptance",
        PARTICIPANT,
        at="{won}/winners/{prize}",
        body={},
        of_one_brand=False,
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/winners/{idea_id}/refusal",
        PARTICIPANT,
        at="{won}/winners/{prize}",
        body={},
        of_one_brand=False,
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/winners/{idea_id}/dropout",
        MANAGER,
        at="{won}/winners/{prize}",
        body={"reason": WHY},
    ),
    Route(
        "POST",
        "/v1/contests/{contest_id}/milestones",
        MANAGER,
        at="{won}",
        body={"title": "First sample", "words": "It floats."},
    ),
    Route("GET", "/v1/contests/{contest_id}/reviews", ANYBODY, at="{draft}"),
    Route(
        "PUT",
        "/v1/contests/{contest_id}/reviews/{idea_id}",
        MANAGER | EXPERT,
        at="{ladder}/reviews/{climber}",
        body={"outcome": "declined", "reason": WHY},
    ),
    Route(
        "PUT",
        "/v1/contests/{contest_id}/reviews/{idea_id}/expert",
        MANAGER,
        at="{ladder}/reviews/{climber}",
        body={"expert_id": "another_expert", "office": "Maker of models"},
    ),
    Route(
        "DELETE",
        "/v1/contests/{contest_id}/reviews/{idea_id}/expert",
        MANAGER,
        at="{ladder}/reviews/{climber}",
        tells=False,
        opened=frozenset({204}),
    ),
    Route("GET", "/v1/me/reviews", EXPERT, of_one_brand=False),
    Route("GET", "/v1/contests/{contest_id}/decision", ANYBODY, at="{draft}"),
    Route(
        "POST",
        "/v1/contests/{contest_id}/amendments",
        MANAGER,
        at="{voting}",
        body={"reason": WHY, "poll_changed": {"poll_id": "{poll}", "paused": True}},
    ),
    Route("GET", "/v1/contests/{contest_id}/amendments", ANYBODY, at="{draft}"),
    Route(
        "POST",
        "/v1/uploads",
        UPLOADERS,
        body={
            "contest_id": "{open}",
            "name": "boat.pdf",
            "bytes": 9,
            "content_type": "application/pdf",
        },
        of_one_brand=False,
        tells=False,
    ),
    Route("GET", "/v1/uploads/{upload_id}", UPLOADERS, at="{upload}"),
    # A JSON body is what nobody's piece is.
    Route(
        "PATCH",
        "/v1/uploads/{upload_id}",
        UPLOADERS,
        at="{upload}",
        body={},
        tells=False,
        opened=frozenset({415}),
    ),
    Route(
        "DELETE",
        "/v1/uploads/{upload_id}",
        UPLOADERS,
        at="{upload}",
        tells=False,
        opened=frozenset({204}),
    ),
    Route(
        "POST",
        "/v1/uploads/{upload_id}/complete",
        UPLOADERS,
        at="{checked}",
        tells=False,
        opened=frozenset({202}),
    ),
    Route("GET", "/v1/media/{media_id}/{rendition}", ANYBODY, at="{checked}/original"),
    Route("GET", "/v1/ideas/{idea_id}/timeline", ANYBODY, at="{waiting}"),
    Route("GET", "/v1/ideas/{idea_id}/card", ANYBODY, at="{approved}", of_one_brand=False),
    Route("GET", "/v1/ideas/{idea_id}/card.png", ANYBODY, at="{approved}", of_one_brand=False),
    Route("GET", "/v1/ideas/{idea_id}/qr.svg", ANYBODY, at="{approved}", of_one_brand=False),
    Route(
        "POST",
        "/v1/ideas/{idea_id}/share-links",
        PARTICIPANT,
        at="{approved}",
        of_one_brand=False,
        tells=False,
    ),
    Route(
        "POST",
        "/v1/ideas/{idea_id}/visits",
        ANYBODY,
        at="{approved}",
        body={"via": "mail"},
        of_one_brand=False,
        tells=False,
        opened=frozenset({204}),
    ),
    Route("GET", "/v1/ideas/{idea_id}/sources", ALL_STAFF | PARTICIPANT, at="{waiting}"),
    Route("GET", "/v1/contests/{contest_id}/ideas/export", EDITORS | {"auditor"}, at="{draft}"),
]
WRITES = [route for route in ROUTES if route.method != "GET" and route.tells]


_PLACES = (
    "{contest_id}/guests/{participant_id}",
    "{contest_id}/jurors/{juror_id}",
    "{contest_id}/rounds/{round_id}/ideas/{idea_id}",
    "{contest_id}/rounds/{round_id}",
    "{contest_id}/winners/{idea_id}",
    "{contest_id}/reviews/{idea_id}",
    "{contest_id}",
    "{idea_id}",
    "{comment_id}",
    "{slug}",
    "{name}",
    "{upload_id}",
    "{media_id}/{rendition}",
)


def path_of(scene: Scene, route: Route) -> str:
    """The path of the route's request, to what it is at."""
    path = route.path
    for place in _PLACES:
        path = path.replace(place, route.at.format(**scene.ids))
    return path


async def statuses(scene: Scene, route: Route, roles: Set[str], **how: Any) -> dict[str, int]:
    """The status that each of the roles is answered with."""
    path, body = path_of(scene, route), scene.filled(route.body)
    found = {}
    for role in sorted(roles):
        by = None if role == "nobody" else role
        answer = await scene.world.send(route.method, path, body, by=by, if_match="*", **how)
        found[role] = answer.status_code
    return found
