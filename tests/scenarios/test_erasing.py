"""A winner is erased: name and address are gone from everywhere, and all that was decided stays."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from groundswell_local.installation import Installation
from groundswell_local.settings import LocalPorts
from tests.support.people import (
    Person,
    SignIn,
    begin_sign_in,
    machine_token,
    sign_in,
    sign_in_at_site,
)
from tests.support.spellings import Spellings, fernet_keys
from tests.support.story import Story
from tests.support.traces import Trace, oplog_traces, traces

pytestmark = pytest.mark.timeout(450)

ERASED_WITHIN_SECONDS = 60.0

ADDRESS = "Zephyrine.Quillfeather@forget-me-wholly.example"
NAME = "Zephyrine Ottoline Quillfeather"
TEXTS = ("zephyrine", "quillfeather", "forget-me-wholly")

REWARD = {"per_winner": {"amount_minor": 250_000, "currency": "EUR"}, "terms": "Paid in a month."}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the machines of this installation know."""

    texts: dict[str, str]

    def wanted(self, *texts: str) -> Spellings:
        """A search for these texts that also opens what the services have encrypted."""
        return Spellings(texts, fernet_keys(self.texts))

    @property
    def notifications(self) -> str:
        """With which notifications asks identity for its token."""
        return self.texts["GROUNDSWELL_NOTIFICATIONS_CLIENT_SECRET"]


@dataclass(slots=True)
class Told:
    """A contest that a person won, and its story."""

    story: Story
    winner: Person
    unfinished: SignIn


@pytest.fixture(scope="module")
def secrets(groundswell: Installation, state: Path) -> Secrets:  # noqa: ARG001 - it makes them
    return Secrets(json.loads((state / "secrets.json").read_text()))


@pytest.fixture(scope="module")
async def told(groundswell: Installation, state: Path, http: httpx2.AsyncClient) -> Told:
    """Somebody signs in, hands in an idea, votes, wins, accepts the reward, and is told of it."""
    story = Story(groundswell.ideas_url, groundswell.voting_url, groundswell.issuer, http)
    winner = await sign_in(http, groundswell.identity_url, state, ADDRESS)
    me = f"{groundswell.identity_url}/v1/me"
    named = await http.patch(me, headers=winner.headers, json={"display_name": NAME})
    assert named.status_code == 200, named.text

    await story.open_contest("Name the lighthouse", REWARD)
    idea_id = await story.submit_and_approve("Old Faithful", winner.headers)
    other_id = await story.submit_and_approve("Bright Ruby")
    await story.follow(groundswell.notifications_url, winner.headers)
    await story.shortlist([idea_id, other_id])
    await story.open_voting()
    await story.vote(groundswell.ballot_box_url, winner.headers, idea_id)
    for number, choice in enumerate([idea_id, idea_id, other_id]):
        voter = story.participant(f"voter_{number}")
        await story.vote(groundswell.ballot_box_url, voter, choice)
    await story.move_to("deliberation")
    await story.certified_tally()
    await story.select(idea_id, "It shines.")
    await _accept_reward(groundswell, story, winner)
    await story.move_to("decided")
    await _all_is_mailed(groundswell, story, winner)
    await _look_at_account(groundswell, state)
    # She is at the door again, with a code that she has not typed in, when she is erased.
    unfinished = await begin_sign_in(http, groundswell.identity_url, state, ADDRESS)
    return Told(story, winner, unfinished)


async def _look_at_account(groundswell: Installation, state: Path) -> None:
    """She signs in at the site too; its page of her account shows what she is called."""
    async with httpx2.AsyncClient(base_url=groundswell.web_url, timeout=30) as browser:
        await sign_in_at_site(browser, state, ADDRESS)
        page = await browser.get("/account")
        assert ADDRESS.lower() in page.text
        assert NAME in page.text


async def _accept_reward(groundswell: Installation, story: Story, winner: Person) -> None:
    statement = f"{groundswell.rewards_url}/v1/statements/me"
    page = await story.until(statement, lambda page: page["rewards"], winner.headers)
    (reward,) = page["rewards"]
    url = f"{groundswell.rewards_url}/v1/rewards/{reward['id']}/acceptance"
    body = {"terms_hash": reward["terms_hash"]}
    accepted = await story.http.post(url, headers=winner.headers, json=body)
    assert accepted.json()["status"] == "granted", accepted.text


