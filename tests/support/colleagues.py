"""Those who work for a story's brand, as identity knows them: invited, and written to by mail."""

import asyncio

import httpx2

from groundswell_local.mail.mailbox import Mail, Mailbox
from groundswell_local.paths import mail_directory
from tests.support.people import Person
from tests.support.programme_story import ProgrammeStory
from tests.support.story import BRAND, PATIENCE_SECONDS, bearer, expect

_THERE_ALREADY = httpx2.codes.CONFLICT


async def colleague(story: ProgrammeStory, name: str, *roles: str) -> Person:
    """Somebody whom a manager lets work for the brand, with the token of their sign-in."""
    brands = f"{story.groundswell.identity_url}/v1/brands"
    operator = bearer(story.issuer.mint("operator_1", ["operator"]))
    founded = await story.http.post(brands, headers=operator, json={"id": BRAND, "name": BRAND})
    assert founded.is_success or founded.status_code == _THERE_ALREADY, founded.text
    address = f"{name.lower()}.{story.run}@brand.example"
    invited = await story.http.put(
        f"{brands}/{BRAND}/members",
        headers=story.staff("manager"),
        json={"email": address, "roles": roles},
    )
    member_id = str(expect(invited, 200)["id"])
    return Person(member_id, address, story.issuer.mint(member_id, roles, brand_id=BRAND), "")


async def mail_to(story: ProgrammeStory, person: Person, subject: str | None = None) -> Mail:
    """The newest mail that somebody has, of this subject if one is named, once there is one."""
    mailbox = Mailbox(mail_directory(story.state))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            for mail in mailbox.newest_first(person.address):
                if subject in (None, mail.subject):
                    return mail
            await asyncio.sleep(0.2)
