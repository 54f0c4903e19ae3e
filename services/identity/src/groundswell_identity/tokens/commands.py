"""Issuing tokens: at a sign-in, for a refresh token, for a machine; and revoking them."""

from dataclasses import dataclass
from datetime import timedelta

from joserfc import jwt

from groundswell_identity.keys.queries import KeyRing
from groundswell_identity.keys.rules import ACCESS_TOKEN_LIFETIME
from groundswell_identity.memberships.queries import MembershipQueries
from groundswell_identity.memberships.rules import Member
from groundswell_identity.people.queries import PersonQueries
from groundswell_identity.people.rules import Person
from groundswell_identity.tokens.errors import OAuthError
from groundswell_identity.tokens.rules import (
    FIRST_PARTY,
    Bearer,
    Family,
    RefreshToken,
    claims,
    judge,
)
from groundswell_identity.tokens.store import FamilyStore
from groundswell_identity.vault import Vault, same
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id, new_secret
from groundswell_kit.observability import get_logger

log = get_logger()


@dataclass(frozen=True, slots=True)
class Issued:
    """An access token with what belongs to it."""

    access_token: str
    lifetime: timedelta
    refresh_token: str | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenCommands:
    """A refresh changes one document, so two at once come to one next token."""

    issuer: str
    ring: KeyRing
    families: FamilyStore
    people: PersonQueries
    memberships: MembershipQueries
    vault: Vault

    async def begin_family(self, subject: str, brand_id: str | None = None) -> Family:
        """A family of refresh tokens for somebody who has just signed in.

        Part of the caller's transaction.
        """
        now = utc_now()
        family = Family(new_secret(), subject, brand_id, 1, now, now)
        await self.families.add(family)
        return family

    async def issue(self, bearer: Bearer, family: Family | None = None) -> Issued:
        """An access token, with the newest refresh token of the family."""
        key = await self.ring.signer()
        header = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}
        said = claims(bearer, self.issuer, new_id("token"), utc_now(), ACCESS_TOKEN_LIFETIME)
        refresh = None if family is None else str(self._token(family.id, family.generation))
        token = jwt.encode(header, said, key)
        return Issued(token, ACCESS_TOKEN_LIFETIME, refresh, bearer.scopes)

    async def refresh(self, text: str) -> Issued:
        """New tokens for a refresh token, which gives way to the one among them.

        Raises OAuthError invalid_grant for one that is not good; an old one ends its family.
        """
        token = self._genuine(text)
        family = None if token is None else await self.families.find(token.family_id)
        if token is None or family is None:
            raise _not_good()
        bearer = await self._bearer(family)
        verdict = judge(family, token.generation, utc_now())
        if verdict == "again":
            return await self.issue(bearer, family)
        if verdict == "next":
            advanced = await self.families.advance(family, utc_now())
            if advanced is not None:
                return await self.issue(bearer, advanced)
            # Another refresh, or the end, came between: the token is the newest no more.
            return await self.refresh(text)
        if verdict == "reused":
            log.warning("refresh token used again", subject=family.subject)
            await self.families.end(family.id)
        raise _not_good()

    async def for_machine(self, client_id: str, secret: str, scope: str | None) -> Issued:
        """A token for a machine, with the scopes it asks for or all of its own."""
        machine = await self.memberships.machine(client_id, secret)
        if machine is None:
            raise OAuthError("invalid_client", "There is no such client, or its secret is wrong.")
        scopes = machine.scopes if scope is None else tuple(sorted(set(scope.split())))
        if not set(scopes) <= set(machine.scopes):
            raise OAuthError("invalid_scope", "The client does not have all of these scopes.")
        roles = ("integrator",)
        bearer = Bearer(machine.client_id, machine.client_id, roles, machine.brand_id, scopes)
        return await self.issue(bearer)

    async def revoke(self, text: str) -> None:
        """Ends the family of a refresh token; nothing happens for any other text."""
        token = self._genuine(text)
        if token is not None:
            await self.families.end(token.family_id)

    async def forget(self, person: Person) -> None:
        """Ends all families of a person, in the caller's transaction."""
        await self.families.end_all_of(person.id)

    async def _bearer(self, family: Family) -> Bearer:
        """The family's subject as of now: whoever was erased or left gets no more tokens."""
        if family.brand_id is None:
            person = await self.people.find(family.subject)
            if person is None:
                raise _not_good()
            return participant(person)
        member = await self.memberships.member(family.brand_id, family.subject)
        if member is None:
            await self.families.end(family.id)
            raise _not_good()
        return staff(member)

    def _token(self, family_id: str, generation: int) -> RefreshToken:
        """Made of the family and its number each time, so that it need not be kept."""
        token = RefreshToken(family_id, generation, mark="")
        mark = self.vault.mark("refresh token", token.named)
        return RefreshToken(family_id, generation, mark)

    def _genuine(self, text: str) -> RefreshToken | None:
        token = RefreshToken.parse(text)
        if token is None:
            return None
        genuine = self._token(token.family_id, token.generation)
        return token if same(genuine.mark, token.mark) else None


def participant(person: Person) -> Bearer:
    """What the tokens of a participant say."""
    return Bearer(
        person.id,
        FIRST_PARTY,
        ("participant",),
        account_created_at=person.created_at,
        region=person.profile.region,
    )


def staff(member: Member) -> Bearer:
    """What the tokens of a brand's staff say."""
    return Bearer(member.id, FIRST_PARTY, member.roles, member.brand_id)


def _not_good() -> OAuthError:
    return OAuthError("invalid_grant", "The refresh token is not good, or not any more.")
