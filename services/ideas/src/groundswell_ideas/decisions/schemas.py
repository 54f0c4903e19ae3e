"""HTTP shape of the page that shows how a contest was, or is being, decided."""

from datetime import date, datetime

from groundswell_ideas.contests.parts import (
    MilestoneAnswer,
    RewardPlanAnswer,
    TimetableAnswer,
)
from groundswell_ideas.juries.rules import Purpose
from groundswell_ideas.selection.schemas import DropoutAnswer, VetoAnswer, WinnerAnswer
from groundswell_ideas.shapes import Answer
from groundswell_ideas.terms.rules import Phase, VoteStanding
from groundswell_ideas.terms.selection_schemas import SelectionBody


class TitledVeto(VetoAnswer):
    """A veto as the decision page shows it."""

    title: str


class TitledWinner(WinnerAnswer):
    """A winner as the decision page shows it."""

    title: str


class TitledDropout(DropoutAnswer):
    """A winner that dropped out, as the decision page shows it."""

    title: str


class TitledIdea(Answer):
    """An idea on the shortlist, or in the line of alternates."""

    idea_id: str
    title: str
    region: str | None


class TitledMerge(Answer):
    """An idea that people voted on until it went on in another one, which has its votes."""

    idea_id: str
    title: str
    into_idea_id: str
    into_title: str
    reason: str | None
    merged_at: datetime


class TitledTally(Answer):
    """The votes of one idea. Equal votes share a rank."""

    idea_id: str
    title: str
    votes: int
    rank: int


class TallyAnswer(Answer):
    """The certified tally of a poll: `verdicts` counts the votes by what became of them.

    `name` is the poll's, `region` the one that voted in it. `log_hash` is the fingerprint of the
    votes log that a recount has to reproduce.
    """

    poll_id: str
    name: str
    region: str | None
    certified_at: datetime
    ideas: list[TitledTally]
    verdicts: dict[str, int]
    log_hash: str


class JudgedIdea(Answer):
    """What the jury gave an idea in sum: `points` of at most `maximum`, by so many jurors.

    Without the quorum it has no rank.
    """

    idea_id: str
    title: str
    points: int
    maximum: int
    jurors: int
    rank: int | None


class JuryRound(Answer):
    """A closed round of the jury. Nobody reads who gave what."""

    name: str
    purpose: Purpose
    opens_at: datetime | None
    closes_at: datetime | None
    ideas: list[JudgedIdea]


class RankedAnswer(Answer):
    """The place of an idea where a jury, or the weights of both, decide; an exact fraction."""

    idea_id: str
    title: str
    region: str | None
    rank: int
    numerator: int
    denominator: int


class WindowAnswer(Answer):
    """A window of review: how many ideas it collects, and how many of them are answered."""

    name: str
    opens_at: datetime
    closes_at: datetime
    collected: int
    answered: int


class Decision(Answer):
    """How a contest was, or is being, decided.

    `tally` is that of the poll that decides: the last one that an amendment opened, else the
    first one. `other_tallies` are those of the other polls, of other regions too. `overruled` says
    that the crowd put an idea before a winner in the poll that decides, and it did not win though
    it did not drop out. `merged` ideas went on in others while people voted, and their votes with
    them. `jurors` are offices, never people.
    """

    contest_id: str
    title: str
    owner: str
    rules: str
    vote: VoteStanding
    selection: SelectionBody
    timetable: TimetableAnswer
    answer_by: date
    reward_plan: RewardPlanAnswer | None
    phase: Phase
    shortlist: list[TitledIdea]
    merged: list[TitledMerge]
    tally: TallyAnswer | None
    other_tallies: list[TallyAnswer]
    jurors: list[str]
    jury_rounds: list[JuryRound]
    ranking: list[RankedAnswer]
    vetoes: list[TitledVeto]
    winners: list[TitledWinner]
    alternates: list[TitledIdea]
    dropouts: list[TitledDropout]
    overruled: bool
    review_windows: list[WindowAnswer]
    milestones: list[MilestoneAnswer]
