"""Every event of the list reaches the right people, in inbox and mailbox, once."""

import pytest

from groundswell_notifications.app import worker_role
from tests.integration.notifications import events
from tests.integration.notifications.world import PUBLIC_URL, World
from tests.support.service import handled, running, until, until_handled

pytestmark = pytest.mark.usefixtures("topics")

TO_ADA = [
    "idea_approved",
    "idea_received",
    "idea_shortlisted",
    "result_published",
    "reward_granted",
    "reward_offered",
    "reward_reversed",
    "voting_opened",
    "won",
]
TO_BOB = ["idea_received", "idea_rejected", "result_published", "voting_opened"]
TO_CYD = ["idea_approved", "idea_received", "idea_shortlisted", "idea_vetoed"]
TO_CYD_TOO = ["result_published", "voting_opened"]
TO_DEE = ["result_published", "voting_opened"]


async def test_each_event_tells_each_person_once(world: World) -> None:
    opening = events.published("con_1")
    async with running(worker_role(world.settings)):
        await world.publish(opening, events.published("con_2"))
        await until(lambda: known(world, "con_2"))
        await until(lambda: known(world, "con_1"))
        # Dee follows, and Ada follows what she takes part in; Eve follows another contest.
        for person_id, contest_id in (("dee", "con_1"), ("ada", "con_1"), ("eve", "con_2")):
            await world.done("PUT", f"/v1/follows/{contest_id}", by=person_id)
        story = [
            *(events.submitted("con_1", person_id) for person_id in ("ada", "bob", "cyd")),
            *(events.approved("con_1", person_id) for person_id in ("ada", "cyd")),
            events.rejected("con_1", "bob"),
            *(events.shortlisted("con_1", person_id) for person_id in ("ada", "cyd")),
            events.voting_opened("con_1"),
            events.vetoed("con_1", "cyd"),
            events.selected("con_1", "ada"),
            events.decided("con_1"),
            events.offered("con_1", "ada"),
            events.granted("con_1", "ada"),
            events.reversed_again("con_1", "ada"),
        ]
        await world.publish(*story)
        expected = len([*TO_ADA, *TO_BOB, *TO_CYD, *TO_CYD_TOO, *TO_DEE])
        await until(lambda: all_sent(world, expected))
        assert await world.kinds("ada") == TO_ADA
        assert await world.kinds("bob") == TO_BOB
        assert await world.kinds("cyd") == sorted(TO_CYD + TO_CYD_TOO)
        assert await world.kinds("dee") == TO_DEE
        assert await world.kinds("eve") == []
        for person_id in ("ada", "bob", "cyd", "dee"):
            subjects = sorted(item["subject"] for item in await world.inbox(person_id))
            assert world.mails_to(person_id) == subjects
        assert len(world.mailbox.mails) == expected

        # All of it again, as after a commit that was lost, or a topic read from its start.
        before = await world.kept("messages", "members", "contests", "broadcasts")
        repeats = handled("repeated")
        await world.publish(opening, *story)
        await until_handled("repeated", repeats + 1 + len(story))
        assert await world.kept("messages", "members", "contests", "broadcasts") == before
        assert len(world.mailbox.mails) == expected


async def test_what_becomes_of_ideas_and_of_their_contest_is_told_too(world: World) -> None:
    async with running(worker_role(world.settings)):
        await world.publish(events.published("con_4"))
        await until(lambda: known(world, "con_4"))
        await world.publish(events.submitted("con_4", "ada"), events.submitted("con_4", "bob"))
        await until(lambda: all_sent(world, 2))
        await world.publish(
            events.held("con_4", "ada"),
            events.merged("con_4", "bob", "idea_con_4_ada_1"),
            events.votes_stayed("con_4", "bob", "idea_con_4_ada_1"),
            events.answered("con_4", "ada"),
            events.not_verified("con_4", "ada"),
            events.paused("con_4", 1, is_paused=True),
            events.paused("con_4", 2, is_paused=False),
            events.milestone("con_4"),
        )
        await until(lambda: all_sent(world, 2 + 5 + 2 * 3))
    to_all = ["contest_paused", "contest_resumed", "idea_received", "milestone_reached"]
    to_ada = ["idea_answered", "idea_held", "win_ended"]
    assert await world.kinds("ada") == sorted(to_all + to_ada)
    assert await world.kinds("bob") == sorted([*to_all, "idea_merged", "idea_merged"])
    links = {item["kind"]: item["link"] for item in await world.inbox("bob")}
    assert links["idea_merged"] == f"{PUBLIC_URL}/ideas/idea_con_4_ada_1"


async def test_a_message_says_what_happened_and_leads_there(world: World) -> None:
    async with running(worker_role(world.settings)):
        await world.publish(events.published("con_3"))
        await until(lambda: known(world, "con_3"))
        await world.publish(events.rejected("con_3", "bob"))
        await until(lambda: all_sent(world, 1))
    (item,) = await world.inbox("bob")
    assert item["subject"] == "Your idea “Ship 1 of bob” was not approved"
    assert item["text"].startswith("Your idea “Ship 1 of bob” was not approved for “Name our ship”")
    assert item["text"].endswith("\n\nIt is a brand's name.")
    assert item["link"] == f"{PUBLIC_URL}/ideas/idea_con_3_bob_1"
    assert (item["email"], item["read_at"]) == ("sent", None)
    (mail,) = world.mailbox.mails
    assert mail["Subject"] == item["subject"]
    assert mail["Message-ID"] == f"<{item['id']}@example.org>"
    text = mail.get_content().replace("\r\n", "\n")
    assert text.startswith(f"Hello Bob,\n\n{item['text']}\n\n{item['link']}\n")
    # What was asked of identity is nowhere kept.
    for name in await world.database.list_collection_names():
        assert "people.test" not in repr(await world.database[name].find().to_list())


async def known(world: World, contest_id: str) -> bool:
    return await world.stores.audience.find_public(contest_id) is not None


async def all_sent(world: World, count: int) -> bool:
    return await world.mail_states() == {"sent": count}
