"""A brand and a person with things of their own, and everybody who might want to see them."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from groundswell_kit.access import EXPERT, STAFF_ROLES
from groundswell_local.installation import Installation
from groundswell_local.issuer import LocalIssuer
from tests.support.people import Person, machine_token, sign_in
from tests.support.pictures import PDF
from tests.support.story import BRAND, Story

RIVAL = "brand_rival"

OPERATOR = "operator"
ADDRESSES = "addresses:read"
REWARD_PLAN = {"per_winner": {"amount_minor": 70_000, "currency": "GBP"}, "terms": "In a month."}
HIDDEN_TERMS = "Nobody is to know of the sapphire before spring."

BOB_HEARS = Counter(
    ("idea_received", "idea_approved", "idea_shortlisted", "voting_opened", "result_published")
)
ADA_HEARS = (
    BOB_HEARS
    + Counter(idea_received=3, idea_approved=1, idea_shortlisted=1, idea_rejected=1)
    + Counter(won=2, reward_offered=2, reward_granted=1)
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who sends requests, as a service sees them; without `roles` the token is no good.

    `brand` and `person` are whose things are theirs.
    """

    name: str
    headers: dict[str, str]
    roles: frozenset[str] = frozenset()
    brand: str | None = None
    person: str | None = None
    scopes: frozenset[str] = frozenset()


@dataclass(slots=True)
class House:
    """What is there to be seen: ids by the name that paths give them, texts that are private."""

    groundswell: Installation
    ada: Person
    bob: Person
    callers: list[Caller]
    ids: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    draft_version: str = ""

    def is_owner(self, caller: Caller) -> bool:
        """Whether the caller is on the side of those whose things these are.

        A brand's staff is; its machines, and the experts whom it asks, are not.
        """
        on_staff = caller.brand == BRAND and not caller.roles.isdisjoint(STAFF_ROLES)
        mine = on_staff or caller.person == self.ada.id
        return mine or OPERATOR in caller.roles or ADDRESSES in caller.scopes


async def build_house(groundswell: Installation, state: Path, http: httpx2.AsyncClient) -> House:
    """The brand of the story, a rival, and two people; Ada's things and the brand's are secret.

    The brand has a draft, a contest with an idea of Ada's that waits for its editor, one that was
    turned down and one that she has not handed in, and a contest that Ada won twice: one reward is
    accepted, the other still offered. Bob took part in it too.
    """
    identity = groundswell.identity_url
    ada = await sign_in(http, identity, state, "ada.lovelace@hidden-address.example")
    bob = await sign_in(http, identity, state, "bob@elsewhere.example")
    house = House(groundswell, ada, bob, [])
    await _name(http, identity, ada, "Augusta Ada the Countess")
    house.secrets |= {ada.address, "Augusta Ada the Countess"}
    house.ids |= {"person_id": ada.id, "slug": "not-found", "token": "none", "sign_in_id": "none"}
    machines = await _found_brands(house, http)
    house.callers = _callers(groundswell, state, ada, bob, machines)
    house.callers.append(await _notifications(http, identity, state))
    await _lead_contests(house, http)
    return house


async def _name(http: httpx2.AsyncClient, identity: str, person: Person, name: str) -> None:
    body = {"display_name": name}
    answer = await http.patch(f"{identity}/v1/me", headers=person.headers, json=body)
    assert answer.status_code == 200, answer.text


async def _found_brands(house: House, http: httpx2.AsyncClient) -> dict[str, str]:
    """Both brands with a member and a machine; the machines' tokens by brand."""
    issuer = house.groundswell.issuer
    tokens = {}
    for brand in (BRAND, RIVAL):
        operator = _bearer(issuer.mint("operator_1", [OPERATOR]))
        manager = _bearer(issuer.mint(f"{brand}_manager", ["manager"], brand))
        brands = f"{house.groundswell.identity_url}/v1/brands"
        title, member = f"The house of {brand}", f"staff@{brand.replace('_', '-')}.example"
        await _made(http.post(brands, headers=operator, json={"id": brand, "name": title}))
        invitation = {"email": member, "roles": ["manager"]}
        invited = await _made(
            http.put(f"{brands}/{brand}/members", headers=manager, json=invitation)
        )
        wanted = {"name": f"shop of {brand}", "scopes": ["events:read", "sales:write"]}
        client = await _made(http.post(f"{brands}/{brand}/clients", headers=manager, json=wanted))
        tokens[brand] = await machine_token(
            http, house.groundswell.identity_url, client["client_id"], client["client_secret"]
        )
        if brand == BRAND:
            await _capture(house, http, f"{brands}/{brand}/captures")
            house.ids |= {"brand_id": brand, "member_id": invited["id"]}
            house.ids["client_id"] = client["client_id"]
            house.secrets |= {
                title,
                member,
                str(wanted["name"]),
                invited["id"],
                client["client_id"],
            }
    return tokens


