"""Signing in by a mailed code, over HTTP, on a real MongoDB, with a real SMTP server."""

import asyncio
from datetime import timedelta

import pytest

from tests.integration.identity.world import ANN, World, another


async def test_the_first_right_code_makes_a_person(world: World) -> None:
    sign_in_id = await world.begin()
    assert (await world.kept("people"))["people"] == []
    answer = await world.try_code(sign_in_id, await world.mailed_code())
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    me = await world.done("GET", "/v1/me", token=tokens["access_token"])
    assert me == {
        "person_id": tokens["person_id"],
        "email": ANN,
        "display_name": None,
        "locale": "de-AT",
        "time_zone": "Europe/Vienna",
        "region": None,
    }


async def test_the_same_address_is_the_same_person(world: World) -> None:
    first = await world.sign_in("ann@example.com")
    second = await world.sign_in(" Ann@Example.COM ")
    assert first.id == second.id
    assert {mail["To"] for mail in world.box.mails} == {ANN}


async def test_known_and_unknown_are_answered_alike(world: World) -> None:
    await world.sign_in("known@example.com")
    before = await world.kept("people")
    answers, done = [], []
    for email in ("known@example.com", "nobody@example.com"):
        await world.database["sign_ins"].delete_many({})
        answers.append(await world.send("POST", "/v1/sign-ins", {"email": email}))
        rows = await world.kept("sign_ins", "code_mails")
        done.append({name: [sorted(row) for row in found] for name, found in rows.items()})
        assert await world.send_mails() == ["sent"]
    known, unknown = answers
    assert known.status_code == unknown.status_code == 201
    assert known.json().keys() == unknown.json().keys() == {"id", "expires_at"}
    assert len(known.json()["id"]) == len(unknown.json()["id"]) == 43
    assert set(known.headers) == set(unknown.headers)
    assert done[0] == done[1]
    assert await world.kept("people") == before


async def test_the_bound_is_the_same_for_known_and_unknown(world: World) -> None:
    await world.sign_in("known@example.com")
    for email in ("known@example.com", "nobody@example.com"):
        for _ in range(3):
            await world.begin(email)
        refused = await world.send("POST", "/v1/sign-ins", {"email": email})
        assert (refused.status_code, refused.json()["type"]) == (
            429,
            "/problems/too-many-sign-ins",
        )
        assert 540 <= int(refused.headers["retry-after"]) <= 600
    await world.begin("somebody.else@example.com")


async def test_many_at_once_do_not_pass_the_bound(world: World) -> None:
    answers = await asyncio.gather(
        *(world.send("POST", "/v1/sign-ins", {"email": ANN}) for _ in range(12))
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] * 3 + [429] * 9
    assert len((await world.kept("code_mails"))["code_mails"]) == 3


async def test_a_sign_in_that_succeeds_does_not_count(world: World) -> None:
    for _ in range(5):
        await world.sign_in()


async def test_a_code_is_good_once(world: World) -> None:
    sign_in_id = await world.begin()
    code = await world.mailed_code()
    assert (await world.try_code(sign_in_id, code)).status_code == 200
    again = await world.try_code(sign_in_id, code)
    assert (again.status_code, again.json()["type"]) == (400, "/problems/wrong-code")


async def test_one_code_at_once_makes_one_sign_in(world: World) -> None:
    sign_in_id = await world.begin()
    code = await world.mailed_code()
    answers = await asyncio.gather(*(world.try_code(sign_in_id, code) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    kept = await world.kept("people", "refresh_families")
    assert {name: len(rows) for name, rows in kept.items()} == {"people": 1, "refresh_families": 1}


async def test_two_codes_of_one_address_at_once_make_one_person(world: World) -> None:
    sign_ins = []
    for _ in range(3):
        sign_in_id = await world.begin()
        sign_ins.append((sign_in_id, await world.mailed_code()))
    answers = await asyncio.gather(*(world.try_code(*sign_in) for sign_in in sign_ins))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.json()["person_id"] for answer in answers}) == 1


