"""HTTP shapes of standings: what the routes answer, as programs may rely on it.

The answers are encoded once per refresh and not made from these classes; a test holds them equal.
"""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Shape(BaseModel):
    """An answer that has these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Standing(Shape):
    """An idea's place. Equal votes share a rank, and the ranks after them are left out.

    `votes` and `rank` are null while the poll hides its tally.
    """

    idea_id: str
    votes: int | None
    rank: int | None


class PlacedStanding(Standing):
    """An idea's place in the stream; places count from 1, and no two ideas share one."""

    place: int


class SetAsideView(Shape):
    """Voters set aside, and their votes, which are in no total."""

    voters: int
    votes: int


class OutsideFigure(Shape):
    """Votes of an idea elsewhere."""

    idea_id: str
    votes: int


class OutsideView(Shape):
    """Figures from outside, of the ideas in this answer; never added to anything of ours."""

    id: str
    label: str
    source_url: str | None
    taken_at: AwareDatetime
    figures: list[OutsideFigure]


class _State(Shape):
    """How much of the log an answer rests on.

    `position` is the next offset of each partition of the votes log. `counted_up_to` is the
    broker's time (UTC) of the last record counted; `not_counted_yet` how many log entries, of all
    polls, recorded by `as_of`, are waiting, null when Kafka does not tell. `rebuilding`: less is
    counted than was before, because the count is being made again from the log. Of a poll that
    hides its tally nothing of this is told.
    """

    poll_id: str
    status: Literal["live", "delayed", "hidden", "certified"]
    position: str | None
    counted_up_to: AwareDatetime | None
    not_counted_yet: int | None
    as_of: AwareDatetime
    rebuilding: bool


class Standings(_State):
    """A page of a poll's standings, most votes first, equal ones in the order of the ballot.

    `total_votes` are those of all ideas on the ballot, in the channel that was asked for;
    `idea_count` is how many ideas that are, `removed_ideas` how many have left it. `next` is the
    cursor of the following page. `moved` says that votes came in since the page before: ideas that
    changed places meanwhile may stand on both or on neither.
    """

    channel: str | None
    total_votes: int | None
    set_aside: SetAsideView | None
    idea_count: int
    removed_ideas: int
    ideas: list[Standing]
    outside: list[OutsideView]
    moved: bool
    next: str | None


class IdeaStanding(_State):
    """One idea's place; without a rank when it was removed from the ballot."""

    idea_id: str
    removed: bool
    votes: int | None
    rank: int | None
    by_channel: dict[str, int] | None
    outside: list[OutsideView]


class StreamedStandings(_State):
    """The data of an event of the stream: everything, or the places that became different.

    A client keeps a list by `place`, puts what comes into it, and cuts it to `idea_count`.
    """

    total_votes: int | None
    set_aside: SetAsideView | None
    idea_count: int
    removed_ideas: int
    ideas: list[PlacedStanding]
    outside: list[OutsideView]


class HistoryPoint(Shape):
    """New totals of the ideas whose votes changed up to a moment."""

    counted_up_to: AwareDatetime
    votes: dict[str, int]


class HistoryView(Shape):
    """How votes came in, for plots: at each point what changed; between two, the former stands.

    `start` are the totals right before the first point.
    """

    poll_id: str
    start: dict[str, int]
    points: list[HistoryPoint]