async def _capture(house: House, http: httpx2.AsyncClient, url: str) -> None:
    """Somebody whom an editor has met at a stall, and the trail of it."""
    editor = _bearer(house.groundswell.issuer.mint(f"{BRAND}_editor", ["editor"], BRAND))
    told = {"email": "met.at.the.stall@hidden-address.example"}
    captured = await _made(http.post(url, headers=editor, json=told))
    house.secrets |= {captured["id"], captured["person_id"]}


def _callers(
    groundswell: Installation, state: Path, ada: Person, bob: Person, machines: dict[str, str]
) -> list[Caller]:
    issuer, forger = groundswell.issuer, LocalIssuer(state / "forger")
    every_role = ["participant", OPERATOR, *STAFF_ROLES, EXPERT]
    expired = issuer.mint(ada.id, every_role, BRAND, ttl_seconds=-3600)
    forged = forger.mint(ada.id, every_role, BRAND, scopes=[ADDRESSES])
    callers = [
        Caller("no token", {}),
        Caller("expired token", _bearer(expired)),
        Caller("forged token", _bearer(forged)),
        Caller("refresh token", _bearer(ada.refresh_token)),
        Caller("Ada", ada.headers, frozenset({"participant"}), person=ada.id),
        Caller("Bob", bob.headers, frozenset({"participant"}), person=bob.id),
        Caller(OPERATOR, _bearer(issuer.mint("operator_1", [OPERATOR])), frozenset({OPERATOR})),
    ]
    for brand in (BRAND, RIVAL):
        for role in (*STAFF_ROLES, EXPERT):
            token = issuer.mint(f"{brand}_{role}", [role], brand)
            callers.append(Caller(f"{role} of {brand}", _bearer(token), frozenset({role}), brand))
        machine = _bearer(machines[brand])
        callers.append(Caller(f"machine of {brand}", machine, frozenset({"integrator"}), brand))
    return callers


async def _notifications(http: httpx2.AsyncClient, identity: str, state: Path) -> Caller:
    """The one machine that may know where people live."""
    secrets = json.loads((state / "secrets.json").read_text())
    secret = secrets["GROUNDSWELL_NOTIFICATIONS_CLIENT_SECRET"]
    headers = _bearer(await machine_token(http, identity, "notifications", secret))
    roles, scopes = frozenset({"integrator"}), frozenset({ADDRESSES})
    return Caller("notifications", headers, roles, scopes=scopes)


async def _lead_contests(house: House, http: httpx2.AsyncClient) -> None:
    groundswell, ada, ids = house.groundswell, house.ada, house.ids
    story = Story(groundswell.ideas_url, groundswell.voting_url, groundswell.issuer, http)
    plan = REWARD_PLAN | {"terms": HIDDEN_TERMS}
    ids["contest_id"] = await story.draft_contest("Operation Sapphire", plan)
    house.secrets |= {"Operation Sapphire", HIDDEN_TERMS, ids["contest_id"]}
    house.draft_version = (await story.version())["If-Match"]
    await story.open_contest("Name our pizza")
    ids["open"] = story.contest_id
    ids["waiting_idea"] = await story.submit("Quattro Segreti", ada.headers)
    house.secrets |= {"Quattro Segreti", ids["waiting_idea"]}
    await _hold_back(house, story)
    ids["media_id"] = ids["upload_id"] = await _upload(house, story, ids["open"])
    ids["rendition"] = "original"
    house.secrets.add(ids["upload_id"])
    await _seat_jury(house, story)
    await _decide_contest(house, story)
    await _note_private_things(house, http)


async def _hold_back(house: House, story: Story) -> None:
    """What nobody shall read: Ada's draft, and what she says against an editor's decision."""
    ideas, headers = f"{house.groundswell.ideas_url}/v1/ideas", house.ada.headers
    body = {"title": "Torta Incompiuta", "summary": "The basil is yet to come.", "draft": True}
    contest = f"{house.groundswell.ideas_url}/v1/contests/{story.contest_id}/ideas"
    draft = await _made(story.http.post(contest, headers=headers, json=body))
    refused = await story.submit("Calzone Vietato", headers)
    why = {"reason": "We know this one."}
    await _made(
        story.http.post(f"{ideas}/{refused}/reject", headers=story.staff("editor"), json=why)
    )
    words = {"words": "My grandmother had it first."}
    await _made(story.http.put(f"{ideas}/{refused}/appeal", headers=headers, json=words))
    house.ids |= {"draft_idea": draft["id"], "refused_idea": refused}
    house.secrets |= {str(body["title"]), str(body["summary"]), draft["id"]}
    house.secrets |= {"Calzone Vietato", refused}
    house.secrets |= {words["words"], why["reason"]}


