"""A contest from the first idea to the reward in the winner's account, as its people live it.

Used by the scenarios: once with a close look at every page, once while processes are killed.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.story import Story
from tests.support.visitor import PATIENCE_SECONDS, Visitor

TERMS = "Paid within 30 days of your acceptance, to an account in your name."
AMOUNT_MINOR, CURRENCY = 1_000_000, "GBP"
VETO = "A ship of research is not a joke, and this name would make it one."
REASON = "He showed millions of people what there is to protect."
REJECTION = "This name belongs to another ship already."

Step = Callable[[str], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def undisturbed(_step: str) -> AsyncIterator[None]:
    """A step during which nothing is killed."""
    yield


@dataclass(slots=True)
class Cast:
    """Who takes part: three who hand in ideas, and somebody who follows and votes."""

    boaty: Visitor
    attenborough: Visitor
    late: Visitor
    follower: Visitor

    def all(self) -> dict[str, Visitor]:
        """Everybody by name."""
        return {
            "boaty": self.boaty,
            "attenborough": self.attenborough,
            "late": self.late,
            "follower": self.follower,
        }


@dataclass(slots=True)
class Outcome:
    """What is left in the end, without ids and times: equal for every run of the same story."""

    tally: list[tuple[str, int]]
    winners: list[tuple[str, str]]
    vetoes: list[tuple[str, str]]
    ledger: list[tuple[str, list[tuple[str, int, str]]]]
    inboxes: dict[str, list[str]]
    mails: dict[str, list[str]]


def expected() -> Outcome:
    """What the story comes to, whatever dies on the way."""
    received, approved, shortlisted = "We have", "was approved", "is on the shortlist"
    opened, result = "Voting is open", "The result of"
    handed_in = [received, approved, shortlisted, opened]
    inboxes = {
        "boaty": sorted([*handed_in, "was ruled out", result]),
        "attenborough": sorted(
            [*handed_in, "has won", "waits for you", result, "is booked"],
        ),
        "late": sorted([received, "was not approved", opened, result]),
        "follower": sorted([opened, result]),
    }
    return Outcome(
        tally=[("RRS Boaty McBoatface", 3), ("RRS Sir David Attenborough", 1)],
        winners=[("RRS Sir David Attenborough", REASON)],
        vetoes=[("RRS Boaty McBoatface", VETO)],
        ledger=[
            (
                "grant",
                [("brand", AMOUNT_MINOR, CURRENCY), ("payee", -AMOUNT_MINOR, CURRENCY)],
            )
        ],
        inboxes=inboxes,
        mails=inboxes,
    )


@dataclass(slots=True)
class WholeJourney:
    """The story, step by step; each step may be disturbed by `step`."""

    story: Story
    cast: Cast
    rewards_url: str
    step: Step = undisturbed
    ideas: dict[str, str] = field(default_factory=dict)

    async def run(self) -> None:
        """From the first sign-in to the reward in the statement."""
        async with self.step("sign in"):
            for visitor in self.cast.all().values():
                await visitor.sign_in()
        async with self.step("open"):
            plan = {
                "per_winner": {"amount_minor": AMOUNT_MINOR, "currency": CURRENCY},
                "terms": TERMS,
            }
            await self.story.open_contest("Name our ship", plan)
        await self._hand_in()
        await self._approve()
        await self._vote()
        await self._decide()
        await self._reward()

    @property
    def _path(self) -> str:
        return f"/contests/{self.story.contest_id}"

    async def _hand_in(self) -> None:
        async with self.step("hand in"):
            await self._submit(self.cast.boaty, "RRS Boaty McBoatface")
            await self._submit(self.cast.attenborough, "RRS Sir David Attenborough")
            await self._submit(self.cast.late, "HMS Victory")
        async with self.step("follow"):
            follower = self.cast.follower
            page = follower.page

            async def follows() -> bool:
                await follower.open(self._path)
                return await page.get_by_role("button", name="Stop following").count() > 0

            async def follow() -> bool:
                return await follower.press(page.get_by_role("button", name="Follow this contest"))

            await follower.until(follows, follow)
            await follower.look(page, "contest, ideas are taken")

    async def _submit(self, author: Visitor, title: str) -> None:
        page = author.page
        await author.open(f"{self._path}/ideas/new")
        await author.look(page, "new idea")
        await page.get_by_label("Title").fill(title)
        await page.get_by_label("Description").fill(f"{title} is the name that she deserves.")
        button = page.get_by_role("button", name="Hand in this idea")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await author.press(button):
                # The page of a failure still has the form; a broken connection leaves a page of
                # the browser's own, which sends the same form again when it is reloaded.
                if await button.count() == 0:
                    await author.send_again()
                if "/ideas/idea" in page.url:
                    break
                await asyncio.sleep(0.3)
        found = re.search(r"/ideas/(idea_[0-9a-z]+)", page.url)
        assert found, page.url
        self.ideas[title] = found[1]
        await author.look(page, "own idea, not decided")

    async def _approve(self) -> None:
        async with self.step("moderate"):
            boaty, attenborough, victory = self.ideas.values()
            for idea_id in (boaty, attenborough):
                await self.story.approve(idea_id)
            await self.story.reject(victory, REJECTION)
            await self.story.shortlist([boaty, attenborough])
            late = self.cast.late
            await late.see(f"/ideas/{victory}", lambda page: page.get_by_text(REJECTION))
            await late.look(late.page, "own idea, rejected")

    async def _vote(self) -> None:
        async with self.step("open voting"):
            await self.story.open_voting()
        boaty, attenborough, _ = self.ideas
        async with self.step("vote"):
            for visitor, choice in (
                (self.cast.follower, boaty),
                (self.cast.boaty, boaty),
                (self.cast.late, boaty),
                (self.cast.attenborough, attenborough),
            ):
                await self._cast(visitor, choice)
        async with self.step("look at the vote again"):
            follower = self.cast.follower
            await follower.see(self._path, lambda page: page.get_by_text("Your vote counts"))
            await follower.look(follower.page, "contest, own vote counts")

    async def _cast(self, visitor: Visitor, title: str) -> None:
        """Vote, and see the vote stand after a reload."""
        page = visitor.page

        async def stands() -> bool:
            await visitor.open(self._path)
            own = page.locator("#your-vote").get_by_role("status").get_by_role("link", name=title)
            return await own.count() > 0

        async def vote() -> None:
            button = page.get_by_role("button", name=f"Vote for {title}")
            if await button.count() > 0:
                await visitor.look(page, "contest, one can vote")
                await visitor.press(button)
                await visitor.look(page, "contest, voted")
            else:  # the poll opens in a moment, or the voting service is away
                await asyncio.sleep(0.3)

        await visitor.until(stands, vote)

    async def _decide(self) -> None:
        async with self.step("close the vote"):
            await self.story.move_to("deliberation")
            await self.story.certified_tally()
            follower = self.cast.follower
            await follower.see(self._path, lambda page: page.get_by_text("Certified result"))
            await follower.look(follower.page, "contest, votes are in")
        async with self.step("decide"):
            boaty, attenborough, _ = self.ideas.values()
            await self.story.veto(boaty, VETO)
            await self.story.select(attenborough, REASON)
            await self.story.move_to("decided")
            await follower.see(f"{self._path}/decision", lambda page: page.get_by_text(REASON))
            assert await follower.page.get_by_text(VETO).count() == 1
            await follower.look(follower.page, "decision")
            await follower.open(self._path)
            await follower.look(follower.page, "contest, decided")

    async def _reward(self) -> None:
        winner = self.cast.attenborough
        page = winner.page
        async with self.step("hear of it"):
            await winner.see("/inbox", lambda page: page.get_by_text("waits for you"))
            await winner.look(page, "inbox")
            await winner.see("/rewards", lambda page: page.get_by_text(TERMS))
            await winner.look(page, "rewards, an offer")
        async with self.step("accept"):

            async def booked() -> bool:
                await winner.open("/rewards")
                return await page.get_by_text("Accepted and booked").count() > 0

            async def accept() -> None:
                tick = page.get_by_label("I have read these terms and accept them.")
                if await tick.count() > 0:
                    await tick.check()
                    await winner.press(page.get_by_role("button", name="Accept the reward"))

            await winner.until(booked, accept)
            await winner.look(page, "rewards, the statement")
            balance = page.locator("dt", has_text="Your balance").locator("xpath=following::dd[1]")
            assert "10,000.00" in await balance.inner_text()
        async with self.step("account"):
            await winner.open("/account")
            await winner.look(page, "account")
            await winner.open("/account/erasure")
            await winner.look(page, "erasure")

    async def outcome(self) -> Outcome:
        """What is left, once everybody has heard all that they are to hear."""
        wanted = expected()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                inboxes = {n: sorted(await inbox(v)) for n, v in self.cast.all().items()}
                mails = {n: sorted(set_of_mails(v)) for n, v in self.cast.all().items()}
                enough = all(len(inboxes[n]) >= len(wanted.inboxes[n]) for n in inboxes)
                if enough and all(len(mails[n]) >= len(wanted.mails[n]) for n in mails):
                    break
                await asyncio.sleep(0.5)
        decision = await self.story.decision()
        return Outcome(
            tally=[(idea["title"], idea["votes"]) for idea in decision["tally"]["ideas"]],
            winners=[(winner["title"], winner["reason"]) for winner in decision["winners"]],
            vetoes=[(veto["title"], veto["reason"]) for veto in decision["vetoes"]],
            ledger=await self._ledger(),
            inboxes=inboxes,
            mails=mails,
        )

    async def _ledger(self) -> list[tuple[str, list[tuple[str, int, str]]]]:
        url = f"{self.rewards_url}/v1/contests/{self.story.contest_id}/ledger-entries"
        answer = await self.story.http.get(url, headers=self.story.staff("finance"))
        assert answer.status_code == httpx2.codes.OK, answer.text
        return [(entry["kind"], legs_of(entry)) for entry in answer.json()["items"]]


def legs_of(entry: dict[str, Any]) -> list[tuple[str, int, str]]:
    """The legs of an entry, with the kind of each account."""
    return sorted(
        (leg["account"].split(":")[0], leg["amount_minor"], leg["currency"])
        for leg in entry["legs"]
    )


SUBJECTS = (
    "We have",
    "was approved",
    "was not approved",
    "is on the shortlist",
    "was ruled out",
    "has won",
    "Voting is open",
    "The result of",
    "waits for you",
    "is booked",
    "was taken back",
)


def kind_of(subject: str) -> str:
    """What a message is about; raises StopIteration for one that this story does not know."""
    return next(words for words in SUBJECTS if words in subject)


async def inbox(visitor: Visitor) -> list[str]:
    """What the messages on the page of the inbox are about."""
    await visitor.open("/inbox")
    headings = await visitor.page.locator("article.message h2").all_inner_texts()
    return [kind_of(heading) for heading in headings]


def set_of_mails(visitor: Visitor) -> list[str]:
    """What the mails are about, a mail that came again under its Message-ID counted once."""
    once = {mail.message_id: mail.subject for mail in visitor.mails() if is_message(mail.subject)}
    return [kind_of(subject) for subject in once.values()]


def resent(visitor: Visitor) -> int:
    """How many mails came again, under the Message-ID that they had before."""
    ids = Counter(mail.message_id for mail in visitor.mails())
    return sum(number - 1 for number in ids.values())


def is_message(subject: str) -> bool:
    """Whether a mail is of notifications, and not a code of identity."""
    return "code" not in subject.lower()
