"""The one question that is asked of identity: where is somebody to be written to, now."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from groundswell_notifications.email import identity as module
from groundswell_notifications.email.identity import Contact, Identity, IdentityAway
from tests.integration.notifications.standing_in import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityStandIn,
    address_of,
)


@pytest.fixture
async def server() -> AsyncIterator[IdentityStandIn]:
    standing_in = IdentityStandIn()
    await standing_in.start()
    yield standing_in
    await standing_in.stop()


@pytest.fixture
async def identity(server: IdentityStandIn) -> AsyncIterator[Identity]:
    async with Identity(server.url, CLIENT_ID, CLIENT_SECRET) as opened:
        yield opened


async def test_an_address_is_told_and_a_token_asked_for_once(
    server: IdentityStandIn, identity: Identity
) -> None:
    for person_id in ("ada", "bob", "ada"):
        contact = await identity.person(person_id)
        assert contact == Contact(address_of(person_id), person_id.title())
    assert server.tokens_given == 1
    assert server.asked == ["ada", "bob", "ada"]


async def test_a_member_of_staff_is_asked_for_as_one(
    server: IdentityStandIn, identity: Identity
) -> None:
    assert await identity.member("nerc", "staff_1") == Contact(address_of("staff_1"), None)
    assert await identity.person("staff_1") is None
    assert await identity.member("a/../b?c", "staff_../x") == Contact(
        address_of("staff_../x"), None
    )
    server.erased.add("staff_1")
    assert await identity.member("nerc", "staff_1") is None


async def test_of_an_erased_person_there_is_none(
    server: IdentityStandIn, identity: Identity
) -> None:
    server.erased.add("ada")
    assert await identity.person("ada") is None


async def test_a_token_that_is_refused_is_renewed(
    server: IdentityStandIn, identity: Identity
) -> None:
    assert await identity.person("ada")
    server.tokens.clear()
    assert await identity.person("ada")
    assert server.tokens_given == 2


async def test_a_token_is_renewed_before_it_expires(
    server: IdentityStandIn, identity: Identity
) -> None:
    server.expires_in = 0.4
    assert await identity.person("ada")
    await asyncio.sleep(0.2)
    assert await identity.person("ada")
    assert server.tokens_given == 2


async def test_without_the_secret_there_is_no_token(server: IdentityStandIn) -> None:
    async with Identity(server.url, CLIENT_ID, "another secret") as stranger:
        with pytest.raises(IdentityAway, match="token refused with status 401"):
            await stranger.person("ada")


async def test_away_is_told_as_such(server: IdentityStandIn, identity: Identity) -> None:
    assert await identity.person("ada")
    server.broken = True
    with pytest.raises(IdentityAway, match="status 500"):
        await identity.person("ada")
    await server.stop()
    with pytest.raises(IdentityAway, match="Connect"):
        await identity.person("ada")
    server.broken = False
    await server.start()
    assert await identity.person("ada")


async def test_nobody_waits_for_the_time_of_all_others_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that takes connections and says nothing: each question has its own time."""
    monkeypatch.setattr(module, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(module, "CONTACT_SECONDS", 2.0)
    ended = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    people = [f"person_{n}" for n in range(32)]
    try:
        async with Identity(url, CLIENT_ID, CLIENT_SECRET) as asked:
            began = time.monotonic()
            answers = await asyncio.gather(*map(asked.person, people), return_exceptions=True)
            assert {type(answer) for answer in answers} == {IdentityAway}
            assert time.monotonic() - began < len(people)  # as long as it is one after the other
    finally:
        ended.set()
        server.close()


@pytest.mark.parametrize("answer", [{}, [], {"email": 5}, {"mail": "secret@x.test"}])
async def test_an_answer_that_is_none_is_not_quoted(
    server: IdentityStandIn, identity: Identity, answer: object
) -> None:
    server.answer = answer
    with pytest.raises(IdentityAway) as away:
        await identity.person("ada")
    assert str(away.value) == "ValidationError"
    assert away.value.__suppress_context__


async def test_an_id_stays_within_its_path(server: IdentityStandIn, identity: Identity) -> None:
    assert await identity.person("a/../b?c") == Contact("a/../b?c@people.test", "A/../B?C")
    assert server.asked == ["a/../b?c"]
