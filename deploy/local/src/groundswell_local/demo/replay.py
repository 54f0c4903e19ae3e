"""The contest of 2016 once more, from the first sign-in to the last mail. Called by `run`."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console

from groundswell_kit.clock import utc_now
from groundswell_local.demo.ballot_boxes import BallotBoxes
from groundswell_local.demo.calls import Calls
from groundswell_local.demo.contest import ShipContest
from groundswell_local.demo.journey import Booked, Journey
from groundswell_local.demo.people import Heard
from groundswell_local.demo.progress import Progress, shown
from groundswell_local.demo.published import PublishedName, scaled, voting_order
from groundswell_local.demo.report import Result
from groundswell_local.demo.steps import Steps
from groundswell_local.demo.topics import events_by_topic
from groundswell_local.demo.voters import CastVote, Voters
from groundswell_local.installation import Installation
from groundswell_local.memory import MemoryWatch

VETOED, WINNER = 0, 4  # positions of the published names: rank one, and rank five
_COUNT_SECONDS = 120.0
_HINT = """\
Meanwhile another terminal may start one more instance (Ctrl-C there ends it):
  .venv/bin/groundswell start voting ballot-box
  .venv/bin/groundswell start voting counter"""


class Replay:
    """One run on an installation; `contest` tells afterwards where to look at it."""

    def __init__(
        self,
        installation: Installation,
        calls: Calls,
        boxes: BallotBoxes,
        steps: Steps,
        memory: MemoryWatch,
        console: Console,
    ) -> None:
        self.contest = ShipContest(
            calls, installation.issuer, installation.ideas_url, installation.voting_url
        )
        self._installation = installation
        self._calls = calls
        self._boxes = boxes
        self._steps = steps
        self._memory = memory
        self._console = console

    async def run(self, published: Sequence[PublishedName], votes: int | None) -> Result:
        """Lead the contest to its decision and its reward, and look at what came of it.

        `votes` None casts those that were published. Raises CallFailed.
        """
        totals = [name.votes for name in published]
        expected = totals if votes is None else scaled(totals, votes)
        kafka = self._installation.engines.kafka.address
        before = await events_by_topic(kafka)
        names = [name.name for name in published]
        journey = Journey(self._installation, self._calls, len(names), VETOED, WINNER)
        await self._open(names, journey)
        voters = self._voters()
        with self._steps.step(f"{sum(expected):,} voters get a pass each, and vote"):
            sample = await self._vote(voters, names, expected)
        with self._steps.step("the brand closes the vote; the tally is certified"):
            tally = await self.contest.close_voting()
        decision, booked, heard = await self._decide(journey)
        with self._steps.step(f"{len(sample)} voters look at their receipts"):
            uncounted = await voters.uncounted(sample)
        after = await events_by_topic(kafka)
        certified = {idea["idea_id"]: idea["votes"] for idea in tally["tally"]}
        return Result(
            published=published,
            expected=expected,
            certified=[certified[idea_id] for idea_id in self.contest.ideas],
            verdicts=tally["verdicts"],
            decision=decision,
            booked=booked,
            heard=heard,
            sampled=len(sample),
            uncounted=len(uncounted),
            repeats=self._calls.repeats,
            events={name: (after[name] - before[name], after[name]) for name in after},
            seconds=self._steps.seconds,
            memory_now=await self._memory.look(),
            memory_most=self._memory.most,
        )

    async def _decide(self, journey: Journey) -> tuple[Mapping[str, Any], Booked, list[Heard]]:
        """The decision, what was booked for it, and who heard what."""
        contest_id, ideas = self.contest.contest_id, self.contest.ideas
        with self._steps.step("the brand vetoes the winner and selects rank five"):
            decision = await self.contest.decide(ideas[VETOED], ideas[WINNER])
        with self._steps.step("entrants and follower come back, and sign in again"):
            await journey.sign_in()
        with self._steps.step("rank five accepts the terms; the reward is booked"):
            booked = await journey.claim(contest_id, self.contest.staff("finance"))
        with self._steps.step("everybody hears of it by mail"):
            heard = await journey.heard(contest_id)
        return decision, booked, heard

    async def _open(self, names: Sequence[str], journey: Journey) -> None:
        with self._steps.step("five entrants and a follower sign in by mailed code"):
            await journey.sign_in()
        with self._steps.step("the brand opens the contest; its vote will be advisory"):
            await self.contest.open()
        with self._steps.step("the entrants hand in five names"):
            await journey.follow(self.contest.contest_id)
            await self.contest.hand_in(names, [person.token for person in journey.entrants])
        with self._steps.step("an editor approves and shortlists them"):
            await self.contest.shortlist()
        with self._steps.step("the brand opens the vote"):
            await self.contest.open_voting()
        self._console.print(_HINT)

    async def _vote(
        self, voters: Voters, names: Sequence[str], counts: Sequence[int]
    ) -> list[CastVote]:
        """All voters vote; returns when the count has caught up with them."""
        ideas = self.contest.ideas
        standings_url = f"{self.contest.poll_url}/standings"
        titles = dict(zip(ideas, names, strict=True))
        progress = Progress(voters=sum(counts))

        async def refresh() -> None:
            await self._boxes.look()
            standings = await self._calls.peek(standings_url)
            if standings is not None:
                progress.take_standings(standings, titles)

        choices = [ideas[position] for position in voting_order(counts)]
        async with shown(progress, self._console, refresh):
            began = time.monotonic()
            sample = await voters.vote(choices, progress)
            voted, voted_at = time.monotonic(), utc_now()

            def all_counted(page: Mapping[str, Any]) -> bool:
                asked_later = datetime.fromisoformat(page["as_of"]) > voted_at
                return asked_later and page["not_counted_yet"] == 0

            await self._calls.read_until(standings_url, all_counted, _COUNT_SECONDS)
        took, rate = voted - began, len(choices) / (voted - began)
        self._console.print(
            f"{len(choices):,} votes in {took:.1f} s, {rate:,.0f} a second; "
            f"all counted {time.monotonic() - voted:.1f} s later"
        )
        return sample

    def _voters(self) -> Voters:
        return Voters(
            self._calls,
            self._installation.issuer,
            self._installation.voting_url,
            self.contest.poll_id,
            self._boxes,
        )
