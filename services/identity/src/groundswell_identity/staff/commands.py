"""Sending staff to their provider, and letting in those who come back and work for the brand."""

from collections.abc import Mapping
from dataclasses import dataclass

from groundswell_identity.memberships.commands import MembershipCommands
from groundswell_identity.memberships.rules import Member
from groundswell_identity.people.addresses import normal_address
from groundswell_identity.staff.oidc import OidcClient, ProviderAway, ProviderRefused, Subject
from groundswell_identity.staff.rules import SIGN_IN_LIFETIME, StaffSignIn
from groundswell_identity.staff.store import StaffSignInStore
from groundswell_identity.tokens.commands import Issued, TokenCommands, staff
from groundswell_identity.tokens.rules import Family
from groundswell_identity.vault import same
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_secret
from groundswell_kit.mongo import transaction
from groundswell_kit.observability import get_logger
from groundswell_kit.problems import (
    FieldError,
    Problem,
    ProblemType,
    forbidden,
    unavailable,
    validation,
)

log = get_logger()

STAFF_SIGN_IN_REFUSED = ProblemType(
    "staff-sign-in-refused",
    400,
    "The sign-in did not succeed",
    "There is no such sign-in, it was used or has expired, or the provider did not let its subject "
    "in. Begin a new one.",
)


@dataclass(frozen=True, slots=True)
class StaffCommands:
    """`providers` are those of the settings, by name."""

    sign_ins: StaffSignInStore
    memberships: MembershipCommands
    tokens: TokenCommands
    providers: Mapping[str, OidcClient]

    async def begin(
        self, provider: str, brand_id: str, redirect_uri: str
    ) -> tuple[StaffSignIn, str]:
        """A sign-in, and where to send the browser for it.

        A 422 problem names a provider or a redirect URI that the settings do not. 503 while the
        provider is away.
        """
        client = self.providers.get(provider)
        if client is None:
            raise validation(FieldError("body.provider", "unknown", "there is no such provider"))
        if redirect_uri not in client.provider.redirect_uris:
            message = "not one of the provider's in the settings"
            raise validation(FieldError("body.redirect_uri", "unknown", message))
        sign_in = StaffSignIn(
            id=new_secret(),
            provider=provider,
            brand_id=brand_id,
            redirect_uri=redirect_uri,
            state=new_secret(),
            nonce=new_secret(),
            verifier=new_secret(),
            expires_at=utc_now() + SIGN_IN_LIFETIME,
        )
        try:
            url = await client.authorization_url(sign_in)
        except ProviderAway as error:
            raise _away(provider, error) from error
        await self.sign_ins.add(sign_in)
        return sign_in, url

    async def complete(self, sign_in_id: str, code: str, state: str) -> tuple[Member, Issued]:
        """The member who came back, with tokens. Once only, whatever comes of it.

        Raises the staff-sign-in-refused problem, 403 for who does not work for the brand, 503
        while the provider is away.
        """
        sign_in = await self.sign_ins.take(sign_in_id)
        if sign_in is None or not same(sign_in.state, state):
            raise Problem(STAFF_SIGN_IN_REFUSED)
        subject = await self._subject(sign_in, code)

        async def work() -> tuple[Member, Family]:
            member = await self.memberships.join(
                sign_in.brand_id, sign_in.provider, subject.id, _normal(subject.email)
            )
            if member is None:
                raise forbidden("Whoever signed in does not work for this brand.")
            return member, await self.tokens.begin_family(member.id, member.brand_id)

        member, family = await transaction(self.sign_ins.client, work)
        return member, await self.tokens.issue(staff(member), family)

    async def _subject(self, sign_in: StaffSignIn, code: str) -> Subject:
        client = self.providers.get(sign_in.provider)
        if client is None:  # Taken out of the settings meanwhile.
            raise Problem(STAFF_SIGN_IN_REFUSED)
        try:
            return await client.redeem(sign_in, code)
        except ProviderRefused as error:
            log.warning("staff sign-in refused", provider=sign_in.provider, reason=str(error))
            raise Problem(STAFF_SIGN_IN_REFUSED) from error
        except ProviderAway as error:
            raise _away(sign_in.provider, error) from error


def _normal(email: str | None) -> str | None:
    """The one form of an address; None for what a provider calls one and is none."""
    try:
        return None if email is None else normal_address(email)
    except ValueError:
        return None


def _away(provider: str, error: ProviderAway) -> Problem:
    log.warning("provider away", provider=provider, reason=str(error))
    return unavailable("The provider does not answer as it should.", 5)
