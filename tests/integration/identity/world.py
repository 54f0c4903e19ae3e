"""The identity service in this process, the people who use it, and a look at what it keeps."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import httpx2
from cryptography.fernet import Fernet
from fastapi import FastAPI
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_identity import app as wiring
from groundswell_identity.settings import OidcProvider, Settings, SystemClient
from groundswell_identity.signin.commands import CodeMailCommands
from groundswell_kit.health import Health
from groundswell_kit.mongo import Document
from groundswell_kit.settings import SmtpSettings
from groundswell_local.engines import Engines
from tests.integration.identity.provider import Provider
from tests.support import service
from tests.support.issuer import LocalIssuer
from tests.support.mailbox import Mailbox
from tests.support.programs import Program, environment
from tests.support.service import Json

ANN = "ann@example.com"
BRAND = "nerc"
NOTIFICATIONS_KEY = "a secret of notifications, 32 bytes and more"


@dataclass(frozen=True)
class SignedIn:
    """Somebody with their tokens."""

    id: str
    access_token: str
    refresh_token: str


@dataclass(frozen=True)
class World:
    """Requests are made `by` somebody of the local issuer, or with a `token`; else by nobody."""

    settings: Settings
    stores: wiring.Stores
    database: AsyncDatabase[Document]
    app: FastAPI
    client: httpx2.AsyncClient
    issuer: LocalIssuer
    box: Mailbox

    def with_mailbox(self, box: Mailbox) -> "World":
        return replace(self, box=box)

    def token(self, role: str, brand: str | None = BRAND, subject: str | None = None) -> str:
        """A token of the local issuer, of a brand if the role is one that brands give."""
        return self.issuer.role_token(role, brand, subject)

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        by: str | None = None,
        brand: str | None = BRAND,
        token: str | None = None,
    ) -> httpx2.Response:
        """One request with a JSON body, and its answer."""
        shown = token if by is None else self.token(by, brand)
        return await service.send(self.client, method, path, body, token=shown)

    async def done(self, method: str, path: str, body: object = None, **how: Any) -> Json:
        """The JSON answer to a request that must succeed."""
        return service.succeeded(await self.send(method, path, body, **how))

    async def form(self, path: str, **fields: str) -> httpx2.Response:
        """The answer to a form."""
        return await self.client.post(path, data=fields)

    async def refresh(self, refresh_token: str) -> httpx2.Response:
        return await self.form("/v1/token", grant_type="refresh_token", refresh_token=refresh_token)

    async def begin(self, email: str = ANN) -> str:
        """The id of a new sign-in."""
        body = {"email": email, "locale": "de-AT", "time_zone": "Europe/Vienna"}
        return str((await self.done("POST", "/v1/sign-ins", body))["id"])

    async def try_code(self, sign_in_id: str, code: str) -> httpx2.Response:
        return await self.send("POST", f"/v1/sign-ins/{sign_in_id}/code", {"code": code})

    async def mailed_code(self) -> str:
        """Sends all mails that are due; the code of the last one."""
        await self.send_mails()
        return code_in(self.box.mails[-1])

    async def sign_in(self, email: str = ANN) -> SignedIn:
        """Somebody who has signed in with a mailed code."""
        sign_in_id = await self.begin(email)
        answer = await self.try_code(sign_in_id, await self.mailed_code())
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return SignedIn(found["person_id"], found["access_token"], found["refresh_token"])

    @property
    def mails(self) -> CodeMailCommands:
        smtp = SmtpSettings(
            host="127.0.0.1", port=self.box.port, security="none", sender="us@example.com"
        )
        return CodeMailCommands(self.stores.code_mails, self.stores.vault, smtp)

    async def send_mails(self) -> list[str]:
        """Sends what is due as the worker does; what became of each mail."""
        outcomes = []
        while (outcome := await self.mails.send_next()) is not None:
            outcomes.append(outcome)
        return outcomes

    async def machine_token(self) -> str:
        """A token of the installation's own machine."""
        answer = await self.client.post(
            "/v1/token",
            data={"grant_type": "client_credentials"},
            auth=("notifications", NOTIFICATIONS_KEY),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def staff_sign_in(
        self, provider: Provider, subject: str, brand: str = BRAND
    ) -> httpx2.Response:
        """The answer to somebody who comes back from the provider."""
        body = {
            "provider": "acme",
            "brand_id": brand,
            "redirect_uri": provider.settings.redirect_uris[0],
        }
        begun = await self.done("POST", "/v1/staff-sign-ins", body)
        back = await provider.sign_in(begun["authorization_url"], subject)
        return await self.send("POST", f"/v1/staff-sign-ins/{begun['id']}/code", back)

    async def brand(self, brand_id: str = BRAND, manager: str = "boss@example.com") -> None:
        """Founds a brand with a manager who is invited."""
        await wiring.add_brand(self.settings, brand_id, "A brand", manager)

    async def time_passes(self, collection: str, passed: timedelta) -> None:
        """Moves all times in a collection into the past."""
        async for row in self.database[collection].find():
            moved = {
                name: value - passed for name, value in row.items() if hasattr(value, "tzinfo")
            }
            await self.database[collection].update_one({"_id": row["_id"]}, {"$set": moved})

    @property
    def program(self) -> Program:
        """The service as a process of its own, with the same settings and this world's mailbox."""
        mail = {
            "GROUNDSWELL_SMTP_PORT": str(self.box.port),
            "GROUNDSWELL_SMTP_SECURITY": "none",
            "GROUNDSWELL_SMTP_SENDER": "us@example.com",
        }
        told = environment(self.settings) | mail | {"GROUNDSWELL_LOG_LEVEL": "DEBUG"}
        return Program("groundswell_identity", told)

    async def forget_everything(self) -> None:
        """Empties the database, but for the signing keys, and leaves its indexes."""
        await service.forget_everything(self.database, but="signing_keys")

    async def kept(self, *names: str) -> dict[str, list[Document]]:
        """Everything in these collections, or in all: equal as long as nothing changes."""
        return await service.kept(self.database, *names)

    async def events(self) -> list[CloudEvent]:
        """All events in the outbox."""
        return await service.outbox_of(self.database)


def code_in(mail: EmailMessage) -> str:
    """The code that a mail carries."""
    (code,) = re.findall(r"^ +([0-9]{6})\r?$", mail.get_content(), re.MULTILINE)
    return str(code)


def another(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


@asynccontextmanager
async def new_world(
    engines: Engines, issuer: LocalIssuer, provider: OidcProvider
) -> AsyncIterator[World]:
    """The service with a database of its own, which is dropped at the end."""
    settings = Settings(
        **service.told(engines, issuer),
        identity_api_port=0,
        identity_worker_port=0,
        identity_issuer="https://identity.test",
        identity_master_keys=SecretStr(Fernet.generate_key().decode()),
        identity_address_key=SecretStr("a key of the tests for addresses, 32 bytes and more"),
        identity_oidc_providers=(
            provider,
            provider.model_copy(update={"name": "away", "issuer": "http://127.0.0.1:9"}),
        ),
        identity_system_clients=(
            SystemClient(
                client_id="notifications",
                secret=SecretStr(NOTIFICATIONS_KEY),
                scopes=["addresses:read"],
            ),
        ),
    )
    async with service.own_database(settings, "identity") as database:
        stores = wiring.Stores(database, settings)
        await stores.ensure_indexes()
        await stores.key_commands(settings).keep()
        app = wiring.create_api(settings, stores, Health("api"))
        async with service.client_of(app) as client:
            yield World(settings, stores, database, app, client, issuer, Mailbox())
