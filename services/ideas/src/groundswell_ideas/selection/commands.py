"""What leads from approved ideas to winners: shortlist, certified tally, vetoes, selection."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from groundswell_contracts.event import Event
from groundswell_ideas.calendar.rules import RETRY
from groundswell_ideas.chores import do_or_put_off
from groundswell_ideas.contests.rules import Contest, Veto
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.juries.queries import JuryQueries
from groundswell_ideas.juries.rules.scoring import Judged
from groundswell_ideas.selection import events
from groundswell_ideas.selection.rules import (
    CertifiedTally,
    as_counted,
    deciding_poll,
    listed_in,
    needs_tally,
    obstacles_to_vetoing,
    of_no_region,
    region_of,
    unfit_for_shortlist,
    unlisted,
    with_veto,
)
from groundswell_ideas.selection.rules.shortlists import (
    against_the_jury,
    obstacles_to_shortlisting,
    of_another_region,
    with_shortlist,
    wrong_size,
)
from groundswell_ideas.selection.rules.winners import (
    Choice,
    obstacles_to_lining_up,
    obstacles_to_selecting,
    with_winners,
)
from groundswell_ideas.selection.store import TallyStore, UntoldStore
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.etags import check_if_match
from groundswell_kit.mongo import transaction
from groundswell_kit.observability import get_logger
from groundswell_kit.problems import VALIDATION, Problem, ProblemType, forbidden
from groundswell_kit.refusals import refuse_for

log = get_logger()

TALLY_NOT_CERTIFIED = ProblemType(
    "tally-not-certified",
    409,
    "The tally is not certified yet",
    "The poll that decides has no certified tally so far. Send the same again when it has.",
)


TOGETHER = 500
"""As many ideas are told of at a time as one transaction is quick with."""


@dataclass(frozen=True, slots=True)
class ShortlistCommands:
    """Tells who is on a shortlist: at once, or of very many bit by bit, so that no vote waits."""

    contests: ContestStore
    ideas: IdeaStore
    untold: UntoldStore

    async def tell(self, contest: Contest, idea_ids: Sequence[str]) -> None:
        """Tells that these are on the shortlist; part of the caller's transaction."""
        starts = range(0, len(idea_ids), TOGETHER)
        pieces = [idea_ids[start : start + TOGETHER] for start in starts]
        if pieces:
            told = await self._tidings(contest, pieces[0])
            await self.untold.add(contest.brand_id, contest.id, told, pieces[1:])

    async def try_next_tidings(self) -> bool:
        """Tells of the next ones that have waited; whether there were any.

        A piece that breaks is put off and logged: no other one waits for it.
        """
        piece_id = await self.untold.first(utc_now())
        if piece_id is None:
            return False

        async def work() -> None:
            piece = await self.untold.get(piece_id)
            if piece is None:
                return
            contest = await self.contests.get(piece.brand_id, piece.contest_id)
            listed = set(contest.shortlist)
            told = await self._tidings(contest, [i for i in piece.idea_ids if i in listed])
            await self.untold.settle(piece, told)

        await do_or_put_off(
            f"tidings {piece_id}",
            partial(transaction, self.ideas.client, work),
            partial(self.untold.put_off, piece_id, utc_now() + RETRY),
        )
        return True

    async def _tidings(self, contest: Contest, idea_ids: Sequence[str]) -> list[Event]:
        """Of those that are still approved: nobody hears good news of what they took back."""
        found = await self.ideas.find(contest.brand_id, contest.id, idea_ids)
        ideas = [found[idea_id] for idea_id in idea_ids]
        return [events.shortlisted(idea) for idea in ideas if idea.status == "approved"]


