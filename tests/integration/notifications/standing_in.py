"""A small HTTP server that stands where identity is and speaks its documented HTTP."""

from aiohttp import web

from groundswell_local.ports import free_ports

CLIENT_ID = "notifications"
CLIENT_SECRET = "the secret of a machine client"  # noqa: S105 - known to this server alone


def address_of(person_id: str) -> str:
    return f"{person_id.replace('_', '.')}@people.test"


class IdentityStandIn:
    """Knows everybody but the `erased`, by an address made of the id. Can be stopped, started.

    Whose id begins with `staff_` works for a brand, and is nobody else. `tokens` are those that it
    takes; `broken` makes it answer 500.
    """

    def __init__(self) -> None:
        # Not one that an outgoing connection takes while it is stopped.
        (self.port,) = free_ports(1)
        self.erased: set[str] = set()
        self.broken = False
        self.answer: object = None
        self.expires_in = 900.0
        self.tokens: set[str] = set()
        self.tokens_given = 0
        self.asked: list[str] = []
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/v1/token", self._token)
        app.router.add_get("/v1/people/{id}/address", self._address)
        app.router.add_get("/v1/brands/{brand_id}/members/{id}/address", self._member_address)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def clear(self) -> None:
        self.erased.clear()
        self.asked.clear()
        self.broken = False
        self.answer = None
        self.expires_in = 900

    async def _token(self, request: web.Request) -> web.Response:
        if self.broken:
            return web.json_response({}, status=500)
        form = await request.post()
        wanted = {
            "grant_type": "client_credentials",
            "scope": "addresses:read",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        if dict(form) != wanted:
            return web.json_response({"error": "invalid_client"}, status=401)
        self.tokens_given += 1
        token = f"token-{self.tokens_given}"
        self.tokens.add(token)
        return web.json_response(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": self.expires_in,
                "scope": "addresses:read",
            }
        )

    async def _address(self, request: web.Request) -> web.Response:
        person_id = request.match_info["id"]
        known = {
            "email": address_of(person_id),
            "display_name": person_id.title(),
            "locale": "en",
            "time_zone": "Europe/London",
        }
        return self._answered(request, None if person_id.startswith("staff_") else known)

    async def _member_address(self, request: web.Request) -> web.Response:
        member_id = request.match_info["id"]
        known = {"email": address_of(member_id)}
        return self._answered(request, known if member_id.startswith("staff_") else None)

    def _answered(self, request: web.Request, known: object) -> web.Response:
        if self.broken:
            return web.json_response({}, status=500)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            return web.json_response({"type": "/problems/unauthenticated"}, status=401)
        asked = request.match_info["id"]
        self.asked.append(asked)
        if known is None or asked in self.erased:
            return web.json_response({"type": "/problems/not-found"}, status=404)
        return web.json_response(known if self.answer is None else self.answer)
