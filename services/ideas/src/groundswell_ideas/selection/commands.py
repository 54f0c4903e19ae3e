"""What leads from approved ideas to winners: shortlist, certified tally, vetoes, selection."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_contracts.ideas import IdeaShortlisted
from groundswell_contracts.winners import WinnerSelected, WinnerVetoed
from groundswell_ideas.contests.rules import Contest, Veto, Winner
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.selection.rules import (
    CertifiedTally,
    obstacles_to_selecting,
    obstacles_to_shortlisting,
    obstacles_to_vetoing,
    unfit_for_shortlist,
    unlisted,
    with_shortlist,
    with_veto,
    with_winners,
)
from groundswell_ideas.selection.store import TallyStore
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.etags import check_if_match
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION, Problem, ProblemType
from groundswell_kit.refusals import refuse_for

TALLY_NOT_CERTIFIED = ProblemType(
    "tally-not-certified",
    409,
    "The tally is not certified yet",
    "The poll that decides has no certified tally so far. Send the same again when it has.",
)


@dataclass(frozen=True, slots=True)
class SelectionCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestStore
    ideas: IdeaStore
    tallies: TallyStore

    async def shortlist(
        self, brand_id: str, contest_id: str, if_match: str | None, idea_ids: Sequence[str]
    ) -> Contest:
        """Puts these approved ideas, and no others, on the shortlist. Refused once voting opens."""

        async def work() -> Contest:
            contest = await self.contests.get(brand_id, contest_id)
            check_if_match(if_match, contest.version)
            refuse_for(obstacles_to_shortlisting(contest))
            ideas = await self.ideas.find(brand_id, contest_id, idea_ids)
            named = {f"body.idea_ids.{n}": idea_id for n, idea_id in enumerate(idea_ids)}
            refuse_for(unfit_for_shortlist(contest, named, ideas), VALIDATION)
            before = set(contest.shortlist)
            added = [ideas[idea_id] for idea_id in idea_ids if idea_id not in before]
            listed = with_shortlist(contest, idea_ids)
            await self.contests.save(brand_id, listed, [shortlisted(idea) for idea in added])
            return listed

        return await transaction(self.contests.client, work)

    async def keep_tally(self, brand_id: str, contest_id: str, tally: CertifiedTally) -> None:
        """Keeps the certified tally of one of the contest's polls.

        Raises ValueError for another poll, or for a tally of ideas that were not on the shortlist.
        """

        async def work() -> None:
            contest = await self.contests.get(brand_id, contest_id)
            if tally.poll_id not in {poll.id for poll in contest.polls}:
                raise ValueError(f"{tally.poll_id} is not a poll of {contest_id}")
            if strangers := {idea.idea_id for idea in tally.ideas} - set(contest.shortlist):
                raise ValueError(f"not on the shortlist of {contest_id}: {sorted(strangers)}")
            await self.tallies.add(brand_id, contest_id, tally)

        await transaction(self.contests.client, work)

    async def veto(self, brand_id: str, contest_id: str, idea_id: str, reason: str) -> Veto:
        """Rules a shortlisted idea out, with a public reason; a winner wins no longer.

        Refused without a certified tally, and once the contest is closed.
        """

        async def work() -> Veto:
            contest = await self.contests.get(brand_id, contest_id)
            refuse_for(unlisted(contest, {"body.idea_id": idea_id}), VALIDATION)
            await self._certified_tally(contest)
            refuse_for(obstacles_to_vetoing(contest, idea_id))
            idea = await self.ideas.get(brand_id, idea_id)
            vetoed = with_veto(contest, idea_id, reason, utc_now())
            event = WinnerVetoed(
                contest_id=contest_id,
                idea_id=idea_id,
                participant_id=idea.participant_id,
                title=idea.title,
                reason=reason,
            )
            await self.contests.save(brand_id, vetoed, [event])
            return vetoed.vetoes[-1]

        return await transaction(self.contests.client, work)

    async def select(
        self, brand_id: str, contest_id: str, idea_ids: Sequence[str], reason: str
    ) -> Contest:
        """Selects the winners, with a public reason.

        Refused while winners stand selected, and when a binding vote says otherwise.
        """

        async def work() -> Contest:
            contest = await self.contests.get(brand_id, contest_id)
            named = {f"body.idea_ids.{n}": idea_id for n, idea_id in enumerate(idea_ids)}
            refuse_for(unlisted(contest, named), VALIDATION)
            tally = await self._certified_tally(contest)
            refuse_for(obstacles_to_selecting(contest, tally, idea_ids))
            selected = with_winners(contest, tally, idea_ids, reason, utc_now())
            ideas = await self.ideas.find(brand_id, contest_id, idea_ids)
            events = [_selected(ideas[winner.idea_id], winner) for winner in selected.winners]
            await self.contests.save(brand_id, selected, events)
            return selected

        return await transaction(self.contests.client, work)

    async def _certified_tally(self, contest: Contest) -> CertifiedTally:
        poll = contest.deciding_poll
        if poll is None:
            raise Problem(TALLY_NOT_CERTIFIED)
        tallies = await self.tallies.find(contest.brand_id, [poll.id])
        if poll.id not in tallies:
            raise Problem(TALLY_NOT_CERTIFIED)
        return tallies[poll.id]


def shortlisted(idea: Idea) -> IdeaShortlisted:
    """Tells that an idea is on the shortlist from now on."""
    return IdeaShortlisted(
        idea_id=idea.id,
        contest_id=idea.contest_id,
        participant_id=idea.participant_id,
        title=idea.title,
    )


def _selected(idea: Idea, winner: Winner) -> WinnerSelected:
    return WinnerSelected(
        contest_id=idea.contest_id,
        idea_id=idea.id,
        participant_id=idea.participant_id,
        title=idea.title,
        reason=winner.reason,
        rank=winner.rank,
    )
