"""Signing in and out, and who a cookie belongs to. Called by the routes, for every page."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import InvalidToken, MultiFernet
from pydantic import ValidationError

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_secret
from groundswell_kit.observability import get_logger
from groundswell_web.answers import Away, Nothing, Refused, Service
from groundswell_web.services import Call, Services
from groundswell_web.sessions.rules import (
    SESSION_LIFETIME,
    SIGN_IN_LIFETIME,
    form_token,
    needs_renewal,
    session_key,
    still_usable,
)
from groundswell_web.sessions.schemas import (
    CastVote,
    IssuedTokens,
    PendingSignIn,
    SignInBegun,
    Tokens,
)
from groundswell_web.sessions.store import SessionStore, StoredSession

log = get_logger()

# As long as a call to identity may take, and a little more.
RENEWAL_CLAIM = timedelta(seconds=8)
RENEWAL_WAIT_SECONDS = 6.0
LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is signed in. `token` is their access token, good for this request."""

    id: str
    token: str
    session_key: str
    votes: dict[str, CastVote]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks for a page. `csrf` goes into the forms of a session; `secret` is its cookie."""

    person: Person | None = None
    secret: str | None = None

    @property
    def csrf(self) -> str:
        return "" if self.secret is None else form_token(self.secret)


NOBODY = Visitor()


@dataclass(frozen=True)
class SessionCommands:
    """Sessions and the sign-ins that lead to them. Nothing here is logged but that it failed."""

    store: SessionStore
    services: Services
    cipher: MultiFernet

    def pending(self, cookie: str | None, return_to: str | None) -> PendingSignIn:
        """The sign-in that a cookie speaks of, or a new one."""
        found = self._unseal_pending(cookie)
        if found is None:
            return PendingSignIn(secret=new_secret(), return_to=return_to or "/")
        return found if return_to is None else found.model_copy(update={"return_to": return_to})

    def seal_pending(self, pending: PendingSignIn) -> str:
        """The cookie of a sign-in on its way."""
        return self.cipher.encrypt(pending.model_dump_json().encode()).decode()

    def _unseal_pending(self, cookie: str | None) -> PendingSignIn | None:
        try:
            ttl = int(SIGN_IN_LIFETIME.total_seconds())
            return PendingSignIn.model_validate_json(self.cipher.decrypt(cookie or "", ttl))
        except (InvalidToken, ValidationError):
            return None

    async def mail_code(self, email: str, locale: str) -> str:
        """Has a code mailed and returns the id of the sign-in. Raises Refused or Away."""
        body = {"email": email, "locale": locale, "time_zone": "UTC"}
        call = Call(service=Service.IDENTITY, method="POST", path="/v1/sign-ins", json=body)
        return (await self.services.send(call, SignInBegun)).id

    async def sign_in(self, sign_in_id: str, code: str, old_secret: str | None) -> str:
        """A new session for the right code; its secret. The old session ends.

        Raises Refused for a code that is wrong or too old, or Away.
        """
        path = f"/v1/sign-ins/{sign_in_id}/code"
        call = Call(service=Service.IDENTITY, method="POST", path=path, json={"code": code})
        issued = await self.services.send(call, IssuedTokens)
        if issued.person_id is None:
            raise Away(Service.IDENTITY, unknown=True)
        if old_secret is not None:
            await self.store.remove(session_key(old_secret))
        secret = new_secret()
        sealed = self._seal(issued, issued.person_id)
        await self.store.add(session_key(secret), sealed, utc_now() + SESSION_LIFETIME)
        return secret

    async def visitor(self, secret: str | None) -> Visitor:
        """Who a cookie belongs to, with a token that is good for now.

        NOBODY when its session has ended. Raises Away when the token cannot be renewed.
        """
        if secret is None:
            return NOBODY
        session = await self.store.find(session_key(secret))
        tokens = None if session is None else self._unseal(session)
        if session is None or tokens is None:
            return NOBODY
        if needs_renewal(tokens.valid_until, utc_now()):
            tokens = await self._renewed(session, tokens)
        if tokens is None:
            return NOBODY
        person = Person(
            id=tokens.person_id,
            token=tokens.access_token,
            session_key=session.key,
            votes=self._votes(session),
        )
        return Visitor(person, secret)

    async def remember_vote(self, person: Person, poll_id: str, vote: CastVote) -> None:
        """Keeps a vote that was sent, to show it until the count has it."""
        sealed = self.cipher.encrypt(vote.model_dump_json().encode())
        await self.store.remember_vote(person.session_key, poll_id, sealed)

    async def sign_out(self, secret: str) -> None:
        """Ends a session here, and its tokens with identity, if identity can be reached."""
        session = await self.store.find(session_key(secret))
        await self.store.remove(session_key(secret))
        tokens = None if session is None else self._unseal(session)
        if tokens is None:
            return
        call = Call(
            service=Service.IDENTITY,
            method="POST",
            path="/v1/revocations",
            form={"token": tokens.refresh_token, "token_type_hint": "refresh_token"},
        )
        try:
            await self.services.send(call, Nothing)
        except (Away, Refused) as error:
            # Nobody has these tokens any more: they lay in the session alone.
            log.warning("tokens were not revoked", error=type(error).__name__)

    async def forget(self, secret: str) -> None:
        """Ends a session whose tokens are good for nothing any more."""
        await self.store.remove(session_key(secret))

    async def _renewed(self, session: StoredSession, tokens: Tokens) -> Tokens | None:
        """Tokens that are good for now: one request renews, the others wait. None: it is over."""
        deadline = time.monotonic() + RENEWAL_WAIT_SECONDS
        while not await self.store.claim_renewal(session, RENEWAL_CLAIM):
            if still_usable(tokens.valid_until, utc_now()):
                return tokens
            if time.monotonic() > deadline:
                raise Away(Service.IDENTITY, unknown=False)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            found = await self.store.find(session.key)
            renewed = None if found is None else self._unseal(found)
            if found is None or renewed is None:
                return None
            if not needs_renewal(renewed.valid_until, utc_now()):
                return renewed
            session, tokens = found, renewed
        return await self._renew(session, tokens)

    async def _renew(self, session: StoredSession, tokens: Tokens) -> Tokens | None:
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        call = Call(service=Service.IDENTITY, method="POST", path="/v1/token", form=form)
        try:
            issued = await self.services.send(call, IssuedTokens)
        except (Away, Refused) as error:
            if isinstance(error, Refused) and error.kind == "invalid_grant":
                await self.store.remove(session.key)
                return None
            # An answer may have been lost; identity gives the same tokens to whoever asks soon.
            await self.store.give_up_renewal(session)
            if still_usable(tokens.valid_until, utc_now()):
                return tokens
            log.warning("tokens were not renewed", error=str(error))
            raise Away(Service.IDENTITY, unknown=False) from error
        sealed = self._seal(issued, tokens.person_id)
        await self.store.renew(session, sealed)
        return self._opened(sealed)

    def _seal(self, issued: IssuedTokens, person_id: str) -> bytes:
        tokens = Tokens(
            person_id=person_id,
            access_token=issued.access_token,
            refresh_token=issued.refresh_token,
            valid_until=utc_now() + timedelta(seconds=issued.expires_in),
        )
        return self.cipher.encrypt(tokens.model_dump_json().encode())

    def _unseal(self, session: StoredSession) -> Tokens | None:
        return self._opened(session.sealed)

    def _opened(self, sealed: bytes) -> Tokens | None:
        """The tokens; None when their key is no longer known."""
        try:
            return Tokens.model_validate_json(self.cipher.decrypt(sealed))
        except (InvalidToken, ValidationError):
            return None

    def _votes(self, session: StoredSession) -> dict[str, CastVote]:
        votes = {}
        for poll_id, sealed in session.votes.items():
            try:
                votes[poll_id] = CastVote.model_validate_json(self.cipher.decrypt(sealed))
            except (InvalidToken, ValidationError):
                log.warning("a remembered vote cannot be read", poll_id=poll_id)
        return votes
