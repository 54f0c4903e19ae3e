"""A brand changes its mind at the very end of a vote; voting hears of it when all is counted."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from groundswell_local.installation import Installation
from tests.support.people import Person
from tests.support.polling import Polling
from tests.support.programme_story import ProgrammeStory, in_seconds
from tests.support.story import expect

pytestmark = pytest.mark.timeout(400)

# Voting takes some seconds to make a closing its own; one request has to come after that in time.
SOON_SECONDS = 30
MADE_SHORTER = "We have seen enough."
PUT_OFF = "We would like to hear more of you."
SAME = "Both are the same ship."
TAKEN = "A bank is called so."
FINAL = "The tally of the poll is final."


async def test_what_voting_hears_of_too_late_is_not_done_and_everybody_reads_so(
    story: ProgrammeStory, groundswell: Installation
) -> None:
    ada = await story.person("Ada")
    await story.open_contest("Name our ship")
    polar = await story.submit_and_approve("RRS Polar")
    arctic = await story.submit_and_approve("RRS Arctic", ada.headers)
    bank = await story.submit_and_approve("RRS Bank")
    await story.shortlist([polar, arctic, bank])
    await story.open_voting()
    poll = Polling(groundswell, story, story.poll_id, [polar, arctic, bank])
    await poll.votes(bob=arctic, cleo=arctic, dan=polar, eve=bank)
    votes = {polar: 1, arctic: 2, bank: 1}
    await poll.stand_at(votes)
    closes_at = await _closes_soon(poll)

    with _standing_still(groundswell, "ideas-worker"):
        # Voting hears nothing of the contest now, and the contest nothing of the vote: it takes
        # the poll for an open one when that has closed and is counted.
        expect(await poll.amend(PUT_OFF, closes_at=in_seconds(7_200)), 201)
        await poll.until_poll(lambda found: found["stage"] not in ("open", "closing"))
        await poll.certified()
        await _merge(story, arctic, into=polar)
        expect(await poll.amend(TAKEN, removed_idea_ids=[bank]), 201)
        assert (await story.page())["polls"][0]["closes_at"] != closes_at

    _, put_off, merged, struck = await _amendments_with_refusals(story, 3)
    for amendment in (put_off, merged, struck):
        (refusal,) = amendment["refusals"]
        assert refusal["refused"] == amendment["poll_changed"]
        assert (refusal["code"], refusal["reason"]) == ("closed", FINAL)
    assert [a["reason"] for a in (put_off, merged, struck)] == [PUT_OFF, SAME, TAKEN]
    assert (await story.page())["polls"][0]["closes_at"] == closes_at
    assert await story.certified(story.poll_id) == votes
    await _everybody_reads_it(story, polar, arctic, bank)
    await _its_author_has_heard(story, ada)

    # Nothing was counted as one, so the merge can be undone, and the idea can win by its votes.
    await story.move_to("deliberation")
    apart = {"reason": "The crowd told them apart."}
    await story.done("POST", f"/v1/ideas/{arctic}/unmerge", story.staff("manager"), apart)
    await story.select(arctic, "The crowd has spoken.")
    assert [winner["idea_id"] for winner in (await story.decision())["winners"]] == [arctic]


async def _closes_soon(poll: Polling) -> str:
    """The closing comes near, and voting has heard so; when that is."""
    soon = in_seconds(SOON_SECONDS)
    expect(await poll.amend(MADE_SHORTER, closes_at=soon), 201)
    shown = await poll.until_poll(lambda found: found["closes_at"][:19] == soon[:19])
    return str(shown["closes_at"])


@contextmanager
def _standing_still(groundswell: Installation, role: str) -> Iterator[None]:
    """Meanwhile the process of a role does nothing; after that it goes on where it was."""
    pid = groundswell.supervisor.pid(role)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def _merge(story: ProgrammeStory, idea_id: str, into: str) -> None:
    body = {"into_idea_id": into, "reason": SAME}
    await story.done("POST", f"/v1/ideas/{idea_id}/merge", story.staff("manager"), body)


async def _amendments_with_refusals(story: ProgrammeStory, count: int) -> list[dict[str, Any]]:
    """The amendments, once so many parts of them were refused."""

    def refused(page: dict[str, Any]) -> bool:
        return sum(len(amendment["refusals"]) for amendment in page["items"]) == count

    page = await story.until(f"{story.ideas_url}{story.path}/amendments", refused)
    return list(page["items"])


async def _everybody_reads_it(story: ProgrammeStory, polar: str, arctic: str, bank: str) -> None:
    """On the record, in the life of each idea, and on the pages of the site."""
    assert (await story.timeline(arctic))[-2:] == ["merged", "votes_unmoved"]
    assert not {"votes_taken_in", "votes_unmoved"}.intersection(await story.timeline(polar))
    assert "ballot_left" not in await story.timeline(bank)
    (gone,) = (await story.read(f"/v1/ideas/{polar}/merged"))["items"]
    assert (gone["idea_id"], gone["with_votes"], gone["votes_stayed"]) == (arctic, False, FINAL)
    assert (await story.decision())["merged"] == []

    contest = await _page(story, f"/contests/{story.contest_id}")
    assert contest.count(f"<strong>Voting did not carry this out:</strong> {FINAL}") == 3
    assert "its votes did not go along" in contest
    assert "Its votes stayed where they were" in await _page(story, f"/ideas/{arctic}")


async def _page(story: ProgrammeStory, path: str) -> str:
    answer = await story.http.get(f"{story.groundswell.web_url}{path}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def _its_author_has_heard(story: ProgrammeStory, author: Person) -> None:
    """First that the votes for the idea count for the other one, then that they do not."""
    before = ("idea_received", "idea_approved", "idea_shortlisted", "voting_opened")
    *_, along, stayed = await story.hears(author, *before, "idea_merged", "idea_merged")
    assert "The votes for it count for that one now" in along["text"]
    assert stayed["subject"] == "The votes for your idea “RRS Arctic” did not go along"
    assert stayed["text"].endswith(FINAL)
