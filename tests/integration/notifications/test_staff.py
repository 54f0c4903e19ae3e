"""A brand's staff are told what is for them, and nobody else is, for as long as they are staff."""

import asyncio
from datetime import timedelta

import pytest

from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_notifications import app as wiring
from groundswell_notifications.app import worker_role
from groundswell_notifications.email.rules import MailKind, unsubscribe_token
from tests.integration.notifications import events
from tests.integration.notifications.standing_in import address_of
from tests.integration.notifications.world import PUBLIC_URL, World
from tests.support.service import Json, handled, running, until, until_handled

HOUR = timedelta(hours=1)
KEPT = ("messages", "staff", "preferences")


async def inbox(world: World, member_id: str) -> list[Json]:
    return await world.inbox(member_id, roles=["editor"], brand_id=events.BRAND)


async def kinds(world: World, member_id: str) -> list[str]:
    return sorted(item["kind"] for item in await inbox(world, member_id))


@pytest.mark.usefixtures("topics")
async def test_staff_of_the_brand_read_it_in_mailbox_and_inbox(world: World) -> None:
    story = [
        events.invited("staff_boss", "manager"),
        events.invited("staff_ed", "editor", "auditor"),
        events.invited("staff_prof", "expert"),
        events.invited("staff_rival", "manager", brand_id="rival"),
    ]
    telling = [events.briefed("con_1"), events.overdue("con_1")]
    async with running(worker_role(world.settings)):
        await world.publish(*story)
        await until(lambda: counted(world, len(story)))
        await world.publish(*telling)
        await until(lambda: all_sent(world, 3))
        assert await kinds(world, "staff_boss") == ["answer_overdue", "staff_briefed"]
        (item,) = await inbox(world, "staff_ed")
        assert await inbox(world, "staff_prof") == await inbox(world, "staff_rival") == []
        assert (item["text"].partition("\n")[0], item["contest_id"]) == ("You first.", "con_1")
        assert item["link"] == f"{PUBLIC_URL}/contests/con_1"

        (mail,) = world.mailbox.of(address_of("staff_ed"))
        assert mail["Subject"] == item["subject"] == f"You hear of it first: “{events.TITLE}”"
        text = mail.get_content()
        assert "because you work for the brand" in text
        assert "/account" not in text

        repeats, before = handled("repeated"), await world.kept("messages", "staff", "broadcasts")
        await world.publish(*story, *telling)
        await until_handled("repeated", repeats + len(story) + len(telling))
        assert await world.kept("messages", "staff", "broadcasts") == before
        assert len(world.mailbox.mails) == 3


async def counted(world: World, members: int) -> bool:
    return await world.database["staff"].count_documents({}) == members


async def all_sent(world: World, count: int) -> bool:
    return await world.mail_states() == {"sent": count}


@pytest.mark.usefixtures("topics")
async def test_who_is_asked_to_score_or_to_answer_hears_it_and_nobody_else(world: World) -> None:
    story = [
        events.invited("staff_jo", "juror"),
        events.invited("staff_jim", "juror"),
        events.invited("staff_boss", "manager"),
        events.invited("staff_prof", "expert"),
        events.invited("staff_other", "expert"),
    ]
    asking = [
        events.scores_asked("con_1", "staff_jo", "staff_boss", "ada"),
        events.review_asked("con_1", "staff_prof"),
    ]
    async with running(worker_role(world.settings)):
        await world.publish(*story)
        await until(lambda: counted(world, len(story)))
        await world.publish(*asking)
        await until(lambda: all_sent(world, 2))
        (scores,), (review,) = [await inbox(world, who) for who in ("staff_jo", "staff_prof")]
        assert (scores["kind"], scores["idea_id"]) == ("scores_asked", None)
        assert scores["link"] == f"{PUBLIC_URL}/contests/con_1"
        assert "round “First look” is open. Until 16 April 2100, 23:00 UTC" in scores["text"]
        assert (review["kind"], review["idea_id"]) == ("review_asked", "idea_1")
        assert review["link"] == f"{PUBLIC_URL}/ideas/idea_1"
        for item, member_id in ((scores, "staff_jo"), (review, "staff_prof")):
            (mail,) = world.mailbox.of(address_of(member_id))
            assert mail["Subject"] == item["subject"]
            assert mail["List-Unsubscribe-Post"]

        repeats, before = handled("repeated"), await world.kept("messages", "broadcasts")
        await world.publish(*asking)
        await until_handled("repeated", repeats + len(asking))
        assert await world.kept("messages", "broadcasts") == before
    for member_id in ("staff_jim", "staff_boss", "staff_other"):
        assert await inbox(world, member_id) == []
    assert await world.kinds("ada") == []


async def test_who_is_asked_before_they_are_known_hears_it_when_they_are(world: World) -> None:
    now = utc_now()
    await world.hear(
        events.scores_asked("con_1", "staff_jo", at=now),
        events.scores_asked("con_1", "staff_jo", at=now, brand_id="rival"),
    )
    await world.tell_all()
    await world.hear(
        events.invited("staff_jo", "juror", at=now - HOUR),
        events.invited("staff_jim", "juror", at=now - HOUR),
    )
    assert await kinds(world, "staff_jo") == ["scores_asked"]
    assert await kinds(world, "staff_jim") == []


async def test_who_joins_later_does_not_hear_of_before(world: World) -> None:
    now = utc_now()
    await world.hear(events.briefed("con_1", at=now))
    await world.tell_all()
    await world.hear(
        events.invited("staff_ed", "editor", at=now - HOUR),
        events.invited("staff_new", "editor", at=now + HOUR),
    )
    assert await kinds(world, "staff_ed") == ["staff_briefed"]
    assert await kinds(world, "staff_new") == []


