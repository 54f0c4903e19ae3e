"""The site, the services that it calls, and people with a browser that knows only HTTP."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas import app as ideas
from groundswell_ideas.settings import Settings as IdeasSettings
from groundswell_identity import app as identity
from groundswell_identity.settings import Settings as IdentitySettings
from groundswell_identity.signin.commands import CodeMailCommands
from groundswell_kit.clock import utc_now
from groundswell_kit.health import Health
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import Document, connect
from groundswell_kit.serve import Role
from groundswell_kit.settings import Issuer, SmtpSettings
from groundswell_kit.streams import EventStreams
from groundswell_local.engines import Engines
from groundswell_web import services as calls
from groundswell_web.app import create_site, services_of
from groundswell_web.sessions.schemas import Tokens
from groundswell_web.sessions.store import SessionStore
from groundswell_web.settings import Settings
from tests.integration.voting.boxes import serving
from tests.support.issuer import LocalIssuer
from tests.support.mailbox import Mailbox

BRAND = "nerc"
PUBLIC_URL = "http://site.test"
IDENTITY_ISSUER = "https://identity.test"
SECRET = SecretStr("a secret of the tests, 32 bytes and more")

_CODE = re.compile(r"^ +([0-9]{6})\r?$", re.MULTILINE)
_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]+)"')
_KEY = re.compile(r'name="key" value="([^"]+)"')


@dataclass
class Browser:
    """Somebody's browser: it keeps cookies, and sends what browsers send along."""

    http: httpx2.AsyncClient
    sign_out_path: str = "/sign-out"

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.http.get(path, headers={"Sec-Fetch-Site": "same-origin", **headers})

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> httpx2.Response:
        """Sends a form as a page of the site does, but for the headers given."""
        sent = {"Sec-Fetch-Site": "same-origin", "Origin": PUBLIC_URL, **headers}
        return await self.http.post(path, data=dict(fields), headers=sent)

    async def form_token(self, path: str = "/") -> str:
        """The token of this browser's session, as the forms of a page carry it."""
        return form_token(await self.get(path))

    async def send(self, path: str, **fields: str) -> httpx2.Response:
        """Sends a form with the session's token."""
        return await self.post(path, {"csrf": await self.form_token(), **fields})