async def test_five_tries_and_no_more(world: World) -> None:
    sign_in_id = await world.begin()
    code = await world.mailed_code()
    for _ in range(5):
        assert (await world.try_code(sign_in_id, another(code))).status_code == 400
    assert (await world.try_code(sign_in_id, code)).status_code == 400


async def test_the_fifth_try_may_be_right(world: World) -> None:
    sign_in_id = await world.begin()
    code = await world.mailed_code()
    for _ in range(4):
        await world.try_code(sign_in_id, another(code))
    assert (await world.try_code(sign_in_id, code)).status_code == 200


async def test_guesses_at_once_are_counted_all(world: World) -> None:
    sign_in_id = await world.begin()
    code = await world.mailed_code()
    wrong = [f"{(int(code) + n) % 1_000_000:06}" for n in range(1, 31)]
    answers = await asyncio.gather(*(world.try_code(sign_in_id, guess) for guess in wrong))
    assert {answer.status_code for answer in answers} == {400}
    (row,) = (await world.kept("sign_ins"))["sign_ins"]
    assert row["tries"] == 5
    assert (await world.try_code(sign_in_id, code)).status_code == 400


async def test_what_is_wrong_is_not_told(world: World) -> None:
    """A wrong code, one too late, one for nothing: one answer."""
    sign_in_id = await world.begin()
    code = await world.mailed_code()
    wrong = await world.try_code(sign_in_id, another(code))
    unknown = await world.try_code("x" * 43, code)
    await world.time_passes("sign_ins", timedelta(minutes=10))
    late = await world.try_code(sign_in_id, code)
    assert wrong.status_code == 400
    assert wrong.content == unknown.content == late.content


async def test_codes_are_for_their_own_sign_in(world: World) -> None:
    await world.begin()
    code = await world.mailed_code()
    other = await world.begin("bob@example.com")
    assert (await world.try_code(other, code)).status_code == 400


async def test_spaces_in_a_code_do_not_matter(world: World) -> None:
    sign_in_id = await world.begin()
    code = await world.mailed_code()
    assert (await world.try_code(sign_in_id, f" {code[:3]} {code[3:]} ")).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.email"),
        ({"email": "ann"}, "body.email"),
        ({"email": "ann@localhost"}, "body.email"),
        ({"email": "ann@example.com\r\nBcc: all@example.com"}, "body.email"),
        ({"email": "Ann <ann@example.com>"}, "body.email"),
        ({"email": "änn@example.com"}, "body.email"),
        ({"email": f"{'a' * 250}@example.com"}, "body.email"),
        ({"email": 7}, "body.email"),
        ({"email": ANN, "locale": "de_AT!"}, "body.locale"),
        ({"email": ANN, "time_zone": "Mars/Base"}, "body.time_zone"),
        ({"email": ANN, "time_zone": "../../etc/passwd"}, "body.time_zone"),
        ({"email": ANN, "name": "Ann"}, "body.name"),
    ],
)
async def test_bad_input_is_named(world: World, body: dict[str, object], field: str) -> None:
    answer = await world.send("POST", "/v1/sign-ins", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert (await world.kept("code_mails"))["code_mails"] == []


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", 123456, None])
async def test_what_is_no_code_takes_no_try(world: World, code: object) -> None:
    sign_in_id = await world.begin()
    answer = await world.send("POST", f"/v1/sign-ins/{sign_in_id}/code", {"code": code})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.code")
    (row,) = (await world.kept("sign_ins"))["sign_ins"]
    assert row["tries"] == 0


async def test_a_domain_in_another_script(world: World) -> None:
    first = await world.sign_in("ann@xn--bcher-kva.example")
    await world.begin("ann@BÜCHER.example")
    await world.send_mails()
    assert len(world.box.to("ann@xn--bcher-kva.example")) == 2
    me = await world.done("GET", "/v1/me", token=first.access_token)
    assert me["email"] == "ann@xn--bcher-kva.example"
