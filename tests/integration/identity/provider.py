"""A real OpenID provider in a process of its own, and a browser that signs in there."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx2
from pydantic import SecretStr

from groundswell_identity.settings import OidcProvider
from groundswell_local.ports import free_ports

START_SECONDS = 45
REDIRECT_URI = "https://console.test/signed-in"


@dataclass(frozen=True)
class Provider:
    """The provider at `address`."""

    address: str

    @property
    def settings(self) -> OidcProvider:
        return OidcProvider(
            name="acme",
            issuer=self.address,
            client_id="console",
            client_secret=SecretStr("a secret of the provider"),
            redirect_uris=[REDIRECT_URI],
        )

    async def knows(self, subject: str, **claims: object) -> None:
        """Lets somebody sign in from now on, of whom it says these claims."""
        async with httpx2.AsyncClient(timeout=30) as client:
            answer = await client.put(f"{self.address}/users/{subject}", json=claims)
            assert answer.is_success, answer.text

    async def sign_in(self, authorization_url: str, subject: str) -> dict[str, str]:
        """What the browser is sent back with when `subject` has signed in."""
        async with httpx2.AsyncClient(timeout=30) as client:
            answer = await client.post(authorization_url, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == REDIRECT_URI
        return {name: values[0] for name, values in parse_qs(back.query).items()}


@asynccontextmanager
async def running_provider() -> AsyncIterator[Provider]:
    (port,) = free_ports(1)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "oidc_provider_mock", "--port", str(port)),
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    # Its issuer is the host that it is asked by.
    provider = Provider(f"http://127.0.0.1:{port}")
    try:
        await _until_ready(provider)
        yield provider
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_ready(provider: Provider) -> None:
    url = f"{provider.address}/.well-known/openid-configuration"
    async with asyncio.timeout(START_SECONDS), httpx2.AsyncClient(timeout=30) as client:
        while True:
            try:
                found = json.loads((await client.get(url)).text)
            except httpx2.TransportError:
                await asyncio.sleep(0.1)
                continue
            assert found["issuer"] == provider.address
            return
