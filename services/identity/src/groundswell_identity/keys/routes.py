"""HTTP of keys: the set that verifiers fetch."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_identity.keys.queries import KeyRing
from groundswell_identity.keys.rules import JWKS_MAX_AGE
from groundswell_identity.keys.schemas import Jwks


@dataclass(frozen=True, slots=True)
class KeyRoutes:
    """Mounted by `app`."""

    ring: KeyRing

    def router(self) -> APIRouter:
        """The route of keys."""
        router = APIRouter(tags=["keys"])
        router.get("/.well-known/jwks.json")(self.read_jwks)
        return router

    async def read_jwks(self, response: Response) -> Jwks:
        """The public keys of all access tokens that are good, and of the next one's to come."""
        seconds = int(JWKS_MAX_AGE.total_seconds())
        response.headers["Cache-Control"] = f"public, max-age={seconds}"
        return Jwks(keys=await self.ring.jwks())
