"""What the pages of contests show, asked of several services at once."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from groundswell_kit.clock import utc_now
from groundswell_web.answers import Away, Refused, Service
from groundswell_web.contests.entry_form import EntryForm
from groundswell_web.contests.rules import ORDER, Course, Step, steps
from groundswell_web.contests.schemas import (
    Amendment,
    AmendmentPage,
    Contest,
    ContestPage,
    ContestPoll,
    Follow,
    Template,
)
from groundswell_web.services import Services
from groundswell_web.sessions.commands import Person
from groundswell_web.sharing import Shared
from groundswell_web.submissions.queries import SubmissionQueries
from groundswell_web.submissions.rules import Wanted
from groundswell_web.submissions.schemas import Idea, IdeaPage
from groundswell_web.voting.own import NO_VOTE, OwnVote, own_vote
from groundswell_web.voting.queries import STANDINGS_SHOWN, VotingQueries
from groundswell_web.voting.schemas import Poll, Rules, Standings

IDEAS_ON_A_PAGE = 30
IDEAS_BEFORE_THE_VOTE = 6
AMENDMENTS_SHOWN = 50
OWN_TITLES = 30
TEMPLATE_KEPT_SECONDS = 60.0


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

    `more` is the query that leads to the following ideas of the ballot, if there are any. `poll`
    is the one of the contest's polls that `vote` is about. `media` are the fields of the form that
    hold pictures.
    """

    contest: Contest
    poll: ContestPoll | None
    ideas: Sequence[Idea]
    media: Sequence[str]
    more: Mapping[str, str] | None
    vote: Vote | None
    follows: bool | None
    steps: Sequence[Step]
    amendments: Sequence[Amendment]


@dataclass(frozen=True)
class ContestQueries:
    """Reads only. Raises Refused or Away when there is nothing to show without the answer."""

    services: Services
    voting: VotingQueries
    ideas: SubmissionQueries
    _shared: Shared = field(default_factory=Shared)
    _templates: Shared = field(default_factory=lambda: Shared(TEMPLATE_KEPT_SECONDS))

    async def contests(self, cursor: str | None, languages: str = "") -> ContestPage:
        """The contests that have opened, newest first."""
        query = {"limit": "50"} | ({} if cursor is None else {"cursor": cursor})
        return await self.services.get(
            Service.IDEAS, "/v1/contests", ContestPage, query=query, languages=languages
        )

    async def contest(self, contest_id: str, languages: str = "") -> Contest:
        """A contest that has opened, in the first of the languages that it has."""
        path = f"/v1/contests/{contest_id}"
        return await self.services.get(Service.IDEAS, path, Contest, languages=languages)

    async def entry_form(self, contest_id: str, languages: str = "") -> EntryForm:
        """What a contest asks for with an idea now."""
        path = f"/v1/contests/{contest_id}/entry-form"
        return await self.services.get(Service.IDEAS, path, EntryForm, languages=languages)

    async def view(
        self,
        contest_id: str,
        person: Person | None,
        wanted_poll: str | None,
        start: int,
        wanted: Wanted,
        languages: str = "",
    ) -> ContestView:
        """A contest with some of its ideas, and the vote as far as voting answers.

        Once there is a ballot its ideas are shown, from the one numbered `start`; before, and
        without voting, the first of those that are `wanted`.
        """
        contest, form, follows, amendments = await asyncio.gather(
            self.contest(contest_id, languages),
            self._form(contest_id, languages),
            self._follows(contest_id, person),
            self._amendments(contest_id),
        )
        poll = contest.poll(wanted_poll, utc_now())
        vote = None if poll is None or poll.id is None else await self.vote(poll.id, person)
        more = None
        if vote is not None and vote.poll is not None:
            ideas, more = await self._on_ballot(vote.poll, start)
        else:
            page = await self.ideas.listed(contest_id, wanted, None, IDEAS_BEFORE_THE_VOTE)
            ideas = page.items
        return ContestView(
            contest,
            poll,
            ideas,
            form.pictured,
            more,
            vote,
            follows,
            steps(_course(contest, await self._phases(contest.template.name))),
            amendments,
        )

    async def gallery(
        self, contest_id: str, wanted: Wanted, cursor: str | None, limit: int, languages: str
    ) -> tuple[Contest, EntryForm, IdeaPage]:
        """A contest, what it asks for, and a page of those of its ideas that are wanted."""
        return await asyncio.gather(
            self.contest(contest_id, languages),
            self._form(contest_id, languages),
            self.ideas.listed(contest_id, wanted, cursor, limit),
        )

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
        titles = await self.ideas.titles(
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
        titles = await self.ideas.titles(i.idea_id for i in standings.ideas[:STANDINGS_SHOWN])
        return Vote(None, standings, NO_VOTE, titles)

    async def vote_of(self, contest: Contest, person: Person | None) -> Vote | None:
        """The vote that goes on in a contest, or went on last; None before there is one."""
        poll = contest.poll(None, utc_now())
        return None if poll is None or poll.id is None else await self.vote(poll.id, person)

    async def _on_ballot(
        self, poll: Poll, start: int
    ) -> tuple[Sequence[Idea], Mapping[str, str] | None]:
        """Some of the ideas on a ballot; one that was taken back is on its way off it."""
        end = start + IDEAS_ON_A_PAGE
        ideas = await self.ideas.those(poll.idea_ids[start:end])
        more = {"poll": poll.poll_id, "from": str(end)}
        return ideas, more if end < len(poll.idea_ids) else None

    async def _form(self, contest_id: str, languages: str) -> EntryForm:
        """What a contest asks for, as it was within the last second, for those who only look."""
        name = f"form {contest_id} {languages}"
        return await self._shared.answer(name, lambda: self.entry_form(contest_id, languages))

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

    async def _amendments(self, contest_id: str) -> Sequence[Amendment]:
        """What was changed since the contest opened, the newest first."""
        path = f"/v1/contests/{contest_id}/amendments"
        query = {"limit": str(AMENDMENTS_SHOWN)}

        async def ask() -> AmendmentPage:
            return await self.services.get(Service.IDEAS, path, AmendmentPage, query=query)

        return (await self._shared.answer(path, ask)).items[::-1]

    async def _phases(self, template: str) -> Collection[str]:
        """The phases that contests of a template come to; all there are when that is not told."""
        path = f"/v1/templates/{template}"

        async def ask() -> Template:
            return await self.services.get(Service.IDEAS, path, Template)

        try:
            found = await self._templates.answer(path, ask)
        except (Away, Refused):
            return ORDER
        return {step.phase for step in found.phases}


def _course(contest: Contest, phases: Collection[str]) -> Course:
    return Course(
        phase=contest.phase,
        reached={reached.phase: reached.reached_at for reached in contest.phases},
        answer_by=contest.answer_by,
        phases=phases,
        **dict(contest.timetable),
    )