@dataclass(frozen=True, slots=True)
class SelectionCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestStore
    ideas: IdeaStore
    tallies: TallyStore
    juries: JuryQueries
    shortlists: ShortlistCommands

    async def shortlist(
        self,
        brand_id: str,
        contest_id: str,
        if_match: str | None,
        idea_ids: Sequence[str],
        *,
        by: str,
        region: str | None = None,
    ) -> Contest:
        """Puts these approved ideas, and no others, on the shortlist or on a region's part of it.

        Refused once voting opens, in another size than promised, against the jury that makes it,
        and for who is not the curator that the terms name; `by` is who asks.
        """

        async def work() -> Contest:
            contest = await self.contests.get(brand_id, contest_id)
            check_if_match(if_match, contest.version)
            curator = contest.terms.selection.shortlist.curator_id
            if curator is not None and by != curator:
                raise forbidden("The shortlist of this contest is for its curator to set.")
            refuse_for(obstacles_to_shortlisting(contest))
            refuse_for(of_no_region(contest, region), VALIDATION)
            ideas = await self.ideas.find(brand_id, contest_id, idea_ids)
            named = {f"body.idea_ids.{n}": idea_id for n, idea_id in enumerate(idea_ids)}
            refuse_for(unfit_for_shortlist(contest, named, ideas), VALIDATION)
            wrong = [*of_another_region(named, ideas, region), *wrong_size(contest, idea_ids)]
            refuse_for(wrong, VALIDATION)
            if contest.terms.selection.shortlist.by == "jury":
                refuse_for(against_the_jury(await self._judged(contest, region), named))
            before = set(contest.shortlist)
            listed = replace(with_shortlist(contest, idea_ids, region), shortlisted_at=utc_now())
            await self.contests.save(brand_id, listed, [])
            await self.shortlists.tell(listed, [i for i in idea_ids if i not in before])
            return listed

        return await transaction(self.contests.client, work)

    async def keep_tally(self, brand_id: str, contest_id: str, tally: CertifiedTally) -> None:
        """Keeps the certified tally of one of the contest's polls.

        Merges that the poll was told of too late have moved no votes, and are taken as such.
        Raises ValueError for another poll, or for a tally of ideas that were not on the shortlist.
        """

        async def work() -> None:
            contest = await self.contests.get(brand_id, contest_id)
            if tally.poll_id not in {poll.id for poll in contest.polls}:
                raise ValueError(f"{tally.poll_id} is not a poll of {contest_id}")
            if strangers := {idea.idea_id for idea in tally.ideas} - set(contest.shortlist):
                raise ValueError(f"not on the shortlist of {contest_id}: {sorted(strangers)}")
            await self.tallies.add(brand_id, contest_id, tally)
            counted = as_counted(contest, tally)
            if counted != contest:
                log.warning("merged too late for the tally", poll_id=tally.poll_id)
                await self.contests.save(brand_id, counted, [])

        await transaction(self.contests.client, work)

    async def veto(self, brand_id: str, contest_id: str, idea_id: str, reason: str) -> Veto:
        """Rules a shortlisted idea out, with a public reason; a winner wins no longer.

        Refused without a certified tally, once the contest is closed, and where the terms know no
        veto.
        """

        async def work() -> Veto:
            contest = await self.contests.get(brand_id, contest_id)
            refuse_for(unlisted(contest, {"body.idea_id": idea_id}), VALIDATION)
            await self._tally(contest, region_of(contest, idea_id))
            refuse_for(obstacles_to_vetoing(contest, idea_id))
            idea = await self.ideas.get(brand_id, idea_id)
            vetoed = with_veto(contest, idea_id, reason, utc_now())
            await self.contests.save(brand_id, vetoed, [events.vetoed(idea, reason)])
            return vetoed.vetoes[-1]

        return await transaction(self.contests.client, work)

    async def select(self, brand_id: str, contest_id: str, choice: Choice) -> Contest:
        """Selects the winners, with a public reason, and who stands behind them.

        Refused when all that are to win stand selected, and when a binding vote, the jury, or
        the weights of both say otherwise.
        """

        async def work() -> Contest:
            contest, idea_ids = await self.contests.get(brand_id, contest_id), choice.idea_ids
            named = {f"body.idea_ids.{n}": idea_id for n, idea_id in enumerate(idea_ids)}
            refuse_for(of_no_region(contest, choice.region), VALIDATION)
            refuse_for(unlisted(contest, named), VALIDATION)
            tally = await self._tally(contest, choice.region)
            judged = await self.juries.results(contest, "winners")
            listed = listed_in(contest, choice.region)
            ideas = await self.ideas.find(brand_id, contest_id, listed)
            out = [i for i in listed if ideas[i].status != "approved"]
            refuse_for(
                obstacles_to_selecting(
                    contest, tally, idea_ids, judged=judged, region=choice.region, out=out
                )
            )
            refuse_for(obstacles_to_lining_up(contest, choice, out), VALIDATION)
            selected = with_winners(contest, tally, choice, utc_now(), judged=judged, out=out)
            won = selected.winners[len(contest.winners) :]
            told = [events.selected(ideas[winner.idea_id], winner) for winner in won]
            await self.contests.save(brand_id, selected, told)
            return selected

        return await transaction(self.contests.client, work)

    async def _tally(self, contest: Contest, region: str | None) -> CertifiedTally | None:
        poll = deciding_poll(contest, region)
        tallies = await self.tallies.find(contest.brand_id, [poll.id] if poll else [])
        if poll is not None and poll.id in tallies:
            return tallies[poll.id]
        if needs_tally(contest):
            raise Problem(TALLY_NOT_CERTIFIED)
        return None

    async def _judged(self, contest: Contest, region: str | None) -> Sequence[Judged] | None:
        """What the jury on the shortlist came to, of the ideas of a region if there are some."""
        judged = await self.juries.results(contest, "shortlist")
        if judged is None or region is None:
            return judged
        ids = [idea.idea_id for idea in judged]
        ideas = await self.ideas.find(contest.brand_id, contest.id, ids)
        return [idea for idea in judged if ideas[idea.idea_id].region == region]
