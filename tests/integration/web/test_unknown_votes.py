"""Votes that may have come too late: the site keeps their receipts and tells what they came to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from groundswell_kit.clock import utc_now
from groundswell_local.ports import free_ports
from groundswell_web import services
from groundswell_web.answers import Away, Refused, Service
from groundswell_web.services import Call, Services
from groundswell_web.sessions.commands import Person
from groundswell_web.sessions.schemas import CastVote
from groundswell_web.voting.own import own_vote
from groundswell_web.voting.queries import VotingQueries
from groundswell_web.voting.schemas import Rules, Taken
from tests.integration.web.test_adversity import TAKEN, answering
from tests.integration.web.test_several_polls import people_voting
from tests.integration.web.world import Browser, World, silent_server

UNKNOWN = (503, {"type": "/problems/outcome-unknown", "vote_id": "vote_1"})
REFUSED = (409, {"type": "/problems/voting-not-open"})
NOT_RECORDED = (503, {"type": "/problems/not-recorded"})
RECEIPT = "/v1/receipts/vote_1"
NOT_KNOWN = "We do not know yet whether your vote for"


class Voter:
    """Somebody on the page of a vote; `told` is what voting answers from now on."""

    def __init__(self, visitor: Browser, page: str, poll_id: str, idea_id: str) -> None:
        self.told: dict[str, tuple[int, object]] = {}
        self._visitor = visitor
        self._page = page
        self._vote = {"poll_id": poll_id, "idea_id": idea_id}

    async def votes(self) -> tuple[int, str]:
        answer = await self._visitor.send(f"{self._page}/votes", **self._vote)
        return answer.status_code, answer.text

    async def reads(self) -> str:
        return (await self._visitor.get(self._page)).text


@asynccontextmanager
async def voter(world: World, answer: tuple[int, object]) -> AsyncIterator[Voter]:
    """Whose vote gets this answer of the ballot box."""
    await world.forget_everything()
    contest_id = await world.contest("submission", "voting")
    contest = await world.staff("GET", f"/v1/contests/{contest_id}")
    (idea,) = (await world.staff("GET", f"/v1/contests/{contest_id}/ideas"))["items"]
    (poll_id,) = contest["poll_ids"]
    told = {f"/v1/polls/{poll_id}/votes": answer}
    async with people_voting(world, contest, idea["id"], told) as visitor:
        found = Voter(visitor, f"/contests/{contest_id}", poll_id, idea["id"])
        found.told = told
        yield found


async def test_what_became_of_the_vote_is_shown_as_soon_as_it_is_known(world: World) -> None:
    async with voter(world, UNKNOWN) as ann:
        status, page = await ann.votes()
        assert status == 503
        assert "it counts at most once" in page
        assert "Send it again" in page
        for answer in ((200, {"state": "not_known_yet"}), (503, {}), (404, {})):
            ann.told[RECEIPT] = answer
            page = await ann.reads()
            assert NOT_KNOWN in page
            assert 'name="idea_id"' in page  # it can be sent again from here too
        for state, words in (
            ("too_late", "does not count.</strong> It came too late"),
            ("counted", "Your vote counts</strong>"),
            ("set_aside", "Your votes have been set aside</strong>"),
        ):
            ann.told[RECEIPT] = (200, {"state": state})
            page = await ann.reads()
            assert words in page
            assert NOT_KNOWN not in page
            assert ("It came too late" in page) == (state == "too_late")


async def test_a_repeat_that_is_refused_takes_nothing_back(world: World) -> None:
    async with voter(world, UNKNOWN) as ann:
        await ann.votes()
        for path in list(ann.told):
            ann.told[path] = REFUSED
        status, page = await ann.votes()
        assert status == 409
        assert "What you sent before counts if in time." in page
        ann.told[RECEIPT] = (200, {"state": "too_late"})
        assert "It came too late" in await ann.reads()


async def test_a_vote_that_was_taken_stays_so_when_it_is_sent_again(world: World) -> None:
    async with voter(world, (202, TAKEN)) as ann:
        await ann.votes()
        for path in list(ann.told):
            ann.told[path] = UNKNOWN
        assert (await ann.votes())[0] == 503
        assert "Your vote is recorded</strong>" in await ann.reads()


async def test_a_vote_that_may_have_arrived_and_then_does_is_taken(world: World) -> None:
    async with voter(world, UNKNOWN) as ann:
        await ann.votes()
        for path in list(ann.told):
            ann.told[path] = (202, TAKEN)
        assert (await ann.votes())[0] == 303
        page = await ann.reads()
    assert "Your vote is recorded</strong>" in page
    assert NOT_KNOWN not in page


async def test_a_vote_that_counts_for_another_idea_since_a_merge_is_shown_there_alone() -> None:
    """Ann voted for both ideas, for the merged one last; together they have one place."""
    ballot = {"period": "", "idea_ids": ["into"], "vote_ids": ["vote_0"]}
    told: dict[str, tuple[int, object]] = {
        "/v1/polls/poll_1/ballot": (
            200,
            {"periods": [ballot | {"revision": None, "set_aside": False}]},
        ),
        RECEIPT: (200, {"state": "counted", "counts_for": ["into"]}),
    }
    last = CastVote(idea_ids=("merged",), vote_id="vote_1", cast_at=utc_now())
    async with answering(told) as voting:
        called = Services({Service.VOTING: (voting,)})
        await called.open()
        try:
            person = Person(id="ann", token="t", session_key="k", votes={"poll_1": last})
            found = await VotingQueries(called).own("poll_1", person)
        finally:
            await called.close()
    two = Rules(ideas_per_ballot=2)
    own = own_vote(two, found.ballot, found.cast, found.verdict, utc_now())
    assert own.idea_ids == ["into"]
    assert own.has_room(two)


async def cast(*boxes: str) -> Taken:
    """A vote sent to these ballot boxes, one after the other."""
    called = Services({Service.BALLOT_BOX: boxes})
    await called.open()
    try:
        call = Call(service=Service.BALLOT_BOX, method="POST", path="/votes", repeatable=True)
        return await called.send(call, Taken)
    finally:
        await called.close()


@pytest.mark.parametrize("answer", [REFUSED, NOT_RECORDED, (503, {}), (500, {})])
async def test_what_one_ballot_box_may_have_taken_no_other_one_takes_back(
    answer: tuple[int, object],
) -> None:
    async with answering({"/votes": UNKNOWN}) as first, answering({"/votes": answer}) as second:
        with pytest.raises(Away) as away:
            await cast(first, second)
    assert away.value.unknown
    assert away.value.vote_id == "vote_1"


async def test_nor_one_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "WRITE_SECONDS", 0.5)
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    async with answering({"/votes": UNKNOWN}) as first, silent_server() as silent:
        for second in (nobody, silent):
            with pytest.raises(Away) as away:
                await cast(first, second)
            assert away.value.vote_id == "vote_1"


async def test_another_ballot_box_may_take_it() -> None:
    async with (
        answering({"/votes": UNKNOWN}) as first,
        answering({"/votes": (202, TAKEN)}) as second,
    ):
        assert (await cast(first, second)).vote_id == TAKEN["vote_id"]


async def test_what_nobody_took_is_refused() -> None:
    async with (
        answering({"/votes": NOT_RECORDED}) as first,
        answering({"/votes": REFUSED}) as second,
    ):
        with pytest.raises(Refused):
            await cast(first, second)
