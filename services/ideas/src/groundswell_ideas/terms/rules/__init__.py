"""What a contest promises and asks for. Pure; templates set part of it, contests freeze it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple, get_args

from groundswell_ideas.forms.rules import EntryForm
from groundswell_ideas.polls.rules import PollTerms

Phase = Literal[
    "draft",
    "submission",
    "moderation",
    "voting",
    "deliberation",
    "decided",
    "delivery",
    "closed",
]
PHASES: tuple[Phase, ...] = get_args(Phase)
"""All phases, in the order in which contests come to them."""

VoteStanding = Literal["advisory", "binding"]
Moderation = Literal["before_publication", "self_publishing"]
Treatment = Literal["block", "hold", "note", "ignore"]


class Obstacle(NamedTuple):
    """Why something cannot be done now: what stands in the way, its rule's slug, and in words."""

    field: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a contest takes submissions and votes, in UTC. Raises ValueError when out of order.

    Without `submission_closes_at` it takes ideas for as long as its phase does; without the other
    two there is no vote.
    """

    submission_closes_at: datetime | None = None
    voting_opens_at: datetime | None = None
    voting_closes_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.voting_opens_at is None) != (self.voting_closes_at is None):
            raise ValueError("a vote has both voting_opens_at and voting_closes_at")
        said = (self.submission_closes_at, self.voting_opens_at, self.voting_closes_at)
        moments = [moment for moment in said if moment is not None]
        if moments != sorted(moments) or (
            self.voting_opens_at is not None and self.voting_opens_at == self.voting_closes_at
        ):
            raise ValueError(
                "the order is submission_closes_at, voting_opens_at, then voting_closes_at"
            )


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A phase that the contest enters by itself, at a local time of its time zone."""

    to: Phase
    at: datetime


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of its currency (ISO 4217): 500 pounds are 50,000 GBP."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class RewardPlan:
    """What each winner is promised, under the terms that a winner has to accept."""

    per_winner: Money
    terms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prize:
    """Something else that is promised, in words: to winners, to all who hand in, or for activity.

    `basis_points` is a share of net sales or of each order: 100 are 1 %.
    """

    name: str
    goes_to: Literal["winner", "author", "activity"]
    words: str
    amount: Money | None = None
    basis_points: int | None = None
    share_of: Literal["net_sales", "order"] | None = None


@dataclass(frozen=True, slots=True)
class Pilot:
    """A first run with few people and for few days, until a manager widens it."""

    people: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEligibility:
    """Who may hand in an idea. `countries` are ISO 3166-1 codes; empty: from anywhere.

    `segments` belong to `who` = segment. Who may be younger than `guardian_below` needs the
    consent of a guardian.
    """

    who: Literal["public", "segment", "invited", "staff"] = "public"
    segments: tuple[str, ...] = ()
    minimum_age: int | None = None
    guardian_below: int | None = None
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TermsOfEntry:
    """A version of what a participant accepts with an entry, in force from a moment on."""

    version: int
    text: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A contest's words in one language; what is missing falls back to the first language."""

    title: str | None = None
    summary: str | None = None
    rules: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A variant of the contest for one region, with a poll of its own.

    The closing times are local times of the region's time zone; None: those of the timetable.
    """

    name: str
    title: str | None = None
    language: str | None = None
    time_zone: str = "UTC"
    countries: tuple[str, ...] = ()
    submission_closes: datetime | None = None
    voting_closes: datetime | None = None
    prizes: tuple[Prize, ...] = ()
    winners: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlisting:
    """How ideas come on the shortlist.

    `size` is the exact number, `maximum` the highest; `threshold_votes` belongs to `threshold`.
    `curator` is the office that picks, and `curator_id` the one member of staff who may.
    """

    by: Literal["curator", "threshold", "jury", "all"] = "curator"
    size: int | None = None
    maximum: int | None = None
    threshold_votes: int | None = None
    curator: str | None = None
    curator_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Winning:
    """How winners are found. `count` None: any number. The weights belong to `weighted`."""

    by: Literal["tally", "jury", "weighted", "editorial"] = "tally"
    count: int | None = None
    tally_weight: int = 1
    jury_weight: int = 1


@dataclass(frozen=True, slots=True)
class Criterion:
    """What jurors score from 1 to 10; a whole weight."""

    name: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Jury:
    """A jury's criteria, and how many scores an idea needs."""

    criteria: tuple[Criterion, ...]
    quorum: int = 1


@dataclass(frozen=True, slots=True)
class ReviewWindow:
    """A review that collects what has qualified when it opens; local times of the time zone."""

    name: str
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """From ideas to winners, and how many stand behind them in case one drops out."""

    shortlist: Shortlisting = field(default_factory=Shortlisting)
    winners: Winning = field(default_factory=Winning)
    alternates: int = 0
    veto: bool = True
    jury: Jury | None = None
    review_windows: tuple[ReviewWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningTerms:
    """What automatic screening does here and not elsewhere; for the brand's staff to know.

    `treatments` say by the kind of a finding what follows from it. `own_words` are looked for
    beside the lists.
    """

    treatments: Mapping[str, Treatment] = field(default_factory=dict)
    own_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a contest promises; a draft may leave open all but its title and its vote.

    The brand may overrule an `advisory` vote and must obey a `binding` one. `answer_by` is the
    day by which everybody hears the outcome. Without a `reward_plan` winners get no money.
    `polls` open together, each with the whole shortlist on its ballot; with `regions`, each once
    for every region with that region's part of it.

    `people` are the offices that will act, `staff_words` what they are told first. The first of
    `languages` is what other ones fall back to. `briefs` lets participants ask others for ideas,
    `remixes` lets an idea name a parent, `product_codes` gives each idea one that sales refer to,
    `charity_payee` lets those who win or earn name a charity.
    """

    title: str
    vote: VoteStanding
    owner: str | None = None
    rules: str | None = None
    timetable: Timetable | None = None
    answer_by: date | None = None
    reward_plan: RewardPlan | None = None
    polls: tuple[PollTerms, ...] = (PollTerms(),)
    time_zone: str = "UTC"
    calendar: tuple[CalendarEntry, ...] = ()
    people: tuple[str, ...] = ()
    staff_words: str | None = None
    reward_budget: Money | None = None
    prizes: tuple[Prize, ...] = ()
    pilot: Pilot | None = None
    eligibility: EntryEligibility = field(default_factory=EntryEligibility)
    terms_of_entry: tuple[TermsOfEntry, ...] = ()
    languages: tuple[str, ...] = ("en",)
    texts: Mapping[str, Texts] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()
    categories: tuple[str, ...] = ()
    entry_form: EntryForm | None = None
    moderation: Moderation = "before_publication"
    screening: ScreeningTerms = field(default_factory=ScreeningTerms)
    selection: Selection = field(default_factory=Selection)
    briefs: bool = False
    remixes: bool = True
    product_codes: bool = False
    charity_payee: bool = False