async def test_nobody_of_the_public_hears_it(world: World) -> None:
    await world.hear(events.published("con_1"), events.invited("staff_ed", "editor"))
    await world.done("PUT", "/v1/follows/con_1", by="ada")
    now = utc_now()
    await world.hear(events.briefed("con_1", at=now), events.voting_opened("con_1", at=now))
    await world.tell_all()
    await world.hear(events.submitted("con_1", "bob", at=now - HOUR))
    assert await world.kinds("ada") == ["voting_opened"]
    assert await world.kinds("bob") == ["idea_received", "voting_opened"]
    assert await kinds(world, "staff_ed") == ["staff_briefed"]


async def test_a_message_to_staff_is_nothing_to_others(world: World) -> None:
    await world.hear(events.invited("staff_ed", "editor"), events.briefed("con_1"))
    await world.tell_all()
    (item,) = await inbox(world, "staff_ed")
    path = f"/v1/inbox/{item['id']}/read"
    assert (await world.send("POST", path, by="ada")).status_code == 404
    rival: Json = {"by": "staff_rival", "roles": ["manager"], "brand_id": "rival"}
    assert (await world.send("POST", path, **rival)).status_code == 404
    own: Json = {"by": "staff_ed", "roles": ["editor"], "brand_id": events.BRAND}
    assert (await world.done("POST", path, **own))["read_at"] is not None


async def test_other_roles_are_told_other_things(world: World) -> None:
    await world.hear(events.invited("staff_ed", "editor"), events.invited("staff_ed", "manager"))
    await world.hear(events.overdue("con_1"))
    await world.tell_all()
    assert await kinds(world, "staff_ed") == ["answer_overdue"]
    await world.hear(events.invited("staff_ed", "expert"), events.briefed("con_1"))
    await world.tell_all()
    assert await kinds(world, "staff_ed") == ["answer_overdue"]


@pytest.mark.usefixtures("topics")
async def test_who_has_lost_the_role_gets_no_mail_that_still_waits(world: World) -> None:
    await world.hear(events.invited("staff_prof", "editor"), events.briefed("con_1"))
    await world.tell_all()
    await world.hear(events.invited("staff_prof", "expert"))
    async with running(worker_role(world.settings)):
        await until(lambda: all_failed(world, 1))
    assert world.mailbox.mails == []
    assert world.identity.asked == []


async def all_failed(world: World, count: int) -> bool:
    return await world.mail_states() == {"failed": count}


@pytest.mark.usefixtures("topics")
async def test_a_link_ends_their_mails_and_leaves_the_inbox(world: World) -> None:
    key = world.settings.notifications_link_key.get_secret_value().encode()
    link = unsubscribe_token(MailKind("staff_ed", "staff_briefed"), key)
    await world.hear(events.invited("staff_ed", "editor"))
    await world.done("POST", f"/v1/unsubscribes/{link}", by=None)
    await world.hear(events.briefed("con_1"))
    async with running(worker_role(world.settings)):
        await until(lambda: all_refused(world))
    assert world.mailbox.mails == []
    assert await kinds(world, "staff_ed") == ["staff_briefed"]


async def all_refused(world: World) -> bool:
    return await world.mail_states() == {"not_wanted": 1}


async def test_of_who_was_removed_nothing_is_left_and_nothing_new_comes(world: World) -> None:
    chosen = {"staff_briefed": {"email": False}, "answer_overdue": {"email": True}}
    claims: Json = {"roles": ["manager"], "brand_id": events.BRAND}
    for member_id in ("staff_ed", "staff_boss"):
        await world.hear(events.invited(member_id, "manager"))
        await world.done("PUT", "/v1/preferences", chosen, by=member_id, **claims)
    await world.hear(events.briefed("con_1"))
    await world.tell_all()
    assert await of_ed(world) == list(KEPT)
    await world.hear(events.removed("staff_ed"), events.overdue("con_1"))
    await world.tell_all()
    assert await of_ed(world) == []
    assert await kinds(world, "staff_boss") == ["answer_overdue", "staff_briefed"]
    refused = await world.send("PUT", "/v1/preferences", chosen, by="staff_ed", **claims)
    assert refused.status_code == 403


async def of_ed(world: World) -> list[str]:
    """The collections that still name the editor."""
    kept = await world.kept(*KEPT)
    return [name for name, documents in kept.items() if "staff_ed" in repr(documents)]


async def test_who_was_joining_is_told_by_the_second_pass(world: World) -> None:
    """Neither sees the other: the member joins before the briefing, and commits after its pass."""
    commands = wiring.message_commands(world.stores)
    at, joined, passed = utc_now() - HOUR, asyncio.Event(), asyncio.Event()

    async def join() -> None:
        await commands.join(events.BRAND, "staff_ed", ["editor"], at)
        joined.set()
        await passed.wait()

    joining = asyncio.create_task(transaction(world.database.client, join))
    await joined.wait()
    await world.hear(events.briefed("con_1"))
    await world.tell_all()
    passed.set()
    await joining
    assert await kinds(world, "staff_ed") == []
    await world.database["broadcasts"].update_many({}, {"$set": {"next_at": utc_now()}})
    await world.tell_all()
    assert await kinds(world, "staff_ed") == ["staff_briefed"]


async def test_a_large_staff_is_told_page_by_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell_notifications.messages.commands.PAGE_PEOPLE", 2)
    members = [f"staff_{n}" for n in range(5)]
    await world.hear(*(events.invited(member_id, "juror") for member_id in members))
    await world.hear(events.briefed("con_1"))
    await asyncio.gather(*(world.tell_all() for _ in range(2)))
    for member_id in members:
        assert await kinds(world, member_id) == ["staff_briefed"]
