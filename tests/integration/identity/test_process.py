"""The service as its own processes: commands, a journey, what it logs, a kill, a clean end."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

import httpx2
import pytest

from groundswell_identity.settings import Settings
from groundswell_kit.auth import TokenVerifier
from groundswell_kit.settings import Issuer
from tests.integration.identity.world import ANN, World, code_in

READY_SECONDS = 30
STOP_SECONDS = 10
MAX_LINE_BYTES = 4 * 1024 * 1024


def environment(world: World) -> dict[str, str]:
    """What a supervisor would set."""
    settings = world.settings
    issuers = [issuer.model_dump(mode="json", exclude_none=True) for issuer in settings.issuers]
    (machine,) = settings.identity_system_clients
    secret = machine.secret.get_secret_value()
    return {
        **os.environ,
        "GROUNDSWELL_MODE": "local",
        "GROUNDSWELL_LOG_LEVEL": "DEBUG",
        "GROUNDSWELL_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "GROUNDSWELL_MONGO_URI": settings.mongo_uri,
        "GROUNDSWELL_DATABASE_PREFIX": settings.database_prefix,
        "GROUNDSWELL_ISSUERS": json.dumps(issuers),
        "GROUNDSWELL_CURSOR_SECRET": settings.cursor_secret.get_secret_value(),
        "GROUNDSWELL_SMTP_PORT": str(world.box.port),
        "GROUNDSWELL_SMTP_SECURITY": "none",
        "GROUNDSWELL_SMTP_SENDER": "us@example.com",
        "GROUNDSWELL_IDENTITY_API_PORT": "0",
        "GROUNDSWELL_IDENTITY_WORKER_PORT": "0",
        "GROUNDSWELL_IDENTITY_ISSUER": settings.identity_issuer,
        "GROUNDSWELL_IDENTITY_MASTER_KEYS": settings.identity_master_keys.get_secret_value(),
        "GROUNDSWELL_IDENTITY_ADDRESS_KEY": settings.identity_address_key.get_secret_value(),
        "GROUNDSWELL_IDENTITY_SYSTEM_CLIENTS": json.dumps(
            [{"client_id": machine.client_id, "secret": secret, "scopes": machine.scopes}]
        ),
    }


async def start(world: World, *arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "groundswell_identity", *arguments),
        env=environment(world),
        stdin=PIPE,
        stdout=PIPE,
        limit=MAX_LINE_BYTES,
    )


async def command(world: World, *arguments: str, told: str = "") -> str:
    """The output of a command that must succeed."""
    process = await start(world, *arguments)
    output, _ = await process.communicate(told.encode())
    assert process.returncode == 0
    return output.decode()


@dataclass
class Running:
    """A process of roles: its log, and the addresses of its roles."""

    process: Process
    address: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    async def read(self, known: asyncio.Event, roles: int) -> None:
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            line = raw.decode()
            self.log.append(line)
            if not line.endswith("\n"):
                return  # It was killed in the middle of it.
            found = json.loads(line)
            if found["event"] == "listening":
                self.address[found["role"]] = f"http://127.0.0.1:{found['port']}"
            if len(self.address) == roles:
                known.set()


@asynccontextmanager
async def serving(world: World, name: str = "all", roles: int = 2) -> AsyncIterator[Running]:
    """A process, ready."""
    running, known = Running(await start(world, name)), asyncio.Event()
    reading = asyncio.create_task(running.read(known, roles))
    try:
        async with asyncio.timeout(READY_SECONDS):
            await known.wait()
            for address in running.address.values():
                await until_ready(address)
        yield running
    finally:
        if running.process.returncode is None:
            running.process.kill()
        await running.process.wait()
        await reading


async def until_ready(address: str) -> None:
    async with httpx2.AsyncClient() as client:
        while True:
            if (await client.get(f"{address}/readyz")).status_code == 200:
                return
            await asyncio.sleep(0.1)


async def sign_in(world: World, client: httpx2.AsyncClient, number: int) -> dict[str, str]:
    begun = await client.post("/v1/sign-ins", json={"email": ANN})
    assert begun.status_code == 201, begun.text
    code = code_in(await world.box.next_to(ANN, number))
    path = f"/v1/sign-ins/{begun.json()['id']}/code"
    answer = await client.post(path, json={"code": code})
    assert answer.status_code == 200, answer.text
    return {**answer.json(), "code": code, "sign_in_id": begun.json()["id"]}


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("topics")
async def test_a_journey_and_what_it_leaves_in_the_logs(world: World) -> None:
    for _ in range(2):
        await command(world, "prepare")
    async with serving(world) as running:
        async with httpx2.AsyncClient(base_url=running.address["api"]) as client:
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
            metrics = (await client.get(f"{running.address['worker']}/metrics")).text
            assert 'groundswell_identity_code_mails_total{outcome="sent"} 1.0' in metrics
        await asyncio.sleep(1)
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
        environment(world)["GROUNDSWELL_IDENTITY_ADDRESS_KEY"],
    )
    assert [secret for secret in secrets if secret in log] == []


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("topics")
async def test_a_worker_killed_between_sending_and_noting(world: World) -> None:
    """The next one sends the mail again, and a mailbox can tell that it is the same."""
    async with serving(world, "worker", roles=1) as first:
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
    async with serving(world, "worker", roles=1):
        again = await world.box.next_to(ANN, 2)
    assert sent["Message-ID"] == again["Message-ID"]
    assert code_in(sent) == code_in(again)


@pytest.mark.timeout(120)
async def test_the_commands_of_an_operator(world: World) -> None:
    made = await command(world, "add-brand", "nerc", "NERC", told="boss@example.com\n")
    again = await command(world, "add-brand", "nerc", "NERC", "--manager", "Boss@example.com")
    assert again.startswith("nerc: staff_")
    assert made.endswith(again)
    first = await command(world, "rotate-keys")
    assert first.startswith("signs from 20")
    assert await command(world, "rotate-keys") == first


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "arguments",
    [
        ("Nerc", "NERC", "--manager", "boss@example.com"),
        ("nerc", "NERC", "--manager", "boss"),
        ("nerc", " ", "--manager", "boss@example.com"),
    ],
)
async def test_an_unclear_command_is_refused(world: World, arguments: tuple[str, ...]) -> None:
    process = await start(world, "add-brand", *arguments)
    output, _ = await process.communicate()
    assert (process.returncode, output) == (2, b"")
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
    for variable, text in (environment(world) | {name: value}).items():
        monkeypatch.setenv(variable, text)
    field_name = name.removeprefix("GROUNDSWELL_").lower()
    with pytest.raises(ValueError, match=field_name):
        Settings()
