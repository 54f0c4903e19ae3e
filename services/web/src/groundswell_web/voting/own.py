"""What a visitor is told of their own vote, and what they may do next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from groundswell_web.sessions.schemas import CastVote
from groundswell_web.voting.schemas import Ballot, PeriodBallot, Rules

_PENDING = (None, "not_known_yet")
_ON_BALLOT = ("counted", "set_aside")


@dataclass(frozen=True, slots=True)
class OwnVote:
    """A visitor's ballot: of today where a poll counts per day.

    `counted` ideas count unless all is `set_aside`; `recorded` ones were taken in this session and
    are about to. What was sent last may have been `lost`, or be `unknown`: it is not known whether
    it arrived in time. Both are None where that is not so, and empty for a vote taken back.
    `revision` is that of the newest ballot. Not `is_known`: voting does not say what counts.
    """

    counted: Sequence[str] = ()
    recorded: Sequence[str] = ()
    lost: Sequence[str] | None = None
    unknown: Sequence[str] | None = None
    revision: int = 0
    set_aside: bool = False
    is_known: bool = True

    @property
    def idea_ids(self) -> Sequence[str]:
        """The ideas that have the visitor's vote."""
        return [*self.counted, *self.recorded]

    @property
    def is_taken_back(self) -> bool:
        """Whether the newest ballot is known to be an empty one."""
        is_settled = self.lost is None and self.unknown is None
        return self.revision > 0 and not self.idea_ids and is_settled

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

    `ballot` is what counts, None when voting does not say; `cast` the last vote that was sent in
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
    if not ideas:
        return known
    if verdict in _ON_BALLOT:
        return _on_ballot(known, (*known.counted, *ideas), verdict)
    if verdict not in _PENDING:
        return replace(known, lost=ideas)
    if not cast.is_taken:
        return replace(known, unknown=ideas)
    return replace(known, recorded=ideas, is_known=True)


def _stated(known: OwnVote, cast: CastVote, verdict: str | None) -> OwnVote:
    if cast.revision < known.revision:
        return known
    stated = replace(known, revision=cast.revision)
    if verdict in _ON_BALLOT:
        return _on_ballot(stated, cast.idea_ids, verdict)
    if verdict not in _PENDING:
        return replace(stated, lost=cast.idea_ids)
    if cast.revision == known.revision:  # another one stands, and the verdict is about to come
        return known
    if not cast.is_taken:
        return replace(stated, unknown=cast.idea_ids)
    return replace(stated, counted=(), recorded=cast.idea_ids, is_known=True)


def _on_ballot(known: OwnVote, ideas: Sequence[str], verdict: str | None) -> OwnVote:
    set_aside = known.set_aside or verdict == "set_aside"
    return replace(known, counted=ideas, set_aside=set_aside, is_known=True)


def _period(rules: Rules, moment: datetime) -> str:
    if rules.period == "poll":
        return ""
    return moment.astimezone(ZoneInfo(rules.time_zone)).date().isoformat()


def _nothing(period: str) -> PeriodBallot:
    return PeriodBallot(period=period, idea_ids=[], revision=None, vote_ids=[], set_aside=False)
