"""The figures that the bench is for: how each follows from what was measured, floor and goal. Pure.

`repetitions` of an experiment are its turns in order, each a mapping of side to numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.load.sides import Turn

Experiments = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number per turn of an experiment; `floor` must be reached, `goal` should be.

    Without a floor it is there for context only.
    """

    name: str
    experiment: str
    value: Callable[[Turn], float]
    unit: str = ""
    floor: float | None = None
    goal: float | None = None
    higher_is_better: bool = True

    def values(self, experiments: Experiments) -> list[float]:
        """One number for each turn that is whole; none before the first."""
        turns: Sequence[Turn] = experiments.get(self.experiment, {}).get("repetitions", ())
        values = []
        for turn in turns:
            try:
                values.append(self.value(turn))
            except KeyError:  # a side of this turn is still to be measured
                continue
        return values

    def reached(self, bound: float, values: Sequence[float]) -> bool:
        """Whether the median is on the right side of a bound."""
        middle = median(values)
        return middle >= bound if self.higher_is_better else middle <= bound


def _ratio(of: str, to: str, number: str = "per_second") -> Callable[[Turn], float]:
    return lambda turn: turn[of][number] / turn[to][number]


def _cpu_ratio(of: str, to: str) -> Callable[[Turn], float]:
    """What our processes need for a vote, in units of what the load tool needs to send it.

    That is the same work on both sides, and tells how fast the machine was: those that share
    their processors with others drift by a third within minutes.
    """

    def units(side: Mapping[str, float]) -> float:
        return side["roles_cpu_us_per_vote"] / side["load_tool_cpu_us_per_vote"]

    return lambda turn: units(turn[of]) / units(turn[to])


def _plain(side: str, number: str) -> Callable[[Turn], float]:
    return lambda turn: turn[side][number]


LISTS = ("newest", "newest_deep", "category", "region", "category_and_region")
SEARCHES = ("word", "two_words")
SHUFFLED = ("shuffled", "shuffled_deep")


def _slowest(sides: Sequence[str]) -> Callable[[Turn], float]:
    """The median of the kind of reading whose median is worst."""
    return lambda turn: max(turn[side]["p50_ms"] for side in sides)


FIGURES = (
    Figure(
        "ballot box, votes/s ÷ empty FastAPI POST requests/s",
        "intake",
        _ratio("box", "empty"),
        floor=1.2,
        goal=2.0,
    ),
    Figure(
        "pass and vote together, journeys/s ÷ empty FastAPI POST requests/s",
        "intake",
        _ratio("journeys", "empty"),
        floor=0.3,
        goal=0.6,
    ),
    Figure(
        "counter, votes/s ÷ bare aiokafka consume-and-decode loop of the same records",
        "counting",
        _ratio("counter", "bare"),
        floor=0.25,
        goal=0.45,
    ),
    Figure(
        "archiver, records/s ÷ bare insert_many of the same documents, same indexes, w=majority",
        "archiving",
        _ratio("archiver", "bare"),
        floor=0.5,
        goal=0.8,
    ),
    Figure(
        "CPU per vote, all our processes, at 1,000,000 votes cast ÷ at none",
        "growth",
        _cpu_ratio("grown", "none"),
        floor=1.2,
        goal=1.0,
        higher_is_better=False,
    ),
    Figure(
        "Redis bytes per counted vote, plain one-vote poll of 200,000",
        "counting",
        _plain("counter", "redis_bytes_per_vote"),
        floor=110,
        goal=45,
        higher_is_better=False,
    ),
    Figure(
        "from the last answer of a 200,000-vote surge until all are counted",
        "surge",
        _plain("surge", "counted_after_seconds"),
        unit="s",
        floor=5,
        goal=1,
        higher_is_better=False,
    ),
    Figure(
        "overload (bound lowered): goodput ÷ peak; all errors are 429 or 503 with Retry-After",
        "overload",
        _ratio("overloaded", "peak"),
        floor=0.7,
        goal=0.9,
    ),
    Figure(
        "from SIGKILL of the only counter until counting goes on",
        "recovery",
        _plain("killed", "goes_on_after_seconds"),
        unit="s",
        floor=12,
        goal=3,
        higher_is_better=False,
    ),
    Figure(
        "standings read at 60 % of capacity, open loop, p99, 1,000 ideas",
        "standings",
        _plain("standings", "p99_ms"),
        unit="ms",
        floor=50,
        goal=15,
        higher_is_better=False,
    ),
    Figure(
        "a page of 100,000 ideas: list, search or shuffled, whichever is slowest, p50",
        "ideas",
        _slowest((*LISTS, *SEARCHES, *SHUFFLED)),
        unit="ms",
        floor=50,
        goal=20,
        higher_is_better=False,
    ),
    Figure(
        "import of 2,000 ideas with a picture each",
        "imports",
        _plain("new", "seconds"),
        unit="s",
        floor=120,
        goal=60,
        higher_is_better=False,
    ),
)