async def _all_is_mailed(groundswell: Installation, story: Story, winner: Person) -> None:
    """The address has been everywhere that it ever goes to."""

    def holds(page: dict[str, Any]) -> bool:
        sent = {item["kind"] for item in page["items"] if item["email"] == "sent"}
        return sent >= {"idea_received", "result_published", "won", "reward_granted"}

    await story.until(f"{groundswell.notifications_url}/v1/inbox", holds, winner.headers)


async def _stays(groundswell: Installation, told: Told) -> dict[str, Any]:
    """What must be the same whoever is erased: tally, decision, rewards and ledger."""
    story, contest = told.story, f"v1/contests/{told.story.contest_id}"
    read: dict[str, Any] = {}
    for url in (
        f"{groundswell.voting_url}/v1/polls/{story.poll_id}/tally",
        f"{groundswell.voting_url}/v1/polls/{story.poll_id}/standings",
        f"{groundswell.ideas_url}/{contest}/decision",
        f"{groundswell.ideas_url}/{contest}/ideas",
        f"{groundswell.rewards_url}/{contest}/rewards",
        f"{groundswell.rewards_url}/{contest}/ledger-entries",
    ):
        answer = await story.http.get(url, headers=story.staff("auditor"))
        assert answer.status_code == 200, answer.text
        read[url] = answer.json()
    return read


async def _until_no_trace(
    groundswell: Installation, state: Path, ports: LocalPorts, wanted: Spellings
) -> None:
    """Search again and again; after a minute, what is still there fails the test."""
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + ERASED_WITHIN_SECONDS
    while left := await traces(groundswell.engines, state, ports, wanted):
        assert loop.time() < give_up_at, left
        await asyncio.sleep(0.5)


@pytest.mark.parametrize(
    "written",
    ["lost.letter@planted.example".encode(encoding) for encoding in ("utf-8", "utf-16-le")]
    + [b"LOST.Letter@Planted.Example", b"lost.letter%40planted.example", b"bG9zdC5sZXR0ZXJAcGxhbn"],
    ids=["utf-8", "utf-16", "capital letters", "percent-encoded", "base64"],
)
def test_search_knows_the_spellings(written: bytes) -> None:
    wanted = Spellings(["Lost.Letter@planted.example", "lost.letter@plan"])
    assert wanted.found_in(b"\x00..." + written + b"...\xff")
    assert not wanted.found_in(b"Somebody else's letter, in a.plant@example")


async def test_search_finds_what_is_planted(
    groundswell: Installation, state: Path, ports: LocalPorts, secrets: Secrets
) -> None:
    """In each place that is searched: so it means something when nothing is found there."""
    address, key = "lost.letter@planted.example", fernet_keys(secrets.texts)[0]
    async with (
        AsyncMongoClient[dict[str, Any]](groundswell.engines.mongo.address) as mongo,
        Redis.from_url(groundswell.engines.redis.address) as redis,
    ):
        await mongo["planted"]["plain"].insert_one({"deep": [{"down": f"to {address}, in JSON"}]})
        await mongo["planted"]["sealed"].insert_one({"sealed": key.encrypt(address.encode())})
        await redis.hset("planted", address.upper(), "1")
    await _plant_record(groundswell.engines.kafka.address, [("to", address.encode())])
    (state / "logs" / "planted.log").write_text(f'{{"event": "mail refused", "to": "{address}"}}\n')

    found = await traces(groundswell.engines, state, ports, secrets.wanted(address))

    assert {place for place, _ in found} == {
        "planted.plain",
        "planted.sealed",
        "Redis b'planted'",
        "planted.dlt 0@0",
        "logs/planted.log",
    }


