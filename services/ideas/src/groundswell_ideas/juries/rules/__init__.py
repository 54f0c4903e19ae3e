"""Who is on a jury, which ideas they may score, and when. Pure; called by the commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.terms.rules import Jury, Obstacle, Phase

JURORS_MAXIMUM = 100
ROUNDS_MAXIMUM = 100
LOWEST, HIGHEST = 1, 10

Purpose = Literal["shortlist", "winners"]
State = Literal["planned", "open", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Juror:
    """A member of staff on the jury of a contest.

    `participant_id` is who they are when they take part themselves, if they do. Who has left
    scores no more.
    """

    juror_id: str
    office: str
    participant_id: str | None = None
    appointed_at: datetime
    left_at: datetime | None = None
    left_because: str | None = None
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Recusal:
    """A juror who does not score one idea, and why; staff read it."""

    juror_id: str
    idea_id: str
    reason: str
    recused_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The jury of a contest: those who are on it, and those who were.

    `openings` counts the rounds whose opening it was told of.
    """

    brand_id: str
    contest_id: str
    jurors: tuple[Juror, ...] = ()
    recusals: tuple[Recusal, ...] = ()
    openings: int = 0

    def sitting(self, juror_id: str) -> Juror | None:
        """The juror of this id, unless they have left."""
        return next((j for j in self.jurors if j.juror_id == juror_id and j.left_at is None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round of scoring, open from `opens_at` until `closes_at`; None: opened, closed by hand.

    `acts` counts what happened in it: whatever changes its scores changes it too. `told`: the jury
    was told that it has opened, if there was still time to score.
    """

    brand_id: str
    contest_id: str
    id: str
    name: str
    purpose: Purpose
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    acts: int = 0
    told: bool = False

    def state(self, now: datetime) -> State:
        """Whether jurors score in it now, not yet, or no more."""
        if self.opens_at is None or now < self.opens_at:
            return "planned"
        return "closed" if self.closes_at is not None and self.closes_at <= now else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The scores that a juror gave an idea in a round, in the order of the criteria."""

    round_id: str
    idea_id: str
    juror_id: str
    scores: tuple[int, ...]
    note: str | None = None
    scored_at: datetime


def seats(contest: Contest) -> Obstacle | None:
    """What keeps a contest from having a jury: its terms name none."""
    if contest.terms.selection.jury is not None:
        return None
    return Obstacle("selection.jury", "missing", "the terms of this contest know no jury")


def obstacles_to_appointing(contest: Contest, panel: Panel, juror_id: str) -> list[Obstacle]:
    """What keeps somebody from joining the jury."""
    found = [obstacle] if (obstacle := seats(contest)) else []
    if contest.phase == "closed":
        found.append(Obstacle("phase", "phase", "the contest is closed"))
    if any(juror.juror_id == juror_id for juror in panel.jurors):
        found.append(Obstacle("juror_id", "unique", "they are, or were, on this jury"))
    if len(panel.jurors) >= JURORS_MAXIMUM:
        message = f"a jury has had {JURORS_MAXIMUM} members at most"
        found.append(Obstacle("juror_id", "maximum", message))
    return found


def with_juror(panel: Panel, juror: Juror) -> Panel:
    """The jury with one more member."""
    return replace(panel, jurors=(*panel.jurors, juror))


def without(panel: Panel, juror_id: str, reason: str, stand_in: str | None, at: datetime) -> Panel:
    """The jury after a member left it; `stand_in` is who replaces them."""
    left = (
        replace(j, left_at=at, left_because=reason, replaced_by=stand_in)
        if j.juror_id == juror_id
        else j
        for j in panel.jurors
    )
    return replace(panel, jurors=tuple(left))


def with_recusal(panel: Panel, recusal: Recusal) -> Panel:
    """The jury after one of it stepped aside for an idea."""
    return replace(panel, recusals=(*panel.recusals, recusal))


def is_recused(panel: Panel, juror_id: str, idea_id: str) -> bool:
    """Whether a juror has stepped aside for an idea."""
    return any(r.juror_id == juror_id and r.idea_id == idea_id for r in panel.recusals)


def authors_of(idea: Idea) -> frozenset[str]:
    """Everybody who has a part in an idea."""
    return frozenset({*idea.people, *idea.also_by})


def is_own(juror: Juror, idea: Idea) -> bool:
    """Whether a juror would score an entry of their own, or of their team."""
    return not authors_of(idea).isdisjoint({juror.juror_id, juror.participant_id})


def obstacles_to_planning(
    contest: Contest, rounds: Sequence[Round], planned: Round, now: datetime
) -> list[Obstacle]:
    """What keeps a round from being planned, or its times from being set."""
    found = [obstacle] if (obstacle := seats(contest)) else []
    selection = contest.terms.selection
    decides = {
        "shortlist": selection.shortlist.by == "jury",
        "winners": selection.winners.by in ("jury", "weighted"),
    }
    if not decides[planned.purpose]:
        message = f"in this contest the jury has no say in the {planned.purpose}"
        found.append(Obstacle("body.purpose", "purpose", message))
    if len(rounds) >= ROUNDS_MAXIMUM:
        found.append(Obstacle("body", "maximum", f"a contest has {ROUNDS_MAXIMUM} rounds at most"))
    return found + obstacles_to_timing(planned, now)


def obstacles_to_timing(timed: Round, now: datetime) -> list[Obstacle]:
    """What is wrong with the times of a round that has just been given them."""
    if timed.closes_at is None:
        return []
    if timed.closes_at <= now:
        return [Obstacle("body.closes", "past", "the round would be closed already")]
    if timed.opens_at is not None and timed.opens_at >= timed.closes_at:
        return [Obstacle("body.closes", "order", "a round opens before it closes")]
    return []


def obstacles_to_changing(timed: Round, now: datetime, *, opening: bool = False) -> list[Obstacle]:
    """What keeps a round from being opened or timed anew: it is closed for good, or open."""
    state = timed.state(now)
    if state == "closed":
        return [Obstacle("state", "closed", "the round is closed; a further one can be planned")]
    if opening and state == "open":
        return [Obstacle("state", "open", "the round is open already")]
    return []


def opened(timed: Round, now: datetime) -> Round:
    """The round open from now on."""
    return replace(timed, opens_at=now, acts=timed.acts + 1)


def closed(timed: Round, now: datetime) -> Round:
    """The round closed from now on."""
    return replace(timed, closes_at=now, acts=timed.acts + 1)


def touched(timed: Round) -> Round:
    """The round after something changed its scores."""
    return replace(timed, acts=timed.acts + 1)


_SCORED_IN: Mapping[Purpose, Sequence[Phase]] = {
    "shortlist": ("submission", "moderation"),
    "winners": ("moderation", "voting", "deliberation"),
}


def is_news(kept: Round, now: datetime) -> bool:
    """Whether a round has opened since it was last looked at."""
    return not kept.told and kept.state(now) != "planned"


def is_open_in(contest: Contest, kept: Round, now: datetime) -> bool:
    """Whether a jury is to score a round of this contest: now, or in a phase that may yet come."""
    still = {contest.phase, *contest.programme.ahead_of(contest.phase)}
    return kept.state(now) == "open" and not still.isdisjoint(_SCORED_IN[kept.purpose])


def told(kept: Round) -> Round:
    """The round after its opening was told."""
    return replace(kept, told=True)


def noted(panel: Panel) -> Panel:
    """The jury after it was told of an opening."""
    return replace(panel, openings=panel.openings + 1)


def obstacles_to_scoring(
    contest: Contest, panel: Panel, scored: Round, juror: Juror, idea: Idea, now: datetime
) -> list[Obstacle]:
    """What keeps a juror from scoring an idea in a round now."""
    found = []
    if (state := scored.state(now)) != "open":
        found.append(Obstacle("round", state, f"the round is {state}"))
    if contest.phase not in _SCORED_IN[scored.purpose] or contest.pause is not None:
        standing = "a contest that is paused" if contest.pause else contest.phase
        found.append(Obstacle("phase", "phase", f"there is no scoring in {standing}"))
    if not is_candidate(contest, scored.purpose, idea):
        found.append(Obstacle("idea_id", "candidate", "the idea is not up for this round"))
    if is_own(juror, idea):
        found.append(Obstacle("idea_id", "own-entry", "nobody scores an entry of their own"))
    if is_recused(panel, juror.juror_id, idea.id):
        found.append(Obstacle("idea_id", "recused", "they have stepped aside for this idea"))
    return found


def is_candidate(contest: Contest, purpose: Purpose, idea: Idea) -> bool:
    """Whether a round is about an idea: all approved ones, or those left on the shortlist."""
    if idea.contest_id != contest.id or idea.status != "approved" or idea.brief:
        return False
    return purpose == "shortlist" or idea.id in contest.still_listed


def wrong_scores(jury: Jury, scores: Mapping[str, int]) -> list[Obstacle]:
    """What is wrong with a sheet: it gives each criterion a score, and nothing else one."""
    wanted = {criterion.name for criterion in jury.criteria}
    missing = [
        Obstacle(f"body.scores.{name}", "missing", f"{name} has no score")
        for name in sorted(wanted - scores.keys())
    ]
    return missing + [
        Obstacle(f"body.scores.{name}", "unknown", f"{name} is not a criterion of this jury")
        for name in sorted(scores.keys() - wanted)
    ]
