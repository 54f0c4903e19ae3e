"""HTTP shapes of shortlist, vetoes, winners, and the page that shows how a contest was decided."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from groundswell_ideas.contests.rules import Phase, VoteStanding
from groundswell_ideas.contests.schemas import RewardPlanAnswer, TimetableAnswer
from groundswell_ideas.selection.rules import SHORTLIST_MAXIMUM
from groundswell_ideas.shapes import Answer, Id, Reason, Request, UniqueIds

WINNERS_MAXIMUM = 100


class Shortlist(Request):
    """The ideas that the crowd will vote on, all of them."""

    idea_ids: Annotated[UniqueIds, Field(max_length=SHORTLIST_MAXIMUM)]


class ShortlistAnswer(Answer):
    """The shortlist as it stands. `version` is that of the contest's ETag."""

    idea_ids: list[str]
    version: int


class NewVeto(Request):
    """An idea to be ruled out, with the reason that everybody reads."""

    idea_id: Id
    reason: Annotated[Reason, Field(examples=["Names of polar research are for explorers."])]


class VetoAnswer(Answer):
    """An idea that the brand ruled out; `was_selected` tells that it was a winner until then."""

    idea_id: str
    reason: str
    vetoed_at: datetime
    was_selected: bool


class Selection(Request):
    """The ideas that win, with the reason that everybody reads."""

    idea_ids: Annotated[UniqueIds, Field(min_length=1, max_length=WINNERS_MAXIMUM)]
    reason: Annotated[Reason, Field(examples=["A name that honours a lifetime of discovery."])]


class WinnerAnswer(Answer):
    """An idea that won; `rank` is its place in the certified tally."""

    idea_id: str
    rank: int | None
    reason: str
    selected_at: datetime


class WinnersAnswer(Answer):
    """The winners of a contest."""

    items: list[WinnerAnswer]


class TitledVeto(VetoAnswer):
    """A veto as the decision page shows it."""

    title: str


class TitledWinner(WinnerAnswer):
    """A winner as the decision page shows it."""

    title: str


class TitledTally(Answer):
    """The votes of one idea. Equal votes share a rank."""

    idea_id: str
    title: str
    votes: int
    rank: int


class TallyAnswer(Answer):
    """The certified tally of a poll: `verdicts` counts the votes by what became of them.

    `name` is the poll's. `log_hash` is the fingerprint of the votes log that a recount has to
    reproduce.
    """

    poll_id: str
    name: str
    certified_at: datetime
    ideas: list[TitledTally]
    verdicts: dict[str, int]
    log_hash: str


class Decision(Answer):
    """How a contest was, or is being, decided.

    `tally` is that of the poll that decides: the last one that an amendment opened, else the
    first one. `other_tallies` are those of the other polls. `overruled` says that the crowd put an
    idea before a winner in the poll that decides, and it did not win.
    """

    contest_id: str
    title: str
    owner: str
    rules: str
    vote: VoteStanding
    timetable: TimetableAnswer
    answer_by: date
    reward_plan: RewardPlanAnswer | None
    phase: Phase
    tally: TallyAnswer | None
    other_tallies: list[TallyAnswer]
    vetoes: list[TitledVeto]
    winners: list[TitledWinner]
    overruled: bool
