"""The service as its own processes: commands, a journey, what it logs, a kill, a clean end."""

import asyncio
import signal
from email.message import EmailMessage

import httpx2
import pytest

from groundswell_identity.settings import Settings
from groundswell_kit.auth import TokenVerifier
from groundswell_kit.settings import Issuer
from tests.integration.identity.world import ANN, World, code_in
from tests.support.service import until

STOP_SECONDS = 30
MAILS = "groundswell_identity_code_mails_total"


async def sign_in(world: World, client: httpx2.AsyncClient, number: int) -> dict[str, str]:
    begun = await client.post("/v1/sign-ins", json={"email": ANN})
    assert begun.status_code == 201, begun.text
    code = code_in(await world.box.next_to(ANN, number))
    path = f"/v1/sign-ins/{begun.json()['id']}/code"
    answer = await client.post(path, json={"code": code})
    assert answer.status_code == 200, answer.text
    return {**answer.json(), "code": code, "sign_in_id": begun.json()["id"]}


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("topics")
async def test_a_journey_and_what_it_leaves_in_the_logs(world: World) -> None:
    for _ in range(2):
        await world.program.output("prepare")
    async with world.program.serving() as running:
        async with httpx2.AsyncClient(base_url=running.address["api"], timeout=30) as client:
            person = await sign_in(world, client, 1)
            jwks_url = f"{running.address['api']}/.well-known/jwks.json"
            issuer = Issuer(issuer=world.settings.identity_issuer, jwks_url=jwks_url)
            actor = await TokenVerifier([issuer]).verify(person["access_token"])
            assert actor.subject == person["person_id"]
            client.headers["Authorization"] = f"Bearer {person['access_token']}"
            await client.patch("/v1/me", json={"display_name": "Ann Secretive"})
            asked = {"grant_type": "refresh_token", "refresh_token": person["refresh_token"]}
            second = (await client.post("/v1/token", data=asked)).json()
            await client.post("/v1/token", data=asked | {"refresh_token": second["refresh_token"]})
            assert (await client.post("/v1/token", data=asked)).status_code == 400
            machine = await world.machine_token()
            await client.post("/v1/sign-ins", json={"email": "not an address, ann"})
            world.box.recipient_reply = "550 no bob@example.com here"
            await client.post("/v1/sign-ins", json={"email": "bob@example.com"})
            assert (await client.delete("/v1/me")).status_code == 204

            async def are_noted() -> bool:
                metrics = (await client.get(f"{running.address['worker']}/metrics")).text
                outcomes = ("sent", "refused")
                return all(f'{MAILS}{{outcome="{one}"}} 1.0' in metrics for one in outcomes)

            await until(are_noted)
        running.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            assert await running.process.wait() == 0
    log = "".join(running.log)
    assert "refresh token used again" in log
    assert "code mail refused" in log
    secrets = (
        *("ann@example", "bob@example", "Secretive", "not an address", person["code"], machine),
        *(person[name] for name in ("access_token", "refresh_token")),
        second["refresh_token"],
        world.program.environment["GROUNDSWELL_IDENTITY_ADDRESS_KEY"],
    )
    assert [secret for secret in secrets if secret in log] == []


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("topics")
async def test_a_worker_killed_between_sending_and_noting(world: World) -> None:
    """The next one sends the mail again, and a mailbox can tell that it is the same."""
    async with world.program.serving("worker", roles=1) as first:
        killed = first.process

        def kill(_: EmailMessage) -> None:
            if killed.returncode is None:
                killed.kill()

        world.box.on_mail = kill
        await world.begin()
        sent = await world.box.next_to(ANN)
        async with asyncio.timeout(STOP_SECONDS):
            assert await killed.wait() == -signal.SIGKILL
    (row,) = (await world.kept("code_mails"))["code_mails"]
    await world.database["code_mails"].update_one(
        {"_id": row["_id"]}, [{"$set": {"due_at": "$$NOW"}}]
    )
    world.box.on_mail = lambda _: None
    async with world.program.serving("worker", roles=1):
        again = await world.box.next_to(ANN, 2)
    assert sent["Message-ID"] == again["Message-ID"]
    assert code_in(sent) == code_in(again)


@pytest.mark.timeout(240)
async def test_the_commands_of_an_operator(world: World) -> None:
    made = await world.program.output("add-brand", "nerc", "NERC", typed="boss@example.com\n")
    again = await world.program.output("add-brand", "nerc", "NERC", "--manager", "Boss@example.com")
    assert again.startswith("nerc: staff_")
    assert made.endswith(again)
    first = await world.program.output("rotate-keys")
    assert first.startswith("signs from 20")
    assert await world.program.output("rotate-keys") == first


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "arguments",
    [
        ("Nerc", "NERC", "--manager", "boss@example.com"),
        ("nerc", "NERC", "--manager", "boss"),
        ("nerc", " ", "--manager", "boss@example.com"),
    ],
)
async def test_an_unclear_command_is_refused(world: World, arguments: tuple[str, ...]) -> None:
    assert await world.program.result("add-brand", *arguments) == (2, "")
    assert (await world.kept("brands"))["brands"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GROUNDSWELL_IDENTITY_MASTER_KEYS", "not-a-key-of-fernet"),
        ("GROUNDSWELL_IDENTITY_ADDRESS_KEY", "short-secret"),
        ("GROUNDSWELL_IDENTITY_ISSUER", "nowhere-secret"),
    ],
)
def test_wrong_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, world: World, name: str, value: str
) -> None:
    for variable, text in {**world.program.environment, name: value}.items():
        monkeypatch.setenv(variable, text)
    field_name = name.removeprefix("GROUNDSWELL_").lower()
    with pytest.raises(ValueError, match=field_name):
        Settings()
