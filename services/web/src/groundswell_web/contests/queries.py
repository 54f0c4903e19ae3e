"""What the pages of contests show, asked of several services at once."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from groundswell_kit.clock import utc_now
from groundswell_web.contests.rules import Course, Step, steps
from groundswell_web.contests.schemas import (
    Contest,
    ContestPage,
    ContestPoll,
    Decision,
    Follow,
    Idea,
    IdeaPage,
)
from groundswell_web.services import Away, Refused, Service, Services
from groundswell_web.sessions.commands import Person
from groundswell_web.sharing import Shared
from groundswell_web.voting.own import NO_VOTE, OwnVote, own_vote
from groundswell_web.voting.queries import STANDINGS_SHOWN, VotingQueries
from groundswell_web.voting.schemas import Poll, Rules, Standings

IDEAS_ON_A_PAGE = 30
KEPT_IDEAS = 2_000
OWN_TITLES = 30


@dataclass(frozen=True, slots=True)
class Vote:
    """The vote of a contest as a visitor sees it; None is what voting did not tell."""

    poll: Poll | None
    standings: Standings | None
    own: OwnVote
    titles: Mapping[str, str]

    @property
    def is_ballot(self) -> bool:
        """Whether people state whole ballots here."""
        return self.poll is not None and self.poll.rules.kind == "changeable"

    def takes(self, idea_id: str) -> bool:
        """Whether a vote for this idea can be cast now, as far as is known here."""
        if self.poll is None or not self.poll.takes_votes or idea_id not in self.poll.idea_ids:
            return False
        has_it = idea_id in self.own.idea_ids
        return self.is_ballot or (not has_it and self.own.has_room(self.poll.rules))

    @property
    def is_live(self) -> bool:
        """Whether the standings may still change."""
        return self.standings is None or self.standings.status != "certified"


@dataclass(frozen=True, slots=True)
class ContestView:
    """All that the page of a contest shows; `follows` is None when that is not known.

    `more` is the query that leads to the following ideas, if there are any. `poll` is the one of
    the contest's polls that `vote` is about.
    """

    contest: Contest
    poll: ContestPoll | None
    ideas: Sequence[Idea]
    more: Mapping[str, str] | None
    vote: Vote | None
    follows: bool | None
    steps: Sequence[Step]


@dataclass(frozen=True)
class ContestQueries:
    """Reads only. Raises Refused or Away when there is nothing to show without the answer."""

    services: Services
    voting: VotingQueries
    # Ideas never change once they are public.
    _known: dict[str, Idea] = field(default_factory=dict)
    _shared: Shared = field(default_factory=Shared)

    async def contests(self, cursor: str | None) -> ContestPage:
        """The contests that have opened, newest first."""
        query = {"limit": "50"} | ({} if cursor is None else {"cursor": cursor})
        return await self.services.get(Service.IDEAS, "/v1/contests", ContestPage, query=query)

    async def contest(self, contest_id: str) -> Contest:
        """A contest that has opened."""
        return await self.services.get(Service.IDEAS, f"/v1/contests/{contest_id}", Contest)

    async def view(
        self,
        contest_id: str,
        person: Person | None,
        wanted_poll: str | None,
        cursor: str | None,
        start: int,
    ) -> ContestView:
        """A contest with a page of its ideas, and the vote as far as voting answers.

        Once there is a ballot its ideas are shown, from the one numbered `start`; before, and
        without voting, those that are approved, from `cursor` on.
        """
        contest, follows = await asyncio.gather(
            self.contest(contest_id), self._follows(contest_id, person)
        )
        poll = contest.poll(wanted_poll, utc_now())
        vote = None if poll is None or poll.id is None else await self.vote(poll.id, person)
        if vote is not None and vote.poll is not None:
            ideas, more = await self._on_ballot(vote.poll, start)
        else:
            ideas, more = await self._approved(contest_id, cursor)
        return ContestView(contest, poll, ideas, more, vote, follows, steps(_course(contest)))

    async def vote(self, poll_id: str, person: Person | None) -> Vote:
        """The vote under this poll."""
        poll, standings, told = await asyncio.gather(
            self.voting.poll(poll_id),
            self.voting.standings(poll_id),
            self.voting.own(poll_id, person),
        )
        rules = Rules() if poll is None else poll.rules
        own = own_vote(rules, told.ballot, told.cast, told.verdict, utc_now())
        shown = [] if standings is None else standings.ideas[:STANDINGS_SHOWN]
        named = (own.idea_ids, own.lost or (), own.unknown or ())
        titles = await self._titles_of(
            {*(i.idea_id for i in shown), *(i for ideas in named for i in ideas[:OWN_TITLES])}
        )
        return Vote(poll, standings, own, titles)

    async def poll_of(self, contest_id: str, wanted_poll: str | None) -> str | None:
        """The poll that a page of the contest is about; None before there is one."""
        contest = await self._shared.answer(contest_id, lambda: self.contest(contest_id))
        poll = contest.poll(wanted_poll, utc_now())
        return None if poll is None else poll.id

    async def standings(self, poll_id: str) -> Vote | None:
        """How a vote stands, the same for everybody; None when voting does not answer."""
        standings = await self.voting.standings(poll_id)
        if standings is None:
            return None
        titles = await self._titles_of(i.idea_id for i in standings.ideas[:STANDINGS_SHOWN])
        return Vote(None, standings, NO_VOTE, titles)

    async def vote_of(self, contest: Contest, person: Person | None) -> Vote | None:
        """The vote that goes on in a contest, or went on last; None before there is one."""
        poll = contest.poll(None, utc_now())
        return None if poll is None or poll.id is None else await self.vote(poll.id, person)

    async def idea(self, idea_id: str, person: Person | None) -> tuple[Idea, Contest]:
        """An idea that the visitor may see, and its contest."""
        token = None if person is None else person.token
        idea = await self.services.get(Service.IDEAS, f"/v1/ideas/{idea_id}", Idea, token=token)
        return idea, await self.contest(idea.contest_id)

    async def decision(self, contest_id: str) -> Decision:
        path = f"/v1/contests/{contest_id}/decision"
        return await self.services.get(Service.IDEAS, path, Decision)

    async def _approved(
        self, contest_id: str, cursor: str | None
    ) -> tuple[Sequence[Idea], Mapping[str, str] | None]:
        query = {"limit": str(IDEAS_ON_A_PAGE)} | ({} if cursor is None else {"cursor": cursor})
        path = f"/v1/contests/{contest_id}/ideas"
        page = await self.services.get(Service.IDEAS, path, IdeaPage, query=query)
        return page.items, None if page.next is None else {"cursor": page.next}

    async def _on_ballot(
        self, poll: Poll, start: int
    ) -> tuple[Sequence[Idea], Mapping[str, str] | None]:
        end = start + IDEAS_ON_A_PAGE
        shown = poll.idea_ids[start:end]
        ideas = await asyncio.gather(*(self._public(idea_id) for idea_id in shown))
        more = {"poll": poll.poll_id, "from": str(end)}
        return ideas, more if end < len(poll.idea_ids) else None

    async def _follows(self, contest_id: str, person: Person | None) -> bool | None:
        if person is None:
            return None
        path = f"/v1/follows/{contest_id}"
        try:
            await self.services.get(Service.NOTIFICATIONS, path, Follow, token=person.token)
        except Away:
            return None
        except Refused as refused:
            if refused.status == 404:
                return False
            raise
        return True

    async def _titles_of(self, idea_ids: Iterable[str]) -> Mapping[str, str]:
        """The titles of public ideas; one that cannot be read now is left out."""
        found = await asyncio.gather(
            *(self._public(idea_id) for idea_id in idea_ids), return_exceptions=True
        )
        for error in found:
            if isinstance(error, BaseException) and not isinstance(error, (Away, Refused)):
                raise error
        return {idea.id: idea.title for idea in found if isinstance(idea, Idea)}

    async def _public(self, idea_id: str) -> Idea:
        """An idea that everybody may see."""
        known = self._known.get(idea_id)
        if known is None:
            known = await self.services.get(Service.IDEAS, f"/v1/ideas/{idea_id}", Idea)
            if len(self._known) >= KEPT_IDEAS:
                self._known.clear()
            self._known[idea_id] = known
        return known


def _course(contest: Contest) -> Course:
    return Course(
        phase=contest.phase,
        reached={reached.phase: reached.reached_at for reached in contest.phases},
        answer_by=contest.answer_by,
        **dict(contest.timetable),
    )