CONTEXT = (
    Figure("empty FastAPI POST", "intake", _plain("empty", "per_second"), "requests/s"),
    Figure("ballot box", "intake", _plain("box", "per_second"), "votes/s"),
    Figure("pass and vote together", "intake", _plain("journeys", "per_second"), "journeys/s"),
    Figure(
        "FastAPI, one Redis call and one awaited send per vote",
        "intake",
        _plain("plain_kafka", "per_second"),
        "votes/s",
    ),
    Figure(
        "FastAPI, one insert under a unique index, w=majority",
        "intake",
        _plain("plain_mongo", "per_second"),
        "votes/s",
    ),
    Figure("bare consume-and-decode loop", "counting", _plain("bare", "per_second"), "records/s"),
    Figure("counter", "counting", _plain("counter", "per_second"), "records/s"),
    Figure("bare insert_many", "archiving", _plain("bare", "per_second"), "records/s"),
    Figure("archiver", "archiving", _plain("archiver", "per_second"), "records/s"),
    Figure(
        "all our processes, none cast", "growth", _plain("none", "roles_cpu_us_per_vote"), "µs/vote"
    ),
    Figure(
        "all our processes, 1,000,000 cast",
        "growth",
        _plain("grown", "roles_cpu_us_per_vote"),
        "µs/vote",
    ),
    Figure(
        "the same, ÷ none cast, whatever the machine's speed was",
        "growth",
        _ratio("grown", "none", "roles_cpu_us_per_vote"),
    ),
    Figure("a vote's answer at 1,000/s, p50", "growth", _plain("none", "p50_ms"), "ms"),
    Figure("a vote's answer at 1,000/s, p99", "growth", _plain("none", "p99_ms"), "ms"),
    Figure("the surge", "surge", _plain("surge", "per_second"), "votes/s"),
    Figure("peak", "overload", _plain("peak", "per_second"), "votes/s"),
    Figure(
        "offered in the overload", "overload", _plain("overloaded", "offered_per_second"), "votes/s"
    ),
    Figure("offered in the overload ÷ peak", "overload", _plain("overloaded", "offered_by_peak")),
    Figure("taken in the overload", "overload", _plain("overloaded", "per_second"), "votes/s"),
    Figure(
        "all caught up after SIGKILL", "recovery", _plain("killed", "caught_up_after_seconds"), "s"
    ),
    Figure(
        "standings, capacity", "standings", _plain("standings", "capacity_per_second"), "reads/s"
    ),
    Figure("standings at 60 % of it, p50", "standings", _plain("standings", "p50_ms"), "ms"),
    *(
        Figure(f"100,000 ideas, {what}, p50", "ideas", _slowest(sides), "ms")
        for what, sides in {
            "newest first, far down, by category and region": LISTS,
            "searched for one word": SEARCHES[:1],
            "searched for two words": SEARCHES[1:],
            "shuffled, first page and far down": SHUFFLED,
            "queue of moderation": ("queue",),
            "page of the contest": ("contest",),
            "page of an idea": ("idea",),
            "2,000 comments, first page": ("comments",),
        }.items()
    ),
    Figure("export of 100,000 ideas as CSV", "ideas", _plain("export", "seconds"), "s"),
    Figure("the same import once more", "imports", _plain("repeat", "seconds"), "s"),
)