async def _upload(house: House, story: Story, contest_id: str) -> str:
    """A document of Ada's that was checked, and that nothing uses yet."""
    uploads, headers = f"{house.groundswell.ideas_url}/v1/uploads", house.ada.headers
    announced = {
        "contest_id": contest_id,
        "name": "secrets.pdf",
        "bytes": len(PDF),
        "content_type": "application/pdf",
    }
    begun = await _made(story.http.post(uploads, headers=headers, json=announced))
    url = f"{uploads}/{begun['upload_id']}"
    piece = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sent = await story.http.patch(url, headers=headers | piece, content=PDF)
    assert sent.is_success, sent.text
    await _made(story.http.post(f"{url}/complete", headers=headers))
    await story.until(url, lambda upload: upload["state"] == "ready", headers)
    return str(begun["upload_id"])


async def _seat_jury(house: House, story: Story) -> None:
    """A contest in which the brand's juror is to score, in a round that nobody has opened."""
    headers = story.staff("manager")
    await story.open_contest(
        "Name our car",
        template="themed-contest",
        categories=["Comfort"],
        people=["The design team"],
        reward_budget={"amount_minor": 900_000, "currency": "GBP"},
    )
    contest = f"{house.groundswell.ideas_url}/v1/contests/{story.contest_id}"
    juror = f"{contest}/jurors/{BRAND}_juror"
    await _made(story.http.put(juror, headers=headers, json={"office": "The design team"}))
    body = {"name": "First", "purpose": "shortlist"}
    planned = await _made(story.http.post(f"{contest}/rounds", headers=headers, json=body))
    house.ids |= {"judged": story.contest_id, "round_id": planned["id"]}


async def _decide_contest(house: House, story: Story) -> None:
    """Ada's two ideas win; she votes for one of them, and accepts one reward."""
    box = house.groundswell.ballot_box_url
    await story.open_contest("Name our shoe", REWARD_PLAN)
    house.ids["decided"] = story.contest_id
    won = [await story.submit_and_approve(t, house.ada.headers) for t in ("Stride", "Amble")]
    lost = await story.submit_and_approve("Stumble", house.bob.headers)
    await story.shortlist([*won, lost])
    await story.open_voting()
    house.ids["poll_id"] = story.poll_id
    house.ids["vote_id"] = await story.vote(box, house.ada.headers, won[0])
    await story.vote(box, house.bob.headers, lost)
    await story.move_to("deliberation")
    await story.certified_tally()
    await story.select(won[0], "They walk well.", won[1])
    await story.move_to("decided")
    house.ids["won_idea"] = won[0]
    house.ids["comment_id"] = await _comment(house, story, won[0])
    rewards = await _statement(house, story, lambda page: len(page["rewards"]) == 2)
    accepted, offered = rewards["rewards"]
    house.ids["reward_id"], house.ids["terms_hash"] = offered["id"], offered["terms_hash"]
    url = f"{house.groundswell.rewards_url}/v1/rewards/{accepted['id']}/acceptance"
    body = {"terms_hash": accepted["terms_hash"]}
    await _made(story.http.post(url, headers=house.ada.headers, json=body))


async def _comment(house: House, story: Story, idea_id: str) -> str:
    """What Ada has to say, which waits for an editor."""
    url = f"{house.groundswell.ideas_url}/v1/ideas/{idea_id}/comments"
    said = {"text": "I drew it in the Hebrides."}
    comment = await _made(story.http.post(url, headers=house.ada.headers, json=said))
    house.secrets |= {said["text"], comment["id"]}
    return str(comment["id"])


async def _statement(house: House, story: Story, holds: Any) -> dict[str, Any]:
    url = f"{house.groundswell.rewards_url}/v1/statements/me"
    return await story.until(url, holds, house.ada.headers)


async def _note_private_things(house: House, http: httpx2.AsyncClient) -> None:
    """What came of it all for Ada: messages that have been mailed, rewards, an entry."""
    groundswell, ids = house.groundswell, house.ids
    story = Story(groundswell.ideas_url, groundswell.voting_url, groundswell.issuer, http)
    statement = await _statement(house, story, lambda page: page["entries"])
    story.contest_id = ids["open"]
    for person in (house.ada, house.bob):
        await story.follow(groundswell.notifications_url, person.headers)
    messages = (await _all_mailed(house, story, house.ada, ADA_HEARS))["items"]
    await _all_mailed(house, story, house.bob, BOB_HEARS)
    ids["message_id"] = messages[0]["id"]
    house.secrets |= {message["id"] for message in messages}
    house.secrets |= {reward["id"] for reward in statement["rewards"]}
    house.secrets |= {entry["id"] for entry in statement["entries"]}
    house.secrets.add(ids["vote_id"])


async def _all_mailed(
    house: House, story: Story, person: Person, hears: Counter[str]
) -> dict[str, Any]:
    """The inbox, once all these messages have come and no mail is under way."""

    def holds(page: dict[str, Any]) -> bool:
        kinds = Counter(message["kind"] for message in page["items"])
        return kinds >= hears and all(message["email"] == "sent" for message in page["items"])

    inbox = f"{house.groundswell.notifications_url}/v1/inbox?limit=100"
    return await story.until(inbox, holds, person.headers)


async def _made(request: Any) -> dict[str, Any]:
    answer = await request
    assert answer.is_success, answer.text
    return dict(answer.json())


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
