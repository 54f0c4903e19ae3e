"""What a visitor is told of their own vote, and what they may do next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from groundswell_web.sessions.schemas import CastVote
from groundswell_web.voting.schemas import Ballot, PeriodBallot, Rules

_PENDING = (None, "not_known_yet")


@dataclass(frozen=True, slots=True)
class OwnVote:
    """A visitor's ballot: of today where a poll counts per day.

    `counted` ideas count, `recorded` ones were taken in this session and are about to, `lost` ones
    were taken and do not count. `revision` is that of the newest ballot. Not `is_known`: voting
    does not say what counts.
    """

    counted: Sequence[str] = ()
    recorded: Sequence[str] = ()
    lost: Sequence[str] = ()
    revision: int = 0
    set_aside: bool = False
    is_known: bool = True

    @property
    def idea_ids(self) -> Sequence[str]:
        """The ideas that have the visitor's vote."""
        return [*self.counted, *self.recorded]

    def has_room(self, rules: Rules) -> bool:
        """Whether one more idea may get a vote, as far as is known here."""
        limit = rules.ideas_per_ballot
        return limit is None or len(self.idea_ids) < limit


NO_VOTE = OwnVote()


def is_counted(ballot: Ballot | None, cast: CastVote) -> bool:
    """Whether a vote that was taken stands on the counted ballot."""
    periods = [] if ballot is None else ballot.periods
    return any(cast.vote_id in period.vote_ids for period in periods)


def own_vote(
    rules: Rules, ballot: Ballot | None, cast: CastVote | None, verdict: str | None, now: datetime
) -> OwnVote:
    """The vote of a visitor.

    `ballot` is what counts, None when voting does not say; `cast` the last vote that was taken in
    this session, and `verdict` the state of its receipt. The count is a moment behind the log: what
    was taken is not doubted before there is a verdict.
    """
    today = _period(rules, now)
    found = [] if ballot is None else [p for p in ballot.periods if p.period == today]
    counts = found[0] if found else _nothing(today)
    known = OwnVote(
        counted=tuple(counts.idea_ids),
        revision=counts.revision or 0,
        set_aside=counts.set_aside,
        is_known=ballot is not None,
    )
    if cast is None or is_counted(ballot, cast) or _period(rules, cast.cast_at) != today:
        return known
    if rules.kind == "changeable":
        return _stated(known, cast, verdict)
    return _added(known, cast, verdict)


def _added(known: OwnVote, cast: CastVote, verdict: str | None) -> OwnVote:
    ideas = tuple(idea_id for idea_id in cast.idea_ids if idea_id not in known.counted)
    if verdict == "counted":
        return OwnVote((*known.counted, *ideas))
    if verdict in _PENDING:
        return OwnVote(known.counted, recorded=ideas)
    return OwnVote(known.counted, lost=ideas, is_known=known.is_known)


def _stated(known: OwnVote, cast: CastVote, verdict: str | None) -> OwnVote:
    if cast.revision <= known.revision:
        return known
    if verdict == "counted":
        return OwnVote(cast.idea_ids, revision=cast.revision)
    if verdict in _PENDING:
        return OwnVote(recorded=cast.idea_ids, revision=cast.revision)
    return OwnVote(known.counted, lost=cast.idea_ids, revision=cast.revision)


def _period(rules: Rules, moment: datetime) -> str:
    if rules.period == "poll":
        return ""
    return moment.astimezone(ZoneInfo(rules.time_zone)).date().isoformat()


def _nothing(period: str) -> PeriodBallot:
    return PeriodBallot(period=period, idea_ids=[], revision=None, vote_ids=[], set_aside=False)