@dataclass
class World:
    """The site, what it keeps, and the services behind it."""

    settings: Settings
    app: FastAPI
    database: AsyncDatabase[Document]
    identity_database: AsyncDatabase[Document]
    mails: CodeMailCommands
    box: Mailbox
    issuer: LocalIssuer
    engines: Engines
    media_url: str

    @asynccontextmanager
    async def browser(self, app: FastAPI | None = None) -> AsyncIterator[Browser]:
        transport = httpx2.ASGITransport(app=app or self.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL) as http:
            yield Browser(http)

    @asynccontextmanager
    async def signed_in(
        self, address: str = "ann@example.com", app: FastAPI | None = None
    ) -> AsyncIterator[Browser]:
        """The browser of somebody who has signed in by a mailed code."""
        async with self.browser(app) as browser:
            answer = await self.sign_in(browser, address)
            assert answer.status_code == 303, answer.text
            yield browser

    async def sign_in(
        self, browser: Browser, address: str, path: str = "/sign-in"
    ) -> httpx2.Response:
        """Goes through both steps; the answer to the code."""
        token = form_token(await browser.get(path))
        answer = await browser.post("/sign-in", {"csrf": token, "email": address})
        assert answer.status_code == 303, answer.text
        code = await self.mailed_code()
        return await browser.post("/sign-in/code", {"csrf": token, "code": code})

    async def mailed_code(self) -> str:
        """Sends what is due as identity's worker does; the code of the last mail."""
        while await self.mails.send_next() is not None:
            pass
        found = _CODE.search(self.box.mails[-1].get_content())
        assert found is not None
        return found[1]

    @asynccontextmanager
    async def site(self, **changes: Any) -> AsyncIterator[FastAPI]:
        """The same site with other settings."""
        settings = self.settings.model_copy(update=changes)
        services = services_of(settings)
        await services.open()
        yield create_site(
            settings, services, SessionStore(self.database), Health("api"), EventStreams(100)
        )
        await services.close()

    async def session(self) -> Document:
        """The one session that there is."""
        (found,) = await self.database["sessions"].find().to_list()
        return found

    def opened(self, session: Document) -> Tokens:
        return Tokens.model_validate_json(self._cipher.decrypt(session["sealed"]))

    async def expire_tokens(self, left: timedelta = timedelta()) -> None:
        """From now on the access token of the one session is good for so long only."""
        session = await self.session()
        tokens = self.opened(session).model_copy(update={"valid_until": utc_now() + left})
        sealed = self._cipher.encrypt(tokens.model_dump_json().encode())
        await self.database["sessions"].update_one({}, {"$set": {"sealed": sealed}})

    async def generation(self) -> int:
        """How often the tokens of the newest sign-in were renewed."""
        family = await self.identity_database["refresh_families"].find_one(sort=[("began_at", -1)])
        assert family is not None
        return int(family["generation"])

    async def forget_everything(self) -> None:
        await self.database["sessions"].delete_many({})
        for name in ("sign_ins", "sign_ins_begun", "code_mails", "refresh_families"):
            await self.identity_database[name].delete_many({})

    async def staff(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """The answer of the ideas service to a manager."""
        token = self.issuer.token(sub="staff_1", roles=["manager"], brand_id=BRAND)
        headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
        async with httpx2.AsyncClient(base_url=self.settings.ideas_url, timeout=30) as http:
            answer = await http.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def contest(self, *phases: str, **terms: object) -> str:
        """A contest that has gone through these phases, with one approved idea."""
        now = utc_now()
        body = {
            "title": "Name our ship",
            "vote": "binding",
            "owner": "Polar Research Council",
            "rules": "One vote each.",
            "timetable": {
                "submission_closes_at": (now + timedelta(hours=1)).isoformat(),
                "voting_opens_at": (now + timedelta(hours=1)).isoformat(),
                "voting_closes_at": (now + timedelta(hours=2)).isoformat(),
            },
            "answer_by": (now + timedelta(days=20)).date().isoformat(),
            **terms,
        }
        contest_id = str((await self.staff("POST", "/v1/contests", body))["id"])
        for phase in phases:
            if phase == "voting":
                await self._shortlist(contest_id)
            await self.staff("POST", f"/v1/contests/{contest_id}/phase", {"to": phase})
        return contest_id

    async def _shortlist(self, contest_id: str) -> None:
        token = self.issuer.token(sub="person_author", roles=["participant"])
        async with httpx2.AsyncClient(base_url=self.settings.ideas_url, timeout=30) as http:
            answer = await http.post(
                f"/v1/contests/{contest_id}/ideas",
                json={"title": "RRS Boaty", "summary": "Why not?"},
                headers={"Authorization": f"Bearer {token}"},
            )
        idea_id = answer.json()["id"]
        await self.staff("POST", f"/v1/ideas/{idea_id}/approve", {})
        await self.staff("PUT", f"/v1/contests/{contest_id}/shortlist", {"idea_ids": [idea_id]})

    @property
    def _cipher(self) -> Fernet:
        return Fernet(self.settings.web_session_keys.get_secret_value())


def form_token(page: httpx2.Response) -> str:
    found = _TOKEN.search(page.text)
    assert found is not None, page.text
    return found[1]


def form_key(page: httpx2.Response) -> str:
    found = _KEY.search(page.text)
    assert found is not None, page.text
    return unescape(found[1])


@contextmanager
def impatience(name: str) -> Iterator[None]:
    """The site gives up on a silent service after a second; named is its time for such calls."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calls, name, 1.0)
        yield


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """A server that takes connections and says nothing; its address."""
    held: list[asyncio.StreamWriter] = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for writer in held:
        writer.close()
    server.close()


@asynccontextmanager
async def new_world(engines: Engines, issuer: LocalIssuer, box: Mailbox) -> AsyncIterator[World]:
    """Voting, notifications and rewards are away: nobody listens where they should be."""
    prefix = new_id("test")
    common: dict[str, Any] = {
        "mode": "local",
        "kafka_bootstrap": engines.kafka.address,
        "mongo_uri": engines.mongo.address,
        "database_prefix": prefix,
        "cursor_secret": SECRET,
    }
    async with AsyncExitStack() as stack:
        # Held, so that nobody else comes to listen there meanwhile.
        held = stack.enter_context(socket.socket())
        held.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{held.getsockname()[1]}"
        identity_settings = IdentitySettings(
            **common,
            issuers=[issuer.settings],
            identity_issuer=IDENTITY_ISSUER,
            identity_master_keys=SecretStr(Fernet.generate_key().decode()),
            identity_address_key=SECRET,
        )
        identity_database = connect(engines.mongo.address, f"{prefix}_identity")
        stores = identity.Stores(identity_database, identity_settings)
        await stores.ensure_indexes()
        await stores.key_commands(identity_settings).keep()
        health = Health("api")
        app = identity.create_api(identity_settings, stores, health)
        identity_url = await stack.enter_async_context(serving(Role("identity", 0, health, app)))
        keys = Issuer(issuer=IDENTITY_ISSUER, jwks_url=f"{identity_url}/.well-known/jwks.json")
        media_url = Path(stack.enter_context(TemporaryDirectory())).as_uri()
        ideas_settings = IdeasSettings(
            **common, issuers=[issuer.settings, keys], ideas_api_port=0, media_url=media_url
        )
        await _prepare_ideas(ideas_settings)
        ideas_url = await stack.enter_async_context(serving(ideas.api_role(ideas_settings)))
        settings = Settings(
            **common,
            public_url=PUBLIC_URL,
            ideas_url=ideas_url,
            identity_url=identity_url,
            voting_url=nobody,
            ballot_box_urls=(nobody,),
            notifications_url=nobody,
            rewards_url=nobody,
            web_session_keys=SecretStr(Fernet.generate_key().decode()),
        )
        database = connect(engines.mongo.address, f"{prefix}_web")
        store = SessionStore(database)
        await store.ensure_indexes()
        services = services_of(settings)
        await services.open()
        stack.push_async_callback(services.close)
        smtp = SmtpSettings(
            host="127.0.0.1", port=box.port, security="none", sender="us@example.com"
        )
        yield World(
            settings=settings,
            app=create_site(settings, services, store, Health("api"), EventStreams(100)),
            database=database,
            identity_database=identity_database,
            mails=CodeMailCommands(stores.code_mails, stores.vault, smtp),
            box=box,
            issuer=issuer,
            engines=engines,
            media_url=media_url,
        )
        for name in ("identity", "ideas", "web"):
            await database.client.drop_database(f"{prefix}_{name}")
        await identity_database.client.close()
        await database.client.close()


async def _prepare_ideas(settings: IdeasSettings) -> None:
    database = connect(settings.mongo_uri, settings.database("ideas"))
    await ideas.Stores(database).ensure_indexes()
    await database.client.close()