async def _plant_record(bootstrap: str, headers: list[tuple[str, bytes]]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    async with asyncio.timeout(60):
        try:
            await admin.start()
            await admin.create_topics([NewTopic("planted.dlt", 1, 1)])
            await producer.start()
            await producer.send_and_wait("planted.dlt", key=b"planted", headers=headers)
        finally:
            await producer.stop()
            await admin.close()


async def test_erased_person_leaves_no_trace_and_the_contest_stays(
    groundswell: Installation,
    state: Path,
    ports: LocalPorts,
    secrets: Secrets,
    told: Told,
    http: httpx2.AsyncClient,
) -> None:
    winner, me = told.winner, f"{groundswell.identity_url}/v1/me"
    known = (await http.get(me, headers=winner.headers)).json()
    assert (known["email"], known["display_name"]) == (ADDRESS.lower(), NAME)
    before = await _stays(groundswell, told)
    everything = secrets.wanted(*TEXTS)
    await _only_identity_knows_her(groundswell, state, ports, everything)

    assert (await http.delete(me, headers=winner.headers)).status_code == 204
    await _until_no_trace(groundswell, state, ports, everything)

    assert await _stays(groundswell, told) == before
    await _nobody_finds_her(groundswell, secrets, told, http)
    await _oplog_holds_no_more_than_it_may(groundswell, everything)


async def _only_identity_knows_her(
    groundswell: Installation, state: Path, ports: LocalPorts, everything: Spellings
) -> None:
    """Name and address lie in identity's database alone, and nobody can read them there."""
    found: list[Trace] = await traces(groundswell.engines, state, ports, everything)
    places = {place for place, _ in found}
    lasting = {"groundswell_identity.people", "groundswell_identity.sign_ins"}
    # The mail with the code may have come a moment before identity notes that it was sent.
    assert lasting <= places <= lasting | {"groundswell_identity.code_mails"}
    assert all(spelling.startswith("encrypted") for _, spelling in found), found


async def _nobody_finds_her(
    groundswell: Installation, secrets: Secrets, told: Told, http: httpx2.AsyncClient
) -> None:
    winner, identity = told.winner, groundswell.identity_url
    assert (await http.get(f"{identity}/v1/me", headers=winner.headers)).status_code == 404
    mails = await machine_token(http, identity, "notifications", secrets.notifications)
    asked = f"{identity}/v1/people/{winner.id}/address"
    answer = await http.get(asked, headers={"Authorization": f"Bearer {mails}"})
    assert answer.status_code == 404
    form = {"grant_type": "refresh_token", "refresh_token": winner.refresh_token}
    assert (await http.post(f"{identity}/v1/token", data=form)).status_code == 400
    code = f"{identity}/v1/sign-ins/{told.unfinished.id}/code"
    assert (await http.post(code, json={"code": told.unfinished.code})).is_client_error


async def _oplog_holds_no_more_than_it_may(
    groundswell: Installation, everything: Spellings
) -> None:
    """MongoDB's journal has the encrypted profile until it ages out, and never the plain one."""
    found = await oplog_traces(groundswell.engines, everything)
    assert found, "the profile was written, so the journal of the last minutes has it"
    assert all(spelling.startswith("encrypted") for _, spelling in found), found


async def test_same_address_comes_back_as_somebody_new(
    groundswell: Installation, state: Path, told: Told, http: httpx2.AsyncClient
) -> None:
    """The last of the module: from here on there are traces of the address again."""
    me = f"{groundswell.identity_url}/v1/me"
    assert (await http.delete(me, headers=told.winner.headers)).status_code == 204  # or a repeat
    back = await sign_in(http, groundswell.identity_url, state, ADDRESS)
    assert back.id != told.winner.id

    async def read(url: str) -> Any:
        answer = await http.get(url, headers=back.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    known = await read(me)
    assert (known["email"], known["display_name"]) == (ADDRESS.lower(), None)
    assert (await read(f"{groundswell.notifications_url}/v1/inbox"))["items"] == []
    assert (await read(f"{groundswell.notifications_url}/v1/follows"))["items"] == []
    statement = await read(f"{groundswell.rewards_url}/v1/statements/me")
    assert (statement["rewards"], statement["entries"], statement["balances"]) == ([], [], [])
    ballot = await read(f"{groundswell.voting_url}/v1/polls/{told.story.poll_id}/ballot")
    assert ballot["idea_ids"] == []
