"""How large a run is: the full one, whose figures count, and the quick one, which only shows that
everything works. Read by all experiments."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Votes are numbers of votes, seconds how long a load lasts, rates are per second.

    `held_within` is the share by which a rate of reads may be missed; the quick run, whose figures
    say nothing, takes any. `ideas` are those of one contest, `idea_reads` how often each kind of
    reading is asked for; `imported_ideas` come with a picture each.
    """

    name: str
    repetitions: int
    first_warm_up_seconds: float
    warm_up_seconds: float
    load_seconds: float
    connections: int
    log_votes: int
    surge_votes: int
    grown_votes: int
    growth_sample_votes: int
    growth_rate: int
    overload_waiting_votes: int
    recovery_rate: int
    standings_ideas: int
    standings_votes: int
    standings_vote_rate: int
    held_within: float
    ideas: int
    idea_reads: int
    imported_ideas: int


FULL = Sizes(
    name="full",
    repetitions=3,
    first_warm_up_seconds=10,
    warm_up_seconds=2,
    load_seconds=10,
    connections=512,
    log_votes=200_000,
    surge_votes=200_000,
    grown_votes=1_000_000,
    growth_sample_votes=20_000,
    growth_rate=1_000,
    overload_waiting_votes=1_000,
    recovery_rate=300,
    standings_ideas=1_000,
    standings_votes=50_000,
    standings_vote_rate=100,
    held_within=0.03,
    ideas=100_000,
    idea_reads=200,
    imported_ideas=2_000,
)

QUICK = Sizes(
    name="quick",
    repetitions=1,
    first_warm_up_seconds=0,
    warm_up_seconds=0,
    load_seconds=3,
    connections=32,
    log_votes=20_000,
    surge_votes=2_000,
    grown_votes=2_000,
    growth_sample_votes=300,
    growth_rate=300,
    overload_waiting_votes=32,
    recovery_rate=50,
    standings_ideas=100,
    standings_votes=500,
    standings_vote_rate=20,
    held_within=100.0,
    ideas=3_000,
    idea_reads=10,
    imported_ideas=20,
)
