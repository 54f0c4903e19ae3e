"""HTTP shapes of the parts of a contest: its timetable and calendar, its regions, what it gives."""

from datetime import datetime
from typing import Self

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.shapes import Answer
from groundswell_ideas.terms.rules import CalendarEntry, Phase, Region
from groundswell_ideas.terms.rules.local_times import to_local, to_utc
from groundswell_ideas.terms.schemas import PrizeBody


class TimetableAnswer(Answer):
    """When a contest takes submissions and votes; the closing as amended."""

    submission_closes_at: datetime | None
    voting_opens_at: datetime | None
    voting_closes_at: datetime | None

    @classmethod
    def of(cls, contest: Contest) -> Self | None:
        """The answer that shows when this contest takes what; None while a draft leaves it open."""
        promised = contest.terms.timetable
        if promised is None:
            return None
        return cls(
            submission_closes_at=promised.submission_closes_at,
            voting_opens_at=promised.voting_opens_at,
            voting_closes_at=contest.voting_closes_at,
        )


class LocalMoment(Answer):
    """A moment as the clocks of a time zone show it, and in UTC."""

    local: datetime
    utc: datetime

    @classmethod
    def of(cls, local: datetime, time_zone: str) -> Self:
        """The moment of a local time; see `terms.rules.local_times.to_utc`."""
        moment = to_utc(local, time_zone)
        return cls(local=to_local(moment, time_zone), utc=moment)


class CalendarAnswer(Answer):
    """A phase that the contest enters by itself; `asked` is the local time as the brand said it.

    `at` differs from it only where summer time skips the time that was asked for.
    """

    to: Phase
    asked: datetime
    at: LocalMoment

    @classmethod
    def of(cls, entry: CalendarEntry, time_zone: str) -> Self:
        """The answer that shows this entry."""
        return cls(to=entry.to, asked=entry.at, at=LocalMoment.of(entry.at, time_zone))


class MoneyAnswer(Answer):
    """An amount in minor units of its currency."""

    amount_minor: int
    currency: str


class RewardPlanAnswer(Answer):
    """What each winner is promised, and the terms that a winner has to accept."""

    per_winner: MoneyAnswer
    terms: str


class PhaseReachedAnswer(Answer):
    """A phase that the contest has entered, and when."""

    phase: Phase
    reached_at: datetime


class TemplateName(Answer):
    """The template that a contest was drafted from."""

    name: str
    version: int


class PauseAnswer(Answer):
    """Why a contest stands still, and since when."""

    reason: str
    since: datetime


class PilotAnswer(Answer):
    """A first run with few people and for few days, unless it was widened."""

    people: int
    days: int
    ends_at: datetime | None
    widened_at: datetime | None

    @classmethod
    def of(cls, contest: Contest) -> Self | None:
        """The answer that shows this contest's pilot; None if it was not opened as one."""
        pilot = contest.terms.pilot
        if pilot is None:
            return None
        return cls(
            people=pilot.people,
            days=pilot.days,
            ends_at=contest.pilot_ends_at,
            widened_at=contest.pilot_widened_at,
        )


class RegionAnswer(Answer):
    """A variant of the contest for one region; closings None are those of the timetable."""

    name: str
    title: str | None
    language: str | None
    time_zone: str
    countries: list[str]
    submission_closes: LocalMoment | None
    voting_closes: LocalMoment | None
    prizes: list[PrizeBody]
    winners: int | None

    @classmethod
    def of(cls, region: Region) -> Self:
        """The answer that shows this region."""
        zone, closes, voted = region.time_zone, region.submission_closes, region.voting_closes
        return cls(
            name=region.name,
            title=region.title,
            language=region.language,
            time_zone=zone,
            countries=list(region.countries),
            submission_closes=None if closes is None else LocalMoment.of(closes, zone),
            voting_closes=None if voted is None else LocalMoment.of(voted, zone),
            prizes=[PrizeBody.model_validate(p, from_attributes=True) for p in region.prizes],
            winners=region.winners,
        )


class TermsOfEntryAnswer(Answer):
    """A version of what a participant accepts with an entry."""

    version: int
    text: str
    since: datetime


class MilestoneAnswer(Answer):
    """A step of the work with the winners that has been reached."""

    id: str
    title: str
    words: str
    reached_at: datetime
    idea_id: str | None
